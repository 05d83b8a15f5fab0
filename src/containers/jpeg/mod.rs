//! JPEG streams decoded to samples, for the JPEG codec and for JPEG inside TIFF.
//!
//! With the feature `turbojpeg` the decoder is libjpeg-turbo: every process but lossless, reduced to 1/2, 1/4 or 1/8
//! while decoding. Without it the decoder is zune-jpeg: Huffman-coded 8-bit pictures, always at full size. Neither
//! reads metadata.

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

/// Scans of a progressive picture that are decoded: encoders write about ten, hostile files thousands.
const MAX_SCANS: usize = 100;

/// Mid grey: what a damaged file leaves out.
const MISSING: u8 = 0x80;

/// What the header of a stream says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamInfo {
    /// Size, px.
    pub size: Size,
    /// Whether the lossless process is used, which neither decoder supports.
    pub is_lossless: bool,
}

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
