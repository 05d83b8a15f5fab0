//! Maps high dynamic range and wide gamut into sRGB without washing out or clipping.
//!
//! Two passes over a small picture. The first finds its peak and the extent of its gamut as robust percentiles:
//! metadata is often wrong, and a picture that needs no compression gets none. The second compresses only values above
//! a knee, with one curve for both steps:
//! - out-of-gamut colours move towards the grey of their largest channel, which keeps hue and brightness;
//! - then all channels are scaled by the factor of the largest one, so that nothing clips and hues stay.

use super::light::Light;

/// Light below this is unchanged. sRGB signal 0.74: skin and walls are below, sky and lamps above.
pub(super) const KNEE: f32 = 0.5;

/// Distance from grey, as a fraction of the largest channel, below which colours are unchanged.
const GAMUT_KNEE: f32 = 0.85;

/// Fraction of the pixels that may exceed the peak or the reach.
const OUTLIERS: f64 = 0.001;

/// Pixels sampled to find the peak.
const SAMPLED_PIXELS: usize = 1 << 16;

/// Identity up to `knee`, then compressed so that `peak` becomes 1; the slope is continuous. The identity if `peak` is
/// 1. Reinhard's extended operator (2002, equation 4), shifted to start at the knee.
pub(super) fn shoulder(v: f32, knee: f32, peak: f32) -> f32 {
    if v <= knee || peak <= 1.0 {
        return v;
    }
    let (u, top) = ((v - knee) / (1.0 - knee), (peak - knee) / (1.0 - knee));
    knee + (1.0 - knee) * u * (1.0 + u / (top * top)) / (1.0 + u)
}

/// The parameters of both curves for one picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ToneMap {
    knee: f32,
    peak: f32,
    reach: f32,
}

impl ToneMap {
    /// The map for a picture with these pixels.
    pub(super) fn new(pixels: &[Light], knee: f32) -> Self {
        let step = pixels.len().div_ceil(SAMPLED_PIXELS).max(1);
        let seen = || pixels.iter().step_by(step);
        let peak = upper_percentile(seen().map(|p| largest(*p)).collect());
        // Dark pixels are noise and tell nothing about the gamut.
        let bright = seen().filter(|p| largest(**p) > 0.02);
        let reach = upper_percentile(bright.map(|p| 1.0 - p[0].min(p[1]).min(p[2]) / largest(*p)).collect());
        Self { knee, peak: peak.clamp(1.0, 1e6), reach: reach.clamp(1.0, 2.0) }
    }

    /// Maps `light` into 0 to 1, except for outliers.
    pub(super) fn apply(&self, light: Light) -> Light {
        let top = largest(light);
        if top <= 0.0 {
            return [0.0; 3];
        }
        let scale = shoulder(top, self.knee, self.peak) / top;
        light.map(|v| top * scale * (1.0 - shoulder(1.0 - v / top, GAMUT_KNEE, self.reach)))
    }
}

fn largest(p: Light) -> f32 {
    p[0].max(p[1]).max(p[2])
}

/// The value that only [`OUTLIERS`] of `values` exceed; 0 if `values` is empty.
pub(super) fn upper_percentile(mut values: Vec<f32>) -> f32 {
    let outliers = (values.len() as f64 * OUTLIERS) as usize;
    match values.len().checked_sub(1 + outliers) {
        Some(n) => *values.select_nth_unstable_by(n, f32::total_cmp).1,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shoulder_is_smooth_and_monotonic() {
        for peak in [1.0, 1.5, 5.0, 50.0, 1e6] {
            assert_eq!(shoulder(0.4, 0.5, peak), 0.4);
            assert!((shoulder(peak, 0.5, peak) - 1.0).abs() < 1e-4, "{peak}");
            let mut last = 0.0;
            for i in 0..=1000 {
                let v = shoulder(peak * i as f32 / 1000.0, 0.5, peak);
                assert!(v >= last, "{peak}");
                last = v;
            }
        }
        let slope = (shoulder(0.501, 0.5, 10.0) - 0.5) / 0.001;
        assert!((slope - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_picture_within_srgb_is_unchanged() {
        let pixels = [[0.0, 0.5, 1.0], [1.0, 0.0, 0.0], [0.2; 3]];
        let map = ToneMap::new(&pixels, KNEE);
        for p in pixels {
            let out = map.apply(p);
            assert!(p.iter().zip(out).all(|(a, b)| (a - b).abs() < 1e-6), "{p:?} {out:?}");
        }
    }

    #[test]
    fn bright_colours_keep_their_ratios() {
        let map = ToneMap::new(&[[8.0, 4.0, 2.0]; 10], KNEE);
        let [r, g, b] = map.apply([8.0, 4.0, 2.0]);
        assert!((r - 1.0).abs() < 1e-5 && (g - 0.5).abs() < 1e-5 && (b - 0.25).abs() < 1e-5);
    }

    #[test]
    fn out_of_gamut_colours_stay_distinct_from_those_inside() {
        // Pure green of BT.2020, and one half way to it from the green of sRGB.
        let (far, near) = ([-0.588, 1.133, -0.101], [-0.294, 1.066, -0.05]);
        let map = ToneMap::new(&[far, near, [0.0, 1.0, 0.0]], KNEE);
        let [f, n, inside] = [far, near, [0.0, 1.0, 0.0]].map(|p| map.apply(p));
        assert!(f.iter().all(|v| (-1e-6..=1.0).contains(v)), "{f:?}");
        assert!(f[0] + 0.01 < n[0] && n[0] + 0.01 < inside[0], "{f:?} {n:?} {inside:?}");
    }

    #[test]
    fn outliers_do_not_darken_the_rest() {
        let mut pixels = vec![[0.7; 3]; 4000];
        pixels[0] = [1000.0; 3];
        let out = ToneMap::new(&pixels, KNEE).apply([0.7; 3]);
        assert_eq!(out, [0.7; 3]);
    }
}
