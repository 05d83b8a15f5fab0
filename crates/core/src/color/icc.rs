//! ICC profiles: how samples become linear light.
//!
//! moxcms parses the profile; this module evaluates it. Only the direction from device to sRGB is needed, so there are
//! no transform objects, whose tables take longer to build (0.5 to 60 ms) than a small picture takes to convert. Uses
//! perceptual intent with black point compensation, the default of Pillow and lcms; tables take precedence over
//! matrices, and matrices ignore intents.
//!
//! A broken profile, or one for other channels than those of the picture, counts as sRGB.

use moxcms::{ColorProfile, DataColorSpace};

use super::cicp::{self, Transfer};
use super::light::{Curve, Matrix, Sample};
use super::lut::Lut;
use super::tone_curve::{curve, hdr_transfer, is_srgb};
use crate::frame::PixelFormat;

/// Largest profile to parse, in bytes. Profiles of printing presses come close.
const MAX_BYTES: usize = 10 << 20;

/// Most tags of a profile; real ones have up to 40.
const MAX_TAGS: usize = 200;

/// How samples are converted to linear light.
pub(super) enum Conversion {
    /// Not at all: they are sRGB.
    Srgb,
    /// Grey through a curve.
    Gray(Curve),
    /// RGB through one or three curves, then a matrix to the primaries of sRGB.
    Rgb(Vec<Curve>, Matrix),
    /// High dynamic range, then an optional matrix to the primaries of sRGB.
    Hdr(Transfer, Option<Matrix>),
    /// A table over all channels.
    Lut(Box<Lut>),
}

/// The conversion that `profile` defines for samples of `format`.
pub(super) fn conversion<S: Sample>(profile: &[u8], format: PixelFormat) -> Conversion {
    let Some(mut profile) = parse(profile) else { return Conversion::Srgb };
    let conversion = match (format, profile.color_space) {
        (PixelFormat::Cmyk8 | PixelFormat::Cmyk16, DataColorSpace::Cmyk) => lut::<S>(&mut profile, 4),
        (f, DataColorSpace::Gray) if f.channels() < 3 => gray::<S>(profile),
        (f, DataColorSpace::Rgb) if f.channels() == 3 || f.has_alpha() && f.channels() == 4 => rgb::<S>(profile),
        _ => None,
    };
    conversion.unwrap_or(Conversion::Srgb)
}

/// The matrix to linear sRGB, if the profile has one; for samples that are linear light already.
pub(super) fn linear_matrix(profile: &[u8]) -> Option<Matrix> {
    let profile = parse(profile).filter(ColorProfile::is_matrix_shaper)?;
    Some(cicp::from_d50(profile.colorant_matrix()))
}

/// Parses the tags that are needed, each once. Other tags are blanked out first: the parser would follow all of them,
/// and a hostile profile can have thousands that point to the same megabytes.
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
    // One table is enough: the perceptual one, or else the next.
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

fn rgb<S: Sample>(mut profile: ColorProfile) -> Option<Conversion> {
    if let Some(cicp) = profile.cicp {
        let transfer = Transfer::of(cicp.transfer_characteristics as u8);
        if transfer.is_hdr() {
            return Some(Conversion::Hdr(transfer, cicp::primaries(cicp.color_primaries as u8)));
        }
    }
    if let Some(conversion) = lut::<S>(&mut profile, 3) {
        return Some(conversion);
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
        return Some(Conversion::Hdr(transfer, Some(matrix)));
    }
    let is_unit = (0..9).all(|i| (matrix[i / 3][i % 3] - f32::from(u8::from(i % 4 == 0))).abs() < 0.004);
    if is_unit && curves.iter().all(is_srgb::<S>) {
        return Some(Conversion::Srgb);
    }
    Some(Conversion::Rgb(curves, matrix))
}

fn gray<S: Sample>(mut profile: ColorProfile) -> Option<Conversion> {
    let Some(trc) = &profile.gray_trc else { return lut::<S>(&mut profile, 1) };
    let curve = curve::<S>(trc)?;
    if profile.pcs == DataColorSpace::Lab {
        // The curve yields L*.
        let curve = Curve::of(curve.points().iter().map(|l| super::lut::luminance(l * 100.0)).collect());
        return Some(Conversion::Gray(curve));
    }
    Some(match hdr_transfer::<S>(&curve) {
        Some(transfer) => Conversion::Hdr(transfer, None),
        None if is_srgb::<S>(&curve) => Conversion::Srgb,
        None => Conversion::Gray(curve),
    })
}

/// Takes the table out of the profile.
fn lut<S: Sample>(profile: &mut ColorProfile, inputs: usize) -> Option<Conversion> {
    let tables =
        [&mut profile.lut_a_to_b_perceptual, &mut profile.lut_a_to_b_colorimetric, &mut profile.lut_a_to_b_saturation];
    let table = tables.into_iter().find_map(Option::take)?;
    Some(Conversion::Lut(Box::new(Lut::new::<S>(table, profile.pcs, inputs)?)))
}
