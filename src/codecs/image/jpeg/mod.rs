//! JPEG: libjpeg-turbo with DCT scaling.

#![allow(dead_code)]
mod bits;
mod blocks;
mod dc;
mod entropy;
mod header;
mod huffman;
mod layout;
mod markers;
mod plane;
#[cfg(test)]
mod samples;
mod scan;
mod scatter;
mod standard;
mod window;

use crate::color::ColorSpace;
use crate::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use crate::error::{Error, Result};
use crate::format::Format;
use crate::frame::{Frame, PixelFormat};
use crate::geometry::Size;
use crate::probe::Score;
use crate::source::Source;

const FORMAT: Format = Format::image("jpeg");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/jpeg"],
    score: |peek| Score::magic_if(peek.has(0, &[0xFF, 0xD8, 0xFF])),
    open: |source, _| Ok(Box::new(Jpeg { source: source.clone() })),
};

struct Jpeg {
    source: Source,
}

fn typed(e: turbojpeg::Error) -> Error {
    Error::corrupt(e.to_string()).caused_by(e)
}

impl Decoder for Jpeg {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let bytes = self.source.read_all(cx.limits().max_source)?;
        let header = turbojpeg::read_header(&bytes).map_err(typed)?;
        Ok(SourceInfo::new(FORMAT, Size::new(header.width as u32, header.height as u32)))
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let bytes = self.source.read_all(cx.limits().max_source)?;
        let header = turbojpeg::read_header(&bytes).map_err(typed)?;
        let factor = [turbojpeg::ScalingFactor::ONE_EIGHTH, turbojpeg::ScalingFactor::ONE_QUARTER]
            .into_iter()
            .find(|f| {
                Size::new(f.scale(header.width) as u32, f.scale(header.height) as u32).covers(want.size)
            })
            .unwrap_or(turbojpeg::ScalingFactor::ONE);
        let (width, height) = (factor.scale(header.width), factor.scale(header.height));
        let _held = cx.reserve_pixels(Size::new(width as u32, height as u32), 3)?;
        let mut decompressor = turbojpeg::Decompressor::new().map_err(typed)?;
        decompressor.set_scaling_factor(factor).map_err(typed)?;
        let mut pixels = vec![0; width * height * 3];
        let image = turbojpeg::Image {
            pixels: &mut pixels[..],
            width,
            pitch: width * 3,
            height,
            format: turbojpeg::PixelFormat::RGB,
        };
        decompressor.decompress(&bytes, image).map_err(typed)?;
        Ok(Frame::from_u8(width as u32, height as u32, PixelFormat::Rgb8, pixels)?.with_color(ColorSpace::Srgb))
    }
}
