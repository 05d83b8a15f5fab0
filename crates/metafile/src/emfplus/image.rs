//! Image objects (MS-EMFPLUS 2.2.1.4): pixels, picture files, metafiles.

use crate::bitmap::Bitmap;
use crate::bounds::Bounds;
use crate::color::Color;
use crate::dib::{ColorUsage, Header};
use crate::reader::{ReadFields, Reader};
use thumbling_core::bytes::{u16_be, u16_le, u32_be};

#[derive(Clone, Debug)]
pub(super) enum Image {
    Bitmap(Bitmap),
    /// A file in a format that SVG supports, with its size in pixels.
    File {
        mime: &'static str,
        bytes: Vec<u8>,
        width: u32,
        height: u32,
    },
    Metafile(Vec<u8>),
}

const BITMAP: u32 = 1;
const METAFILE: u32 = 2;
const PIXELS: u32 = 0;

impl Image {
    pub fn read(reader: &mut Reader<'_>, bounds: &mut Bounds) -> Option<Self> {
        reader.skip(4)?;
        match reader.u32()? {
            BITMAP => Self::bitmap(reader, bounds),
            METAFILE => {
                reader.skip(4)?;
                let size = usize::try_from(reader.u32()?).ok()?;
                Some(Self::Metafile(reader.take(size.min(reader.remaining()))?.to_vec()))
            }
            _ => None,
        }
    }

    fn bitmap(reader: &mut Reader<'_>, bounds: &mut Bounds) -> Option<Self> {
        let (width, height) = (reader.u32()?, reader.u32()?);
        let stride = usize::try_from(reader.u32()?).ok()?;
        let format = reader.u32()?;
        let kind = reader.u32()?;
        if kind != PIXELS {
            return file(reader.rest(), bounds);
        }
        let bits = (format >> 8) & 0xff;
        let palette = if format & 0x0001_0000 != 0 { palette(reader)? } else { Vec::new() };
        let count = bounds.take_pixels(width, height)?;
        let mut pixels = vec![[0; 4]; count];
        let columns = usize::try_from(width).ok()?;
        for (row, out) in reader.rest().chunks(stride.max(1)).zip(pixels.chunks_exact_mut(columns)) {
            for (x, pixel) in out.iter_mut().enumerate() {
                *pixel = decode(row, x, bits, format, &palette).unwrap_or([0; 4]);
            }
        }
        Some(Self::Bitmap(Bitmap { width, height, pixels }))
    }
}

fn palette(reader: &mut Reader<'_>) -> Option<Vec<Color>> {
    reader.skip(4)?;
    let count = reader.count(4)?;
    (0..count).map(|_| reader.u32().map(Color::from_argb)).collect()
}

/// Pixel formats (MS-EMFPLUS 2.1.1.25): bits 8 to 15 are the depth, the low byte is the kind.
fn decode(row: &[u8], x: usize, bits: u32, format: u32, palette: &[Color]) -> Option<[u8; 4]> {
    let widen = |value: u16, width: u32| (u32::from(value & ((1 << width) - 1)) * 255 / ((1 << width) - 1)) as u8;
    Some(match bits {
        1 | 4 | 8 => {
            let per_byte = 8 / bits as usize;
            let byte = *row.get(x / per_byte)?;
            let shift = (per_byte - 1 - x % per_byte) * bits as usize;
            let index = usize::from(byte >> shift) & ((1 << bits) - 1);
            let color = palette.get(index).copied().unwrap_or(Color::BLACK);
            [color.r, color.g, color.b, color.a]
        }
        16 => {
            let value = u16_le(row, x * 2)?;
            match format & 0xff {
                4 => [(value >> 8) as u8, (value >> 8) as u8, (value >> 8) as u8, 255],
                6 => [widen(value >> 11, 5), widen(value >> 5, 6), widen(value, 5), 255],
                7 => [
                    widen(value >> 10, 5),
                    widen(value >> 5, 5),
                    widen(value, 5),
                    if value & 0x8000 != 0 { 255 } else { 0 },
                ],
                _ => [widen(value >> 10, 5), widen(value >> 5, 5), widen(value, 5), 255],
            }
        }
        24 => match row.get(x * 3..x * 3 + 3)? {
            &[b, g, r] => [r, g, b, 255],
            _ => return None,
        },
        32 => match row.get(x * 4..x * 4 + 4)? {
            [b, g, r, _] if format & 0xff == 9 => [*r, *g, *b, 255],
            [b, g, r, a] if format & 0xff == 0xb => straight([*r, *g, *b, *a]),
            [b, g, r, a] => [*r, *g, *b, *a],
            _ => return None,
        },
        // 16-bit channels are linear light with 13 significant bits.
        48 | 64 => {
            let size = bits as usize / 8;
            let channel = |index: usize| -> Option<u8> {
                let value = u16_le(row, x * size + index * 2)?;
                let linear = f64::from(value.min(8192)) / 8192.0;
                Some((if index == 3 { linear } else { linear.powf(1.0 / 2.2) } * 255.0).round() as u8)
            };
            [channel(2)?, channel(1)?, channel(0)?, if bits == 64 { channel(3)? } else { 255 }]
        }
        _ => return None,
    })
}

fn straight([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let channel =
        |value: u8| (u32::from(value) * 255 + u32::from(a) / 2).checked_div(u32::from(a)).unwrap_or(0).min(255) as u8;
    [channel(r), channel(g), channel(b), a]
}

/// A picture file. BMP is decoded; formats that SVG supports are passed through.
fn file(bytes: &[u8], bounds: &mut Bounds) -> Option<Image> {
    if bytes.starts_with(b"BM") {
        let dib = bytes.get(14..)?;
        let header = Header::parse(dib, ColorUsage::Rgb, &[])?;
        let start = usize::try_from(Reader::le(bytes.get(10..)?).u32()?).ok()?;
        let bits = bytes.get(start..).or_else(|| dib.get(header.length()..))?;
        let bitmap = header.decode(bits, bounds)?;
        let is_blank = bitmap.pixels.iter().all(|pixel| pixel[3] == 0);
        return Some(Image::Bitmap(if is_blank { bitmap.opaque() } else { bitmap }));
    }
    let (mime, (width, height)) = if bytes.starts_with(b"\x89PNG") {
        ("image/png", png_size(bytes)?)
    } else if bytes.starts_with(b"\xff\xd8") {
        ("image/jpeg", jpeg_size(bytes)?)
    } else if bytes.starts_with(b"GIF8") {
        let mut reader = Reader::le(bytes.get(6..)?);
        ("image/gif", (u32::from(reader.u16()?), u32::from(reader.u16()?)))
    } else {
        return None;
    };
    bounds.take_pixels(width, height)?;
    Some(Image::File { mime, bytes: bytes.to_vec(), width, height })
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    Some((u32_be(bytes, 16)?, u32_be(bytes, 20)?))
}

/// The size in the first frame header.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        let &[0xff, marker, high, low] = bytes.get(at..at + 4)? else { return None };
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((u16_be(bytes, at + 7)?.into(), u16_be(bytes, at + 5)?.into()));
        }
        at = at.checked_add(2 + usize::from(u16::from_be_bytes([high, low])))?;
    }
}
