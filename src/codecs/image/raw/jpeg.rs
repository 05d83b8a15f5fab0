//! Reads the header of a JPEG, to tell previews from lossless sensor data, which is JPEG too.

use std::io::{BufRead, Read};

use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// Most marker segments before the frame header that are skipped.
const MAX_SEGMENTS: usize = 256;

/// Size of a JPEG that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) size: Size,
    /// Whether the first byte is not 0xFF, as it should be.
    pub(super) headless: bool,
}

/// The header of `file`; `None` if it is not a JPEG, or is lossless, hierarchical, arithmetic, deeper than 8 bits, or
/// has other than one or three components.
pub(super) fn header(file: &Source) -> Option<Header> {
    let mut reader = file.reader(2048);
    let mut start = [0; 3];
    reader.read_exact(&mut start).ok()?;
    // Minolta overwrites the first byte of some previews.
    if start[1..] != [0xD8, 0xFF] || !matches!(start[0], 0xFF | 0 | 1 | 2) {
        return None;
    }
    let mut marker = 0xFF;
    for _ in 0..MAX_SEGMENTS {
        while marker == 0xFF {
            marker = byte(&mut reader)?;
        }
        match marker {
            // Baseline, extended and progressive, Huffman-coded.
            0xC0..=0xC2 => {
                let mut frame = [0; 8];
                reader.read_exact(&mut frame).ok()?;
                let [_, _, precision, h1, h0, w1, w0, components] = frame;
                let size = Size::new(u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into());
                let shown = precision == 8 && matches!(components, 1 | 3) && size.pixels() > 0;
                return shown.then_some(Header { size, headless: start[0] != 0xFF });
            }
            0xC4 | 0xC8 | 0xCC | 0xD0..=0xD7 => {}
            0xC3..=0xCF | 0xD8..=0xDA => return None,
            _ => {}
        }
        if !matches!(marker, 0x01 | 0xD0..=0xD7) {
            let length = u16::from_be_bytes([byte(&mut reader)?, byte(&mut reader)?]);
            skip(&mut reader, u64::from(length.checked_sub(2)?))?;
        }
        if byte(&mut reader)? != 0xFF {
            return None;
        }
        marker = 0xFF;
    }
    None
}

fn byte(reader: &mut impl BufRead) -> Option<u8> {
    let byte = *reader.fill_buf().ok()?.first()?;
    reader.consume(1);
    Some(byte)
}

fn skip(reader: &mut (impl Read + std::io::Seek), n: u64) -> Option<()> {
    reader.seek(std::io::SeekFrom::Current(n as i64)).ok().map(drop)
}
