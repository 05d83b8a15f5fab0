//! The headers: BITMAPCOREHEADER, BITMAPINFOHEADER and its extensions (MS-WMF 2.2.2.3, wingdi.h), OS22XBITMAPHEADER.

use crate::bytes::{u16_le, u32_le};
use crate::error::{Error, Result};
use crate::frame::ColorSpace;
use crate::geometry::Size;
use crate::source::Source;

/// Size of BITMAPV5HEADER, the longest header, in bytes.
const LONGEST: u32 = 124;
/// Bytes of the longest header, its bit masks and its colour table.
const MAX_HEADER: u64 = LONGEST as u64 + 4 * 4 + 256 * 4;
/// Largest embedded profile, in bytes.
const MAX_PROFILE: u64 = 16 << 20;
/// bV5CSType of a profile embedded in the file.
const PROFILE_EMBEDDED: u32 = u32::from_be_bytes(*b"MBED");

/// What the entries of a colour table hold.
#[derive(Clone, Copy)]
pub enum ColorTable<'a> {
    /// Blue, green, red and a pad byte; three bytes after a BITMAPCOREHEADER (DIB_RGB_COLORS).
    Rgb,
    /// 16-bit indices into a palette that the caller holds (DIB_PAL_COLORS).
    Indices(&'a dyn Fn(u16) -> [u8; 3]),
}

/// Encoding of the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Uncompressed rows.
    None,
    /// Run lengths of 4-bit indices.
    Rle4,
    /// Run lengths of 8-bit indices.
    Rle8,
    /// Run lengths of 24-bit pixels (OS/2 2.x).
    Rle24,
    /// A JPEG file.
    Jpeg,
    /// A PNG file.
    Png,
}

/// A parsed header.
#[derive(Debug, Clone)]
pub struct Header {
    /// Width and height, px.
    pub size: Size,
    /// Whether the first stored row is the top one.
    pub top_down: bool,
    /// Bits per pixel: 1, 2, 4, 8, 16, 24, 32 or 64; any value for JPEG and PNG.
    pub bits: u16,
    /// Encoding of the pixels.
    pub compression: Compression,
    /// Bit masks of red, green, blue and alpha in pixels of 16 and 32 bits.
    pub masks: [u32; 4],
    /// The colour table: red, green, blue of each index.
    pub palette: Vec<[u8; 3]>,
    /// Offset of the pixels from the start of the header, in bytes.
    pub pixels: u64,
    /// Size of the pixels according to the header, in bytes; may be 0.
    pub image_size: u32,
    /// Colour space of the samples.
    pub color: ColorSpace,
}

impl Header {
    /// Reads the header at the start of `dib`, with its colour profile. `pixels` is the offset of the pixels from the
    /// start of `dib`, if a file header gives one.
    pub fn read(dib: &Source, pixels: Option<u64>) -> Result<Self> {
        let mut head = vec![0; dib.size().min(MAX_HEADER) as usize];
        let n = dib.read_up_to(0, &mut head)?;
        head.truncate(n);
        let mut header = Self::parse(&head, pixels, ColorTable::Rgb)?;
        // Pixels of 64 bits are in the linear light of sRGB's primaries, whatever the header says.
        if header.bits != 64 {
            header.color = color(dib, &head);
        }
        Ok(header)
    }

    /// Parses the header at the start of `head`. Does not look for a colour profile: `color` is sRGB.
    ///
    /// # Errors
    /// `corrupt` if the header is cut off or its fields contradict each other, `unsupported` for compressions that
    /// are not implemented.
    pub fn parse(head: &[u8], pixels: Option<u64>, table: ColorTable<'_>) -> Result<Self> {
        let short = || Error::corrupt("the bitmap ends inside its header");
        let length = u32_le(head, 0).ok_or_else(short)?;
        let fields = if length == 12 { core(head) } else { info(head, length) };
        let fields = fields.ok_or_else(short)?;
        let os2 = length == 12 || (16..=64).contains(&length) && ![40, 52, 56].contains(&length);
        let compression = compression(fields.compression, fields.bits, os2)?;
        let bits_fit = match compression {
            Compression::None => matches!(fields.bits, 1 | 2 | 4 | 8 | 16 | 24 | 32 | 64),
            Compression::Rle4 => fields.bits == 4,
            Compression::Rle8 => fields.bits == 8,
            Compression::Rle24 => fields.bits == 24,
            Compression::Jpeg | Compression::Png => true,
        };
        if !bits_fit {
            return Err(Error::corrupt(format!("{}-bit pixels, {compression:?}", fields.bits)));
        }
        let size = size(fields.width, fields.height)?;
        let bitfields = !os2 && matches!(fields.compression, 3 | 6);
        let mut end = u64::from(length);
        let masks = match (bitfields, length) {
            (true, 52..) => masks_at(head, 40, if length >= 56 { 4 } else { 3 }),
            (true, _) => {
                let count = if fields.compression == 6 { 4 } else { 3 };
                end += count as u64 * 4;
                masks_at(head, 40, count)
            }
            (false, _) if fields.bits == 16 => [0x7C00, 0x03E0, 0x001F, 0],
            (false, _) => [0xFF_0000, 0xFF00, 0xFF, 0],
        };
        let entry_bytes = match table {
            ColorTable::Indices(_) => 2,
            ColorTable::Rgb if length == 12 => 3,
            ColorTable::Rgb => 4,
        };
        let count = palette_entries(&fields, end, pixels, entry_bytes);
        Ok(Self {
            size,
            top_down: fields.height < 0,
            bits: fields.bits,
            compression,
            masks,
            palette: palette(head, end, count, entry_bytes, table),
            pixels: pixels.filter(|p| *p >= end).unwrap_or(end + count * entry_bytes),
            image_size: fields.image_size,
            color: ColorSpace::Srgb,
        })
    }

    /// Size of a stored row in bytes, a multiple of four.
    pub fn stride(&self) -> usize {
        // Cannot overflow: widths are below 2^31, pixels have at most 64 bits.
        ((u64::from(self.size.width) * u64::from(self.bits)).div_ceil(32) * 4) as usize
    }

    /// Size of a compressed picture in bytes; `u64::MAX` if the header does not give it.
    pub fn data_size(&self) -> u64 {
        if self.image_size == 0 { u64::MAX } else { u64::from(self.image_size) }
    }

    /// Whether a bit mask defines an alpha channel.
    pub fn has_alpha(&self) -> bool {
        self.bits == 64 || matches!(self.bits, 16 | 32) && self.masks[3] != 0
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

/// OS/2 2.x allows any header length from 16 bytes on; missing fields are zero.
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

/// Number of entries in the colour table at offset `at`. Fewer than the header says if the pixels start inside it.
fn palette_entries(fields: &Fields, at: u64, pixels: Option<u64>, entry_bytes: u64) -> u64 {
    if fields.bits == 0 || fields.bits > 8 {
        // A table of suggested display colours. It matters only for the offset of pixels that follow it.
        return u64::from(fields.colors.min(256));
    }
    let all = 1u64 << fields.bits;
    let declared = match u64::from(fields.colors) {
        n if (1..=all).contains(&n) => n,
        _ => all,
    };
    let available = pixels.filter(|p| *p > at).map_or(u64::MAX, |p| (p - at) / entry_bytes);
    declared.min(available)
}

/// The colours of up to `count` entries at offset `at`, as far as `head` goes.
fn palette(head: &[u8], at: u64, count: u64, entry_bytes: u64, table: ColorTable<'_>) -> Vec<[u8; 3]> {
    let (at, count, entry_bytes) = (at as usize, count as usize, entry_bytes as usize);
    let entries = head.get(at..).unwrap_or_default().chunks_exact(entry_bytes).take(count);
    match table {
        ColorTable::Rgb => entries.map(|e| [e[2], e[1], e[0]]).collect(),
        ColorTable::Indices(color) => entries.map(|e| color(u16::from_le_bytes([e[0], e[1]]))).collect(),
    }
}

/// The embedded profile of a version 5 header. Other colour spaces are treated as sRGB.
fn color(dib: &Source, head: &[u8]) -> ColorSpace {
    let is_v5 = u32_le(head, 0) == Some(LONGEST);
    let embedded = (is_v5 && u32_le(head, 56) == Some(PROFILE_EMBEDDED))
        .then(|| Some((u32_le(head, 112)?, u32_le(head, 116)?)))
        .flatten();
    match embedded {
        Some((at, size)) if (128..=MAX_PROFILE).contains(&u64::from(size)) => {
            dib.read_vec(at.into(), size.into()).map_or(ColorSpace::Srgb, |icc| ColorSpace::Icc(icc.into()))
        }
        _ => ColorSpace::Srgb,
    }
}
