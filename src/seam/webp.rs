//! libwebp behind safe functions: encoding, and decoding at a reduced size.
#![allow(unsafe_code)] // FFI: libwebp has no safe binding that scales while decoding.

use libwebp_sys as sys;

use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat};

/// How much work the encoder does, 0 to 6: 3 takes half the time of the default 4 for one or two per cent more bytes.
const METHOD: i32 = 3;

/// Encodes `Rgb8` or `Rgba8` as lossy WebP with transparency.
pub(crate) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    let (Some(pixels), true) = (frame.as_u8(), matches!(frame.format, PixelFormat::Rgb8 | PixelFormat::Rgba8)) else {
        return Err(Error::internal(format!("{:?} is not encoded", frame.format)));
    };
    let failed = || Error::internal("libwebp could not encode the thumbnail");
    let (width, height) = (frame.width as i32, frame.height as i32);
    let stride = width * frame.format.channels() as i32;
    // SAFETY: the structs are plain data that the init functions fill; `pixels` holds height × stride bytes, as
    // `Frame` guarantees; the picture and the writer are freed on every path after they were made.
    unsafe {
        let mut config = sys::WebPConfig::new().map_err(|()| failed())?;
        (config.quality, config.method) = (f32::from(quality), METHOD);
        let mut picture = std::mem::zeroed::<sys::WebPPicture>();
        if !sys::WebPPictureInit(&mut picture) {
            return Err(failed());
        }
        (picture.width, picture.height) = (width, height);
        let imported = match frame.format {
            PixelFormat::Rgba8 => sys::WebPPictureImportRGBA(&mut picture, pixels.as_ptr(), stride),
            _ => sys::WebPPictureImportRGB(&mut picture, pixels.as_ptr(), stride),
        };
        let mut writer = std::mem::zeroed::<sys::WebPMemoryWriter>();
        sys::WebPMemoryWriterInit(&mut writer);
        picture.writer = Some(sys::WebPMemoryWrite);
        picture.custom_ptr = (&raw mut writer).cast();
        let encoded = imported != 0 && sys::WebPEncode(&config, &mut picture) != 0;
        sys::WebPPictureFree(&mut picture);
        let bytes = match encoded && !writer.mem.is_null() {
            true => Ok(std::slice::from_raw_parts(writer.mem, writer.size).to_vec()),
            false => Err(failed()),
        };
        sys::WebPMemoryWriterClear(&mut writer);
        bytes
    }
}
