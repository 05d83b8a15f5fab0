//! libjpeg-turbo with DCT scaling: everything that 1/8 of the size does not suffice for, and every process that the DC
//! reader leaves out.

use turbojpeg::{Decompressor, Image, PixelFormat as Turbo, ScalingFactor};

use super::header::{ColorModel, Header, Process};
use thumbling_core::decode::{Context, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// Scans of a progressive picture that are decoded: encoders write about ten, hostile files thousands.
const MAX_SCANS: u32 = 100;

fn typed(e: turbojpeg::Error) -> Error {
    Error::corrupt(e.to_string()).caused_by(e)
}

/// A frame at the smallest power of two of the size that covers `want`, which is in stored orientation.
pub(super) fn frame(source: &Source, header: &Header, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let scaled =
        |f: &ScalingFactor| Size::new(f.scale(header.width as usize) as u32, f.scale(header.height as usize) as u32);
    let factors = [ScalingFactor::ONE_EIGHTH, ScalingFactor::ONE_QUARTER, ScalingFactor::ONE_HALF];
    let factor = factors.into_iter().find(|f| scaled(f).covers(want.size)).unwrap_or(ScalingFactor::ONE);
    let size = scaled(&factor);
    let (turbo, format) = match header.color_model() {
        ColorModel::Gray => (Turbo::GRAY, PixelFormat::Gray8),
        ColorModel::Cmyk | ColorModel::Ycck => (Turbo::CMYK, PixelFormat::Cmyk8),
        _ => (Turbo::RGB, PixelFormat::Rgb8),
    };
    // Several passes need every coefficient at once, 2 bytes each.
    let coefficients = match header.process {
        Process::Progressive => u64::from(header.width) * u64::from(header.height) * 2 * header.components.len() as u64,
        _ => 0,
    };
    let _held = (cx.reserve(source.size().saturating_add(coefficients))?, cx.reserve_pixels(size, format.channels())?);
    let mut bytes = source.read_all(cx.limits().max_source)?;
    hide_profiles(&mut bytes);
    cx.check()?;
    let mut decompressor = Decompressor::new().map_err(typed)?;
    decompressor.set_scaling_factor(factor).map_err(typed)?;
    decompressor.set_scan_limit(MAX_SCANS).map_err(typed)?;
    let (width, height) = (size.width as usize, size.height as usize);
    // What a damaged file leaves out stays mid grey.
    let mut pixels = vec![0x80; width * height * format.channels()];
    let image = Image { pixels: &mut pixels[..], width, pitch: width * format.channels(), height, format: turbo };
    if let Err(e) = decompressor.decompress(&bytes, image) {
        // A warning comes as an error too; what was decoded before it is there.
        if pixels.iter().all(|sample| *sample == 0x80) {
            return Err(typed(e));
        }
        cx.warn(format!("damaged or truncated: {e}"));
    }
    cx.check()?;
    if format == PixelFormat::Cmyk8 && header.adobe_transform.is_some() {
        // Where Adobe's segment stands, ink is stored as what is left of the paper.
        pixels.iter_mut().for_each(|sample| *sample = 255 - *sample);
    }
    Frame::from_u8(size.width, size.height, format, pixels)
}

/// Renames the segments of the ICC profile, so that libjpeg-turbo does not read it too: it refuses a picture whose
/// profile is damaged.
fn hide_profiles(jpeg: &mut [u8]) {
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = jpeg.get(at..at + 4)
        && marker != 0xDA
    {
        if marker == 0xE2 && jpeg[at + 4..].starts_with(b"ICC_PROFILE\0") {
            jpeg[at + 1] = 0xEF;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}
