//! The decoder of documents that are shown by their preview.

use super::freshness;
use super::picture::Preview;
use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Origin};

/// What to do with a preview of one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlankPolicy {
    /// The application renews previews on saving, so the page is empty.
    Accept,
    /// It is meaningless.
    Reject,
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
pub(super) fn open(
    format: Format,
    previews: Vec<Preview>,
    blank: BlankPolicy,
    cx: &Context<'_>,
) -> Result<Box<dyn Decoder>> {
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
