//! DC coefficients of a component, and the samples that they stand for.

use super::header::Header;

/// One coefficient a block, including the blocks that only fill the last MCU of a row or column.
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

    /// All zero: mid grey. `None` where memory is not to be had.
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
    /// `unknown` is the number of low bits that no scan has delivered; their middle is assumed.
    pub(super) fn plane(&self, quantiser: u16, precision: u8, unknown: u8) -> Option<Plane> {
        let scale = precision.saturating_sub(8).min(8);
        // The widest 16-bit multiplication is what vector units have; larger quantisers are nonsense for DC anyway.
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
