//! DC coefficients of a component, and the samples computed from them.

use super::header::Header;

/// One coefficient per block, including the blocks that pad the last MCU of a row or column.
pub(super) struct Coefficients {
    pub values: Vec<i16>,
    pub stride: usize,
    /// Blocks that belong to the picture.
    pub columns: usize,
    pub rows: usize,
}

impl Coefficients {
    fn shape(header: &Header, index: usize) -> Option<(usize, usize)> {
        let (h_max, v_max) = header.sampling();
        let component = header.components.get(index)?;
        let mcus = |full: u32, max: u32| full.div_ceil(8 * max) as usize;
        let stride = mcus(header.width, h_max) * usize::from(component.h);
        Some((stride, mcus(header.height, v_max) * usize::from(component.v)))
    }

    /// Number of blocks.
    pub(super) fn size(header: &Header, index: usize) -> u64 {
        Self::shape(header, index).map_or(0, |(stride, rows)| stride as u64 * rows as u64)
    }

    /// All zero, which is mid grey. `None` if memory cannot be allocated.
    pub(super) fn new(header: &Header, index: usize) -> Option<Self> {
        let (stride, rows) = Self::shape(header, index)?;
        let size = stride.checked_mul(rows)?;
        let mut values = Vec::new();
        values.try_reserve_exact(size).ok()?;
        values.resize(size, 0);
        let (columns, rows) = header.dc_size(index);
        Some(Self { values, stride, columns: columns as usize, rows: rows as usize })
    }

    /// The mean of each block: the DC coefficient is eight times that (T.81, A.3.3).
    ///
    /// `unknown` is the number of low bits that no scan has delivered; the middle of their range is assumed.
    pub(super) fn plane(&self, quantiser: u16, precision: u8, unknown: u8) -> Option<Plane> {
        let scale = precision.saturating_sub(8).min(8);
        // 16-bit multiplication is what vector units do best; larger quantisers make no sense for DC anyway.
        let quantiser = quantiser.min(i16::MAX as u16) as i16;
        let middle = i32::from(quantiser) * ((1 << unknown.min(14)) - 1) / 2;
        let rounding = (4 << scale) + middle;
        let mut samples = Vec::new();
        samples.try_reserve_exact(self.columns * self.rows).ok()?;
        samples.resize(self.columns * self.rows, 0u8);
        let rows = samples.chunks_exact_mut(self.columns.max(1));
        for (out, row) in rows.zip(self.values.chunks_exact(self.stride.max(1))) {
            for (sample, &value) in out.iter_mut().zip(row) {
                let level = (i32::from(value) * i32::from(quantiser)).wrapping_add(rounding) >> (3 + scale);
                *sample = (level + 128).clamp(0, 255) as u8;
            }
        }
        Some(Plane { width: self.columns as u32, height: self.rows as u32, samples })
    }
}

/// Samples of one component, 8 bits each, rows without padding.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub width: u32,
    pub height: u32,
    pub samples: Vec<u8>,
}

impl Plane {
    /// The plane with its fine detail sharpened to full strength.
    ///
    /// A mean over a block damps frequency f (cycles per sample) by sinc f ≈ 1 − (πf)²/6. The filter (−1, 26, −1) / 24
    /// raises it by 1 + (1 − cos 2πf) / 12 ≈ 1 + (πf)²/6, in both directions.
    pub(super) fn undamped(&self) -> Option<Self> {
        let width = self.width as usize;
        let mut rows = [Vec::new(), Vec::new(), Vec::new()];
        for row in &mut rows {
            row.try_reserve_exact(width).ok()?;
        }
        let mut samples = Vec::new();
        samples.try_reserve_exact(self.samples.len()).ok()?;
        let last = (self.height as usize).saturating_sub(1);
        let source =
            |y: usize| self.samples.get(y.min(last) * width..).and_then(|rest| rest.get(..width)).unwrap_or_default();
        let [mut above, mut middle, mut below] = rows;
        sharpened(source(0), &mut middle);
        above.clone_from(&middle);
        for y in 0..=last {
            sharpened(source(y + 1), &mut below);
            let columns = above.iter().zip(&middle).zip(&below);
            samples.extend(columns.map(|((a, m), b)| ((26 * m - a - b + 288).div_euclid(576)).clamp(0, 255) as u8));
            std::mem::swap(&mut above, &mut middle);
            std::mem::swap(&mut middle, &mut below);
        }
        Some(Self { samples, ..*self })
    }
}

/// Filters a row; the result is scaled by 24.
fn sharpened(row: &[u8], out: &mut Vec<i32>) {
    out.clear();
    let value = |v: &u8| i32::from(*v);
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return };
    let before = std::iter::once(first).chain(row);
    let after = row.iter().skip(1).chain([last]);
    out.extend(before.zip(row).zip(after).map(|((b, m), a)| 26 * value(m) - value(b) - value(a)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The means of blocks of eight samples of a wave, and the wave at the middle of each, columns wide and rows high.
    fn wave(columns: usize, rows: usize, cycles: f64) -> (Plane, Vec<u8>) {
        let at = |x: f64, y: f64| 128.0 + 100.0 * (std::f64::consts::TAU * cycles * (x + y)).sin();
        let mean = |x: usize, y: usize| {
            let points =
                (0..64).map(|i| at(x as f64 + ((i % 8) as f64 + 0.5) / 8.0, y as f64 + ((i / 8) as f64 + 0.5) / 8.0));
            (points.sum::<f64>() / 64.0).round() as u8
        };
        let every = || (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        let plane =
            Plane { width: columns as u32, height: rows as u32, samples: every().map(|(x, y)| mean(x, y)).collect() };
        (plane, every().map(|(x, y)| at(x as f64 + 0.5, y as f64 + 0.5).round() as u8).collect())
    }

    #[test]
    fn detail_damped_by_means_is_restored() {
        let (plane, wave) = wave(24, 16, 0.12);
        let worst = |samples: &[u8]| {
            // The edges have no neighbours.
            let inside = (1..15).flat_map(|y| (1..23).map(move |x| y * 24 + x));
            inside.map(|at| samples[at].abs_diff(wave[at])).max().unwrap()
        };
        assert!(worst(&plane.samples) >= 4);
        assert!(worst(&plane.undamped().unwrap().samples) <= 1);
    }

    #[test]
    fn an_even_plane_stays_as_it_is() {
        for value in [0, 77, 255] {
            let plane = Plane { width: 3, height: 1, samples: vec![value; 3] };
            assert_eq!(plane.undamped().unwrap().samples, [value; 3]);
        }
    }
}
