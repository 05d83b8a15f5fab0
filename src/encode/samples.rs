//! The samples of a frame to encode.

use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};

/// 8-bit RGB or RGBA; `internal` for other formats.
pub(super) fn samples(frame: &Frame) -> Result<&[u8]> {
    match (frame.format, frame.as_u8()) {
        (PixelFormat::Rgb8 | PixelFormat::Rgba8, Some(v)) => Ok(v),
        _ => Err(Error::internal(format!("cannot encode {:?}", frame.format))),
    }
}
