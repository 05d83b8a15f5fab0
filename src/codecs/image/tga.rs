//! TGA, Truevision's Targa, versions 1 and 2: colour-mapped, grey and true colour, uncompressed and run-length coded
//! (Truevision TGA File Format Specification 2.0).
//!
//! The format has no magic, so it is recognised by a valid header together with the file name or an exact size.

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

const FORMAT: Format = Format::image("tga");
const HEADER: usize = 18;
/// Size of the footer of a version 2 file: offsets of its areas, and a signature.
const FOOTER: u64 = 26;
/// Bytes per fetch.
const WINDOW: usize = 256 << 10;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/x-tga", "image/x-targa", "image/tga", "image/targa"],
    score,
    open: |source, _| Ok(Box::new(Tga { source: source.clone() })),
};

fn score(peek: &Peek<'_>) -> Score {
    let Ok(header) = Header::parse(peek.head) else { return Score::NONE };
    let pixels = header.size.pixels() * u64::from(header.bits / 8);
    let end = header.map_at() + header.map_bytes() + pixels;
    if !header.runs && peek.size == end || peek.size == end + FOOTER { Score::LIKELY } else { Score::PLAUSIBLE }
}

#[derive(Debug, Clone)]
struct Header {
    id_bytes: u8,
    map_first: u16,
    map_count: u16,
    /// Bits per entry of the colour map; 0 if there is none.
    map_bits: u8,
    /// Whether pixels are indices into the colour map.
    indexed: bool,
    grey: bool,
    runs: bool,
    size: Size,
    /// Bits per stored pixel: 8, 16, 24 or 32.
    bits: u8,
    alpha_bits: u8,
    orientation: Orientation,
}

impl Header {
    fn parse(head: &[u8]) -> Result<Self> {
        let short = || Error::corrupt("the file ends inside its header");
        let h = head.get(..HEADER).ok_or_else(short)?;
        let field = |at| u16_le(h, at).unwrap_or(0);
        let (map, kind, descriptor) = (h[1], h[2], h[17]);
        let (indexed, grey) = (kind & 7 == 1, kind & 7 == 3);
        let bits = if h[16] == 15 { 16 } else { h[16] };
        let bits_fit = match kind & 7 {
            1 => matches!(bits, 8 | 16),
            2 => matches!(bits, 16 | 24 | 32),
            3 => matches!(bits, 8 | 16),
            _ => false,
        };
        let map_fits = match map {
            0 => !indexed,
            1 => matches!(h[7], 15 | 16 | 24 | 32) && field(5) > 0,
            _ => false,
        };
        let size = Size::new(field(12).into(), field(14).into());
        if kind & !11 != 0 || !bits_fit || !map_fits || size.pixels() == 0 || descriptor >> 6 != 0 {
            return Err(Error::corrupt("not a TGA header"));
        }
        Ok(Self {
            id_bytes: h[0],
            map_first: field(3),
            map_count: if map == 1 { field(5) } else { 0 },
            map_bits: if map == 1 { h[7] } else { 0 },
            indexed,
            grey,
            runs: kind & 8 != 0,
            size,
            bits,
            alpha_bits: descriptor & 15,
            orientation: match descriptor >> 4 & 3 {
                0 => Orientation::FlipVertical,
                1 => Orientation::Rotate180,
                2 => Orientation::Normal,
                _ => Orientation::FlipHorizontal,
            },
        })
    }

    fn map_at(&self) -> u64 {
        HEADER as u64 + u64::from(self.id_bytes)
    }

    fn map_bytes(&self) -> u64 {
        u64::from(self.map_count) * u64::from(self.map_bits.div_ceil(8))
    }

    /// Whether pixels have an alpha channel: all 32-bit ones do, whatever the descriptor says, because writers ignore
    /// it.
    fn has_alpha(&self) -> bool {
        match (self.grey, if self.indexed { self.map_bits } else { self.bits }) {
            (true, bits) => bits == 16,
            (_, 32) => true,
            (_, bits) => bits == 16 && self.alpha_bits == 1,
        }
    }
}

/// The kind of alpha declared by the extension area of a version 2 file; without one, the pixels decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attributes {
    Unknown,
    Meaningless,
    Premultiplied,
}

fn attributes(source: &Source) -> Attributes {
    let read = || {
        let mut footer = [0; FOOTER as usize];
        source.read_exact_at(source.size().checked_sub(FOOTER)?, &mut footer).ok()?;
        let extension = u32_le(&footer, 0).filter(|at| *at > 0 && footer[8..24] == *b"TRUEVISION-XFILE")?;
        let mut kind = [0];
        source.read_exact_at(u64::from(extension) + 494, &mut kind).ok()?;
        Some(kind[0])
    };
    match read() {
        Some(0..=2) => Attributes::Meaningless,
        Some(4) => Attributes::Premultiplied,
        _ => Attributes::Unknown,
    }
}

struct Tga {
    source: Source,
}

impl Decoder for Tga {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let header = Header::parse(&self.source.head()?)?;
        let mut info = SourceInfo::new(FORMAT, header.size);
        info.has_alpha = header.has_alpha();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let header = Header::parse(&self.source.head()?)?;
        let attributes = if header.has_alpha() { attributes(&self.source) } else { Attributes::Unknown };
        let alpha = header.has_alpha() && attributes != Attributes::Meaningless;
        let mut frame = decoded(&self.source, &header, alpha, want, cx)?;
        let channels = frame.format.channels();
        let clear = |v: &[u8]| v.chunks_exact(channels).all(|p| p.last() == Some(&0));
        // Writers that do not support alpha set it to zero.
        if alpha && frame.as_u8().is_some_and(clear) {
            return decoded(&self.source, &header, false, want, cx);
        }
        if attributes == Attributes::Premultiplied && channels == 4 {
            unmultiply(&mut frame);
        }
        Ok(frame)
    }
}

fn unmultiply(frame: &mut Frame) {
    if let thumbling_core::frame::Samples::U8(v) = &mut frame.samples {
        for p in v.chunks_exact_mut(4).filter(|p| p[3] != 0) {
            let alpha = u32::from(p[3]);
            for c in &mut p[..3] {
                *c = ((u32::from(*c) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}

fn decoded(source: &Source, header: &Header, alpha: bool, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let bytes = usize::from(header.bits / 8);
    let map = match header.indexed {
        true => color_map(source, header)?,
        false => Vec::new(),
    };
    let mut reader = source.reader(WINDOW);
    reader.seek(SeekFrom::Start(header.map_at() + header.map_bytes()))?;
    let mut runs = Runs { reader, pixel: [0; 4], bytes, repeats: 0, literals: 0 };
    let mut packed = vec![0; header.size.width as usize * bytes];
    let format = match (header.grey, alpha) {
        (true, true) => PixelFormat::GrayA8,
        (true, false) => PixelFormat::Gray8,
        (false, true) => PixelFormat::Rgba8,
        (false, false) => PixelFormat::Rgb8,
    };
    let shape = Shape { size: header.size, orientation: header.orientation, format };
    rows::reduce(shape, want, cx, |row| {
        let more = match header.runs {
            true => runs.row(&mut packed)?,
            false => rows::fill_row(&mut runs.reader, &mut packed)?,
        };
        for (out, p) in row.chunks_exact_mut(format.channels()).zip(packed.chunks_exact(bytes)) {
            if header.grey {
                out.copy_from_slice(&p[..out.len()]);
            } else if header.indexed {
                let index = p.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
                let color = index.checked_sub(header.map_first.into()).and_then(|i| map.get(i));
                out.copy_from_slice(&color.unwrap_or(&[0, 0, 0, 255])[..out.len()]);
            } else {
                out.copy_from_slice(&color(p)[..out.len()]);
            }
        }
        Ok(more)
    })
}

/// Red, green, blue and alpha of a stored colour of two to four bytes.
fn color(p: &[u8]) -> [u8; 4] {
    match *p {
        [b, g, r, a] => [r, g, b, a],
        [b, g, r] => [r, g, b, 255],
        [low, high] => {
            let v = u16::from_le_bytes([low, high]);
            let wide = |v: u16| ((v & 31) * 255 / 31) as u8;
            [wide(v >> 10), wide(v >> 5), wide(v), if v & 0x8000 == 0 { 0 } else { 255 }]
        }
        _ => [0, 0, 0, 255],
    }
}

fn color_map(source: &Source, header: &Header) -> Result<Vec<[u8; 4]>> {
    let mut bytes = vec![0; header.map_bytes() as usize];
    source.read_up_to(header.map_at(), &mut bytes)?;
    Ok(bytes.chunks_exact(usize::from(header.map_bits.div_ceil(8))).map(color).collect())
}

/// Run-length decoding; a run may continue in the next row, though the specification forbids it.
struct Runs {
    reader: SourceReader,
    pixel: [u8; 4],
    bytes: usize,
    repeats: u8,
    literals: u8,
}

impl Runs {
    /// Reads the next row; `false` if the file ends before it. Missing bytes at its end are zero.
    fn row(&mut self, row: &mut [u8]) -> Result<bool> {
        for (i, out) in row.chunks_exact_mut(self.bytes).enumerate() {
            if !self.next()? {
                out.fill(0);
                if i == 0 {
                    return Ok(false);
                }
                continue;
            }
            out.copy_from_slice(&self.pixel[..self.bytes]);
        }
        Ok(true)
    }

    fn next(&mut self) -> Result<bool> {
        if self.repeats > 0 {
            self.repeats -= 1;
            return Ok(true);
        }
        if self.literals == 0 {
            let Some(packet) = self.reader.fill_buf()?.first().copied() else { return Ok(false) };
            self.reader.consume(1);
            match packet {
                0x80.. => self.repeats = packet & 0x7F,
                _ => self.literals = packet + 1,
            }
        }
        self.literals = self.literals.saturating_sub(1);
        Ok(rows::fill(&mut self.reader, &mut self.pixel[..self.bytes])? == self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// A file of 2×2 px.
    fn tga(kind: u8, bits: u8, descriptor: u8, pixels: &[u8]) -> Vec<u8> {
        let mut b = vec![0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, bits, descriptor];
        b.extend(pixels);
        b
    }

    fn shown(file: &[u8]) -> Vec<u8> {
        thumbling_core::orient::upright(testing::decode(&ENTRY, file).unwrap().1).as_u8().unwrap().to_vec()
    }

    #[test]
    fn each_corner_may_be_the_first() {
        for (descriptor, expected) in
            [(0, [3, 4, 1, 2]), (0x10, [4, 3, 2, 1]), (0x20, [1, 2, 3, 4]), (0x30, [2, 1, 4, 3])]
        {
            assert_eq!(shown(&tga(3, 8, descriptor, &[1, 2, 3, 4])), expected);
        }
    }

    #[test]
    fn runs_and_literals_are_read() {
        let pixels = [0x82, 1, 2, 3, 0x00, 4, 5, 6];
        assert_eq!(shown(&tga(10, 24, 0x20, &pixels)), [3, 2, 1, 3, 2, 1, 3, 2, 1, 6, 5, 4]);
    }

    #[test]
    fn an_index_counts_from_the_first_entry_of_the_map() {
        let mut file = vec![0, 1, 1, 5, 0, 2, 0, 24, 0, 0, 0, 0, 2, 0, 2, 0, 8, 0x20];
        file.extend([1, 2, 3, 4, 5, 6]);
        file.extend([5, 6, 6, 5]);
        assert_eq!(shown(&file), [3, 2, 1, 6, 5, 4, 6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn alpha_of_zero_everywhere_is_no_alpha() {
        assert_eq!(shown(&tga(2, 32, 0x28, &[1, 2, 3, 0].repeat(4))), [3, 2, 1].repeat(4));
        assert_eq!(shown(&tga(2, 32, 0x28, &[1, 2, 3, 9].repeat(4))), [3, 2, 1, 9].repeat(4));
    }

    #[test]
    fn a_header_alone_is_only_plausible() {
        assert_eq!(testing::score(&ENTRY, &tga(2, 24, 0x20, &[0; 12])), Score::LIKELY);
        assert_eq!(testing::score(&ENTRY, &tga(10, 24, 0x20, &[0; 99])), Score::PLAUSIBLE);
        assert_eq!(testing::score(&ENTRY, &tga(7, 24, 0x20, &[0; 12])), Score::NONE);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &tga(10, 24, 0, &[0x82, 1, 2, 3, 0x00, 4, 5, 6]));
        testing::cut_everywhere(&ENTRY, &tga(2, 16, 1, &[7; 8]));
    }
}
