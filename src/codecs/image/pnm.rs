//! Netpbm: PBM, PGM, PPM (P1 to P6) and PAM (P7), binary and ASCII: <https://netpbm.sourceforge.net/doc/>.

use std::io::BufRead;

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::scale::rows::{self, Shape};
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("pnm");
/// Bytes per fetch.
const WINDOW: usize = 256 << 10;
/// Most bytes of a header, comments included.
const MAX_HEADER: usize = 64 << 10;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &[
        "image/x-portable-anymap",
        "image/x-portable-bitmap",
        "image/x-portable-graymap",
        "image/x-portable-pixmap",
        "image/x-portable-arbitrarymap",
    ],
    score,
    open: |source, _| Ok(Box::new(Pnm { source: source.clone() })),
};

fn score(peek: &Peek<'_>) -> Score {
    match peek.head {
        [b'P', b'1'..=b'7', space, rest @ ..] if space.is_ascii_whitespace() || *space == b'#' => {
            // Text may start like this too; a digit, a comment or a PAM keyword must follow.
            let next = rest.iter().find(|b| !b.is_ascii_whitespace());
            match next {
                Some(b'0'..=b'9' | b'#' | b'W' | b'H' | b'D' | b'M' | b'T') => Score::MAGIC,
                _ if *space == b'#' => Score::MAGIC,
                _ => Score::NONE,
            }
        }
        _ => Score::NONE,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// ASCII numbers; bits need no space between them.
    Digits { bits: bool },
    /// Eight pixels per byte, 1 is black.
    Bits,
    /// Binary samples.
    Samples,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    size: Size,
    /// Samples per stored pixel.
    depth: usize,
    max: u32,
    encoding: Encoding,
    format: PixelFormat,
}

struct Pnm {
    source: Source,
}

impl Decoder for Pnm {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let header = Tokens::new(&self.source).header()?;
        let mut info = SourceInfo::new(FORMAT, header.size);
        info.has_alpha = header.format.has_alpha();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let mut tokens = Tokens::new(&self.source);
        let header = tokens.header()?;
        cx.check_pixels(header.size)?;
        let shape = Shape { size: header.size, orientation: Orientation::Normal, format: header.format };
        let samples = header.size.width as usize * header.depth;
        let _held = cx.reserve(samples as u64 * 8)?;
        let mut packed =
            vec![0; if header.encoding == Encoding::Samples { samples * header.bytes() } else { samples.div_ceil(8) }];
        let mut values = vec![0u32; samples];
        rows::reduce(shape, want, cx, |row| {
            let more = match header.encoding {
                Encoding::Digits { bits } => tokens.values(bits, header.max, &mut values)?,
                _ if !rows::fill_row(&mut tokens.reader, &mut packed)? => false,
                Encoding::Bits => {
                    for (i, value) in values.iter_mut().enumerate() {
                        *value = u32::from(packed[i / 8] >> (7 - i % 8) & 1);
                    }
                    true
                }
                Encoding::Samples if header.max == 255 && header.depth == header.format.channels() => {
                    row.copy_from_slice(&packed);
                    return Ok(true);
                }
                Encoding::Samples if header.max < 256 => {
                    values.iter_mut().zip(&packed).for_each(|(v, b)| *v = u32::from(*b));
                    true
                }
                Encoding::Samples => {
                    let pairs = packed.chunks_exact(2).map(|b| u32::from(u16::from_be_bytes([b[0], b[1]])));
                    values.iter_mut().zip(pairs).for_each(|(v, n)| *v = n);
                    true
                }
            };
            if more {
                header.scale(&values, row);
            }
            Ok(more)
        })
    }
}

impl Header {
    /// Bytes per binary sample.
    fn bytes(&self) -> usize {
        if self.max < 256 { 1 } else { 2 }
    }

    /// Converts stored values to samples of the row's depth.
    fn scale(&self, values: &[u32], row: &mut [u8]) {
        let channels = self.format.channels();
        // In bitmaps, 1 is black.
        let invert = matches!(self.encoding, Encoding::Bits | Encoding::Digits { bits: true });
        let level = |v: u32| if invert { self.max - v.min(self.max) } else { v.min(self.max) };
        let pixels = values.chunks_exact(self.depth);
        if self.format.sample_bytes() == 1 {
            for (out, p) in row.chunks_exact_mut(channels).zip(pixels) {
                for (sample, v) in out.iter_mut().zip(p) {
                    *sample = ((level(*v) * 255 + self.max / 2) / self.max) as u8;
                }
            }
        } else {
            for (out, p) in row.chunks_exact_mut(channels * 2).zip(pixels) {
                for (sample, v) in out.chunks_exact_mut(2).zip(p) {
                    let wide = (u64::from(level(*v)) * 65_535 + u64::from(self.max / 2)) / u64::from(self.max);
                    sample.copy_from_slice(&(wide as u16).to_ne_bytes());
                }
            }
        }
    }
}

struct Tokens {
    reader: SourceReader,
    /// Bytes read by [`byte`](Self::byte).
    taken: usize,
}

impl Tokens {
    fn new(source: &Source) -> Self {
        Self { reader: source.reader(WINDOW), taken: 0 }
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let byte = self.reader.fill_buf()?.first().copied();
        if byte.is_some() {
            self.reader.consume(1);
            self.taken += 1;
        }
        Ok(byte)
    }

    /// The next byte that is neither whitespace nor comment.
    fn first(&mut self) -> Result<Option<u8>> {
        loop {
            match self.byte()? {
                Some(b'#') => while !matches!(self.byte()?, None | Some(b'\n' | b'\r')) {},
                Some(b) if b.is_ascii_whitespace() => {}
                other => return Ok(other),
            }
        }
    }

    /// The next number; also consumes the byte after it.
    fn number(&mut self) -> Result<Option<u32>> {
        let Some(mut byte) = self.first()? else { return Ok(None) };
        let mut number = 0u32;
        loop {
            let digit = (byte as char).to_digit(10).ok_or_else(|| Error::corrupt("a number was expected"))?;
            number = number.saturating_mul(10).saturating_add(digit);
            match self.byte()? {
                Some(b) if !b.is_ascii_whitespace() && b != b'#' => byte = b,
                Some(b'#') => {
                    while !matches!(self.byte()?, None | Some(b'\n' | b'\r')) {}
                    return Ok(Some(number));
                }
                _ => return Ok(Some(number)),
            }
        }
    }

    /// Reads one row of ASCII numbers.
    fn values(&mut self, bits: bool, max: u32, values: &mut [u32]) -> Result<bool> {
        for (i, value) in values.iter_mut().enumerate() {
            let next = match bits {
                true => self.first()?.map(|b| u32::from(b == b'1')),
                false => self.number()?,
            };
            match next {
                Some(n) => *value = n.min(max),
                None if i == 0 => return Ok(false),
                None => *value = 0,
            }
        }
        Ok(true)
    }

    fn header(&mut self) -> Result<Header> {
        let cut = || Error::corrupt("the file ends inside its header");
        let (Some(b'P'), Some(kind)) = (self.byte()?, self.byte()?) else { return Err(cut()) };
        if kind == b'7' {
            return self.arbitrary();
        }
        let width = self.number()?.ok_or_else(cut)?;
        let height = self.number()?.ok_or_else(cut)?;
        let max = if matches!(kind, b'1' | b'4') { 1 } else { self.number()?.ok_or_else(cut)? };
        let encoding = match kind {
            b'1' => Encoding::Digits { bits: true },
            b'2' | b'3' => Encoding::Digits { bits: false },
            b'4' => Encoding::Bits,
            _ => Encoding::Samples,
        };
        let depth = if matches!(kind, b'3' | b'6') { 3 } else { 1 };
        Header::new(Size::new(width, height), depth, max, encoding)
    }

    /// Reads a PAM header: lines of a keyword and a value.
    fn arbitrary(&mut self) -> Result<Header> {
        let (mut size, mut depth, mut max) = (Size::default(), 0, 0);
        let mut line = String::new();
        loop {
            let byte = self.byte()?.ok_or_else(|| Error::corrupt("the file ends inside its header"))?;
            if self.taken > MAX_HEADER {
                return Err(Error::corrupt("a header without an end"));
            }
            if byte != b'\n' {
                line.push(byte as char);
                continue;
            }
            let (key, value) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
            let number = || value.trim().parse::<u32>().map_err(|_| Error::corrupt(format!("{key} is not a number")));
            match key {
                "WIDTH" => size.width = number()?,
                "HEIGHT" => size.height = number()?,
                "DEPTH" => depth = number()?,
                "MAXVAL" => max = number()?,
                "ENDHDR" => return Header::new(size, depth as usize, max, Encoding::Samples),
                _ => {}
            }
            line.clear();
        }
    }
}

impl Header {
    fn new(size: Size, depth: usize, max: u32, encoding: Encoding) -> Result<Self> {
        if size.pixels() == 0 || !(1..=65_535).contains(&max) {
            return Err(Error::corrupt(format!("{}x{} px of 0 to {max}", size.width, size.height)));
        }
        let format = match (depth, max < 256) {
            (1, true) => PixelFormat::Gray8,
            (2, true) => PixelFormat::GrayA8,
            (3, true) => PixelFormat::Rgb8,
            (4, true) => PixelFormat::Rgba8,
            (1, false) => PixelFormat::Gray16,
            (2, false) => PixelFormat::GrayA16,
            (3, false) => PixelFormat::Rgb16,
            (4, false) => PixelFormat::Rgba16,
            _ => return Err(Error::unsupported(format!("{depth} samples a pixel"))),
        };
        Ok(Self { size, depth, max, encoding, format })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;
    use thumbling_core::frame::Samples;

    fn samples(file: &[u8]) -> (PixelFormat, Samples) {
        let frame = testing::decode(&ENTRY, file).unwrap().1;
        (frame.format, frame.samples)
    }

    #[test]
    fn every_kind_is_read() {
        let grey = |v: &[u8]| (PixelFormat::Gray8, Samples::U8(v.to_vec()));
        let rgb = |v: &[u8]| (PixelFormat::Rgb8, Samples::U8(v.to_vec()));
        assert_eq!(samples(b"P1 3 2 101\n0 1 0"), grey(&[0, 255, 0, 255, 0, 255]));
        assert_eq!(samples(b"P2\n# comment\n2 1\n15\n15 0\n"), grey(&[255, 0]));
        assert_eq!(samples(b"P3 1 1 255 1 2 3"), rgb(&[1, 2, 3]));
        assert_eq!(samples(b"P4 9 1\n\x80\x80"), grey(&[0, 255, 255, 255, 255, 255, 255, 255, 0]));
        assert_eq!(samples(b"P5 2 1 255\n\x01\x02"), grey(&[1, 2]));
        assert_eq!(samples(b"P6 1 1 127\n\x7F\x00\x7F"), rgb(&[255, 0, 255]));
        let pam = b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n\x01\x02\x03\x04";
        assert_eq!(samples(pam), (PixelFormat::Rgba8, Samples::U8(vec![1, 2, 3, 4])));
    }

    #[test]
    fn sixteen_bits_are_big_endian() {
        assert_eq!(samples(b"P5 1 1 65535\n\x12\x34"), (PixelFormat::Gray16, Samples::U16(vec![0x1234])));
    }

    #[test]
    fn a_first_byte_of_pixels_may_look_like_space() {
        assert_eq!(samples(b"P5 2 1 255\n\n\x20").1, Samples::U8(vec![10, 32]));
    }

    #[test]
    fn gigapixels_are_a_limit_at_once() {
        let e = testing::decode(&ENTRY, b"P6 4000000000 4000000000 255\n1").unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Limit);
    }

    #[test]
    fn text_is_not_taken() {
        assert_eq!(testing::score(&ENTRY, b"P1 priority"), Score::NONE);
        assert_eq!(testing::score(&ENTRY, b"P6\n12 8\n255\n"), Score::MAGIC);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(
            &ENTRY,
            b"P3 # comment\n3 3\n# another\n99 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9",
        );
        testing::cut_everywhere(&ENTRY, &[&b"P6 8 8 65535\n"[..], &[7; 384]].concat());
    }
}
