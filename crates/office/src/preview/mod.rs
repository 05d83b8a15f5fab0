//! Previews embedded in documents: found, checked and decoded.
//!
//! A preview is used for `effort: preview` ([`fresh_frame`]), and for formats without a reader ([`open`]). It can be
//! outdated: documents inherit the preview of their template, and programs other than the original one keep it when
//! they change a document. [`freshness`] rejects those that can be recognised.

mod epub;
mod freshness;
mod locations;
#[cfg(test)]
mod tests;

pub use locations::{open_epub, open_iwork, open_odf, open_ole, open_ooxml};

use super::package::{Package, Part};
use thumbling_core::decode::{Context, Decoder, Effort, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::{Family, Format};
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// A picture in a document.
pub struct Preview {
    source: Source,
    /// The name of its part. Its extension breaks ties in detection.
    name: String,
    /// Memory of the content.
    _part: Option<Part>,
}

impl Preview {
    fn of_part(name: &str, part: Part) -> Self {
        Self { source: part.source.clone(), name: name.to_owned(), _part: Some(part) }
    }

    /// Opens the decoder; `unsupported` if it is neither a picture nor a PDF.
    fn open(&self, cx: &Context<'_>) -> Result<(Box<dyn Decoder>, SourceInfo)> {
        let mut decoder = cx.open_inner(&self.source, &Hint::name(&self.name))?;
        let info = decoder.info(cx)?;
        match info.family == Family::Image || info.format.name == "pdf" {
            true => Ok((decoder, info)),
            false => Err(Error::unsupported(format!("a preview of the format {}", info.format.name))),
        }
    }
}

/// What to do with a preview of one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlankPolicy {
    /// The application renews previews on saving, so the page is empty.
    Accept,
    /// It is meaningless.
    Reject,
}

/// The preview of an OOXML package instead of its first page, for `effort: preview`. `page` is width and height of the
/// page in any unit. `None` if the preview is missing, damaged, outdated or too small.
#[cfg_attr(not(feature = "pptx"), allow(dead_code))] // Asked by those who can draw the page.
pub fn fresh_frame(package: &Package, want: &Want, page: (f64, f64), cx: &Context<'_>) -> Option<Frame> {
    if want.effort != Effort::Preview || want.page != 0 {
        return None;
    }
    let preview = locations::thumbnail(package, cx)?;
    if freshness::is_template_thumbnail(&preview.source) || freshness::slide_count_differs(package, cx) {
        return None;
    }
    let (mut decoder, info) = preview.open(cx).ok()?;
    if !freshness::has_page_shape((info.width, info.height), page) {
        return None;
    }
    let frame = decoder.frame(&Want::new(want.size), cx).ok()?;
    let covers = covers(frame.orientation.apply_to(frame.size()), want.size);
    (covers && !freshness::is_blank(&frame)).then(|| frame.with_origin(Origin::Embedded))
}

/// Whether a picture has enough pixels; sizes can be off by one.
fn covers(has: Size, want: Size) -> bool {
    has.width + 1 >= want.width && has.height + 1 >= want.height
}

/// A document that is shown by its preview.
struct Embedded {
    format: Format,
    inner: Box<dyn Decoder>,
    blank: BlankPolicy,
    _preview: Preview,
}

impl Decoder for Embedded {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let mut info = self.inner.info(cx)?;
        (info.format, info.family) = (self.format, self.format.family);
        (info.pages, info.is_animated) = (1, false);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let frame = self.inner.frame(&Want { page: 0, ..want.clone() }, cx)?;
        if self.blank == BlankPolicy::Reject && freshness::is_blank(&frame) {
            return Err(unsupported());
        }
        Ok(frame.with_origin(Origin::Embedded))
    }
}

/// Opens the first preview that can be decoded; `unsupported` if there is none.
fn open(format: Format, previews: Vec<Preview>, blank: BlankPolicy, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    for preview in previews {
        cx.check()?;
        if freshness::is_template_thumbnail(&preview.source) {
            continue;
        }
        match preview.open(cx) {
            Ok((inner, _)) => return Ok(Box::new(Embedded { format, inner, blank, _preview: preview })),
            Err(e) if e.ends_request() => return Err(e),
            Err(_) => {}
        }
    }
    Err(unsupported())
}

fn unsupported() -> Error {
    Error::unsupported("this format is shown by its embedded preview, and this file has no usable one")
}
