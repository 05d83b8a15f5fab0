//! Uncompressed YCbCr: TIFF 6.0 section 21.

use crate::containers::tiff::layout::Layout;
use crate::containers::tiff::tag;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, Samples};

/// Subsampling, weights and range of YCbCr samples.
pub(super) struct YCbCr {
    /// Luma samples per chroma sample.
    across: usize,
    down: usize,
    planar: bool,
    samples: usize,
    /// Weights of red, green and blue in luma.
    weights: [f32; 3],
    /// Black and white of luma, then of both chroma components.
    reference: [f32; 6],
}

impl YCbCr {
    pub(super) fn new(layout: &Layout) -> Result<Self> {
        let (across, down) = (layout.subsampling.width as usize, layout.subsampling.height as usize);
        if across * down > 1 && (layout.planar || layout.samples != 3) {
            return Err(Error::unsupported("subsampled YCbCr in planes"));
        }
        let numbers = |tag, n| layout.directory().f64s(tag, n).filter(|v| v.iter().all(|n| n.is_finite()));
        let weights = match numbers(tag::YCBCR_COEFFICIENTS, 3).as_deref() {
            Some([r, g, b]) if *g > 0.0 => [*r as f32, *g as f32, *b as f32],
            _ => [0.299, 0.587, 0.114],
        };
        let reference = match numbers(tag::REFERENCE_BLACK_WHITE, 6).as_deref() {
            Some(v) if v.len() == 6 && v[1] > v[0] && v[3] > v[2] && v[5] > v[4] => {
                std::array::from_fn(|i| v[i] as f32)
            }
            _ => [0.0, 255.0, 128.0, 255.0, 128.0, 255.0],
        };
        Ok(Self { across, down, planar: layout.planar, samples: layout.samples, weights, reference })
    }

    /// Appends `rows` rows of `width` pixels, each with the chroma of its block.
    pub(super) fn upsample(&self, planes: &[Vec<u8>], width: usize, rows: usize, out: &mut Vec<u8>) {
        let (across, block) = (self.across, self.across * self.down + 2);
        for y in 0..rows {
            for x in 0..width {
                let at = |plane: usize, i: usize| planes.get(plane).and_then(|p| p.get(i)).copied().unwrap_or(0);
                out.extend(match (self.planar, block) {
                    (true, _) => [at(0, x), at(1, x), at(2, x)],
                    (false, 3) => [0, 1, 2].map(|i| at(0, x * self.samples + i)),
                    _ => {
                        let start = x / across * block;
                        [at(0, start + y * across + x % across), at(0, start + block - 2), at(0, start + block - 1)]
                    }
                });
            }
        }
    }

    /// The picture in RGB.
    pub(super) fn to_rgb(&self, mut frame: Frame) -> Frame {
        let [yb, yw, bb, bw, rb, rw] = self.reference;
        let [wr, wg, wb] = self.weights;
        if let Samples::U8(samples) = &mut frame.samples {
            for pixel in samples.as_chunks_mut::<3>().0 {
                let [y, cb, cr] = pixel.map(f32::from);
                let y = (y - yb) * 255.0 / (yw - yb);
                let (cb, cr) = ((cb - bb) * 127.0 / (bw - bb), (cr - rb) * 127.0 / (rw - rb));
                let (r, b) = (cr * (2.0 - 2.0 * wr) + y, cb * (2.0 - 2.0 * wb) + y);
                let g = (y - wb * b - wr * r) / wg;
                *pixel = [r, g, b].map(|v| (v + 0.5).clamp(0.0, 255.0) as u8);
            }
        }
        frame
    }
}
