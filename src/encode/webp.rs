//! WebP with transparency: lossy by libwebp with the feature `libwebp`, lossless by image-webp otherwise, whose encoder
//! has nothing else.

use thumbling_core::error::Result;
use thumbling_core::frame::Frame;

#[cfg(feature = "libwebp")]
pub(super) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    crate::ffi::libwebp::encode(frame, quality)
}

#[cfg(not(feature = "libwebp"))]
pub(super) fn encode(frame: &Frame, _quality: u8) -> Result<Vec<u8>> {
    use image_webp::{ColorType, WebPEncoder};
    use thumbling_core::error::Error;

    let color = if frame.format.has_alpha() { ColorType::Rgba8 } else { ColorType::Rgb8 };
    let mut out = Vec::new();
    let encoded = WebPEncoder::new(&mut out).encode(super::samples::samples(frame)?, frame.width, frame.height, color);
    encoded.map_err(|e| Error::internal(format!("encode: {e}")).caused_by(e))?;
    Ok(out)
}
