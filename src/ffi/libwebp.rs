//! libwebp: lossy encoding, and decoding at a reduced size.
#![allow(unsafe_code)] // FFI: libwebp has no safe binding that scales while decoding.

use libwebp_sys as sys;

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;

/// Effort of the encoder, 0 to 6: 3 takes half the time of the default 4 for one or two per cent more bytes.
const METHOD: i32 = 3;

/// Encodes `Rgb8` or `Rgba8` as lossy WebP with transparency.
pub(crate) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>> {
    let (Some(pixels), true) = (frame.as_u8(), matches!(frame.format, PixelFormat::Rgb8 | PixelFormat::Rgba8)) else {
        return Err(Error::internal(format!("cannot encode {:?}", frame.format)));
    };
    let failed = || Error::internal("libwebp could not encode the thumbnail");
    let (width, height) = (frame.width as i32, frame.height as i32);
    let stride = width * frame.format.channels() as i32;
    // SAFETY: the structs are plain data that the init functions fill; `pixels` holds height × stride bytes, as
    // `Frame` guarantees; the picture and the writer are freed on every path after their creation.
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

fn corrupt(status: sys::VP8StatusCode) -> Error {
    match status {
        sys::VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => Error::limit("libwebp ran out of memory"),
        sys::VP8StatusCode::VP8_STATUS_UNSUPPORTED_FEATURE => {
            Error::unsupported("a WebP feature that libwebp does not support")
        }
        status => Error::corrupt(format!("libwebp: {status:?}")),
    }
}

/// Bytes that are decoded between two checks for cancellation.
const STEP: usize = 64 << 10;

/// Decodes a still file of `full` px, scaling it to `size` px while decoding; `Rgba8` if `alpha`, else `Rgb8`. Rows that
/// are missing in a truncated file stay 0; the second value is the number of rows that were decoded.
///
/// `coarse` skips the loop filter, for pictures that are reduced so far that block edges are not seen.
#[cfg(feature = "webp")]
pub(crate) fn decode(
    bytes: &[u8],
    size: Size,
    full: Size,
    alpha: bool,
    coarse: bool,
    interrupt: &Interrupt,
) -> Result<(Frame, u32)> {
    let format = if alpha { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
    let stride = size.width as usize * format.channels();
    let mut pixels = vec![0u8; stride * size.height as usize];
    // SAFETY: `config` is plain data, initialised by libwebp. `pixels` outlives the decoder and holds
    // height × stride bytes, as declared in the buffer. The decoder reads `bytes[..end]` during each call only, and is
    // deleted on every path.
    let rows = unsafe {
        let mut config = std::mem::zeroed::<sys::WebPDecoderConfig>();
        if !sys::WebPInitDecoderConfig(&mut config) {
            return Err(Error::internal("libwebp has another version than its headers"));
        }
        if size != full {
            config.options.use_scaling = 1;
            config.options.scaled_width = size.width as i32;
            config.options.scaled_height = size.height as i32;
        }
        config.options.bypass_filtering = i32::from(coarse);
        config.output.colorspace = if alpha { sys::WEBP_CSP_MODE::MODE_RGBA } else { sys::WEBP_CSP_MODE::MODE_RGB };
        config.output.is_external_memory = 1;
        config.output.u.RGBA =
            sys::WebPRGBABuffer { rgba: pixels.as_mut_ptr(), stride: stride as i32, size: pixels.len() };
        let decoder = sys::WebPIDecode(std::ptr::null(), 0, &mut config);
        if decoder.is_null() {
            return Err(Error::limit("libwebp could not start a decoder"));
        }
        let mut outcome = Ok(());
        let mut end = 0;
        while end < bytes.len() {
            end = (end + STEP).min(bytes.len());
            if let Err(e) = interrupt.check() {
                outcome = Err(e);
                break;
            }
            match sys::WebPIUpdate(decoder, bytes.as_ptr(), end) {
                sys::VP8StatusCode::VP8_STATUS_OK => break,
                sys::VP8StatusCode::VP8_STATUS_SUSPENDED => {}
                status => {
                    outcome = Err(corrupt(status));
                    break;
                }
            }
        }
        let mut last = 0;
        let null = std::ptr::null_mut();
        let shown = sys::WebPIDecGetRGB(decoder, &mut last, null, null, null);
        let rows = if shown.is_null() { 0 } else { last.clamp(0, size.height as i32) as u32 };
        sys::WebPIDelete(decoder);
        match outcome {
            Err(e) if e.kind() != ErrorKind::Corrupt || rows == 0 => return Err(e),
            _ => rows,
        }
    };
    if rows == 0 {
        return Err(Error::corrupt("no row could be decoded"));
    }
    Ok((Frame::from_u8(size.width, size.height, format, pixels)?, rows))
}

#[cfg(all(test, feature = "webp"))]
mod tests {
    use super::*;

    const FULL: Size = Size::new(64, 48);

    fn sample() -> Vec<u8> {
        let pixels = (0..64 * 48).flat_map(|i| [(i % 64 * 4) as u8, (i / 64 * 5) as u8, 99]).collect();
        encode(&Frame::from_u8(64, 48, PixelFormat::Rgb8, pixels).unwrap(), 90).unwrap()
    }

    #[test]
    fn encoded_colours_survive_decoding() {
        let (frame, rows) = decode(&sample(), FULL, FULL, false, false, &Interrupt::default()).unwrap();
        let v = frame.as_u8().unwrap();
        assert_eq!(rows, 48);
        let last = &v[v.len() - 3..];
        assert!(last[0].abs_diff(252) < 12 && last[1].abs_diff(235) < 12 && last[2].abs_diff(99) < 12, "{last:?}");
    }

    #[test]
    fn a_truncated_file_reports_its_rows() {
        let sample = sample();
        match decode(&sample[..sample.len() * 3 / 4], FULL, FULL, false, false, &Interrupt::default()) {
            Ok((_, rows)) => assert!(rows < 48),
            Err(e) => assert_eq!(e.kind(), ErrorKind::Corrupt),
        }
    }
}
