//! Pictures of their first page that documents carry: found, judged, and shown where they will do.
//!
//! A preview is the quick way for `effort: preview` ([`for_want`]) and the last resort for kinds that have no reader
//! here ([`open`]). It is whatever the program made of the document when it last cared to: templates hand theirs down to
//! documents that were made of them, and programs that change a document leave the old one in. [`judge`] refuses what
//! can be known to be such.

mod epub;
mod judge;
mod package;
#[cfg(test)]
mod tests;

pub use package::{of_epub, of_iwork, of_odf, of_ole, of_ooxml};

use super::package::{Package, Part};
use thumbling_core::decode::{Context, Decoder, Effort, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::{Family, Format};
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// A picture inside a document.
pub struct Preview {
    source: Source,
    /// The part's name: content decides, and its extension breaks ties.
    name: String,
    /// The memory that the content is in.
    _part: Option<Part>,
}

impl Preview {
    fn of_part(name: &str, part: Part) -> Self {
        Self { source: part.source.clone(), name: name.to_owned(), _part: Some(part) }
    }

    /// Its decoder, and what its header says. `unsupported` if it is neither picture nor page.
    fn open(&self, cx: &Context<'_>) -> Result<(Box<dyn Decoder>, SourceInfo)> {
        let mut decoder = cx.open_inner(&self.source, &Hint::name(&self.name))?;
        let info = decoder.info(cx)?;
        match info.family == Family::Image || info.format.name == "pdf" {
            true => Ok((decoder, info)),
            false => Err(Error::unsupported(format!("{} where a preview should be", info.format.name))),
        }
    }
}

/// What is done with a preview of one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blank {
    /// The program makes a new one whenever it saves: an empty page it is.
    Believed,
    /// It says nothing.
    Refused,
}

/// The preview of an OOXML package in place of its first page, which has `page` width × height in any unit: for `effort:
/// preview`, if it covers what is wanted and nothing speaks against it. A preview that cannot be read is none.
#[cfg_attr(not(feature = "pptx"), allow(dead_code))] // Asked by those who can draw the page.
pub fn for_want(package: &Package, want: &Want, page: (f64, f64), cx: &Context<'_>) -> Option<Frame> {
    if want.effort != Effort::Preview || want.page != 0 {
        return None;
    }
    let preview = package::thumbnail(package, cx)?;
    if judge::is_of_template(&preview.source) || judge::is_of_other_slides(package, cx) {
        return None;
    }
    let (mut decoder, info) = preview.open(cx).ok()?;
    if !judge::agrees((info.width, info.height), page) {
        return None;
    }
    let frame = decoder.frame(&Want::new(want.size), cx).ok()?;
    let covers = covers(frame.orientation.apply_to(frame.size()), want.size);
    (covers && !judge::is_blank(&frame)).then(|| frame.with_origin(Origin::Embedded))
}

/// Whether a picture has the pixels; shapes are rounded by one.
fn covers(has: Size, want: Size) -> bool {
    has.width + 1 >= want.width && has.height + 1 >= want.height
}

/// A document that is shown by its preview alone.
struct Embedded {
    format: Format,
    inner: Box<dyn Decoder>,
    blank: Blank,
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
        if self.blank == Blank::Refused && judge::is_blank(&frame) {
            return Err(unsupported());
        }
        Ok(frame.with_origin(Origin::Embedded))
    }
}

/// The decoder of a document by the first of its previews that can be read. `unsupported` if there is none.
fn open(format: Format, previews: Vec<Preview>, blank: Blank, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    for preview in previews {
        cx.check()?;
        if judge::is_of_template(&preview.source) {
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
    Error::unsupported(
        "documents of this kind are shown by the preview inside, and this one has none that can be shown",
    )
}
