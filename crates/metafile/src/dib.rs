//! Device-independent bitmaps (MS-WMF 2.2.2.9): 1 to 32 bits, run lengths, bit fields, and the JPEG and PNG
//! files that may stand in their place.

use super::Bounds;
use super::bitmap::Bitmap;
use super::reader::Reader;
use super::svg::paint::Color;

const RGB: u32 = 0;
const RLE8: u32 = 1;
const RLE4: u32 = 2;
const BIT_FIELDS: u32 = 3;
const JPEG: u32 = 4;
const PNG: u32 = 5;
const ALPHA_BIT_FIELDS: u32 = 6;

/// What the colour table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorUsage {
    Rgb,
    /// 16-bit indices into the selected palette.
    Palette,
}

impl ColorUsage {
    pub fn from_u32(value: u32) -> Self {
        if value == 1 { Self::Palette } else { Self::Rgb }
    }
}

/// What a DIB turned out to hold.
#[derive(Clone, Debug)]
pub(super) enum Picture<'a> {
    Bitmap(Bitmap),
    /// A file of its own, with its MIME type.
    File {
        mime: &'static str,
        bytes: &'a [u8],
    },
}

#[derive(Clone, Debug)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    pub top_down: bool,
    pub bits: u16,
    pub compression: u32,
    palette: Vec<Color>,
    masks: Option<[u32; 4]>,
    /// Bytes up to the pixels where they follow directly.
    pub length: usize,
}

impl Header {
    pub fn parse(bytes: &[u8], usage: ColorUsage, logical: &[Color]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let size = reader.u32()?;
        let core = size == 12;
        let (width, height, bits, compression, used) = if core {
            let (width, height) = (i32::from(reader.i16()?), i32::from(reader.i16()?));
            reader.skip(2)?;
            (width, height, reader.u16()?, RGB, 0)
        } else {
            if size < 16 {
                return None;
            }
            let (width, height) = (reader.i32()?, reader.i32()?);
            reader.skip(2)?;
            let bits = reader.u16()?;
            let compression = if size >= 20 { reader.u32()? } else { RGB };
            let used = if size >= 36 {
                reader.skip(12)?;
                reader.u32()?
            } else {
                0
            };
            (width, height, bits, compression, used)
        };
        let (width, top_down, height) = (u32::try_from(width).ok()?, height < 0, height.unsigned_abs());
        let mut at = Reader::new(bytes);
        at.skip(usize::try_from(size).ok()?)?;
        let masks = match compression {
            BIT_FIELDS | ALPHA_BIT_FIELDS if !core => {
                // Larger headers hold the masks themselves, at offset 40; the small one is followed by them.
                let mut own = Reader::new(bytes);
                own.skip(40)?;
                let masks = [
                    own.u32()?,
                    own.u32()?,
                    own.u32()?,
                    if size >= 56 || compression == ALPHA_BIT_FIELDS { own.u32().unwrap_or(0) } else { 0 },
                ];
                if size < 52 {
                    at.skip(if compression == ALPHA_BIT_FIELDS { 16 } else { 12 })?;
                }
                Some(masks)
            }
            _ => None,
        };
        let entries = match (bits, used) {
            (1 | 2 | 4 | 8, 0) => 1_usize << bits,
            (1 | 2 | 4 | 8, used) => usize::try_from(used).ok()?.min(1 << bits),
            (_, used) => usize::try_from(used).ok()?.min(256),
        };
        let entry = match (usage, core) {
            (ColorUsage::Palette, _) => 2,
            (_, true) => 3,
            (_, false) => 4,
        };
        // A table that is cut short still leaves its colours to the pixels that use them.
        let entries = entries.min(at.remaining() / entry);
        let mut palette = Vec::with_capacity(entries);
        for _ in 0..entries {
            palette.push(if usage == ColorUsage::Palette {
                let index = usize::from(at.u16()?);
                logical.get(index).copied().unwrap_or_else(|| default_palette(index))
            } else {
                let (b, g, r) = (at.u8()?, at.u8()?, at.u8()?);
                if !core {
                    at.skip(1)?;
                }
                Color::rgb(r, g, b)
            });
        }
        Some(Self { width, height, top_down, bits, compression, palette, masks, length: bytes.len() - at.remaining() })
    }

    /// Bytes of a row, padded to four.
    fn stride(&self) -> Option<usize> {
        let bits = usize::try_from(self.width).ok()?.checked_mul(usize::from(self.bits))?;
        Some(bits.checked_add(31)? / 32 * 4)
    }

    /// A one-bit bitmap takes its colours from the device context where it is used as a pattern.
    pub fn with_two_colors(mut self, zero: Color, one: Color) -> Self {
        if self.bits == 1 {
            self.palette = vec![zero, one];
        }
        self
    }

    pub fn picture<'a>(&self, bits: &'a [u8], bounds: &mut Bounds) -> Option<Picture<'a>> {
        let file = |mime| Some(Picture::File { mime, bytes: bits });
        match self.compression {
            JPEG => file("image/jpeg"),
            PNG => file("image/png"),
            _ => self.decode(bits, bounds).map(Picture::Bitmap),
        }
    }

    /// Decodes the pixels; rows that the data does not reach stay transparent.
    pub fn decode(&self, bits: &[u8], bounds: &mut Bounds) -> Option<Bitmap> {
        let count = bounds.take_pixels(self.width, self.height)?;
        let mut pixels = vec![[0_u8; 4]; count];
        match self.compression {
            RLE8 if self.bits == 8 => self.decode_runs(bits, &mut pixels)?,
            RLE4 if self.bits == 4 => self.decode_runs(bits, &mut pixels)?,
            RGB | BIT_FIELDS | ALPHA_BIT_FIELDS => self.decode_rows(bits, &mut pixels)?,
            _ => return None,
        }
        let mut bitmap = Bitmap { width: self.width, height: self.height, pixels };
        if !self.top_down {
            bitmap.flip(false, true);
        }
        Some(bitmap)
    }

    fn color(&self, index: usize) -> [u8; 4] {
        let color = self.palette.get(index).copied().unwrap_or(Color::BLACK);
        [color.r, color.g, color.b, 255]
    }

    fn decode_rows(&self, bits: &[u8], pixels: &mut [[u8; 4]]) -> Option<()> {
        let width = usize::try_from(self.width).ok()?;
        let stride = self.stride()?;
        // What the masks of a 32-bit bitmap leave over is alpha, for the operations that use it.
        let with_rest = |[r, g, b, a]: [u32; 4]| [r, g, b, if a == 0 && self.bits == 32 { !(r | g | b) } else { a }];
        let masks = self.masks.map(|masks| with_rest(masks).map(Channel::new));
        for (row, out) in bits.chunks(stride.max(1)).zip(pixels.chunks_exact_mut(width)) {
            match self.bits {
                1 | 2 | 4 | 8 => {
                    let per_byte = 8 / usize::from(self.bits);
                    let mask = (1_usize << self.bits) - 1;
                    for (x, pixel) in out.iter_mut().enumerate() {
                        let Some(&byte) = row.get(x / per_byte) else { break };
                        let shift = (per_byte - 1 - x % per_byte) * usize::from(self.bits);
                        *pixel = self.color((usize::from(byte) >> shift) & mask);
                    }
                }
                16 => {
                    let [r, g, b, _] = masks.unwrap_or([0x7c00, 0x03e0, 0x001f, 0].map(Channel::new));
                    for (pixel, raw) in out.iter_mut().zip(row.as_chunks::<2>().0) {
                        let value = u32::from(u16::from_le_bytes(*raw));
                        *pixel = [r.get(value), g.get(value), b.get(value), 255];
                    }
                }
                24 => {
                    for (pixel, &[b, g, r]) in out.iter_mut().zip(row.as_chunks::<3>().0) {
                        *pixel = [r, g, b, 255];
                    }
                }
                32 => {
                    // The fourth byte is alpha only for the operations that say so: it is kept, callers decide.
                    for (pixel, raw) in out.iter_mut().zip(row.as_chunks::<4>().0) {
                        *pixel = match masks {
                            Some([r, g, b, a]) => {
                                let value = u32::from_le_bytes(*raw);
                                [
                                    r.get(value),
                                    g.get(value),
                                    b.get(value),
                                    if a.is_empty() { 255 } else { a.get(value) },
                                ]
                            }
                            None => {
                                let [b, g, r, a] = *raw;
                                [r, g, b, a]
                            }
                        };
                    }
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Run lengths (MS-WMF 3.1.6). Rows are stored from the bottom; pixels that are jumped over stay clear.
    fn decode_runs(&self, bits: &[u8], pixels: &mut [[u8; 4]]) -> Option<()> {
        let (width, height) = (usize::try_from(self.width).ok()?, usize::try_from(self.height).ok()?);
        let four = self.bits == 4;
        let nibble = |byte: u8, index: usize| usize::from(if index.is_multiple_of(2) { byte >> 4 } else { byte & 15 });
        let mut reader = Reader::new(bits);
        let (mut x, mut y) = (0_usize, 0_usize);
        let mut put = |x: usize, y: usize, index: usize| {
            if x < width
                && let Some(pixel) = y.checked_mul(width).and_then(|start| pixels.get_mut(start + x))
            {
                *pixel = self.color(index);
            }
        };
        while let (Some(count), Some(value)) = (reader.u8(), reader.u8()) {
            match (count, value) {
                (0, 0) => (x, y) = (0, y + 1),
                (0, 1) => break,
                (0, 2) => {
                    let (Some(dx), Some(dy)) = (reader.u8(), reader.u8()) else { break };
                    (x, y) = (x + usize::from(dx), y + usize::from(dy));
                }
                (0, literal) => {
                    let literal = usize::from(literal);
                    let length = if four { literal.div_ceil(2) } else { literal };
                    let Some(run) = reader.take(length) else { break };
                    for index in 0..literal {
                        let byte = run.get(if four { index / 2 } else { index }).copied().unwrap_or(0);
                        put(x + index, y, if four { nibble(byte, index) } else { usize::from(byte) });
                    }
                    x += literal;
                    if length % 2 == 1 {
                        let _ = reader.skip(1);
                    }
                }
                (count, value) => {
                    for index in 0..usize::from(count) {
                        put(x + index, y, if four { nibble(value, index) } else { usize::from(value) });
                    }
                    x += usize::from(count);
                }
            }
            if y >= height {
                break;
            }
        }
        Some(())
    }
}

/// One channel of a bit-field format, widened to eight bits.
#[derive(Clone, Copy)]
struct Channel {
    mask: u32,
    shift: u32,
}

impl Channel {
    fn new(mask: u32) -> Self {
        Self { mask, shift: mask.trailing_zeros().min(31) }
    }

    fn is_empty(self) -> bool {
        self.mask == 0
    }

    fn get(self, value: u32) -> u8 {
        let largest = u64::from(self.mask >> self.shift);
        let value = u64::from((value & self.mask) >> self.shift);
        (value * 255 + largest / 2).checked_div(largest).unwrap_or(0).min(255) as u8
    }
}

/// The twenty static colours of Windows at both ends of 256 entries; grey between.
fn default_palette(index: usize) -> Color {
    const FIRST: [u32; 10] =
        [0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xc0c0c0, 0xc0dcc0, 0xa6caf0];
    const LAST: [u32; 10] =
        [0xfffbf0, 0xa0a0a4, 0x808080, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff];
    let rgb = match index {
        0..=9 => FIRST.get(index).copied(),
        246..=255 => LAST.get(index - 246).copied(),
        _ => None,
    };
    let [b, g, r, _] = rgb.unwrap_or((index as u32 & 255) * 0x01_0101).to_le_bytes();
    Color::rgb(r, g, b)
}

/// A bitmap whose pixels follow its header, as WMF stores them.
pub(super) fn packed<'a>(bytes: &'a [u8], usage: ColorUsage, logical: &[Color]) -> Option<(Header, &'a [u8])> {
    let header = Header::parse(bytes, usage, logical)?;
    let bits = bytes.get(header.length..)?;
    Some((header, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of 40 bytes with what follows it.
    fn dib(width: i32, height: i32, bits: u16, compression: u32, rest: &[u8]) -> Option<Bitmap> {
        let mut bytes = 40_u32.to_le_bytes().to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes.extend(compression.to_le_bytes());
        bytes.resize(40, 0);
        bytes.extend(rest);
        let (header, bits) = packed(&bytes, ColorUsage::Rgb, &[])?;
        header.decode(bits, &mut Bounds::default())
    }

    #[test]
    fn rows_are_stored_from_the_bottom() {
        let bitmap = dib(1, 2, 24, RGB, &[3, 2, 1, 0, 6, 5, 4, 0]).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[4, 5, 6, 255], [1, 2, 3, 255]]);
    }

    #[test]
    fn one_bit_takes_the_colour_table() {
        let table = [0, 0, 0, 0, 255, 255, 255, 0];
        let bitmap = dib(2, -1, 1, RGB, &[&table[..], &[0x40, 0, 0, 0]].concat()).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[0, 0, 0, 255], [255, 255, 255, 255]]);
    }

    #[test]
    fn bit_fields_widen_to_eight_bits() {
        let masks: Vec<u8> = [0xf800_u32, 0x07e0, 0x001f].iter().flat_map(|mask| mask.to_le_bytes()).collect();
        let bitmap = dib(1, 1, 16, BIT_FIELDS, &[&masks[..], &[0x00, 0xf8, 0, 0]].concat()).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[255, 0, 0, 255]]);
    }

    #[test]
    fn runs_leave_what_they_jump_over_clear() {
        let mut table = vec![0; 1024];
        table[4..7].copy_from_slice(&[30, 20, 10]);
        let bitmap = dib(3, 1, 8, RLE8, &[&table[..], &[1, 1, 0, 2, 1, 0, 1, 1, 0, 1]].concat()).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[10, 20, 30, 255], [0; 4], [10, 20, 30, 255]]);
    }

    #[test]
    fn bitmaps_beyond_the_bound_are_refused() {
        assert_eq!(dib(1 << 20, 1 << 20, 24, RGB, &[]), None);
    }
}
