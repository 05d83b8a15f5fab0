//! JPEG streams decoded to samples, for the JPEG codec and for JPEG inside TIFF.
//!
//! With the feature `turbojpeg` the decoder is libjpeg-turbo: every process but lossless, reduced to 1/2, 1/4 or 1/8
//! while decoding. Without it the decoder is zune-jpeg: Huffman-coded 8-bit pictures, always at full size. Neither
//! reads metadata.

mod stream;
#[cfg(feature = "turbojpeg")]
mod turbo;
#[cfg(not(feature = "turbojpeg"))]
mod zune;

#[cfg(feature = "turbojpeg")]
use turbo as backend;
#[cfg(not(feature = "turbojpeg"))]
use zune as backend;

pub(crate) use backend::{DENOMINATORS, Decompressor};

use thumbling_core::error::{Error, Result};
use thumbling_core::frame::PixelFormat;
use thumbling_core::geometry::Size;

/// Mid grey: what a damaged file leaves out.
const MISSING: u8 = 0x80;

/// The size of a picture of `size` px decoded at 1/`denominator`.
pub(crate) fn reduced(size: Size, denominator: u32) -> Size {
    Size::new(size.width.div_ceil(denominator), size.height.div_ceil(denominator))
}

/// Decodes `jpeg` to samples of `format` (`Gray8`, `Rgb8` or `Cmyk8` with ink as it is stored) of `size` px, which is
/// the size at 1/`denominator`. The second value is the damage, if the stream could be decoded in part only; the missing
/// pixels are mid grey.
///
/// # Errors
/// `corrupt` if nothing could be decoded; `unsupported` for a process that the decoder lacks.
pub(crate) fn decode(
    decompressor: &mut Decompressor,
    jpeg: &[u8],
    format: PixelFormat,
    size: Size,
    denominator: u32,
) -> Result<(Vec<u8>, Option<Error>)> {
    let mut pixels = vec![MISSING; size.pixels() as usize * format.channels()];
    match decompressor.decode_into(jpeg, format, size, denominator, &mut pixels) {
        Ok(()) => Ok((pixels, None)),
        Err(e) if pixels.iter().all(|sample| *sample == MISSING) => Err(e),
        Err(damage) => Ok((pixels, Some(damage))),
    }
}

/// An Adobe APP14 segment (ITU-T T.872, 6.5.3), which tells a decoder what the components are: 0 for RGB or CMYK, 1 for
/// YCbCr, 2 for YCCK.
pub(crate) fn adobe_segment(transform: u8) -> [u8; 16] {
    let mut segment = *b"\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00";
    segment[15] = transform;
    segment
}

#[cfg(test)]
mod tests {
    use super::stream::StreamInfo;
    use super::*;
    use jpeg_encoder::{ColorType, Encoder};
    use thumbling_core::error::ErrorKind;

    const SIZE: Size = Size::new(40, 24);

    /// A picture of one colour, in components of `color`.
    fn flat(pixel: &[u8], color: ColorType, progressive: bool) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 95);
        encoder.set_progressive(progressive);
        let pixels = pixel.repeat(SIZE.pixels() as usize);
        encoder.encode(&pixels, SIZE.width as u16, SIZE.height as u16, color).unwrap();
        jpeg
    }

    fn pixel(jpeg: &[u8], format: PixelFormat) -> Vec<u8> {
        let mut decompressor = Decompressor::new().unwrap();
        assert_eq!(decompressor.info(jpeg).unwrap(), StreamInfo { size: SIZE, is_lossless: false });
        let (pixels, damage) = decode(&mut decompressor, jpeg, format, SIZE, 1).unwrap();
        assert!(damage.is_none());
        pixels[pixels.len() - format.channels()..].to_vec()
    }

    fn assert_near(got: &[u8], want: &[u8]) {
        assert!(got.len() == want.len() && got.iter().zip(want).all(|(a, b)| a.abs_diff(*b) <= 3), "{got:?} {want:?}");
    }

    #[test]
    fn every_colour_model_is_decoded() {
        for progressive in [false, true] {
            assert_near(&pixel(&flat(&[77], ColorType::Luma, progressive), PixelFormat::Gray8), &[77]);
            assert_near(&pixel(&flat(&[200, 90, 20], ColorType::Rgb, progressive), PixelFormat::Rgb8), &[200, 90, 20]);
            // jpeg-encoder stores ink inverted and writes Adobe's segment.
            let (ink, stored) = ([10, 60, 200, 40], [245, 195, 55, 215]);
            assert_near(&pixel(&flat(&ink, ColorType::Cmyk, progressive), PixelFormat::Cmyk8), &stored);
            assert_near(&pixel(&flat(&ink, ColorType::CmykAsYcck, progressive), PixelFormat::Cmyk8), &stored);
        }
    }

    #[test]
    fn the_adobe_segment_marks_rgb_components() {
        let mut jpeg = flat(&[200, 90, 20], ColorType::Ycbcr, false);
        let jfif = jpeg.windows(4).position(|w| w == b"JFIF").unwrap() - 4;
        jpeg.splice(jfif..jfif + 18, adobe_segment(0));
        assert_near(&pixel(&jpeg, PixelFormat::Rgb8), &[200, 90, 20]);
    }

    #[test]
    fn the_start_of_a_truncated_picture_is_kept() {
        let jpeg = flat(&[200, 90, 20], ColorType::Rgb, false);
        let scan = jpeg.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
        let cut = &jpeg[..scan + 14 + (jpeg.len() - scan - 14) / 2];
        let (pixels, _) = decode(&mut Decompressor::new().unwrap(), cut, PixelFormat::Rgb8, SIZE, 1).unwrap();
        assert_near(&pixels[..3], &[200, 90, 20]);
    }

    #[test]
    fn other_bytes_are_corrupt() {
        let mut decompressor = Decompressor::new().unwrap();
        assert_eq!(decompressor.info(b"\xFF\xD8\xFFnothing").unwrap_err().kind(), ErrorKind::Corrupt);
    }
}
