//! Samples that are mapped by a table: palettes, and grey of few bits.

use crate::containers::tiff::layout::Layout;
use crate::containers::tiff::tag;
use thumbling_core::error::{Error, Result};

/// The colours of a palette picture, 8 bits each.
pub(super) struct Palette {
    colors: Vec<[u8; 3]>,
}

impl Palette {
    pub(super) fn new(layout: &Layout) -> Result<Self> {
        let n = 1usize << layout.bits.min(16);
        let map = layout.directory().u64s(tag::COLOR_MAP, 3 * n as u64).unwrap_or_default();
        // All reds, then all greens, then all blues; some writers omit entries.
        let n = n.min(map.len() / 3);
        if n == 0 {
            return Err(Error::corrupt("a palette picture without a palette"));
        }
        // Values are 0 to 65,535; a small maximum reveals writers that stored bytes.
        let shift = if map.iter().all(|v| *v < 256) { 0 } else { 8 };
        let channel = |c: usize, i: usize| (map[c * n + i] >> shift) as u8;
        Ok(Self { colors: (0..n).map(|i| [channel(0, i), channel(1, i), channel(2, i)]).collect() })
    }

    /// Appends the colours of `indices`; black for indices outside the palette.
    pub(super) fn convert(&self, indices: &[u16], out: &mut Vec<u8>) {
        out.extend(indices.iter().flat_map(|i| self.colors.get(usize::from(*i)).copied().unwrap_or_default()));
    }
}

/// A table from samples of at most 8 bits to bytes; `None` if they are bytes already.
pub(super) fn ramp(bits: u32, invert: bool, signed: bool) -> Option<Box<[u8; 256]>> {
    if bits == 8 && !invert && !signed {
        return None;
    }
    let most = (1u32 << bits.min(8)) - 1;
    let mut table = Box::new([0; 256]);
    for (i, v) in table.iter_mut().enumerate() {
        let i = i as u32 & most;
        let i = if signed { i ^ (most / 2 + 1) } else { i };
        let level = (i * 255 / most) as u8;
        *v = if invert { !level } else { level };
    }
    Some(table)
}

/// Appends `width` bytes, 255 for each bit that equals `white`.
pub(super) fn bilevel(row: &[u8], width: usize, white: u8, out: &mut Vec<u8>) {
    static SPREAD: [[u8; 8]; 256] = spread();
    let end = out.len() + width;
    let flip = if white == 1 { 0 } else { 0xFF };
    for byte in row.iter().take(width.div_ceil(8)) {
        out.extend_from_slice(&SPREAD[usize::from(byte ^ flip)]);
    }
    out.resize(end, 0);
}

const fn spread() -> [[u8; 8]; 256] {
    let mut table = [[0; 8]; 256];
    let mut i = 0;
    while i < 256 * 8 {
        if (i / 8) >> (7 - i % 8) & 1 == 1 {
            table[i / 8][i % 8] = 255;
        }
        i += 1;
    }
    table
}
