//! CIELab in TIFF (TIFF 6.0 section 23, Adobe PageMaker technical notes, ITU-T T.42), under D50.

use crate::containers::tiff::layout::{Layout, SampleKind};
use crate::containers::tiff::{photometric, tag};
use thumbling_core::frame::{Frame, Samples};

/// How samples, scaled to 0 to 1 with a* and b* starting at their least value, map to L*, a* and b*.
pub(super) struct Lab {
    /// a* and b* are stored as signed numbers.
    signed: bool,
    /// Samples are floats of the values themselves.
    float: bool,
    /// Least value and span of L*, a* and b*.
    decode: [(f32, f32); 3],
}

impl Lab {
    pub(super) fn new(layout: &Layout) -> Self {
        let levels = if layout.bits == 16 { 65_535.0 / 256.0 } else { 255.0 };
        let mut decode = [(0.0, 100.0), (-128.0, levels), (-128.0, levels)];
        if layout.photometric == photometric::ITU_LAB {
            decode = [(0.0, 100.0), (-85.0, 170.0), (-75.0, 200.0)];
            if let Some(v) = layout.directory().f64s(tag::DECODE, 6).filter(|v| v.len() == 6) {
                decode = std::array::from_fn(|i| (v[2 * i] as f32, (v[2 * i + 1] - v[2 * i]) as f32));
            }
        }
        let float = layout.kind == SampleKind::Float;
        if float {
            decode = [(0.0, 100.0), (-128.0, 256.0), (-128.0, 256.0)];
        }
        Self { signed: layout.photometric == photometric::CIE_LAB, float, decode }
    }

    /// Whether samples must be [quantized](Self::quantized) first.
    pub(super) fn is_float(&self) -> bool {
        self.float
    }

    /// Float values as 16-bit samples.
    pub(super) fn quantized(&self, values: &[f32]) -> impl Iterator<Item = u8> {
        let samples = values.as_chunks::<3>().0.iter().flat_map(|pixel| {
            let sample = |i: usize| ((pixel[i] - self.decode[i].0) / self.decode[i].1 * 65_535.0) as u16;
            [sample(0), sample(1), sample(2)]
        });
        samples.flat_map(u16::to_ne_bytes)
    }

    /// Offsets signed a* and b* so that `middle` is neutral: only unsigned samples can be scaled.
    pub(super) fn center<T: Copy + std::ops::BitXor<Output = T>>(&self, samples: &mut [T], middle: T) {
        if self.signed {
            for pixel in samples.as_chunks_mut::<3>().0 {
                *pixel = [pixel[0], pixel[1] ^ middle, pixel[2] ^ middle];
            }
        }
    }

    /// The picture in sRGB.
    pub(super) fn to_rgb(&self, mut frame: Frame) -> Frame {
        match &mut frame.samples {
            Samples::U8(samples) => {
                for pixel in samples.as_chunks_mut::<3>().0 {
                    *pixel = self.rgb(pixel.map(|v| f32::from(v) / 255.0)).map(|v| (v * 255.0 + 0.5) as u8);
                }
            }
            Samples::U16(samples) => {
                for pixel in samples.as_chunks_mut::<3>().0 {
                    *pixel = self.rgb(pixel.map(|v| f32::from(v) / 65_535.0)).map(|v| (v * 65_535.0 + 0.5) as u16);
                }
            }
            Samples::F32(_) => {}
        }
        frame
    }

    fn rgb(&self, samples: [f32; 3]) -> [f32; 3] {
        let [l, a, b] = std::array::from_fn(|i| self.decode[i].0 + samples[i] * self.decode[i].1);
        let y = (l + 16.0) / 116.0;
        // CIE 15: the inverse of the cube root with its linear toe.
        let cube = |t: f32| if t > 6.0 / 29.0 { t * t * t } else { (t - 16.0 / 116.0) * 3.0 * (6.0f32 / 29.0).powi(2) };
        let (x, y, z) = (0.9642 * cube(y + a / 500.0), cube(y), 0.8249 * cube(y - b / 200.0));
        // XYZ under D50 to linear sRGB: Bradford adaptation to D65 and the matrix of IEC 61966-2-1, combined.
        [
            3.134_136 * x - 1.617_386 * y - 0.490_662 * z,
            -0.978_795 * x + 1.916_254 * y + 0.033_442 * z,
            0.071_955 * x - 0.228_977 * y + 1.405_386 * z,
        ]
        .map(|v| match v {
            v if v <= 0.003_130_8 => (12.92 * v).max(0.0),
            v => (1.055 * v.powf(1.0 / 2.4) - 0.055).min(1.0),
        })
    }
}
