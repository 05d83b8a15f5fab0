//! zune-jpeg: pure Rust. It fills the missing part of a truncated picture without reporting it.

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::{DecodeErrors, UnsupportedSchemes};
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::stream::{MAX_SCANS, StreamInfo};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::PixelFormat;
use thumbling_core::geometry::Size;

/// Pictures can be decoded at 1/n of their size for these n: at full size only.
pub(crate) const DENOMINATORS: &[u32] = &[1];

/// A decoder that can be used for several streams.
pub(crate) struct Decompressor;

impl Decompressor {
    /// A new decoder.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self)
    }

    /// Reads the header of `jpeg`.
    pub(crate) fn info(&mut self, jpeg: &[u8]) -> Result<StreamInfo> {
        match opened(jpeg) {
            Ok(decoder) => {
                let (width, height) = decoder.dimensions().ok_or_else(|| Error::internal("a JPEG without a size"))?;
                Ok(StreamInfo { size: Size::new(width as u32, height as u32), is_lossless: false })
            }
            Err(e) => Err(typed(e)),
        }
    }

    /// Decodes `jpeg` into `out`; see [`decode`](super::decode).
    pub(super) fn decode_into(
        &mut self,
        jpeg: &[u8],
        format: PixelFormat,
        size: Size,
        denominator: u32,
        out: &mut [u8],
    ) -> Result<()> {
        let mut decoder = opened(jpeg).map_err(typed)?;
        if denominator != 1 || decoder.dimensions() != Some((size.width as usize, size.height as usize)) {
            return Err(Error::corrupt("a JPEG of two sizes"));
        }
        let components = decoder.info().map_or(0, |info| info.components);
        let stored = match decoder.input_colorspace() {
            // Adobe's transform 0: zune-jpeg decides between RGB and CMYK when it decodes.
            Some(ColorSpace::CMYK) if components == 3 => ColorSpace::RGB,
            other => other.unwrap_or(ColorSpace::YCbCr),
        };
        let output = match (format, stored) {
            (PixelFormat::Gray8, ColorSpace::Luma | ColorSpace::YCbCr) => ColorSpace::Luma,
            (PixelFormat::Rgb8, ColorSpace::RGB | ColorSpace::YCbCr | ColorSpace::Luma) => ColorSpace::RGB,
            // CMYK is not converted by zune-jpeg: the components come as they are stored.
            (PixelFormat::Cmyk8, ColorSpace::CMYK | ColorSpace::YCCK) => stored,
            _ => return Err(Error::unsupported(format!("a JPEG of {stored:?} components as {format:?}"))),
        };
        decoder.set_options(decoder.options().jpeg_set_out_colorspace(output));
        decoder.decode_into(out).map_err(typed)?;
        if output == ColorSpace::YCCK {
            out.as_chunks_mut::<4>().0.iter_mut().for_each(cmyk_of_ycck);
        }
        Ok(())
    }
}

/// A decoder of `jpeg` whose header is read.
fn opened(jpeg: &[u8]) -> std::result::Result<JpegDecoder<ZCursor<&[u8]>>, DecodeErrors> {
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default().set_max_width(side).set_max_height(side).jpeg_set_max_scans(MAX_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    decoder.decode_headers()?;
    Ok(decoder)
}

/// CMY is stored as the YCbCr of its complement, K as it is: as libjpeg-turbo converts it.
fn cmyk_of_ycck(pixel: &mut [u8; 4]) {
    let [y, cb, cr, k] = *pixel;
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let ink = |complement: i32| 255 - ((complement + (1 << 15)) >> 16).clamp(0, 255) as u8;
    *pixel = [ink(y + 91_881 * cr), ink(y - 22_554 * cb - 46_802 * cr), ink(y + 116_130 * cb), k];
}

fn typed(e: DecodeErrors) -> Error {
    match &e {
        DecodeErrors::Unsupported(scheme) => {
            let name = match scheme {
                UnsupportedSchemes::LosslessHuffman => "lossless JPEG",
                UnsupportedSchemes::LosslessArithmetic => "lossless JPEG with arithmetic coding",
                _ => "JPEG with arithmetic coding",
            };
            Error::unsupported(name).caused_by(e)
        }
        _ => Error::corrupt(e.to_string()).caused_by(e),
    }
}
