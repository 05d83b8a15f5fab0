//! Contexts for unit tests. Of embedded files, SVG and grey PNG are pictures, and anything else is a blank document.

use std::io::Cursor;

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::{Rect, Size};
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;
use thumbling_core::scale::resize;
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

/// A grey PNG.
struct Png(Frame);

impl Png {
    fn read(bytes: &[u8]) -> Result<Self> {
        let corrupt = |e: png::DecodingError| Error::corrupt(e.to_string());
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(corrupt)?;
        let (width, height) = reader.info().size();
        let mut samples = vec![0; (width * height) as usize];
        reader.next_frame(&mut samples).map_err(corrupt)?;
        Ok(Self(Frame::from_u8(width, height, PixelFormat::Gray8, samples)?))
    }
}

impl Decoder for Png {
    fn info(&mut self, _: &Context<'_>) -> Result<SourceInfo> {
        Ok(SourceInfo::new(Format::image("png"), self.0.size()))
    }

    fn frame(&mut self, want: &Want, _: &Context<'_>) -> Result<Frame> {
        let has = self.0.size();
        let size = Size::new(want.size.width.min(has.width), want.size.height.min(has.height));
        let whole = Rect { x: 0.0, y: 0.0, width: f64::from(has.width), height: f64::from(has.height) };
        resize(&self.0, whole, size)
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
    if bytes.starts_with(b"\x89PNG") {
        return Ok(Box::new(Png::read(&bytes)?));
    }
    match std::str::from_utf8(&bytes) {
        Ok(svg) if svg.starts_with("<svg") => Ok(Box::new(Picture(Drawing::parse(svg, cx)?))),
        _ => Ok(Box::new(Text)),
    }
}

/// Runs `f` in a context with default limits; returns the warnings too.
pub(crate) fn with_context<T>(f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    with_limits(&Limits::default(), f)
}

/// Like [`with_context`], with other limits.
pub(crate) fn with_limits<T>(limits: &Limits, f: impl FnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    testing::with_registry(open, limits, f)
}

/// The info of `bytes` according to `entry`, and the full-size frame.
pub(crate) fn decode(entry: &FormatEntry, bytes: &[u8]) -> Result<(SourceInfo, Frame)> {
    testing::decode(open, entry, bytes)
}

/// Decodes `bytes` truncated at every 64th of their length; see [`testing::cut_everywhere`].
pub(crate) fn cut_everywhere(entry: &FormatEntry, bytes: &[u8]) {
    testing::cut_everywhere(open, entry, bytes);
}
