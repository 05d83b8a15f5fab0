//! The two engines behind one type, and which of their errors the other engine may avoid.

use super::hayro;
#[cfg(feature = "pdfium")]
use super::watchdog;
#[cfg(feature = "pdfium")]
use crate::ffi::pdfium;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// A document open in one of the engines, complete or reduced to a [subset](super::subset) of one page.
pub(super) struct Engine {
    kind: Kind,
    /// The index of a subset's only page in the complete document.
    only: Option<u32>,
}

enum Kind {
    /// Taken while a page is drawn.
    #[cfg(feature = "pdfium")]
    Pdfium(Option<pdfium::Document>),
    Hayro(hayro::Document),
}

/// Whether this build has PDFium, its library is available, and no abandoned thread may be holding its lock.
pub(super) fn has_pdfium() -> bool {
    #[cfg(feature = "pdfium")]
    return pdfium::is_available() && !watchdog::is_late();
    #[cfg(not(feature = "pdfium"))]
    false
}

impl Engine {
    /// Opens a document with PDFium; `only` is the index of the page if it is a subset.
    #[cfg(feature = "pdfium")]
    pub(super) fn pdfium(source: &Source, only: Option<u32>, cx: &Context<'_>) -> Result<Self> {
        let (source, interrupt) = (source.clone(), cx.interrupt().clone());
        let document = watchdog::run(cx.interrupt(), move || pdfium::Document::open(&source, &interrupt))?;
        Ok(Self { kind: Kind::Pdfium(Some(document)), only })
    }

    /// PDFium, which this build lacks.
    #[cfg(not(feature = "pdfium"))]
    pub(super) fn pdfium(_: &Source, _: Option<u32>, _: &Context<'_>) -> Result<Self> {
        Err(Error::new(ErrorKind::FeatureDisabled, "this build was made without the feature `pdfium`"))
    }

    /// Opens a document with hayro; `only` is the index of the page if it is a subset.
    pub(super) fn hayro(bytes: Vec<u8>, only: Option<u32>, cx: &Context<'_>) -> Result<Self> {
        Ok(Self { kind: Kind::Hayro(hayro::Document::open(bytes, cx)?), only })
    }

    pub(super) fn is_hayro(&self) -> bool {
        matches!(self.kind, Kind::Hayro(_))
    }

    /// Whether it has the complete document.
    pub(super) fn is_whole(&self) -> bool {
        self.only.is_none()
    }

    /// Whether it has `page`.
    pub(super) fn holds(&self, page: u32) -> bool {
        self.only.is_none_or(|only| only == page)
    }

    fn index(&self, page: u32) -> u32 {
        if self.only.is_some() { 0 } else { page }
    }

    /// The number of pages, and whether the document is encrypted.
    pub(super) fn document(&mut self, cx: &Context<'_>) -> Result<(u32, bool)> {
        let _ = cx;
        Ok(match &mut self.kind {
            #[cfg(feature = "pdfium")]
            Kind::Pdfium(document) => {
                let document = document.as_mut().ok_or_else(gone)?;
                (document.pages(cx.interrupt())?, document.is_encrypted(cx.interrupt())?)
            }
            Kind::Hayro(document) => (document.pages(), document.is_encrypted()),
        })
    }

    /// Width and height of a page after rotation, pt.
    pub(super) fn page_size(&mut self, page: u32, cx: &Context<'_>) -> Result<(f64, f64)> {
        let _ = cx;
        let index = self.index(page);
        let size = match &mut self.kind {
            #[cfg(feature = "pdfium")]
            Kind::Pdfium(document) => document.as_mut().ok_or_else(gone)?.page_size(index, cx.interrupt())?,
            Kind::Hayro(document) => document.page_size(index)?,
        };
        // Zero or NaN.
        let sound = |side: f64| side.is_finite() && side > 0.0;
        match sound(size.0) && sound(size.1) {
            true => Ok(size),
            false => Err(Error::corrupt(format!("a page of {}x{} pt", size.0, size.1))),
        }
    }

    /// A page over white: RGBX, 4 bytes per pixel.
    pub(super) fn render(&mut self, page: u32, size: Size, cx: &Context<'_>) -> Result<Vec<u8>> {
        let index = self.index(page);
        match &mut self.kind {
            #[cfg(feature = "pdfium")]
            Kind::Pdfium(slot) => {
                // PDFium does not offer to pause while it parses a page, so like hayro it may have to be abandoned.
                let (mut document, interrupt) = (slot.take().ok_or_else(gone)?, cx.interrupt().clone());
                let work = move || {
                    let drawn = document.render(index, size, &interrupt);
                    Ok((document, drawn))
                };
                let (document, drawn) = watchdog::run(cx.interrupt(), work)?;
                *slot = Some(document);
                drawn
            }
            Kind::Hayro(document) => document.render(index, size, cx),
        }
    }
}

#[cfg(feature = "pdfium")]
fn gone() -> Error {
    Error::internal("the document was abandoned")
}

/// Whether the other engine may succeed: not if the source fails, a password is missing or the deadline passed.
pub(super) fn worth_another(e: &Error) -> bool {
    use ErrorKind::{Busy, Corrupt, FeatureDisabled, Internal, Unsupported};
    matches!(e.kind(), Corrupt | Unsupported | Internal | FeatureDisabled | Busy)
}

/// Which of two engines' errors to report: the second's, if it says more than that the document is broken.
pub(super) fn graver(first: Error, second: Error) -> Error {
    if worth_another(&second) { first } else { second }
}
