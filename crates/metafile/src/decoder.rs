//! A metafile as a decoder: read whole, inflated if it is gzipped, and drawn by way of SVG.

use super::{Bounds, Fault, Options, size, to_svg};
use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::gzip;
use thumbling_core::limits::Reservation;
use thumbling_core::source::Source;
use thumbling_page::svg::Drawing;

/// An open WMF or EMF file.
pub struct Metafile {
    format: Format,
    bytes: Vec<u8>,
    /// CSS pixels.
    size: (f64, f64),
    _held: Reservation,
}

impl Metafile {
    /// Reads the file and its header. `corrupt` if it is no metafile.
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
        // Bitmaps may all be held at once, four bytes a pixel, and once more while one is turned into PNG.
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
