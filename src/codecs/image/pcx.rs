//! PCX (ZSoft Technical Reference Manual, revision 5), and the first page of DCX.

use std::io::{BufRead, Seek, SeekFrom};

use thumbling_core::bytes::{u16_le, u32_le};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::scale::rows::{self, Shape};
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("pcx");
const HEADER: usize = 128;
/// Bytes of the palette at the end of 8-bit files, including its marker.
const PALETTE: u64 = 769;
const DCX: [u8; 4] = 0x3ADE_68B1u32.to_le_bytes();
/// Bytes per fetch.
const WINDOW: usize = 128 << 10;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/x-pcx", "image/vnd.zbrush.pcx", "image/x-dcx"],
    score,
    open: |source, _| Ok(Box::new(Pcx { source: source.clone() })),
};

fn score(peek: &Peek<'_>) -> Score {
    if peek.has(0, &DCX) {
        return Score::MAGIC;
    }
    match Header::parse(peek.head) {
        Ok(_) => Score::LIKELY,
        Err(_) => Score::NONE,
    }
}

#[derive(Debug, Clone)]
struct Header {
    size: Size,
    /// Bits per pixel in one plane.
    bits: usize,
    planes: usize,
    /// Bytes per row in one plane.
    stride: usize,
    runs: bool,
    palette: [[u8; 3]; 16],
}

impl Header {
    fn parse(head: &[u8]) -> Result<Self> {
        let short = || Error::corrupt("the file ends inside its header");
        let h = head.get(..HEADER).ok_or_else(short)?;
        let field = |at| u32::from(u16_le(h, at).unwrap_or(0));
        let (bits, planes, stride) = (usize::from(h[3]), usize::from(h[65]), field(66) as usize);
        let side = |min: u32, max: u32| (max + 1).checked_sub(min).filter(|n| *n > 0);
        let (Some(width), Some(height)) = (side(field(4), field(8)), side(field(6), field(10))) else {
            return Err(Error::corrupt("a picture without pixels"));
        };
        let known = matches!((bits, planes), (1, 1..=4) | (2 | 4, 1) | (8, 1 | 3 | 4));
        if h[0] != 10 || h[1] > 5 || h[1] == 1 || h[2] > 1 || !known || stride * 8 < width as usize * bits {
            return Err(Error::corrupt("not a PCX header"));
        }
        let mut palette = [[0; 3]; 16];
        for (into, from) in palette.iter_mut().zip(h[16..64].chunks_exact(3)) {
            into.copy_from_slice(from);
        }
        Ok(Self { size: Size::new(width, height), bits, planes, stride, runs: h[2] == 1, palette })
    }

    /// The palette for pixels of up to 8 bits.
    fn colors(&self, source: &Source) -> Result<Vec<[u8; 3]>> {
        if self.bits * self.planes == 8 {
            let mut end = [0; PALETTE as usize];
            let at = source.size().saturating_sub(PALETTE);
            let n = source.read_up_to(at, &mut end)?;
            return Ok(match end {
                [12, ..] if n == end.len() && at >= HEADER as u64 => {
                    end[1..].chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect()
                }
                _ => (0..=255).map(|v| [v; 3]).collect(),
            });
        }
        // Palettes of 1-bit files are meaningless, unless they have two different colours.
        let plain = self.palette[0] == self.palette[1] || self.palette[..2] == [[255; 3], [0; 3]];
        if self.bits * self.planes == 1 && plain {
            return Ok(vec![[0; 3], [255; 3]]);
        }
        Ok(self.palette.to_vec())
    }
}

/// The first page of a DCX, or the file itself.
fn page(source: &Source) -> Result<Source> {
    let head = source.head()?;
    if !head.starts_with(&DCX) {
        return Ok(source.clone());
    }
    let first = u32_le(&head, 4).ok_or_else(|| Error::corrupt("the file ends inside its directory"))?;
    let end = u32_le(&head, 8).filter(|end| *end > first).unwrap_or(u32::MAX);
    Ok(source.slice(first.into(), u64::from(end - first)))
}

struct Pcx {
    source: Source,
}

impl Decoder for Pcx {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let mut head = [0; HEADER];
        let n = page(&self.source)?.read_up_to(0, &mut head)?;
        let header = Header::parse(&head[..n])?;
        let mut info = SourceInfo::new(FORMAT, header.size);
        info.has_alpha = header.planes == 4 && header.bits == 8;
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let source = page(&self.source)?;
        let mut head = [0; HEADER];
        let n = source.read_up_to(0, &mut head)?;
        let header = Header::parse(&head[..n])?;
        let colors = header.colors(&source)?;
        let format = if header.bits * header.planes == 32 { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
        let shape = Shape { size: header.size, orientation: Orientation::Normal, format };
        let mut reader = source.reader(WINDOW);
        reader.seek(SeekFrom::Start(HEADER as u64))?;
        let mut runs = Runs { reader, value: 0, left: 0 };
        let mut packed = vec![0; header.stride * header.planes];
        rows::reduce(shape, want, cx, |row| {
            let more = match header.runs {
                true => runs.row(&mut packed)?,
                false => rows::fill_row(&mut runs.reader, &mut packed)?,
            };
            for (x, out) in row.chunks_exact_mut(format.channels()).enumerate() {
                if header.bits == 8 && header.planes > 1 {
                    for (sample, plane) in out.iter_mut().zip(packed.chunks_exact(header.stride)) {
                        *sample = plane[x];
                    }
                } else {
                    out.copy_from_slice(colors.get(index(&packed, &header, x)).unwrap_or(&[0; 3]));
                }
            }
            Ok(more)
        })
    }
}

/// The index of pixel `x`; the first plane holds its lowest bits.
fn index(packed: &[u8], header: &Header, x: usize) -> usize {
    let bit = x * header.bits;
    let of_plane = |plane: usize| {
        let byte = usize::from(packed[plane * header.stride + bit / 8]);
        byte >> (8 - header.bits - bit % 8) & ((1 << header.bits) - 1)
    };
    (0..header.planes).fold(0, |index, plane| index | of_plane(plane) << (plane * header.bits))
}

/// Run-length decoding: a byte with the two top bits set counts the next byte. Runs continue over planes and rows.
struct Runs {
    reader: SourceReader,
    value: u8,
    left: u8,
}

impl Runs {
    /// Reads the next row; `false` if the file ends before it. Missing bytes at its end are zero.
    fn row(&mut self, row: &mut [u8]) -> Result<bool> {
        for i in 0..row.len() {
            while self.left == 0 {
                let (Some(count), value) = self.packet()? else {
                    row[i..].fill(0);
                    return Ok(i > 0);
                };
                (self.left, self.value) = (count, value);
            }
            self.left -= 1;
            row[i] = self.value;
        }
        Ok(true)
    }

    fn packet(&mut self) -> Result<(Option<u8>, u8)> {
        Ok(match self.byte()? {
            None => (None, 0),
            Some(b @ 0xC0..) => match self.byte()? {
                Some(value) => (Some(b & 0x3F), value),
                None => (None, 0),
            },
            Some(b) => (Some(1), b),
        })
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let byte = self.reader.fill_buf()?.first().copied();
        if byte.is_some() {
            self.reader.consume(1);
        }
        Ok(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// A run-length coded file of 2×1 px with the palette 0 → (0, 0, 0), 1 → (1, 1, 1) …
    fn pcx(bits: u8, planes: u8, data: &[u8]) -> Vec<u8> {
        let mut b = vec![10, 5, 1, bits, 0, 0, 0, 0, 1, 0, 0, 0, 72, 0, 72, 0];
        b.extend((0..16).flat_map(|v| [v; 3]));
        b.extend([0, planes, 2, 0, 1, 0]);
        b.resize(HEADER, 0);
        b.extend(data);
        b
    }

    fn shown(file: &[u8]) -> Vec<u8> {
        testing::decode(&ENTRY, file).unwrap().1.as_u8().unwrap().to_vec()
    }

    #[test]
    fn planes_of_bits_make_an_index() {
        // First pixel: planes 0 and 2; second: plane 3.
        let file = pcx(1, 4, &[0x80, 0, 0, 0, 0x80, 0, 0x40, 0]);
        assert_eq!(shown(&file), [5, 5, 5, 8, 8, 8]);
    }

    #[test]
    fn bytes_are_looked_up_in_the_palette_at_the_end() {
        let mut file = pcx(8, 1, &[0xC1, 0xFF, 1]);
        file.push(12);
        file.extend((0..=255u8).flat_map(|v| [v, 255 - v, 0]));
        assert_eq!(shown(&file), [255, 0, 0, 1, 254, 0]);
    }

    #[test]
    fn three_planes_are_colours() {
        assert_eq!(shown(&pcx(8, 3, &[1, 2, 3, 4, 0xC2, 5])), [1, 3, 5, 2, 4, 5]);
    }

    #[test]
    fn the_first_page_of_a_dcx_is_shown() {
        let mut file = DCX.to_vec();
        file.extend([12, 0, 0, 0, 0, 0, 0, 0]);
        file.extend(pcx(8, 3, &[1, 2, 3, 4, 5, 6]));
        assert_eq!(shown(&file), [1, 3, 5, 2, 4, 6]);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &pcx(1, 4, &[0x80, 0, 0, 0, 0x80, 0, 0x40, 0]));
        testing::cut_everywhere(&ENTRY, &pcx(8, 1, &[7; 900]));
    }
}
