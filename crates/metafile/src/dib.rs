//! Bitmaps in records (MS-WMF 2.2.2.9): the shared decoder of `thumbling_core::dib`, with logical palettes, budgets and
//! the JPEG and PNG files that can take the place of pixels.

use thumbling_core::bytes::u32_le;
use thumbling_core::dib::{self, ColorTable, Compression};

use super::bitmap::Bitmap;
use super::bounds::Bounds;
use super::color::Color;

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

/// The content of a DIB.
#[derive(Clone, Debug)]
pub(super) enum Picture<'a> {
    Bitmap(Bitmap),
    /// A JPEG or PNG file.
    File {
        mime: &'static str,
        bytes: &'a [u8],
    },
}

#[derive(Clone, Debug)]
pub(super) struct Header(dib::Header);

impl Header {
    pub fn parse(bytes: &[u8], usage: ColorUsage, logical: &[Color]) -> Option<Self> {
        let color = |index: u16| {
            let index = usize::from(index);
            let Color { r, g, b, .. } = logical.get(index).copied().unwrap_or_else(|| default_palette(index));
            [r, g, b]
        };
        let table = match usage {
            ColorUsage::Rgb => ColorTable::Rgb,
            ColorUsage::Palette => ColorTable::Indices(&color),
        };
        // A record that ends inside the header is skipped.
        bytes.get(..u32_le(bytes, 0)? as usize)?;
        let mut header = dib::Header::parse(bytes, None, table).ok()?;
        let [r, g, b, a] = header.masks;
        // In 32-bit pixels, bits outside the colour masks are alpha; the drawing operation decides whether it counts.
        header.masks[3] = match (header.bits, a) {
            (32, 0) => !(r | g | b),
            (32, a) => a,
            _ => 0,
        };
        Some(Self(header))
    }

    pub fn is_one_bit(&self) -> bool {
        self.0.bits == 1
    }

    /// Offset of pixels that directly follow the header, in bytes.
    pub fn length(&self) -> usize {
        self.0.pixels as usize
    }

    /// Replaces the colour table of a one-bit bitmap: used as a pattern, it takes the colours of the device context.
    pub fn with_two_colors(mut self, zero: Color, one: Color) -> Self {
        if self.is_one_bit() {
            self.0.palette = [zero, one].map(|color| [color.r, color.g, color.b]).to_vec();
        }
        self
    }

    pub fn picture<'a>(&self, bits: &'a [u8], bounds: &mut Bounds) -> Option<Picture<'a>> {
        match self.0.compression {
            Compression::Jpeg => Some(Picture::File { mime: "image/jpeg", bytes: bits }),
            Compression::Png => Some(Picture::File { mime: "image/png", bytes: bits }),
            _ => self.decode(bits, bounds).map(Picture::Bitmap),
        }
    }

    /// Decodes the pixels. Those that the data does not cover are transparent.
    pub fn decode(&self, bits: &[u8], bounds: &mut Bounds) -> Option<Bitmap> {
        let (width, height) = (self.0.size.width, self.0.size.height);
        bounds.take_pixels(width, height)?;
        let pixels = dib::rgba(&self.0, bits).ok()?;
        Some(Bitmap { width, height, pixels })
    }
}

/// The twenty static colours of Windows at both ends of 256 entries; grey in between.
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

/// Parses a bitmap whose pixels follow its header, as in WMF.
pub(super) fn packed<'a>(bytes: &'a [u8], usage: ColorUsage, logical: &[Color]) -> Option<(Header, &'a [u8])> {
    let header = Header::parse(bytes, usage, logical)?;
    let bits = bytes.get(header.length()..).unwrap_or_default();
    Some((header, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A BITMAPINFOHEADER and what follows it.
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
    fn one_bit_uses_the_colour_table() {
        let table = [0, 0, 0, 0, 255, 255, 255, 0];
        let bitmap = dib(2, -1, 1, 0, &[&table[..], &[0x40, 0, 0, 0]].concat()).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[0, 0, 0, 255], [255, 255, 255, 255]]);
    }

    #[test]
    fn bit_fields_widen_to_eight_bits() {
        let masks: Vec<u8> = [0xf800_u32, 0x07e0, 0x001f].iter().flat_map(|mask| mask.to_le_bytes()).collect();
        let bitmap = dib(1, 1, 16, 3, &[&masks[..], &[0x00, 0xf8, 0, 0]].concat()).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[255, 0, 0, 255]]);
    }

    #[test]
    fn bitmaps_beyond_the_pixel_bound_are_refused() {
        assert_eq!(dib(1 << 20, 1 << 20, 24, 0, &[]), None);
    }

    #[test]
    fn the_fourth_byte_of_a_pixel_is_alpha() {
        let bitmap = dib(1, 1, 32, 0, &[3, 2, 1, 128]).expect("a bitmap");
        assert_eq!(bitmap.pixels, [[1, 2, 3, 128]]);
    }

    #[test]
    fn a_bitmap_that_ends_inside_its_header_is_refused() {
        let mut bytes = 108_u32.to_le_bytes().to_vec();
        bytes.extend([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0]);
        bytes.resize(107, 0);
        assert!(Header::parse(&bytes, ColorUsage::Rgb, &[]).is_none());
        bytes.push(0);
        assert!(Header::parse(&bytes, ColorUsage::Rgb, &[]).is_some());
    }
}
