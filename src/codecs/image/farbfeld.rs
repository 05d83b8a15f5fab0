//! farbfeld: 16-bit RGBA and nothing else (<https://tools.suckless.org/farbfeld/>).

use std::io::Read;

use thumbling_core::bytes::u32_be;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::Size;
use thumbling_core::probe::Score;
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("farbfeld");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/x-farbfeld"],
    score: |peek| Score::magic_if(peek.has(0, b"farbfeld")),
    open: |source, _| {
        let mut head = [0; HEADER as usize];
        source.read_exact_at(0, &mut head)?;
        let side = |at: usize| u32_be(&head, at).unwrap_or(0);
        let size = Size::new(side(8), side(12));
        Ok(Box::new(Farbfeld { source: source.clone(), size }))
    },
};

/// Bytes before the pixels.
const HEADER: u64 = 16;

/// Bytes of one fetch.
const WINDOW: usize = 64 << 10;

struct Farbfeld {
    source: Source,
    size: Size,
}

impl Decoder for Farbfeld {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        cx.check_pixels(self.size)?;
        let mut info = SourceInfo::new(FORMAT, self.size);
        info.has_alpha = true;
        Ok(info)
    }

    fn frame(&mut self, _want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let Size { width, height } = self.size;
        let _held = cx.reserve_pixels(self.size, 8)?;
        let mut reader = self.source.slice(HEADER, u64::MAX).reader(WINDOW);
        let mut samples = vec![0; self.size.pixels() as usize * 4];
        let mut row = vec![0; width as usize * 8];
        for out in samples.chunks_exact_mut(width as usize * 4) {
            cx.check()?;
            reader.read_exact(&mut row)?;
            for (sample, bytes) in out.iter_mut().zip(row.as_chunks().0) {
                *sample = u16::from_be_bytes(*bytes);
            }
        }
        Frame::new(width, height, PixelFormat::Rgba16, Samples::U16(samples))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;

    #[test]
    fn samples_are_big_endian() {
        let file = b"farbfeld\0\0\0\x01\0\0\0\x01\x12\x34\0\x01\0\x02\xFF\xFF";
        let samples = testing::decode(&ENTRY, file).unwrap().1.samples;
        assert_eq!(samples, Samples::U16(vec![0x1234, 1, 2, 65_535]));
    }

    #[test]
    fn truncated_files_are_corrupt() {
        let file = b"farbfeld\0\0\0\x01\0\0\0\x02\x12\x34\0\x01\0\x02\xFF\xFF";
        assert_eq!(testing::decode(&ENTRY, file).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(testing::decode(&ENTRY, &file[..10]).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn gigapixels_are_refused_at_once() {
        let file = b"farbfeld\x7F\0\0\x01\x7F\0\0\x01\x12\x34\0\x01\0\x02\xFF\xFF";
        assert_eq!(testing::decode(&ENTRY, file).unwrap_err().kind(), ErrorKind::Limit);
    }
}
