//! PNG, 8 bits, fast compression: a thumbnail is small, and a server makes many.

use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat};

/// Encodes upright 8-bit sRGB, [`PixelFormat::Rgb8`] or [`PixelFormat::Rgba8`]; other frames are `internal`.
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
    written.map_err(|e| Error::internal(format!("encode: {e}")))?;
    Ok(out)
}
