//! libjpeg-turbo.

use turbojpeg::{Image, PixelFormat as Turbo, ScalingFactor};

use super::stream::{MAX_SCANS, StreamInfo};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::PixelFormat;
use thumbling_core::geometry::Size;

/// Pictures can be decoded at 1/n of their size for these n, smallest picture first.
pub(crate) const DENOMINATORS: &[u32] = &[8, 4, 2, 1];

/// A decoder that can be used for several streams.
pub(crate) struct Decompressor(turbojpeg::Decompressor);

impl Decompressor {
    /// A new decoder.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(turbojpeg::Decompressor::new().map_err(internal)?))
    }

    /// Reads the header of `jpeg`.
    pub(crate) fn info(&mut self, jpeg: &[u8]) -> Result<StreamInfo> {
        let header = self.0.read_header(jpeg).map_err(corrupt)?;
        Ok(StreamInfo { size: Size::new(header.width as u32, header.height as u32), is_lossless: header.is_lossless })
    }

    /// Decodes `jpeg` into `out`; see [`decode`](super::decode). On damage, `out` holds what was decoded before it.
    pub(super) fn decode_into(
        &mut self,
        jpeg: &[u8],
        format: PixelFormat,
        size: Size,
        denominator: u32,
        out: &mut [u8],
    ) -> Result<()> {
        let turbo = match format {
            PixelFormat::Gray8 => Turbo::GRAY,
            PixelFormat::Rgb8 => Turbo::RGB,
            PixelFormat::Cmyk8 => Turbo::CMYK,
            other => return Err(Error::internal(format!("JPEG as {other:?}"))),
        };
        self.0.set_scaling_factor(ScalingFactor::new(1, denominator as usize)).map_err(internal)?;
        self.0.set_scan_limit(MAX_SCANS as u32).map_err(internal)?;
        let (width, height) = (size.width as usize, size.height as usize);
        let image = Image { pixels: out, width, pitch: width * format.channels(), height, format: turbo };
        // Warnings are reported as errors too.
        self.0.decompress(jpeg, image).map_err(corrupt)
    }
}

fn corrupt(e: turbojpeg::Error) -> Error {
    Error::corrupt(e.to_string()).caused_by(e)
}

fn internal(e: turbojpeg::Error) -> Error {
    Error::internal(e.to_string()).caused_by(e)
}
