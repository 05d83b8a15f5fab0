//! QOI, the Quite OK Image format, read row by row: <https://qoiformat.org/qoi-specification.pdf>.

use std::io::BufRead;

use thumbling_core::bytes::u32_be;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::scale::RowReducer;
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("qoi");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/qoi"],
    score: |peek| Score::magic_if(peek.has(0, b"qoif")),
    open: |source, _| Qoi::open(source).map(|qoi| Box::new(qoi) as Box<dyn Decoder>),
};

/// Bytes before the pixels.
const HEADER: u64 = 14;

/// Bytes per fetch.
const WINDOW: usize = 64 << 10;

struct Qoi {
    source: Source,
    size: Size,
    has_alpha: bool,
}

impl Qoi {
    fn open(source: &Source) -> Result<Self> {
        let head = source.read_vec(0, HEADER)?;
        let side = |at: usize| u32_be(&head, at).unwrap_or(0);
        match head[12] {
            3 | 4 => Ok(Self { source: source.clone(), size: Size::new(side(4), side(8)), has_alpha: head[12] == 4 }),
            n => Err(Error::corrupt(format!("{n} channels"))),
        }
    }
}

impl Decoder for Qoi {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        cx.check_pixels(self.size)?;
        let mut info = SourceInfo::new(FORMAT, self.size);
        info.has_alpha = self.has_alpha;
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let format = if self.has_alpha { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
        let mut reducer = RowReducer::new(self.size, Orientation::Normal, format, want, cx)?;
        let mut row = Vec::with_capacity(reducer.row_bytes());
        let mut pixels = Pixels::new(self.source.slice(HEADER, u64::MAX).reader(WINDOW));
        for y in 0..self.size.height {
            if y % 16 == 0 {
                cx.check()?;
            }
            row.clear();
            for _ in 0..self.size.width {
                let Some(pixel) = pixels.next()? else { break };
                row.extend_from_slice(&pixel[..format.channels()]);
            }
            if row.len() < reducer.row_bytes() {
                if y == 0 && row.is_empty() {
                    return Err(Error::corrupt("no pixels"));
                }
                cx.warn(format!("truncated after row {y}"));
                row.resize(reducer.row_bytes(), if self.has_alpha { 0 } else { 0x80 });
                reducer.push(&row)?;
                break;
            }
            reducer.push(&row)?;
        }
        reducer.finish()
    }
}

/// Decodes chunks to pixels.
struct Pixels<R> {
    reader: R,
    last: [u8; 4],
    seen: [[u8; 4]; 64],
    run: u8,
}

impl<R: BufRead> Pixels<R> {
    fn new(reader: R) -> Self {
        Self { reader, last: [0, 0, 0, 255], seen: [[0; 4]; 64], run: 0 }
    }

    /// The next pixel; `None` at the end of the content.
    fn next(&mut self) -> Result<Option<[u8; 4]>> {
        if self.run > 0 {
            self.run -= 1;
            return Ok(Some(self.last));
        }
        let Some(tag) = self.bytes::<1>()?.map(|[tag]| tag) else { return Ok(None) };
        let [r, g, b, a] = self.last;
        self.last = match (tag >> 6, tag & 0x3F) {
            (3, 0x3E) => match self.bytes::<3>()? {
                Some([r, g, b]) => [r, g, b, a],
                None => return Ok(None),
            },
            (3, 0x3F) => match self.bytes::<4>()? {
                Some(pixel) => pixel,
                None => return Ok(None),
            },
            (3, run) => {
                self.run = run;
                self.last
            }
            (0, index) => self.seen[usize::from(index)],
            (1, diff) => {
                let part = |shift: u8| ((diff >> shift) & 3).wrapping_sub(2);
                [r.wrapping_add(part(4)), g.wrapping_add(part(2)), b.wrapping_add(part(0)), a]
            }
            (_, green) => match self.bytes::<1>()? {
                Some([rest]) => {
                    let green = green.wrapping_sub(32);
                    let beside = |nibble: u8| green.wrapping_add(nibble).wrapping_sub(8);
                    [r.wrapping_add(beside(rest >> 4)), g.wrapping_add(green), b.wrapping_add(beside(rest & 15)), a]
                }
                None => return Ok(None),
            },
        };
        let [r, g, b, a] = self.last.map(usize::from);
        self.seen[(r * 3 + g * 5 + b * 7 + a * 11) % 64] = self.last;
        Ok(Some(self.last))
    }

    fn bytes<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        match self.reader.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(e) => Err(e.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(chunks: &[u8]) -> Vec<[u8; 4]> {
        let mut pixels = Pixels::new(chunks);
        std::iter::from_fn(|| pixels.next().unwrap()).collect()
    }

    #[test]
    fn every_chunk_means_what_the_specification_says() {
        // RGB, a difference, a luma difference, a run of two, an index.
        let got = pixels(&[0xFE, 10, 20, 30, 0b01_11_10_01, 0b10_100010, 0x79, 0xC1, 0b00_001000 + 1]);
        assert_eq!(got[0], [10, 20, 30, 255]);
        assert_eq!(got[1], [11, 20, 29, 255]);
        assert_eq!(got[2], [12, 22, 32, 255]);
        assert_eq!(got[3..5], [[12, 22, 32, 255]; 2]);
    }

    #[test]
    fn content_that_ends_inside_a_chunk_is_no_pixel() {
        assert!(pixels(&[0xFF, 1, 2]).is_empty());
    }
}
