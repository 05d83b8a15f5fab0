//! DDS, DirectDraw Surface: compressed and uncompressed textures. Reads the smallest level that covers the wanted size,
//! of the first face, slice or element.

mod header;
mod layout;

use std::io::{Seek, SeekFrom};

use header::Header;

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::scale::rows::{self, Shape};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("dds");
/// Bytes per fetch.
const WINDOW: usize = 128 << 10;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/vnd.ms-dds", "image/x-dds"],
    score: |peek| Score::magic_if(peek.has(0, b"DDS \x7C\0\0\0")),
    open: |source, _| Ok(Box::new(Dds { source: source.clone() })),
};

struct Dds {
    source: Source,
}

impl Decoder for Dds {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let header = Header::parse(&self.source.head()?)?;
        let mut info = SourceInfo::new(FORMAT, header.size);
        info.has_alpha = header.layout.format().has_alpha();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let header = Header::parse(&self.source.head()?)?;
        cx.check_pixels(header.size)?;
        let (size, at) = level(&header, want.size, self.source.size());
        let (layout, format) = (header.layout, header.layout.format());
        let row_bytes = size.width as usize * format.pixel_bytes();
        let stride = layout.stride(size.width);
        let _held = cx.reserve(stride + (row_bytes * layout.rows()) as u64)?;
        let mut reader = self.source.reader(WINDOW);
        reader.seek(SeekFrom::Start(at))?;
        let mut stored = vec![0; stride as usize];
        let mut unpacked = vec![0; row_bytes * layout.rows()];
        let mut y = 0;
        let shape = Shape { size, orientation: Orientation::Normal, format };
        let mut frame = rows::reduce(shape, want, cx, |row| {
            if y % layout.rows() == 0 {
                if !rows::fill_row(&mut reader, &mut stored)? {
                    return Ok(false);
                }
                layout.unpack(&stored, &mut unpacked, row_bytes);
            }
            row.copy_from_slice(&unpacked[y % layout.rows() * row_bytes..][..row_bytes]);
            y += 1;
            Ok(true)
        })?;
        if header.premultiplied {
            unmultiply(&mut frame);
        }
        Ok(frame)
    }
}

/// Size and offset of the smallest level that covers `want` and lies within the file's `end` bytes.
fn level(header: &Header, want: Size, end: u64) -> (Size, u64) {
    let (mut size, mut at) = (header.size, header.pixels);
    let mut best = (size, at);
    for _ in 1..header.levels {
        at = at.saturating_add(header.layout.bytes(size));
        size = Size::new((size.width / 2).max(1), (size.height / 2).max(1));
        if !size.covers(want) || at.saturating_add(header.layout.bytes(size)) > end {
            break;
        }
        best = (size, at);
    }
    best
}

fn unmultiply(frame: &mut Frame) {
    if let (4, Samples::U8(v)) = (frame.format.channels(), &mut frame.samples) {
        for p in v.chunks_exact_mut(4).filter(|p| p[3] != 0) {
            let alpha = u32::from(p[3]);
            for c in &mut p[..3] {
                *c = ((u32::from(*c) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;

    fn dds(side: u32, levels: u32, flags: u32, code: &[u8; 4], bits: u32, masks: [u32; 4], data: &[u8]) -> Vec<u8> {
        let mut words = vec![124, 0x1007, side, side, 0, 0, levels];
        words.extend([0; 11]);
        words.extend([32, flags, u32::from_le_bytes(*code), bits]);
        words.extend(masks);
        words.resize(31, 0);
        let mut b = b"DDS ".to_vec();
        b.extend(words.into_iter().flat_map(u32::to_le_bytes));
        b.extend(data);
        b
    }

    /// A file of two levels, the first red, the second green.
    fn two_levels() -> Vec<u8> {
        let block = |color: u16| [&color.to_le_bytes()[..], &color.to_le_bytes(), &[0; 4]].concat();
        let data = [block(0xF800).repeat(4), block(0x07E0)].concat();
        dds(8, 2, 4, b"DXT1", 0, [0; 4], &data)
    }

    #[test]
    fn the_smallest_level_that_covers_is_read() {
        for (side, size, red) in [(8, 8, 255), (5, 8, 255), (4, 4, 0)] {
            let frame = testing::decode_at(&ENTRY, &two_levels(), Size::new(side, side)).unwrap();
            assert_eq!((frame.as_u8().unwrap()[0], frame.width >= side), (red, true), "{size}");
        }
    }

    #[test]
    fn masks_name_the_channels() {
        let file = dds(1, 1, 0x41, &[0; 4], 32, [0xFF, 0xFF00, 0xFF_0000, 0xFF00_0000], &[1, 2, 3, 4]);
        assert_eq!(testing::decode(&ENTRY, &file).unwrap().1.as_u8().unwrap(), [1, 2, 3, 4]);
        let file = dds(1, 1, 0x2_0000, &[0; 4], 8, [0xFF, 0, 0, 0], &[9]);
        assert_eq!(testing::decode(&ENTRY, &file).unwrap().1.as_u8().unwrap(), [9, 9, 9]);
    }

    #[test]
    fn gigapixels_are_a_limit_at_once() {
        let file = dds(1 << 20, 1, 4, b"DXT1", 0, [0; 4], &[0; 8]);
        assert_eq!(testing::decode(&ENTRY, &file).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &two_levels());
    }
}
