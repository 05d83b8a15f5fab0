//! The two engines under one name, and which of their errors another engine may mend.

use super::hayro;
use crate::decode::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Size;
#[cfg(feature = "pdfium")]
use crate::seam::pdfium;
use crate::source::Source;

/// An open document.
pub(super) enum Engine {
    #[cfg(feature = "pdfium")]
    Pdfium(pdfium::Document),
    Hayro(hayro::Document),
}

/// PDFium on `source`; `None` if its library is not there, or this build was made without it.
pub(super) fn pdfium(source: &Source, cx: &Context<'_>) -> Option<Result<Engine>> {
    #[cfg(feature = "pdfium")]
    if pdfium::is_available() {
        return Some(pdfium::Document::open(source, cx.interrupt()).map(Engine::Pdfium));
    }
    let _ = (source, cx);
    None
}

impl Engine {
    pub(super) fn is_hayro(&self) -> bool {
        matches!(self, Self::Hayro(_))
    }

    /// Whether it has the whole document, not an excerpt of one page.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            #[cfg(feature = "pdfium")]
            Self::Pdfium(_) => true,
            Self::Hayro(document) => document.is_whole(),
        }
    }

    /// Whether `page` can be asked of it.
    pub(super) fn holds(&self, page: u32) -> bool {
        match self {
            #[cfg(feature = "pdfium")]
            Self::Pdfium(_) => true,
            Self::Hayro(document) => document.holds(page),
        }
    }

    /// The number of pages that it has, and whether the document is encrypted.
    pub(super) fn document(&mut self, cx: &Context<'_>) -> Result<(u32, bool)> {
        let _ = cx;
        Ok(match self {
            #[cfg(feature = "pdfium")]
            Self::Pdfium(document) => (document.pages(cx.interrupt())?, document.is_encrypted(cx.interrupt())?),
            Self::Hayro(document) => (document.pages(), document.is_encrypted()),
        })
    }

    /// Width and height of a page after rotation, pt.
    pub(super) fn page_size(&mut self, page: u32, cx: &Context<'_>) -> Result<(f64, f64)> {
        let _ = cx;
        let size = match self {
            #[cfg(feature = "pdfium")]
            Self::Pdfium(document) => document.page_size(page, cx.interrupt())?,
            Self::Hayro(document) => document.page_size(page)?,
        };
        // Of nothing, or of what is no number.
        let sound = |side: f64| side.is_finite() && side > 0.0;
        match sound(size.0) && sound(size.1) {
            true => Ok(size),
            false => Err(Error::corrupt(format!("a page of {}x{} pt", size.0, size.1))),
        }
    }

    /// A page over white: RGBX, 4 bytes a pixel.
    pub(super) fn render(&mut self, page: u32, size: Size, cx: &Context<'_>) -> Result<Vec<u8>> {
        match self {
            #[cfg(feature = "pdfium")]
            Self::Pdfium(document) => document.render(page, size, cx.interrupt()),
            Self::Hayro(document) => document.render(page, size, cx),
        }
    }
}

/// Whether another engine may do better: not with a source that fails, a password or a deadline.
pub(super) fn worth_another(e: &Error) -> bool {
    matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported | ErrorKind::Internal | ErrorKind::FeatureDisabled)
}

/// Of two engines' errors the one to report: the second's where it says more than that the document is broken.
pub(super) fn graver(first: Error, second: Error) -> Error {
    if worth_another(&second) { first } else { second }
}
