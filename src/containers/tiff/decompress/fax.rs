//! Fax compression: ITU-T T.4 (Group 3, one- and two-dimensional), T.6 (Group 4) and the modified Huffman code of TIFF
//! 6.0 section 10, decoded by hayro-ccitt.
//!
//! A damaged row of Group 3 is kept up to the damage, and decoding continues at the next end-of-line code. Damage in the
//! other codes ends the strip. Uncompressed mode is not supported and counts as damage.

use std::io::{self, Cursor, Read};

use hayro_ccitt::{DecodeError, DecodeSettings, Decoder, DecoderContext, EncodingMode};

use crate::containers::tiff::compression::{CCITT_RLE, CCITT_RLE_WORDS, CCITT_T4};
use crate::containers::tiff::layout::Layout;
use crate::containers::tiff::tag;
use thumbling_core::decode::Context;
use thumbling_core::error::Result;
use thumbling_core::limits::Reservation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// Modified Huffman; rows start at a multiple of this number of bytes.
    Huffman(usize),
    Group3 {
        two_dimensional: bool,
    },
    Group4,
}

/// The rows of the strip or tile `data`: one bit per pixel, 1 for black, each row padded to whole bytes.
pub(super) fn rows(layout: &Layout, data: &[u8], cx: &Context<'_>) -> Result<Rows> {
    let scheme = match layout.compression {
        CCITT_RLE => Scheme::Huffman(1),
        CCITT_RLE_WORDS => Scheme::Huffman(2),
        CCITT_T4 => {
            let options = layout.directory().u32(tag::T4_OPTIONS).unwrap_or(0);
            Scheme::Group3 { two_dimensional: options & 1 != 0 }
        }
        _ => Scheme::Group4,
    };
    // Rows of a tile below the picture are not needed.
    let (width, height) = (layout.chunk.width, layout.chunk.height.min(layout.size.height));
    let held = cx.reserve(u64::from(width.div_ceil(8)) * u64::from(height))?;
    let (packed, damage) = decode(scheme, width, height, data);
    Ok(Rows { packed: Cursor::new(packed), damage, _held: held })
}

/// Decoded rows, and the damage after them.
pub(super) struct Rows {
    packed: Cursor<Vec<u8>>,
    damage: Option<DecodeError>,
    _held: Reservation,
}

impl Read for Rows {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match (self.packed.read(out)?, self.damage) {
            (0, Some(damage)) => Err(io::Error::new(io::ErrorKind::InvalidData, format!("fax data: {damage}"))),
            (n, _) => Ok(n),
        }
    }
}

/// At most `height` packed rows, and the error that ended decoding. Rows after an end-of-block code are white.
fn decode(scheme: Scheme, width: u32, height: u32, data: &[u8]) -> (Vec<u8>, Option<DecodeError>) {
    let mut rows = PackedRows { width, packed: Vec::new() };
    let all_bytes = rows.row_bytes() * height as usize;
    let mut settings = DecodeSettings {
        columns: width,
        rows: height,
        end_of_block: true,
        end_of_line: true,
        rows_are_byte_aligned: false,
        encoding: EncodingMode::Group3_1D,
        strict: false,
    };
    match scheme {
        Scheme::Huffman(alignment) => {
            // Row by row, because hayro-ccitt only aligns rows to bytes.
            (settings.rows, settings.end_of_block, settings.end_of_line) = (1, false, false);
            let mut context = DecoderContext::new(settings);
            let mut at = 0;
            while rows.packed.len() < all_bytes && at < data.len() {
                match hayro_ccitt::decode(&data[at..], &mut rows, &mut context) {
                    Ok(bytes) => at = (at + bytes).next_multiple_of(alignment),
                    Err(damage) => return (rows.packed, Some(damage)),
                }
            }
            return (rows.packed, None);
        }
        Scheme::Group3 { two_dimensional: true } => settings.encoding = EncodingMode::Group3_2D,
        Scheme::Group3 { two_dimensional: false } => {}
        Scheme::Group4 => (settings.encoding, settings.end_of_line) = (EncodingMode::Group4, false),
    }
    let decoded = hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings));
    if decoded.is_ok_and(|bytes| ends_with_end_of_line(&data[..bytes])) {
        rows.packed.resize(all_bytes, 0);
    }
    (rows.packed, decoded.err())
}

/// Whether `data` ends with an end-of-line code (eleven zeros and a one), the tag bit of two-dimensional coding and
/// padding to whole bytes: as an end-of-block code does, and truncated data hardly ever.
fn ends_with_end_of_line(data: &[u8]) -> bool {
    let tail = data.iter().skip(data.len().saturating_sub(4)).fold(0u32, |tail, byte| tail << 8 | u32::from(*byte));
    let unpadded = tail >> tail.trailing_zeros().min(7);
    unpadded & 0xFFF == 1 || unpadded & 0x1FFF == 0b11
}

/// Packs rows of changing elements to bits.
struct PackedRows {
    width: u32,
    packed: Vec<u8>,
}

impl PackedRows {
    fn row_bytes(&self) -> usize {
        self.width.div_ceil(8) as usize
    }
}

impl Decoder for PackedRows {
    fn push_row(&mut self, changes: &[u32]) {
        let start = self.packed.len();
        self.packed.resize(start + self.row_bytes(), 0);
        let row = &mut self.packed[start..];
        for run in changes.chunks(2) {
            let (from, to) = (run[0] as usize, run.get(1).map_or(self.width, |n| *n) as usize);
            let (first, last) = (from / 8, to / 8);
            let (head, tail) = (0xFFu8 >> (from % 8), !(0xFFu8 >> (to % 8)));
            if first == last {
                row[first] |= head & tail;
                continue;
            }
            row[first] |= head;
            row[first + 1..last].fill(0xFF);
            if let Some(byte) = row.get_mut(last) {
                *byte |= tail;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` rows, and whether none is missing.
    fn rows(scheme: Scheme, width: u32, data: &[u8], n: u32) -> (Vec<u8>, bool) {
        let (mut packed, _) = decode(scheme, width, n, data);
        let all_bytes = (n * width.div_ceil(8)) as usize;
        let is_whole = packed.len() == all_bytes;
        packed.resize(all_bytes, 0);
        (packed, is_whole)
    }

    fn bits(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|b| *b != b' ').map(|b| b - b'0').collect();
        digits.chunks(8).map(|c| c.iter().enumerate().fold(0, |n, (i, b)| n | b << (7 - i))).collect()
    }

    const EOL: &str = "000000000001";

    #[test]
    fn modified_huffman_rows_start_at_bytes_or_words() {
        // 4 white, 4 black, twice.
        let data = bits("1011 011 0 1011 011 0");
        assert_eq!(rows(Scheme::Huffman(1), 8, &data, 2), (vec![0x0F, 0x0F], true));
        let data = bits("1011 011 0 11111111 1011 011 0");
        assert_eq!(rows(Scheme::Huffman(2), 8, &data, 2), (vec![0x0F, 0x0F], true));
    }

    #[test]
    fn truncated_rows_are_missing() {
        let data = bits("1011 011 0 1011 0000");
        assert_eq!(rows(Scheme::Huffman(1), 8, &data, 3), (vec![0x0F, 0, 0], false));
        // Two rows of two-dimensional code and no end of block.
        let data = bits("001 1011 011  1 1 0");
        assert!(!rows(Scheme::Group4, 8, &data, 9).1);
    }

    #[test]
    fn group4_refers_to_the_row_above() {
        // Horizontal 4 white 4 black; then V0 and V0 to the edge; then pass and V0: white; then the end of the block.
        let data = bits(&format!("001 1011 011  1 1  0001 1  {EOL}{EOL}"));
        assert_eq!(rows(Scheme::Group4, 8, &data, 5), (vec![0x0F, 0x0F, 0, 0, 0], true));
    }

    #[test]
    fn uncompressed_mode_is_damage() {
        let data = bits("001 1011 011  0000001111 1010");
        assert!(decode(Scheme::Group4, 8, 5, &data).1.is_some());
    }

    #[test]
    fn a_damaged_row_of_group3_costs_only_itself() {
        let rtc = EOL.repeat(6);
        let text = format!("{EOL} 1011 011 {EOL} 1011 0000000011111 {EOL} 1011 011 {rtc}");
        let (out, is_whole) = rows(Scheme::Group3 { two_dimensional: false }, 8, &bits(&text), 3);
        assert_eq!((out[0], out[2], is_whole), (0x0F, 0x0F, true));
    }

    #[test]
    fn two_dimensional_group3_has_a_tag_bit_in_each_row() {
        let rtc = format!("{EOL}1").repeat(6);
        let text = format!("{EOL}1 1011 011 {EOL}0 1 1 {rtc}");
        let (out, is_whole) = rows(Scheme::Group3 { two_dimensional: true }, 8, &bits(&text), 4);
        assert_eq!((out, is_whole), (vec![0x0F, 0x0F, 0, 0], true));
    }

    #[test]
    fn group3_may_lack_end_of_line_codes() {
        let data = bits("1011 011 1011 011 1011 011");
        let (out, is_whole) = rows(Scheme::Group3 { two_dimensional: false }, 8, &data, 3);
        assert_eq!((out, is_whole), (vec![0x0F; 3], true));
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
            for scheme in [Scheme::Group4, Scheme::Huffman(2), Scheme::Group3 { two_dimensional: true }] {
                rows(scheme, 1 + round % 77, &data, 40);
            }
        }
    }
}
