//! AVIF by rav1e at its fastest, 4:4:4, 8 bits.

use ravif::{BitDepth, Encoder, Img};

use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};

/// rav1e's speed, 1 to 10: at 10 a thumbnail of 512 px takes about 50 ms, at 8 seven times as long.
const SPEED: u8 = 10;

pub(super) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    let v = super::samples::samples(frame)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let encoder = Encoder::new()
        .with_quality(f32::from(quality))
        .with_alpha_quality(f32::from(quality))
        .with_speed(SPEED)
        .with_bit_depth(BitDepth::Eight)
        .with_num_threads(Some(1));
    // Opaque pixels are encoded without alpha. `encode_rgb` is generic and would compile all of rav1e into this crate.
    let pixels: Vec<_> = match frame.format {
        PixelFormat::Rgba8 => v.chunks_exact(4).map(|p| ravif::RGBA8::new(p[0], p[1], p[2], p[3])).collect(),
        _ => v.chunks_exact(3).map(|p| ravif::RGBA8::new(p[0], p[1], p[2], 255)).collect(),
    };
    let encoded = encoder.encode_rgba(Img::new(&pixels[..], width, height));
    Ok(encoded.map_err(|e| Error::internal(format!("encode: {e}")).caused_by(e))?.avif_file)
}
