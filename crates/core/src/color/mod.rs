//! From whatever the samples mean to 8-bit sRGB, the one space that thumbnails are in.
//!
//! A picture that is sRGB already, by name or because its profile says the same, is only narrowed to 8 bits. All
//! others become linear light ([`light`]) by their profile ([`icc`], [`lut`]) or code points ([`cicp`]); high dynamic
//! range is then mapped into what a display shows ([`tonemap`]); and light is encoded as sRGB.
//!
//! Wide gamuts of ordinary pictures are clipped, as colorimetric conversion is; only high dynamic range is compressed.

mod cicp;
mod hdr;
mod icc;
pub mod lab;
mod light;
mod lut;
mod tonemap;

use self::cicp::Transfer;
use self::icc::Meaning;
use self::light::{Curve, Light, Matrix, Sample, times};
use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat, Samples};

pub use crate::frame::ColorSpace;

/// Float samples as 16-bit sRGB, other frames as they are: to be called before a frame is scaled, since filters ring
/// around highlights in linear light and spread what is no number.
///
/// # Errors
/// None yet.
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

/// The frame as [`PixelFormat::Rgb8`], or [`PixelFormat::Rgba8`] where it has alpha, in sRGB. Alpha is left alone.
///
/// Without a profile CMYK is multiplied out, (1 - ink) × (1 - black), as browsers, Pillow and ImageMagick do: an
/// assumed press profile would wash out the black of every file that was made for screens.
///
/// # Errors
/// `internal` for a frame whose samples do not match its format.
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

/// Samples of any integer format and colour space as 8-bit sRGB, with alpha if they have it.
fn converted<S: Sample>(samples: &[S], format: PixelFormat, color: &ColorSpace) -> Vec<u8> {
    let meaning = match color {
        ColorSpace::Srgb => Meaning::Srgb,
        ColorSpace::Icc(profile) => icc::meaning::<S>(profile, format),
        ColorSpace::Cicp { primaries, transfer } => coded::<S>(*primaries, *transfer),
    };
    let is_cmyk = matches!(format, PixelFormat::Cmyk8 | PixelFormat::Cmyk16);
    let light = match meaning {
        Meaning::Lut(lut) if is_cmyk => samples.as_chunks().0.iter().map(cached(|p: [S; 4]| lut.light(p))).collect(),
        _ if is_cmyk => return multiplied(samples),
        Meaning::Srgb => return narrowed(samples, format),
        Meaning::Gray(curve) => light::light(samples, format, |[g, ..]| [g.through(&curve); 3]),
        Meaning::Rgb(curves, matrix) => match &curves[..] {
            [r, g, b] => shaped(samples, format, [r, g, b], &matrix),
            [one, ..] => shaped(samples, format, [one; 3], &matrix),
            [] => return narrowed(samples, format),
        },
        Meaning::Hdr(transfer, matrix) => mapped(samples, format, transfer, matrix.as_ref()),
        Meaning::Lut(lut) if format.channels() < 3 => light::light(samples, format, |[g, ..]| lut.light([g])),
        Meaning::Lut(lut) => {
            let mut light = cached(|p: [S; 3]| lut.light(p));
            light::light(samples, format, |p| light(&p))
        }
    };
    light::encode(&light, samples, format)
}

/// What code points mean.
fn coded<S: Sample>(primaries: u8, transfer: u8) -> Meaning {
    let (matrix, transfer) = (cicp::primaries(primaries), Transfer::of(transfer));
    match (matrix, transfer) {
        (None, Transfer::Srgb) => Meaning::Srgb,
        (matrix, transfer) if transfer.is_hdr() => Meaning::Hdr(transfer, matrix),
        (matrix, transfer) => {
            const UNIT: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            Meaning::Rgb(vec![Curve::new::<S>(|v| transfer.light(v))], matrix.unwrap_or(UNIT))
        }
    }
}

fn shaped<S: Sample>(samples: &[S], format: PixelFormat, curves: [&Curve; 3], matrix: &Matrix) -> Vec<Light> {
    light::light(samples, format, |[r, g, b]| {
        times(matrix, [r.through(curves[0]), g.through(curves[1]), b.through(curves[2])])
    })
}

/// High dynamic range as light that a display can show.
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

/// `f` that remembers its last answer: neighbours are often alike, and tables are slow to ask.
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

/// sRGB samples in 8 bits, grey as RGB.
fn narrowed<S: Sample>(samples: &[S], format: PixelFormat) -> Vec<u8> {
    match format.channels() {
        1 => samples.iter().flat_map(|g| [g.narrow(); 3]).collect(),
        2 => samples.as_chunks().0.iter().flat_map(|[g, a]| [g, g, g, a].map(|v| v.narrow())).collect(),
        _ => samples.iter().map(|v| v.narrow()).collect(),
    }
}

/// Uncalibrated ink as sRGB.
fn multiplied<S: Sample>(samples: &[S]) -> Vec<u8> {
    let pixels = samples.as_chunks::<4>().0.iter().map(|p| p.map(|v| 255 - u32::from(v.narrow())));
    pixels.flat_map(|[c, m, y, k]| [c, m, y].map(|v| ((v * k + 127) / 255) as u8)).collect()
}

#[cfg(test)]
mod tests;
