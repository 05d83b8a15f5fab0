//! The headers: BITMAPCOREHEADER, BITMAPINFOHEADER and its extensions (MS-WMF 2.2.2.3, wingdi.h), OS22XBITMAPHEADER.

use crate::bytes::{u16_le, u32_le};
use crate::error::{Error, Result};
use crate::frame::ColorSpace;
use crate::geometry::Size;
use crate::source::Source;

/// BITMAPV5HEADER, the longest.
const LONGEST: u32 = 124;
/// Largest profile that is read.
const MAX_PROFILE: u64 = 16 << 20;
/// bV5CSType of a profile that stands in the file.
const PROFILE_EMBEDDED: u32 = u32::from_be_bytes(*b"MBED");

/// How the pixels are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Rows of packed samples.
    None,
    /// Runs of 4-bit indices.
    Rle4,
    /// Runs of 8-bit indices.
    Rle8,
    /// Runs of 24-bit pixels, OS/2 2.x.
    Rle24,
    /// A JPEG file.
    Jpeg,
    /// A PNG file.
    Png,
}

/// What stands before the pixels.
#[derive(Debug, Clone)]
pub struct Header {
    /// px.
    pub size: Size,
    /// Whether the first stored row is the top one.
    pub top_down: bool,
    /// Bits of a stored pixel: 1, 2, 4, 8, 16, 24, 32; 0 for JPEG and PNG.
    pub bits: u16,
    /// How the pixels are stored.
    pub compression: Compression,
    /// Bits of red, green, blue and alpha in a pixel of 16 or 32.
    pub masks: [u32; 4],
    /// Red, green, blue of the indices.
    pub palette: Vec<[u8; 3]>,
    /// Offset of the pixels from the start of this header.
    pub pixels: u64,
    /// Bytes of the pixels as the header says; may be 0.
    pub image_size: u32,
    /// What the samples mean.
    pub color: ColorSpace,
}

impl Header {
    /// Reads the header that `dib` begins with. `pixels` is the offset that a file header gives, from the same start.
    pub fn read(dib: &Source, pixels: Option<u64>) -> Result<Self> {
        let mut head = vec![0; dib.size().min(u64::from(LONGEST) + 16) as usize];
        let n = dib.read_up_to(0, &mut head)?;
        head.truncate(n);
        let short = || Error::corrupt("the bitmap ends inside its header");
        let length = u32_le(&head, 0).ok_or_else(short)?;
        let fields = if length == 12 { core(&head) } else { info(&head, length) };
        let fields = fields.ok_or_else(short)?;
        let os2 = length == 12 || (16..=64).contains(&length) && ![40, 52, 56].contains(&length);
        let compression = compression(fields.compression, fields.bits, os2)?;
        let bits_fit = match compression {
            Compression::None => matches!(fields.bits, 1 | 2 | 4 | 8 | 16 | 24 | 32),
            Compression::Rle4 => fields.bits == 4,
            Compression::Rle8 => fields.bits == 8,
            Compression::Rle24 => fields.bits == 24,
            Compression::Jpeg | Compression::Png => true,
        };
        if !bits_fit {
            return Err(match fields.bits {
                64 => Error::unsupported("64-bit pixels"),
                n => Error::corrupt(format!("{n}-bit pixels, {compression:?}")),
            });
        }
        let size = size(fields.width, fields.height)?;
        let bitfields = !os2 && matches!(fields.compression, 3 | 6);
        let mut end = u64::from(length);
        let masks = match (bitfields, length) {
            (true, 52..) => masks_at(&head, 40, if length >= 56 { 4 } else { 3 }),
            (true, _) => {
                let count = if fields.compression == 6 { 4 } else { 3 };
                end += count as u64 * 4;
                masks_at(&head, 40, count)
            }
            (false, _) if fields.bits == 16 => [0x7C00, 0x03E0, 0x001F, 0],
            (false, _) => [0xFF_0000, 0xFF00, 0xFF, 0],
        };
        let palette = palette(dib, end, pixels, &fields, length == 12)?;
        let palette_bytes = palette.1;
        Ok(Self {
            size,
            top_down: fields.height < 0,
            bits: fields.bits,
            compression,
            masks,
            palette: palette.0,
            pixels: pixels.filter(|p| *p >= end).unwrap_or(end + palette_bytes),
            image_size: fields.image_size,
            color: color(dib, &head, length),
        })
    }

    /// Bytes of one stored row, a multiple of four.
    pub fn stride(&self) -> usize {
        // A width below 2^31 and 32 bits stay far below 2^63.
        ((u64::from(self.size.width) * u64::from(self.bits)).div_ceil(32) * 4) as usize
    }

    /// Bytes of the pixels of a compressed picture, as far as the header says.
    pub fn data_size(&self) -> u64 {
        if self.image_size == 0 { u64::MAX } else { u64::from(self.image_size) }
    }

    /// Whether pixels have an alpha channel.
    pub fn has_alpha(&self) -> bool {
        matches!(self.bits, 16 | 32) && self.masks[3] != 0
    }
}

struct Fields {
    width: i32,
    height: i32,
    bits: u16,
    compression: u32,
    image_size: u32,
    colors: u32,
}

fn core(head: &[u8]) -> Option<Fields> {
    let (width, height) = (u16_le(head, 4)?.into(), u16_le(head, 6)?.into());
    Some(Fields { width, height, bits: u16_le(head, 10)?, compression: 0, image_size: 0, colors: 0 })
}

/// OS/2 2.x allows any header from 16 bytes on; what is left out is zero.
fn info(head: &[u8], length: u32) -> Option<Fields> {
    if !(16..=LONGEST).contains(&length) {
        return None;
    }
    let length = length as usize;
    let optional = |at: usize| if at + 4 <= length { u32_le(head, at) } else { Some(0) };
    Some(Fields {
        width: u32_le(head, 4)? as i32,
        height: u32_le(head, 8)? as i32,
        bits: u16_le(head, 14)?,
        compression: optional(16)?,
        image_size: optional(20)?,
        colors: optional(32)?,
    })
}

fn compression(code: u32, bits: u16, os2: bool) -> Result<Compression> {
    Ok(match (code, os2) {
        (0, _) => Compression::None,
        (1, _) => Compression::Rle8,
        (2, _) => Compression::Rle4,
        (3, true) => return Err(Error::unsupported("Huffman 1D")),
        (4, true) => Compression::Rle24,
        (3 | 6, false) if matches!(bits, 16 | 32) => Compression::None,
        (4, false) => Compression::Jpeg,
        (5, false) => Compression::Png,
        _ => return Err(Error::corrupt(format!("compression {code} of {bits}-bit pixels"))),
    })
}

fn size(width: i32, height: i32) -> Result<Size> {
    match u32::try_from(width) {
        Ok(width) if width > 0 && height != 0 => Ok(Size::new(width, height.unsigned_abs())),
        _ => Err(Error::corrupt(format!("a picture of {width}x{height} px"))),
    }
}

fn masks_at(head: &[u8], at: usize, count: usize) -> [u32; 4] {
    let mut masks = [0; 4];
    for (i, mask) in masks.iter_mut().take(count).enumerate() {
        *mask = u32_le(head, at + i * 4).unwrap_or(0);
    }
    masks
}

/// The palette, and the bytes that it takes. One that the pixels cut into is shorter than the header says.
fn palette(dib: &Source, at: u64, pixels: Option<u64>, fields: &Fields, triples: bool) -> Result<(Vec<[u8; 3]>, u64)> {
    let entry: u64 = if triples { 3 } else { 4 };
    if fields.bits == 0 || fields.bits > 8 {
        // Colours that only help displays of few colours; with no word on the pixels' offset they are to be skipped.
        return Ok((Vec::new(), u64::from(fields.colors.min(256)) * entry));
    }
    let all = 1u64 << fields.bits;
    let said = match u64::from(fields.colors) {
        n if (1..=all).contains(&n) => n,
        _ => all,
    };
    let room = pixels.filter(|p| *p > at).map_or(u64::MAX, |p| (p - at) / entry);
    let count = said.min(room);
    let mut bytes = vec![0; (count * entry) as usize];
    let n = dib.read_up_to(at, &mut bytes)?;
    bytes.truncate(n);
    let palette = bytes.chunks_exact(entry as usize).map(|c| [c[2], c[1], c[0]]).collect();
    Ok((palette, count * entry))
}

/// The embedded profile of a version 5 header; anything else is taken as sRGB.
fn color(dib: &Source, head: &[u8], length: u32) -> ColorSpace {
    let embedded = (length >= LONGEST && u32_le(head, 56) == Some(PROFILE_EMBEDDED))
        .then(|| Some((u32_le(head, 112)?, u32_le(head, 116)?)))
        .flatten();
    match embedded {
        Some((at, size)) if (128..=MAX_PROFILE).contains(&u64::from(size)) => {
            dib.read_vec(at.into(), size.into()).map_or(ColorSpace::Srgb, |icc| ColorSpace::Icc(icc.into()))
        }
        _ => ColorSpace::Srgb,
    }
}
