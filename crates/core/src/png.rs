//! PNG encoder for 8-bit frames. Uses fast compression: thumbnails are small, and servers produce many.

use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat};

/// Encodes an upright 8-bit sRGB frame.
///
/// # Errors
/// `internal` for formats other than [`PixelFormat::Rgb8`] and [`PixelFormat::Rgba8`].
pub fn encode(frame: &Frame) -> Result<Vec<u8>> {
    let samples = match (frame.format, frame.as_u8()) {
        (PixelFormat::Rgb8 | PixelFormat::Rgba8, Some(samples)) => samples,
        _ => return Err(Error::internal(format!("{:?} is not encoded", frame.format))),
    };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, frame.width, frame.height);
    encoder.set_color(match frame.format {
        PixelFormat::Rgba8 => png::ColorType::Rgba,
        _ => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut w| w.write_image_data(samples));
    written.map_err(|e| Error::internal(format!("encode: {e}")).caused_by(e))?;
    Ok(out)
}
