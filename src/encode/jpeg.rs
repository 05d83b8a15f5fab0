//! JPEG: baseline 4:2:0, 4:4:4 from quality 90 on; by libjpeg-turbo with the feature `turbojpeg`, by jpeg-encoder
//! otherwise.

use thumbling_core::error::{Error, Result};
use thumbling_core::frame::Frame;

/// Quality from which on chroma is stored at full resolution.
const FULL_CHROMA: u8 = 90;

#[cfg(feature = "turbojpeg")]
pub(super) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

    let failed = |e: turbojpeg::Error| Error::internal(format!("encode: {e}")).caused_by(e);
    let (width, height) = (frame.width as usize, frame.height as usize);
    let image = Image {
        pixels: super::samples::samples(frame)?,
        width,
        pitch: width * frame.format.channels(),
        height,
        format: PixelFormat::RGB,
    };
    let mut compressor = Compressor::new().map_err(failed)?;
    compressor.set_quality(i32::from(quality)).map_err(failed)?;
    compressor.set_subsamp(if quality < FULL_CHROMA { Subsamp::Sub2x2 } else { Subsamp::None }).map_err(failed)?;
    compressor.compress_to_vec(image).map_err(failed)
}

#[cfg(not(feature = "turbojpeg"))]
pub(super) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    let side = |n: u32| u16::try_from(n).map_err(|_| Error::internal("encode: a JPEG of more than 65,535 px"));
    let (width, height) = (side(frame.width)?, side(frame.height)?);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(if quality < FULL_CHROMA { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 });
    let encoded = encoder.encode(super::samples::samples(frame)?, width, height, ColorType::Rgb);
    encoded.map_err(|e| Error::internal(format!("encode: {e}")).caused_by(e))?;
    Ok(out)
}
