//! Readers run on bytes by unit tests. Of the files inside, SVG is drawn and everything else is a blank document.

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;
use thumbling_core::testing;
use thumbling_page::svg::Drawing;

pub(crate) use testing::shared;

struct Picture(Drawing);

impl Decoder for Picture {
    fn info(&mut self, _: &Context<'_>) -> Result<SourceInfo> {
        let (width, height) = self.0.size();
        Ok(SourceInfo::new(Format::image("svg"), Size::new(width as u32, height as u32)))
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        self.0.draw(want.size, cx)
    }
}

struct Text;

impl Decoder for Text {
    fn info(&mut self, _: &Context<'_>) -> Result<SourceInfo> {
        Ok(SourceInfo::new(Format::document("text"), Size::new(1, 1)))
    }

    fn frame(&mut self, _: &Want, _: &Context<'_>) -> Result<Frame> {
        Frame::from_u8(1, 1, PixelFormat::Gray8, vec![0])
    }
}

fn open(source: &Source, _: &Hint, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    let bytes = source.read_all(1 << 20)?;
    match std::str::from_utf8(&bytes) {
        Ok(svg) if svg.starts_with("<svg") => Ok(Box::new(Picture(Drawing::parse(svg, cx)?))),
        _ => Ok(Box::new(Text)),
    }
}

/// Runs `f` in a context of default limits; returns the warnings too.
pub(crate) fn with_context<T>(f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    with_limits(&Limits::default(), f)
}

/// As [`with_context`], with other limits.
pub(crate) fn with_limits<T>(limits: &Limits, f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    testing::with_registry(open, limits, f)
}

/// What `entry` reports of `bytes`, and the picture at full size.
pub(crate) fn decode(entry: &FormatEntry, bytes: &[u8]) -> Result<(SourceInfo, Frame)> {
    testing::decode(open, entry, bytes)
}

/// Decodes `bytes` cut at every 64th of their length; see [`testing::cut_everywhere`].
pub(crate) fn cut_everywhere(entry: &FormatEntry, bytes: &[u8]) {
    testing::cut_everywhere(open, entry, bytes);
}
