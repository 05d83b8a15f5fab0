//! PNG, 8 bits, fast compression: a thumbnail is small, and a server makes many.

use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat};

pub(super) fn encode(frame: &Frame) -> Result<Vec<u8>> {
    let samples = super::samples(frame)?;
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
