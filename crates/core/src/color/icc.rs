//! What an ICC profile makes of samples.
//!
//! moxcms reads the profile; the way from device to light is walked here. It goes one way only, from a file to sRGB,
//! so it needs no transform objects, whose tables take longer to build (0.5 to 60 ms) than a small picture takes to
//! convert. Perceptual intent with black point compensation, as Pillow and lcms do by default; tables come before
//! matrices, and matrices ignore intents.
//!
//! A profile that is broken, or made for other channels than the picture has, means sRGB.

use moxcms::{ColorProfile, DataColorSpace, ToneReprCurve};

use super::cicp::{self, Transfer};
use super::light::{Curve, Encoder, Matrix, Sample};
use super::lut::Lut;
use crate::frame::PixelFormat;

/// Bytes of the largest profile that is looked at; the profiles of printing presses come near.
const MAX_BYTES: usize = 10 << 20;

/// Tags of a profile: real ones have up to 40.
const MAX_TAGS: usize = 200;

/// What samples of type `S` mean.
pub(super) enum Meaning {
    /// They are sRGB.
    Srgb,
    /// Grey in light through a curve.
    Gray(Curve),
    /// RGB in light through one curve or three, then a matrix to the primaries of sRGB.
    Rgb(Vec<Curve>, Matrix),
    /// High dynamic range, then a matrix, if any, to the primaries of sRGB.
    Hdr(Transfer, Option<Matrix>),
    /// A table over all channels.
    Lut(Box<Lut>),
}

/// What `profile` makes of samples of `format`.
pub(super) fn meaning<S: Sample>(profile: &[u8], format: PixelFormat) -> Meaning {
    let Some(mut profile) = parse(profile) else { return Meaning::Srgb };
    let meaning = match (format, profile.color_space) {
        (PixelFormat::Cmyk8 | PixelFormat::Cmyk16, DataColorSpace::Cmyk) => lut::<S>(&mut profile, 4),
        (f, DataColorSpace::Gray) if f.channels() < 3 => gray::<S>(profile),
        (f, DataColorSpace::Rgb) if f.channels() == 3 || f.has_alpha() && f.channels() == 4 => rgb::<S>(profile),
        _ => None,
    };
    meaning.unwrap_or(Meaning::Srgb)
}

/// The matrix to linear sRGB of a profile that has one, for samples that are linear light already.
pub(super) fn linear_matrix(profile: &[u8]) -> Option<Matrix> {
    let profile = parse(profile).filter(ColorProfile::is_matrix_shaper)?;
    Some(cicp::from_d50(profile.colorant_matrix()))
}

/// Reads the tags that are needed, each once. The others are hidden from the parser: it would follow all of them, and
/// a hostile profile can have thousands that all lead to the same megabytes.
fn parse(profile: &[u8]) -> Option<ColorProfile> {
    if profile.len() > MAX_BYTES {
        return None;
    }
    let mut profile = profile.to_vec();
    let tags = profile.get_mut(128..)?;
    let (count, entries) = tags.split_first_chunk_mut::<4>()?;
    let count = u32::from_be_bytes(*count) as usize;
    let entries = entries.as_chunks_mut::<12>().0.get_mut(..count).filter(|e| e.len() <= MAX_TAGS)?;
    let mut wanted: Vec<[u8; 4]> =
        [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"cicp"].map(|tag| *tag).to_vec();
    // One table is enough: the perceptual one, or what there is.
    let table = [b"A2B0", b"A2B1", b"A2B2"].into_iter().find(|tag| entries.iter().any(|e| e.starts_with(*tag)));
    wanted.extend(table);
    for entry in entries {
        let [a, b, c, d, ..] = *entry;
        match wanted.iter().position(|tag| *tag == [a, b, c, d]) {
            Some(i) => drop(wanted.swap_remove(i)),
            None => entry.fill(0),
        }
    }
    ColorProfile::new_from_slice(&profile).ok()
}

fn rgb<S: Sample>(mut profile: ColorProfile) -> Option<Meaning> {
    if let Some(cicp) = profile.cicp {
        let transfer = Transfer::of(cicp.transfer_characteristics as u8);
        if transfer.is_hdr() {
            return Some(Meaning::Hdr(transfer, cicp::primaries(cicp.color_primaries as u8)));
        }
    }
    if let Some(meaning) = lut::<S>(&mut profile, 3) {
        return Some(meaning);
    }
    if !profile.is_matrix_shaper() {
        return None;
    }
    let matrix = cicp::from_d50(profile.colorant_matrix());
    let trcs = [profile.red_trc?, profile.green_trc?, profile.blue_trc?];
    let different = if trcs.iter().all(|trc| *trc == trcs[0]) { &trcs[..1] } else { &trcs[..] };
    let curves: Option<Vec<_>> = different.iter().map(curve::<S>).collect();
    let curves = curves?;
    if let [one] = &curves[..]
        && let Some(transfer) = hdr_transfer::<S>(one)
    {
        return Some(Meaning::Hdr(transfer, Some(matrix)));
    }
    let is_unit = (0..9).all(|i| (matrix[i / 3][i % 3] - f32::from(u8::from(i % 4 == 0))).abs() < 0.004);
    if is_unit && curves.iter().all(is_srgb::<S>) {
        return Some(Meaning::Srgb);
    }
    Some(Meaning::Rgb(curves, matrix))
}

fn gray<S: Sample>(mut profile: ColorProfile) -> Option<Meaning> {
    let Some(trc) = &profile.gray_trc else { return lut::<S>(&mut profile, 1) };
    let curve = curve::<S>(trc)?;
    if profile.pcs == DataColorSpace::Lab {
        // The curve gives L* then.
        let curve = Curve::of(curve.points().iter().map(|l| super::lut::luminance(l * 100.0)).collect());
        return Some(Meaning::Gray(curve));
    }
    Some(match hdr_transfer::<S>(&curve) {
        Some(transfer) => Meaning::Hdr(transfer, None),
        None if is_srgb::<S>(&curve) => Meaning::Srgb,
        None => Meaning::Gray(curve),
    })
}

/// The profile's table, which it loses.
fn lut<S: Sample>(profile: &mut ColorProfile, inputs: usize) -> Option<Meaning> {
    let tables =
        [&mut profile.lut_a_to_b_perceptual, &mut profile.lut_a_to_b_colorimetric, &mut profile.lut_a_to_b_saturation];
    let table = tables.into_iter().find_map(Option::take)?;
    Some(Meaning::Lut(Box::new(Lut::new::<S>(table, profile.pcs, inputs)?)))
}

/// A tone curve of a profile over samples.
pub(super) fn curve<S: Sample>(trc: &ToneReprCurve) -> Option<Curve> {
    let evaluator = trc.make_linear_evaluator().ok()?;
    Some(Curve::new::<S>(|v| evaluator.evaluate_value(v).clamp(0.0, 1.0)))
}

/// Whether a curve is that of sRGB, within 0.6 of an 8-bit step.
fn is_srgb<S: Sample>(curve: &Curve) -> bool {
    let to = Encoder::to_16();
    let step = |(i, v): (usize, &f32)| (f32::from(to.encode(*v)) - S::signal(i) * 65_535.0).abs();
    curve.points().iter().enumerate().map(step).all(|difference| difference < 0.6 * 257.0)
}

/// PQ or HLG, if a curve is that: profiles older than the `cicp` tag say it in no other way.
fn hdr_transfer<S: Sample>(curve: &Curve) -> Option<Transfer> {
    let points = curve.points();
    let last = points.last().copied().filter(|v| *v > 0.0)?;
    [Transfer::Pq, Transfer::Hlg].into_iter().find(|transfer| {
        [0.35, 0.5, 0.6, 0.75, 0.9].iter().all(|at| {
            let i = (at * (points.len() - 1) as f64) as usize;
            let expected = transfer.light(S::signal(i)) / transfer.light(1.0);
            points.get(i).is_some_and(|v| (v / last / expected - 1.0).abs() < 0.03)
        })
    })
}
