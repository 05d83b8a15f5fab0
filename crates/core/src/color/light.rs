//! Linear light with the primaries of sRGB, the intermediate space of every conversion.
//!
//! 1.0 is diffuse white; values can lie outside 0 to 1 until they are encoded. All arithmetic is plain `f32` in a
//! fixed order, so that results are identical on every machine.

use std::sync::LazyLock;

use crate::frame::PixelFormat;

/// Red, green, blue in linear light.
pub(super) type Light = [f32; 3];

/// Rows of a 3 × 3 matrix.
pub(super) type Matrix = [[f32; 3]; 3];

/// `matrix` × `v`.
pub(super) fn times(matrix: &Matrix, v: Light) -> Light {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// The electro-optical transfer function of sRGB: signal to light.
pub(super) fn decoded(v: f64) -> f64 {
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// The inverse of [`decoded`]: light to signal.
fn encoded(v: f64) -> f64 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// Intervals of the tables below. Their index is the square root of light, which spaces dark tones almost like the
/// signal: the error stays under a tenth of an 8-bit step.
const STEPS: usize = 4096;

static ENCODE_8: LazyLock<Box<[u8]>> = LazyLock::new(|| table(255.0).map(|v| v as u8).collect());
static ENCODE_16: LazyLock<Box<[u16]>> = LazyLock::new(|| table(65_535.0).map(|v| v as u16).collect());

fn table(max: f64) -> impl Iterator<Item = f64> {
    (0..=STEPS).map(move |i| (encoded((i as f64 / STEPS as f64).powi(2)) * max).round())
}

/// Encodes light as sRGB. Values are clipped to 0 to 1; NaN is 0.
#[derive(Clone, Copy)]
pub(super) struct Encoder<'a, T>(&'a [T]);

impl Encoder<'static, u8> {
    /// To 8 bits.
    pub(super) fn to_8() -> Self {
        Self(&ENCODE_8)
    }
}

impl Encoder<'static, u16> {
    /// To 16 bits, of which the first 12 are exact; for intermediate results.
    pub(super) fn to_16() -> Self {
        Self(&ENCODE_16)
    }
}

impl<T: Copy + Default> Encoder<'_, T> {
    #[allow(clippy::manual_clamp)] // `clamp` would let NaN through.
    pub(super) fn encode(&self, v: f32) -> T {
        let i = (v.max(0.0).min(1.0).sqrt() * STEPS as f32 + 0.5) as usize;
        self.0.get(i).copied().unwrap_or_default()
    }
}

/// An integer sample.
pub(super) trait Sample: Copy + PartialEq + Default {
    /// The largest value.
    const MAX: Self;
    /// Number of points of a [`Curve`] over samples of this type.
    const POINTS: usize;
    /// The signal, from 0 to 1, at point `i`.
    fn signal(i: usize) -> f32;
    /// The value of `curve` at this sample.
    fn through(self, curve: &Curve) -> f32;
    /// Rounded to 8 bits.
    fn narrow(self) -> u8;
}

impl Sample for u8 {
    const MAX: Self = Self::MAX;
    const POINTS: usize = 256;

    fn signal(i: usize) -> f32 {
        i as f32 / 255.0
    }

    fn through(self, curve: &Curve) -> f32 {
        curve.0.get(usize::from(self)).copied().unwrap_or(0.0)
    }

    fn narrow(self) -> u8 {
        self
    }
}

impl Sample for u16 {
    const MAX: Self = Self::MAX;
    const POINTS: usize = 4097;

    fn signal(i: usize) -> f32 {
        (i as f32 * 16.0 / 65_535.0).min(1.0)
    }

    fn through(self, curve: &Curve) -> f32 {
        let i = usize::from(self >> 4);
        match curve.0.get(i..i + 2) {
            Some([a, b]) => a + (b - a) * (f32::from(self & 15) / 16.0),
            _ => 0.0,
        }
    }

    fn narrow(self) -> u8 {
        ((u32::from(self) * 255 + 32_768) >> 16) as u8
    }
}

/// A function of one sample as a table: exact for 8 bits, interpolated between 4097 points for 16.
pub(super) struct Curve(Vec<f32>);

impl Curve {
    /// Tabulates `f` over signals from 0 to 1, for samples of type `S`.
    pub(super) fn new<S: Sample>(f: impl Fn(f32) -> f32) -> Self {
        Self((0..S::POINTS).map(|i| f(S::signal(i))).map(|v| if v.is_finite() { v } else { 0.0 }).collect())
    }

    /// A curve with these [`Sample::POINTS`] points.
    pub(super) fn of(points: Vec<f32>) -> Self {
        Self(points)
    }

    /// The points.
    pub(super) fn points(&self) -> &[f32] {
        &self.0
    }
}

/// The light of every pixel of grey or RGB `samples`, computed by `f`. Fully transparent pixels are black without
/// calling `f`.
pub(super) fn light<S: Sample>(samples: &[S], format: PixelFormat, mut f: impl FnMut([S; 3]) -> Light) -> Vec<Light> {
    let zero = S::default();
    let mut one = |color: [S; 3], alpha: S| if alpha == zero { [0.0; 3] } else { f(color) };
    match format.channels() {
        1 => samples.iter().map(|&g| one([g; 3], S::MAX)).collect(),
        2 => samples.as_chunks().0.iter().map(|&[g, a]| one([g; 3], a)).collect(),
        3 => samples.as_chunks().0.iter().map(|&p| one(p, S::MAX)).collect(),
        _ => samples.as_chunks().0.iter().map(|&[r, g, b, a]| one([r, g, b], a)).collect(),
    }
}

/// `light` as 8-bit sRGB samples with the alpha, if any, that `samples` of `format` have.
pub(super) fn encode<S: Sample>(light: &[Light], samples: &[S], format: PixelFormat) -> Vec<u8> {
    let to = Encoder::to_8();
    if !format.has_alpha() {
        return light.iter().flat_map(|p| p.map(|v| to.encode(v))).collect();
    }
    let alpha = samples.chunks_exact(format.channels()).map(|p| p.last().map_or(255, |a| a.narrow()));
    let pixels = light.iter().zip(alpha);
    pixels.flat_map(|(&[r, g, b], a)| [to.encode(r), to.encode(g), to.encode(b), a]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bits_survive_decoding_and_encoding() {
        let curve = Curve::new::<u8>(|v| decoded(f64::from(v)) as f32);
        for v in 0..=255u8 {
            assert_eq!(Encoder::to_8().encode(v.through(&curve)), v);
        }
    }

    #[test]
    fn curves_agree_for_sixteen_and_eight_bits() {
        let (wide, narrow) =
            (Curve::new::<u16>(|v| decoded(f64::from(v)) as f32), Curve::new::<u8>(|v| decoded(f64::from(v)) as f32));
        for v in 0..=255u8 {
            let difference = (u16::from(v) * 257).through(&wide) - v.through(&narrow);
            assert!(difference.abs() < 1e-4, "{v}: {difference}");
        }
    }

    #[test]
    fn sixteen_bits_are_rounded_to_eight() {
        assert_eq!((0u16.narrow(), 128u16.narrow(), 129u16.narrow(), 65_535u16.narrow()), (0, 0, 1, 255));
        assert!((0..=255u8).all(|v| (u16::from(v) * 257).narrow() == v));
    }

    #[test]
    fn values_outside_the_range_are_clipped() {
        let to = Encoder::to_8();
        let values = [f32::NAN, -1.0, f32::NEG_INFINITY, 2.0, f32::INFINITY].map(|v| to.encode(v));
        assert_eq!(values, [0, 0, 0, 255, 255]);
    }
}
