//! Pictures for which 1/8 of the size does not suffice, and processes that the DC reader does not support: the full
//! decoder of [`containers::jpeg`](crate::containers::jpeg), at the smallest scale that covers the wanted size.

use super::header::{ColorModel, Header, Process};
use crate::containers::jpeg::{self, DENOMINATORS, Decompressor};
use thumbling_core::decode::{Context, Want};
use thumbling_core::error::Result;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// A frame at the smallest scale that covers `want`, which is in stored orientation.
pub(super) fn frame(source: &Source, header: &Header, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let full = Size::new(header.width, header.height);
    let covering = |n: &u32| jpeg::reduced(full, *n).covers(want.size);
    let denominator = DENOMINATORS.iter().copied().find(covering).unwrap_or(1);
    let size = jpeg::reduced(full, denominator);
    let format = match header.color_model() {
        ColorModel::Gray => PixelFormat::Gray8,
        ColorModel::Cmyk | ColorModel::Ycck => PixelFormat::Cmyk8,
        _ => PixelFormat::Rgb8,
    };
    // Progressive decoding holds every coefficient, 2 bytes each.
    let coefficients = match header.process {
        Process::Progressive => full.pixels() * 2 * header.components.len() as u64,
        _ => 0,
    };
    let _held = (cx.reserve(source.size().saturating_add(coefficients))?, cx.reserve_pixels(size, format.channels())?);
    let mut bytes = source.read_all(cx.limits().max_source)?;
    hide_profile(&mut bytes);
    if cfg!(not(feature = "turbojpeg")) {
        state_color_model(&mut bytes, header.color_model());
    }
    cx.check()?;
    let (mut pixels, damage) = jpeg::decode(&mut Decompressor::new()?, &bytes, format, size, denominator)?;
    if let Some(damage) = damage {
        cx.warn(format!("damaged or truncated: {}", damage.detail()));
    }
    cx.check()?;
    if format == PixelFormat::Cmyk8 && header.adobe_transform.is_some() {
        // Files with Adobe's segment store ink inverted.
        pixels.iter_mut().for_each(|sample| *sample = 255 - *sample);
    }
    Frame::from_u8(size.width, size.height, format, pixels)
}

/// Renames the segments of the ICC profile, which the decoders would parse too: a damaged profile would make them refuse
/// the picture.
fn hide_profile(jpeg: &mut [u8]) {
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

/// Replaces Adobe's segment with one that states `model`: zune-jpeg does not follow all rules of libjpeg for files that
/// leave it open.
fn state_color_model(jpeg: &mut Vec<u8>, model: ColorModel) {
    let transform = match model {
        ColorModel::Rgb | ColorModel::Cmyk => 0,
        ColorModel::YCbCr => 1,
        ColorModel::Ycck => 2,
        ColorModel::Gray | ColorModel::Unknown => return,
    };
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = jpeg.get(at..at + 4)
        && marker != 0xDA
    {
        if marker == 0xEE {
            jpeg[at + 1] = 0xEF;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    jpeg.splice(2..2, jpeg::adobe_segment(transform));
}
