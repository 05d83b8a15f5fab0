//! Converts floating-point pictures (OpenEXR, Radiance) to display signals.
//!
//! Their samples are unbounded linear light. Mapping comes before scaling: in a Lanczos filter a sun of 10,000 would
//! ring through its neighbours, and one NaN would blank its whole window.

use super::light::{Encoder, Light, Matrix, times};
use super::tonemap::{ToneMap, upper_percentile};
use crate::frame::PixelFormat;

/// Light below this is unchanged (sRGB signal 0.8).
const KNEE: f32 = 0.6;

/// Pixels sampled to find exposure and peak.
const SAMPLED_PIXELS: usize = 1 << 16;

/// Larger values are clipped to this.
const LARGEST: f32 = 1e6;

/// Converts linear samples to 16-bit sRGB with the same channels. `matrix` converts to the primaries of sRGB.
pub(super) fn signals(samples: &[f32], format: PixelFormat, matrix: Option<&Matrix>) -> Vec<u16> {
    let channels = format.channels();
    let light = |pixel: &[f32]| {
        let channel =
            |i: usize| pixel.get(i).map_or(0.0, |v| if v.is_nan() { 0.0 } else { v.clamp(-LARGEST, LARGEST) });
        let light = [channel(0), channel(1), channel(2)];
        matrix.map_or(light, |matrix| times(matrix, light))
    };
    let step = (samples.len() / channels).div_ceil(SAMPLED_PIXELS).max(1);
    let mut seen: Vec<Light> = samples.chunks_exact(channels).step_by(step).map(light).collect();
    let exposure = exposure(&seen);
    seen.iter_mut().for_each(|p| *p = p.map(|v| v * exposure));
    let map = ToneMap::new(&seen, KNEE);
    let to = Encoder::to_16();
    let mut out = Vec::with_capacity(samples.len());
    for pixel in samples.chunks_exact(channels) {
        let mapped = map.apply(light(pixel).map(|v| v * exposure));
        out.extend(mapped.map(|v| to.encode(v)));
        // NaN becomes 0 in the cast.
        out.extend(pixel.get(3).map(|alpha| (alpha.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16));
    }
    out
}

/// The exposure factor: 1, unless the unit of the picture is clearly not diffuse white, so that nearly all of it would
/// be white or all of it black.
fn exposure(pixels: &[Light]) -> f32 {
    let brightness = |p: &Light| p[0].max(p[1]).max(p[2]);
    let mut lit: Vec<f32> = pixels.iter().map(brightness).filter(|v| *v > 0.0).collect();
    let middle = lit.len() / 2;
    if lit.is_empty() {
        return 1.0;
    }
    let median = *lit.select_nth_unstable_by(middle, f32::total_cmp).1;
    if median > 1.25 {
        // Lowers the median towards 0.35, further the brighter it is.
        return (1.25 * 1.25 / median).max(0.35) / median;
    }
    let peak = upper_percentile(lit);
    if peak < 0.1 {
        // Raises the peak to 0.1, and beyond for darker pictures: a hundred times too dark is not intended.
        return (0.1 / peak).powf(1.5).min(0.9 / peak);
    }
    1.0
}

#[cfg(test)]
mod tests {
    use super::super::light::Sample;
    use super::*;

    fn gray(values: &[f32]) -> Vec<u8> {
        let samples: Vec<f32> = values.iter().flat_map(|v| [*v; 3]).collect();
        let out = signals(&samples, PixelFormat::RgbF32, None);
        out.chunks_exact(3).map(|p| p[0].narrow()).collect()
    }

    #[test]
    fn light_up_to_diffuse_white_is_srgb() {
        assert_eq!(gray(&[0.0, 0.2159, 0.503, 1.0]), [0, 128, 188, 255]);
    }

    #[test]
    fn only_highlights_are_compressed() {
        let mut values = vec![0.2159; 1000];
        values.extend([0.503; 1000]);
        values.extend([1.0, 2.0, 4.0, 8.0].repeat(100));
        let out = gray(&values);
        assert_eq!((out[0], out[1000]), (128, 188));
        let bright = &out[2000..2004];
        assert!(bright[0] > 215 && bright.windows(2).all(|w| w[1] > w[0] + 3) && bright[3] == 255, "{bright:?}");
    }

    #[test]
    fn nan_is_black_and_infinity_is_white() {
        let mut values = vec![0.503; 3000];
        values[0..3].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        let out = gray(&values);
        assert_eq!(out[..4], [0, 255, 0, 188]);
    }

    #[test]
    fn other_units_are_exposed() {
        for unit in [1e-5, 1e-3, 30.0, 1e4] {
            let out = gray(&[0.1, 0.3, 0.5, 0.7, 1.0].map(|v| v * unit));
            assert!(out[4] >= 140 && out[0] < 200 && out[0] + 40 < out[4], "{unit}: {out:?}");
        }
    }

    #[test]
    fn alpha_stays_linear() {
        let out = signals(&[0.5, 0.5, 0.5, 0.25, 0.5, 0.5, 0.5, f32::NAN], PixelFormat::RgbaF32, None);
        assert_eq!((out[3], out[7]), (16_384, 0));
    }
}
