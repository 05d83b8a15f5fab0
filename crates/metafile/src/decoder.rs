//! The decoder: reads the file whole, inflates gzip, converts it to SVG and renders that.

use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::gzip;
use thumbling_core::limits::Reservation;
use thumbling_core::source::Source;
use thumbling_page::svg::Drawing;

use super::bounds::Bounds;
use super::convert::{size, to_svg};
use super::fault::Fault;
use super::options::Options;

/// An open WMF or EMF file.
pub struct Metafile {
    format: Format,
    bytes: Vec<u8>,
    /// Natural size, CSS px.
    size: (f64, f64),
    _held: Reservation,
}

impl Metafile {
    /// Reads the file and its header.
    ///
    /// # Errors
    /// `corrupt` if it is not a metafile.
    pub fn open(source: &Source, format: Format, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
        let mut bytes = source.read_all(cx.limits().max_source)?;
        let mut held = cx.reserve(bytes.len() as u64)?;
        if gzip::is_gzip(&bytes) {
            (bytes, held) = gzip::inflate(&bytes, cx)?;
        }
        let size = size(&bytes).map_err(error)?;
        Ok(Box::new(Self { format, bytes, size, _held: held }))
    }
}

impl Decoder for Metafile {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let mut info = SourceInfo::new(self.format, Size::new(1, 1));
        (info.width, info.height) = self.size;
        (info.has_alpha, info.is_scalable) = (true, true);
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        // All bitmaps can be in memory at once, at four bytes per pixel, plus a copy while encoding PNG.
        let pixels = Bounds::default().pixels.min(cx.limits().max_pixels).min(cx.limits().max_memory / 8);
        let options = Options {
            target: want.size.width.max(want.size.height),
            bounds: Bounds { pixels, ..Bounds::default() },
            go_on: &|| cx.check().is_ok(),
        };
        let converted = to_svg(&self.bytes, &options).map_err(error)?;
        cx.check()?;
        if converted.truncated {
            cx.warn("the metafile exceeds a limit, and something is left out");
        }
        let _held = cx.reserve(converted.svg.len() as u64)?;
        Drawing::parse(&converted.svg, cx)?.draw(want.size, cx)
    }
}

fn error(fault: Fault) -> Error {
    match fault {
        Fault::Unknown => Error::corrupt("no metafile header"),
        Fault::Corrupt(why) => Error::corrupt(why),
        Fault::Limit(why) => Error::limit(why),
    }
}
