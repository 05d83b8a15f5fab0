//! EXIF 2.32: orientation, colour space and preview.

use std::ops::Range;

use thumbling_core::bytes::Endian;
use thumbling_core::orient::Orientation;

/// Entries of one directory that are read.
const MAX_ENTRIES: u16 = 512;

/// Orientation and preview of an EXIF block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    /// Tag 274 of the first directory.
    pub orientation: Orientation,
    /// Tag 40961: 1 is sRGB, 2 Adobe RGB by convention, 65,535 uncalibrated.
    pub color_space: u16,
    /// The JPEG preview of the second directory, as a range of the block.
    pub preview: Option<Range<usize>>,
}

/// Parses `tiff`, which starts with the byte order mark; an `Exif\0\0` before it is skipped. Invalid parts are ignored.
pub(crate) fn parse(tiff: &[u8]) -> Exif {
    let skipped = if tiff.starts_with(b"Exif\0") { 6 } else { 0 };
    let mut exif = Exif::default();
    let Some(tiff) = tiff.get(skipped..) else { return exif };
    let Some(block) = Block::new(tiff) else { return exif };
    let Some(first) = block.u32(4) else { return exif };
    let mut color = None;
    let next = block.directory(first, |tag, value| match tag {
        0x0112 => exif.orientation = Orientation::from_exif(value),
        0x8769 => color = Some(value),
        _ => {}
    });
    if let Some(at) = color {
        block.directory(at, |tag, value| {
            if tag == 0xA001 {
                exif.color_space = value as u16;
            }
        });
    }
    let (mut offset, mut length) = (None, None);
    if let Some(second) = next.filter(|n| *n != 0 && *n != first) {
        block.directory(second, |tag, value| match tag {
            0x0201 => offset = Some(value as usize),
            0x0202 => length = Some(value as usize),
            _ => {}
        });
    }
    if let (Some(offset), Some(length)) = (offset, length)
        && let Some(end) = offset.checked_add(length)
        && end <= tiff.len()
        && length > 4
    {
        exif.preview = Some(offset + skipped..end + skipped);
    }
    exif
}

struct Block<'a> {
    bytes: &'a [u8],
    endian: Endian,
}

impl<'a> Block<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let block = Self { bytes, endian: Endian::from_mark(bytes)? };
        (block.u16(2)? == 42).then_some(block)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.endian.u16(self.bytes, at)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.endian.u32(self.bytes, at)
    }

    /// Calls `each` with tag and first value of every SHORT and LONG entry; returns the next directory's offset.
    fn directory(&self, at: u32, mut each: impl FnMut(u16, u32)) -> Option<u32> {
        let at = at as usize;
        let count = self.u16(at)?;
        for i in 0..usize::from(count.min(MAX_ENTRIES)) {
            let entry = at + 2 + i * 12;
            let (tag, kind) = (self.u16(entry)?, self.u16(entry + 2)?);
            let value = match kind {
                3 => u32::from(self.u16(entry + 8)?),
                4 | 13 => self.u32(entry + 8)?,
                _ => continue,
            };
            each(tag, value);
        }
        self.u32(at + 2 + usize::from(count) * 12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A big-endian EXIF block with an orientation and a preview of five bytes.
    fn block() -> Vec<u8> {
        let mut b = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
        b.extend([0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 26]);
        b.extend([
            0, 2, 0x02, 0x01, 0, 4, 0, 0, 0, 1, 0, 0, 0, 56, 0x02, 0x02, 0, 4, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0,
        ]);
        b.extend(b"JPEG!");
        b
    }

    #[test]
    fn orientation_and_preview_are_found() {
        let exif = parse(&block());
        assert_eq!(exif.orientation, Orientation::Rotate90);
        assert_eq!(&block()[exif.preview.unwrap()], b"JPEG!");
    }

    #[test]
    fn a_block_cut_anywhere_is_no_panic() {
        let whole = block();
        for n in 0..whole.len() {
            assert_eq!(parse(&whole[..n]).preview, None);
        }
    }
}
