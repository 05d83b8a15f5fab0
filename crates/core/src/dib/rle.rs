//! Run lengths: BI_RLE4, BI_RLE8 (MS-WMF 3.1.6) and the 24-bit variant of OS/2, row by row.
//!
//! Pixels that no run covers have index 0. Runs past the right edge are cut off.

use std::io::BufRead;
use std::ops::Range;

use super::Compression;
use crate::error::Result;

/// A decoder of run lengths.
pub struct Rle<R> {
    reader: R,
    compression: Compression,
    /// Column of the next pixel, px.
    x: usize,
    /// Rows that a delta still has to move down.
    skip: u8,
    ended: bool,
    covered: Vec<Range<usize>>,
}

impl<R: BufRead> Rle<R> {
    pub fn new(reader: R, compression: Compression) -> Self {
        Self { reader, compression, x: 0, skip: 0, ended: false, covered: Vec::new() }
    }

    /// Size of a row of `width` px, in bytes.
    pub fn row_bytes(&self, width: usize) -> usize {
        width * if self.compression == Compression::Rle24 { 3 } else { 1 }
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let byte = self.reader.fill_buf()?.first().copied();
        if byte.is_some() {
            self.reader.consume(1);
        }
        Ok(byte)
    }

    /// The columns that runs cover in the last row read, from left to right, px.
    pub fn covered(&self) -> &[Range<usize>] {
        &self.covered
    }

    /// Reads the next row into `row`: one byte per index, or three per 24-bit pixel. `false` if the data has ended.
    pub fn row(&mut self, row: &mut [u8]) -> Result<bool> {
        row.fill(0);
        self.covered.clear();
        if self.skip > 0 {
            self.skip -= 1;
            if self.skip > 0 {
                return Ok(true);
            }
        }
        if self.ended {
            return Ok(true);
        }
        let mut any = false;
        loop {
            let (Some(first), Some(second)) = (self.byte()?, self.byte()?) else { return Ok(any) };
            any = true;
            match (first, second) {
                (0, 0) => {
                    self.x = 0;
                    return Ok(true);
                }
                (0, 1) => {
                    self.ended = true;
                    return Ok(true);
                }
                (0, 2) => {
                    let (Some(dx), Some(dy)) = (self.byte()?, self.byte()?) else { return Ok(any) };
                    self.x = self.x.saturating_add(dx.into());
                    if dy > 0 {
                        self.skip = dy;
                        return Ok(true);
                    }
                }
                (0, count) => self.literal(row, count.into())?,
                (count, value) => self.run(row, count.into(), value)?,
            }
        }
    }

    fn run(&mut self, row: &mut [u8], count: usize, value: u8) -> Result<()> {
        let pixel = match self.compression {
            Compression::Rle24 => [value, self.byte()?.unwrap_or(0), self.byte()?.unwrap_or(0)],
            _ => [value; 3],
        };
        for i in 0..count {
            match self.compression {
                Compression::Rle4 => self.put(row, &[nibble(value, i)]),
                Compression::Rle8 => self.put(row, &[value]),
                _ => self.put(row, &pixel),
            }
        }
        Ok(())
    }

    fn literal(&mut self, row: &mut [u8], count: usize) -> Result<()> {
        let bytes = match self.compression {
            Compression::Rle4 => count.div_ceil(2),
            Compression::Rle8 => count,
            _ => count * 3,
        };
        let mut pixel = [0; 3];
        for i in 0..bytes {
            let Some(value) = self.byte()? else { return Ok(()) };
            match self.compression {
                Compression::Rle4 => {
                    for n in 0..2.min(count - i * 2) {
                        self.put(row, &[nibble(value, n)]);
                    }
                }
                Compression::Rle8 => self.put(row, &[value]),
                _ => {
                    pixel[i % 3] = value;
                    if i % 3 == 2 {
                        self.put(row, &pixel);
                    }
                }
            }
        }
        if bytes % 2 == 1 {
            self.byte()?;
        }
        Ok(())
    }

    fn put(&mut self, row: &mut [u8], pixel: &[u8]) {
        let at = self.x.saturating_mul(pixel.len());
        if let Some(into) = row.get_mut(at..at.saturating_add(pixel.len())) {
            into.copy_from_slice(pixel);
            match self.covered.last_mut() {
                Some(last) if last.end == self.x => last.end += 1,
                _ => self.covered.push(self.x..self.x + 1),
            }
        }
        self.x = self.x.saturating_add(1);
    }
}

/// The high half of a byte for even pixels, the low half for odd ones.
fn nibble(value: u8, pixel: usize) -> u8 {
    if pixel.is_multiple_of(2) { value >> 4 } else { value & 15 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], compression: Compression, row_bytes: usize, count: usize) -> Vec<Vec<u8>> {
        let mut rle = Rle::new(bytes, compression);
        let mut all = Vec::new();
        for _ in 0..count {
            let mut row = vec![9; row_bytes];
            if !rle.row(&mut row).unwrap() {
                break;
            }
            all.push(row);
        }
        all
    }

    #[test]
    fn runs_and_literals_fill_a_row() {
        let bytes = [2, 7, 0, 3, 1, 2, 3, 0, 0, 0, 1, 4, 0, 1];
        assert_eq!(rows(&bytes, Compression::Rle8, 5, 2), [[7, 7, 1, 2, 3], [4, 0, 0, 0, 0]]);
    }

    #[test]
    fn a_delta_moves_right_and_over_rows() {
        let bytes = [1, 7, 0, 2, 1, 2, 1, 8, 0, 1];
        assert_eq!(rows(&bytes, Compression::Rle8, 4, 3), [[7, 0, 0, 0], [0, 0, 0, 0], [0, 0, 8, 0]]);
    }

    #[test]
    fn covered_columns_exclude_gaps_and_overruns() {
        let bytes = [1, 7, 0, 2, 1, 0, 9, 8, 0, 1];
        let mut rle = Rle::new(&bytes[..], Compression::Rle8);
        assert!(rle.row(&mut [0; 4]).unwrap());
        assert_eq!(rle.covered(), [0..1, 2..4]);
    }

    #[test]
    fn half_bytes_alternate() {
        let bytes = [3, 0x12, 0, 3, 0x45, 0x60, 0, 1];
        assert_eq!(rows(&bytes, Compression::Rle4, 6, 1), [[1, 2, 1, 4, 5, 6]]);
    }

    #[test]
    fn rows_end_with_the_data() {
        assert_eq!(rows(&[1, 7, 0, 0, 1, 8], Compression::Rle8, 1, 9).len(), 2);
    }
}
