//! JPEG by libjpeg-turbo: baseline 4:2:0, 4:4:4 from quality 90 on.

use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

use thumbling_core::error::{Error, Result};
use thumbling_core::frame::Frame;

pub(super) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    let failed = |e: turbojpeg::Error| Error::internal(format!("encode: {e}"));
    let (width, height) = (frame.width as usize, frame.height as usize);
    let image = Image {
        pixels: super::samples(frame)?,
        width,
        pitch: width * frame.format.channels(),
        height,
        format: PixelFormat::RGB,
    };
    let mut compressor = Compressor::new().map_err(failed)?;
    compressor.set_quality(i32::from(quality)).map_err(failed)?;
    compressor.set_subsamp(if quality < 90 { Subsamp::Sub2x2 } else { Subsamp::None }).map_err(failed)?;
    compressor.compress_to_vec(image).map_err(failed)
}
