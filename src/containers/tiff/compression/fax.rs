//! ITU-T T.4 (Group 3, one- and two-dimensional), T.6 (Group 4) and the modified Huffman code of TIFF 6.0 section 10.
//!
//! A row is the list of its changing elements; it is decoded against that of the row above. A damaged row of Group 3
//! is kept as far as it went, and the next one is found by its end-of-line code; damage in Group 4 ends the picture.
//! The uncompressed mode of T.4 and T.6 is taken as damage.

use std::io::{self, BufRead, Read};

use super::fax_codes::{BLACK, LONGEST, Runs, WHITE};
use super::{CCITT_RLE, CCITT_RLE_WORDS, CCITT_T4};
use crate::containers::tiff::image::Layout;
use crate::containers::tiff::tag;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// Rows begin on a boundary of so many bits.
    Huffman(u32),
    /// Rows begin with an end-of-line code; two-dimensional ones with a bit after it.
    Group3 {
        two_dimensional: bool,
    },
    Group4,
}

/// Rows of one bit a pixel, 1 for black, each padded to whole bytes.
pub(super) fn stream<R: BufRead>(input: R, layout: &Layout) -> impl Read {
    let scheme = match layout.compression {
        CCITT_RLE => Scheme::Huffman(8),
        CCITT_RLE_WORDS => Scheme::Huffman(16),
        CCITT_T4 => {
            let options = layout.directory().u32(tag::T4_OPTIONS).unwrap_or(0);
            Scheme::Group3 { two_dimensional: options & 1 != 0 }
        }
        _ => Scheme::Group4,
    };
    let width = layout.chunk.width;
    Fax {
        bits: Bits { input, held: 0, count: 0, consumed: 0, missing: 0 },
        scheme,
        width,
        above: Vec::new(),
        row: Vec::new(),
        packed: vec![0; width.div_ceil(8) as usize],
        at: usize::MAX,
        ended: false,
    }
}

/// Why there is no further row, or no further pixel of one.
enum Stop {
    /// No code word begins like this.
    Damage,
    /// The end-of-block code.
    End,
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

struct Fax<R> {
    bits: Bits<R>,
    scheme: Scheme,
    width: u32,
    /// Changing elements of the row above, ascending, each below the width; the first turns black.
    above: Vec<u32>,
    row: Vec<u32>,
    packed: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: BufRead> Read for Fax<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.packed.len() {
            if !self.next_row()? {
                return Ok(0);
            }
            self.at = 0;
        }
        let rest = &self.packed[self.at..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

impl<R: BufRead> Fax<R> {
    /// Decodes one row into `packed`; `false` at the end of the data.
    fn next_row(&mut self) -> io::Result<bool> {
        if !self.ended {
            self.row.clear();
            match self.decode_row() {
                Ok(()) if self.bits.missing > 0 => return Ok(false),
                Ok(()) => {}
                // What follows the end of a block is white.
                Err(Stop::End) => {
                    self.ended = true;
                    self.row.clear();
                }
                Err(Stop::Damage) if self.bits.missing > 0 => return Ok(false),
                Err(Stop::Damage) if self.scheme == Scheme::Group4 => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a damaged row of Group 4"));
                }
                // What is not known is white.
                Err(Stop::Damage) => self.row.truncate(self.row.len() & !1),
                Err(Stop::Io(e)) => return Err(e),
            }
        }
        self.paint();
        std::mem::swap(&mut self.above, &mut self.row);
        Ok(true)
    }

    fn decode_row(&mut self) -> Result<(), Stop> {
        match self.scheme {
            Scheme::Huffman(boundary) => {
                let done = self.one_dimensional();
                self.bits.align(boundary)?;
                done
            }
            Scheme::Group4 => self.two_dimensional(),
            Scheme::Group3 { two_dimensional } => {
                let mut one = true;
                let mut lines = 0;
                while self.bits.skip_end_of_line()? {
                    lines += 1;
                    if two_dimensional {
                        one = self.bits.take(1)? == 1;
                    }
                    if lines == 2 {
                        return Err(Stop::End);
                    }
                }
                let done = if one { self.one_dimensional() } else { self.two_dimensional() };
                if matches!(done, Err(Stop::Damage)) {
                    self.bits.find_end_of_line()?;
                }
                done
            }
        }
    }

    /// T.4 section 4.1.
    fn one_dimensional(&mut self) -> Result<(), Stop> {
        let (mut at, mut black) = (0, false);
        while at < self.width {
            at = self.run(at, black)?;
            self.change(at);
            black = !black;
        }
        Ok(())
    }

    /// T.4 section 4.2, T.6 section 2.2.
    fn two_dimensional(&mut self) -> Result<(), Stop> {
        // `a0`, `b1` and `b2` are the changing elements of the standard; `a0` begins left of the first pixel.
        let (mut a0, mut black, mut i) = (-1i64, false, 0usize);
        while a0 < i64::from(self.width) {
            // b1: the first change right of a0 towards the other colour. Changes towards black have even numbers.
            while i > 0 && self.above.get(i - 1).is_some_and(|b| i64::from(*b) > a0) {
                i -= 1;
            }
            if i % 2 != usize::from(black) {
                i += 1;
            }
            while self.above.get(i).is_some_and(|b| i64::from(*b) <= a0) {
                i += 2;
            }
            let b1 = self.above.get(i).map_or(self.width, |b| *b);
            let delta = match self.bits.peek(7)? {
                n if n & 0b100_0000 != 0 => self.bits.vertical(1, 0)?,
                n if n >> 4 == 0b011 => self.bits.vertical(3, 1)?,
                n if n >> 4 == 0b010 => self.bits.vertical(3, -1)?,
                n if n >> 1 == 0b00_0011 => self.bits.vertical(6, 2)?,
                n if n >> 1 == 0b00_0010 => self.bits.vertical(6, -2)?,
                0b000_0011 => self.bits.vertical(7, 3)?,
                0b000_0010 => self.bits.vertical(7, -3)?,
                n if n >> 4 == 0b001 => {
                    self.bits.skip(3)?;
                    let a1 = self.run(a0.max(0) as u32, black)?;
                    self.change(a1);
                    let a2 = self.run(a1, !black)?;
                    self.change(a2);
                    a0 = i64::from(a2);
                    continue;
                }
                n if n >> 3 == 0b0001 => {
                    self.bits.skip(4)?;
                    a0 = i64::from(self.above.get(i + 1).map_or(self.width, |b| *b));
                    continue;
                }
                _ if self.bits.peek(12)? == 1 && self.row.is_empty() && a0 < 0 => return Err(Stop::End),
                _ => return Err(Stop::Damage),
            };
            let a1 = i64::from(b1) + delta;
            // Backwards there is nothing to be had; beyond the last pixel is its right edge.
            if a1 < a0.max(0) {
                return Err(Stop::Damage);
            }
            let a1 = a1.min(i64::from(self.width));
            self.change(a1 as u32);
            a0 = a1;
            black = !black;
        }
        Ok(())
    }

    /// Where a run that starts at `at` ends, at most at the width.
    fn run(&mut self, at: u32, black: bool) -> Result<u32, Stop> {
        let table: &Runs = if black { &BLACK } else { &WHITE };
        let mut end = at;
        loop {
            let (bits, run) = table[self.bits.peek(LONGEST)? as usize];
            if bits == 0 {
                return Err(Stop::Damage);
            }
            self.bits.skip(u32::from(bits))?;
            // Make-up codes may be repeated, so hold on to the width on the way.
            end = (end + u32::from(run)).min(self.width);
            if run < 64 {
                return Ok(end);
            }
            if self.bits.missing > 0 {
                return Err(Stop::Damage);
            }
        }
    }

    /// Notes a change of colour; two at one place are none.
    fn change(&mut self, at: u32) {
        if self.row.last() == Some(&at) {
            self.row.pop();
        } else if at < self.width {
            self.row.push(at);
        }
    }

    fn paint(&mut self) {
        self.packed.fill(0);
        for run in self.row.chunks(2) {
            let (from, to) = (run[0] as usize, run.get(1).map_or(self.width, |n| *n) as usize);
            let (first, last) = (from / 8, to / 8);
            let (head, tail) = (0xFFu8 >> (from % 8), !(0xFFu8 >> (to % 8)));
            if first == last {
                if let Some(byte) = self.packed.get_mut(first) {
                    *byte |= head & tail;
                }
                continue;
            }
            self.packed[first] |= head;
            self.packed[first + 1..last].fill(0xFF);
            if let Some(byte) = self.packed.get_mut(last) {
                *byte |= tail;
            }
        }
    }
}

/// Bits from the highest of each byte; zeros after the end.
struct Bits<R> {
    input: R,
    /// The next bits, from the highest.
    held: u64,
    /// Bits of `held` that count.
    count: u32,
    consumed: u64,
    /// Bits that were taken beyond the end.
    missing: u32,
}

impl<R: BufRead> Bits<R> {
    #[inline]
    fn peek(&mut self, n: u32) -> io::Result<u32> {
        if self.count < n {
            self.fill()?;
        }
        Ok((self.held >> (64 - n)) as u32)
    }

    #[cold]
    fn fill(&mut self) -> io::Result<()> {
        while self.count <= 56 {
            let input = self.input.fill_buf()?;
            if input.is_empty() {
                break;
            }
            let n = input.len().min(((64 - self.count) / 8) as usize);
            for byte in &input[..n] {
                self.held |= u64::from(*byte) << (56 - self.count);
                self.count += 8;
            }
            self.input.consume(n);
        }
        Ok(())
    }

    /// `n` is at most 32.
    #[inline]
    fn skip(&mut self, n: u32) -> io::Result<()> {
        if self.count < n {
            self.fill()?;
        }
        self.held <<= n;
        self.consumed += u64::from(n);
        match self.count.checked_sub(n) {
            Some(left) => self.count = left,
            None => {
                self.missing = self.missing.saturating_add(n - self.count);
                self.count = 0;
            }
        }
        Ok(())
    }

    fn take(&mut self, n: u32) -> io::Result<u32> {
        let bits = self.peek(n)?;
        self.skip(n)?;
        Ok(bits)
    }

    /// Takes the code word of a vertical mode.
    #[inline]
    fn vertical(&mut self, bits: u32, delta: i64) -> Result<i64, Stop> {
        self.skip(bits)?;
        match self.missing {
            0 => Ok(delta),
            _ => Err(Stop::Damage),
        }
    }

    fn align(&mut self, boundary: u32) -> io::Result<()> {
        let over = (self.consumed % u64::from(boundary)) as u32;
        let n = if over > 0 { boundary - over } else { 0 };
        if self.count < n {
            self.fill()?;
        }
        // The last row need not be filled up.
        self.skip(n.min(self.count))
    }

    /// Takes an end-of-line code, with the fill before it, if one is next.
    fn skip_end_of_line(&mut self) -> io::Result<bool> {
        if self.peek(11)? != 0 || self.count == 0 {
            return Ok(false);
        }
        while self.missing == 0 {
            if self.take(1)? == 1 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes to the next end-of-line code, or to the end.
    fn find_end_of_line(&mut self) -> io::Result<()> {
        while self.peek(11)? != 0 && self.count > 0 {
            self.skip(1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(scheme: Scheme, width: u32, data: &[u8], n: usize) -> (Vec<u8>, bool) {
        let mut fax = Fax {
            bits: Bits { input: data, held: 0, count: 0, consumed: 0, missing: 0 },
            scheme,
            width,
            above: Vec::new(),
            row: Vec::new(),
            packed: vec![0; width.div_ceil(8) as usize],
            at: usize::MAX,
            ended: false,
        };
        let mut out = vec![0; n * width.div_ceil(8) as usize];
        let whole = fax.read_exact(&mut out).is_ok();
        (out, whole)
    }

    fn bits(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|b| *b != b' ').map(|b| b - b'0').collect();
        digits.chunks(8).map(|c| c.iter().enumerate().fold(0, |n, (i, b)| n | b << (7 - i))).collect()
    }

    #[test]
    fn modified_huffman_rows_begin_on_bytes() {
        // 4 white, 4 black, twice.
        let data = bits("1011 011 0 1011 011 0");
        assert_eq!(rows(Scheme::Huffman(8), 8, &data, 2), (vec![0x0F, 0x0F], true));
    }

    #[test]
    fn group4_follows_the_row_above() {
        // Horizontal 4 white 4 black; then V0 and V0 to the edge; then pass and V0: white; then EOFB.
        let data = bits("001 1011 011  1 1  0001 1  000000000001 000000000001");
        assert_eq!(rows(Scheme::Group4, 8, &data, 5), (vec![0x0F, 0x0F, 0, 0, 0], true));
    }

    #[test]
    fn a_damaged_row_of_group3_costs_only_itself() {
        let eol = "000000000001";
        let text = format!("{eol} 1011 011 {eol} 1011 0000000011111 {eol} 1011 011 {eol}{eol}");
        let (out, whole) = rows(Scheme::Group3 { two_dimensional: false }, 8, &bits(&text), 3);
        assert_eq!((out[0], out[2], whole), (0x0F, 0x0F, true));
    }

    #[test]
    fn two_dimensional_group3_reads_the_tag_bit() {
        let eol = "000000000001";
        let text = format!("{eol}1 1011 011 {eol}0 1 1 {eol}1{eol}1");
        assert_eq!(rows(Scheme::Group3 { two_dimensional: true }, 8, &bits(&text), 2), (vec![0x0F, 0x0F], true));
    }

    #[test]
    fn any_bytes_end_without_panic() {
        let mut seed = 1u32;
        for round in 0..2000 {
            let data: Vec<u8> = (0..64)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 24) as u8
                })
                .collect();
            for scheme in [Scheme::Group4, Scheme::Huffman(16), Scheme::Group3 { two_dimensional: true }] {
                rows(scheme, 1 + round % 77, &data, 40);
            }
        }
    }
}
