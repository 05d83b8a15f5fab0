//! JPEG (ITU-T T.81): an embedded preview if it covers the wanted size, the DC coefficients alone if 1/8 of the size
//! suffices, a full decoder otherwise.

mod bits;
mod blocks;
mod dc;
mod deinterleave;
mod entropy;
mod full;
mod header;
mod huffman;
mod layout;
mod markers;
mod plane;
mod preview;
mod reduced;
#[cfg(test)]
mod samples;
mod scan;
mod standard;
mod window;

use crate::containers::exif;
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Decoder, Effort, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::source::Source;

use header::Header;

const FORMAT: Format = Format::image("jpeg");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/jpeg"],
    score: |peek| Score::magic_if(peek.has(0, &[0xFF, 0xD8, 0xFF])),
    open: |source, _| {
        let jpeg = dc::Jpeg::open(source)?;
        let header = jpeg.header().clone();
        let exif = header.exif.as_deref().map(exif::parse).unwrap_or_default();
        Ok(Box::new(JpegFile { source: source.clone(), jpeg: Some(jpeg), header, exif }))
    },
};

struct JpegFile {
    source: Source,
    /// Read up to the first scan; consumed by the first decoding.
    jpeg: Option<dc::Jpeg>,
    header: Header,
    exif: exif::Exif,
}

impl JpegFile {
    fn size(&self) -> Size {
        Size::new(self.header.width, self.header.height)
    }

    fn orientation(&self) -> Orientation {
        self.exif.orientation
    }

    /// Pixels in stored orientation.
    fn decode(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let stored = Want { size: self.orientation().apply_to(want.size), ..want.clone() };
        if want.effort != Effort::Best
            && let Some(frame) = preview::frame(&self.source, &self.header, &self.exif, &stored, cx)?
        {
            return Ok(frame);
        }
        let (width, height) = self.header.dc_size(0);
        let suffices = Size::new(width, height).covers(stored.size) || self.header.precision > 8;
        if suffices && self.header.dc_path().is_ok() && reduced::is_made(&self.header) {
            let jpeg = match self.jpeg.take() {
                Some(jpeg) => jpeg,
                None => dc::Jpeg::open(&self.source)?,
            };
            match reduced::frame(jpeg, &stored, cx) {
                Err(e) if e.kind() == ErrorKind::Unsupported => {}
                other => return other,
            }
        }
        full::frame(&self.source, &self.header, &stored, cx)
    }
}

impl Decoder for JpegFile {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        // A height of 0 means that it is stored after the first scan, which no decoder here supports.
        cx.check_pixels(self.size())?;
        Ok(SourceInfo::new(FORMAT, self.orientation().apply_to(self.size())))
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        cx.check_pixels(self.size())?;
        let frame = self.decode(want, cx)?;
        let frame = match &self.header.icc {
            Some(profile) => frame.with_color(ColorSpace::Icc(profile.as_slice().into())),
            None => frame,
        };
        Ok(frame.with_orientation(self.orientation()))
    }
}
