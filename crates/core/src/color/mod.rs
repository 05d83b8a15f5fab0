//! Converts frames of any colour space to 8-bit sRGB, the colour space of thumbnails.
//!
//! A picture that is sRGB already, by name or by an equivalent profile, is only narrowed to 8 bits. Others are
//! converted to linear light ([`light`]) through their profile ([`icc`], [`lut`]) or code points ([`cicp`]); high
//! dynamic range is tone-mapped ([`tonemap`]); then the light is encoded as sRGB.
//!
//! Wide gamuts of standard dynamic range are clipped, as in any colorimetric conversion; only high dynamic range is
//! compressed.

mod cicp;
mod hdr;
mod icc;
pub mod lab;
mod light;
mod lut;
mod tone_curve;
mod tonemap;

use self::cicp::Transfer;
use self::icc::Conversion;
use self::light::{Curve, Light, Matrix, Sample, times};
use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat, Samples};

pub use crate::frame::ColorSpace;

/// Converts float samples to 16-bit sRGB and returns other frames unchanged. Call it before scaling: in linear light
/// filters ring around highlights and spread NaN.
///
/// # Errors
/// Currently none.
pub fn prepare(frame: Frame) -> Result<Frame> {
    let Samples::F32(samples) = &frame.samples else { return Ok(frame) };
    let format = if frame.format.has_alpha() { PixelFormat::Rgba16 } else { PixelFormat::Rgb16 };
    let matrix = match &frame.color {
        ColorSpace::Srgb => None,
        ColorSpace::Icc(profile) => icc::linear_matrix(profile),
        ColorSpace::Cicp { primaries, .. } => cicp::primaries(*primaries),
    };
    let samples = Samples::U16(hdr::signals(samples, frame.format, matrix.as_ref()));
    Ok(Frame { format, samples, color: ColorSpace::Srgb, ..frame })
}

/// Converts a frame to sRGB in [`PixelFormat::Rgb8`], or [`PixelFormat::Rgba8`] if it has alpha. Alpha is unchanged.
///
/// CMYK without a profile becomes (1 - ink) × (1 - black), as in browsers, Pillow and ImageMagick: assuming a press
/// profile would wash out the blacks of files made for screens.
///
/// # Errors
/// `internal` if the samples do not match the format.
pub fn to_srgb8(frame: Frame) -> Result<Frame> {
    let frame = prepare(frame)?;
    let format = if frame.format.has_alpha() { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
    let samples = match frame.samples {
        Samples::U8(v) if frame.color == ColorSpace::Srgb && frame.format == format => v,
        Samples::U8(v) => converted(&v, frame.format, &frame.color),
        Samples::U16(v) => converted(&v, frame.format, &frame.color),
        Samples::F32(_) => return Err(Error::internal("float samples after preparation")),
    };
    let (width, height, origin) = (frame.width, frame.height, frame.origin);
    Ok(Frame::from_u8(width, height, format, samples)?.with_orientation(frame.orientation).with_origin(origin))
}

/// Converts samples of any integer format and colour space to 8-bit sRGB, keeping alpha.
fn converted<S: Sample>(samples: &[S], format: PixelFormat, color: &ColorSpace) -> Vec<u8> {
    let conversion = match color {
        ColorSpace::Srgb => Conversion::Srgb,
        ColorSpace::Icc(profile) => icc::conversion::<S>(profile, format),
        ColorSpace::Cicp { primaries, transfer } => cicp_conversion::<S>(*primaries, *transfer),
    };
    let is_cmyk = matches!(format, PixelFormat::Cmyk8 | PixelFormat::Cmyk16);
    let light = match conversion {
        Conversion::Lut(lut) if is_cmyk => samples.as_chunks().0.iter().map(cached(|p: [S; 4]| lut.light(p))).collect(),
        _ if is_cmyk => return multiplied(samples),
        Conversion::Srgb => return narrowed(samples, format),
        Conversion::Gray(curve) => light::light(samples, format, |[g, ..]| [g.through(&curve); 3]),
        Conversion::Rgb(curves, matrix) => match &curves[..] {
            [r, g, b] => shaped(samples, format, [r, g, b], &matrix),
            [one, ..] => shaped(samples, format, [one; 3], &matrix),
            [] => return narrowed(samples, format),
        },
        Conversion::Hdr(transfer, matrix) => mapped(samples, format, transfer, matrix.as_ref()),
        Conversion::Lut(lut) if format.channels() < 3 => light::light(samples, format, |[g, ..]| lut.light([g])),
        Conversion::Lut(lut) => {
            let mut light = cached(|p: [S; 3]| lut.light(p));
            light::light(samples, format, |p| light(&p))
        }
    };
    light::encode(&light, samples, format)
}

/// The conversion that H.273 code points define.
fn cicp_conversion<S: Sample>(primaries: u8, transfer: u8) -> Conversion {
    let (matrix, transfer) = (cicp::primaries(primaries), Transfer::of(transfer));
    match (matrix, transfer) {
        (None, Transfer::Srgb) => Conversion::Srgb,
        (matrix, transfer) if transfer.is_hdr() => Conversion::Hdr(transfer, matrix),
        (matrix, transfer) => {
            const UNIT: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            Conversion::Rgb(vec![Curve::new::<S>(|v| transfer.light(v))], matrix.unwrap_or(UNIT))
        }
    }
}

fn shaped<S: Sample>(samples: &[S], format: PixelFormat, curves: [&Curve; 3], matrix: &Matrix) -> Vec<Light> {
    light::light(samples, format, |[r, g, b]| {
        times(matrix, [r.through(curves[0]), g.through(curves[1]), b.through(curves[2])])
    })
}

/// Converts high dynamic range to displayable light.
fn mapped<S: Sample>(samples: &[S], format: PixelFormat, transfer: Transfer, matrix: Option<&Matrix>) -> Vec<Light> {
    let curve = Curve::new::<S>(|v| transfer.light(v));
    let mut light = light::light(samples, format, |p| {
        let light = p.map(|v| v.through(&curve));
        let light = matrix.map_or(light, |matrix| times(matrix, light));
        if transfer == Transfer::Hlg { cicp::hlg_display(light) } else { light }
    });
    let map = tonemap::ToneMap::new(&light, tonemap::KNEE);
    light.iter_mut().for_each(|p| *p = map.apply(*p));
    light
}

/// Wraps `f` with a cache of its last result: neighbouring pixels are often equal, and table lookups are slow.
fn cached<P: Copy + PartialEq>(f: impl Fn(P) -> Light) -> impl FnMut(&P) -> Light {
    let mut last = None;
    move |p| match last {
        Some((known, light)) if known == *p => light,
        _ => {
            let light = f(*p);
            last = Some((*p, light));
            light
        }
    }
}

/// Narrows sRGB samples to 8 bits; grey becomes RGB.
fn narrowed<S: Sample>(samples: &[S], format: PixelFormat) -> Vec<u8> {
    match format.channels() {
        1 => samples.iter().flat_map(|g| [g.narrow(); 3]).collect(),
        2 => samples.as_chunks().0.iter().flat_map(|[g, a]| [g, g, g, a].map(|v| v.narrow())).collect(),
        _ => samples.iter().map(|v| v.narrow()).collect(),
    }
}

/// Converts uncalibrated CMYK to sRGB.
fn multiplied<S: Sample>(samples: &[S]) -> Vec<u8> {
    let pixels = samples.as_chunks::<4>().0.iter().map(|p| p.map(|v| 255 - u32::from(v.narrow())));
    pixels.flat_map(|[c, m, y, k]| [c, m, y].map(|v| ((v * k + 127) / 255) as u8)).collect()
}

#[cfg(test)]
mod tests;
