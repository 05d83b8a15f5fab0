//! Pixels by image-webp, in Rust: always at full size, and nothing of a truncated file.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;

/// Decodes a still file of `full` px, which `size` must be too; `Rgba8` if `alpha`, else `Rgb8`. The second value is the
/// number of rows.
pub(super) fn decode(
    bytes: &[u8],
    size: Size,
    full: Size,
    alpha: bool,
    _coarse: bool,
    interrupt: &Interrupt,
) -> Result<(Frame, u32)> {
    interrupt.check()?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(typed)?;
    if decoder.dimensions() != (full.width, full.height) || size != full {
        return Err(Error::corrupt("a WebP picture of two sizes"));
    }
    let format = if decoder.has_alpha() { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
    let mut pixels = vec![0; size.pixels() as usize * format.channels()];
    decoder.read_image(&mut pixels).map_err(typed)?;
    interrupt.check()?;
    let (format, pixels) = match (alpha, format) {
        (true, PixelFormat::Rgb8) => {
            (PixelFormat::Rgba8, pixels.as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect())
        }
        (false, PixelFormat::Rgba8) => {
            (PixelFormat::Rgb8, pixels.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect())
        }
        _ => (format, pixels),
    };
    Ok((Frame::from_u8(size.width, size.height, format, pixels)?, size.height))
}

fn typed(e: DecodingError) -> Error {
    match e {
        DecodingError::IoError(e) => e.into(),
        DecodingError::MemoryLimitExceeded | DecodingError::ImageTooLarge => Error::limit(e.to_string()).caused_by(e),
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}
