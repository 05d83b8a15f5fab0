//! Converts stored pixels to 8-bit samples.

use std::sync::LazyLock;

use super::{Compression, Header};
use crate::frame::PixelFormat;

/// One channel of a pixel with bit masks.
#[derive(Debug, Clone, Copy)]
struct Field {
    mask: u32,
    shift: u32,
    bits: u32,
}

impl Field {
    fn new(mask: u32) -> Self {
        let shift = if mask == 0 { 0 } else { mask.trailing_zeros() };
        // For masks with holes, everything up to the topmost bit counts.
        Self { mask, shift, bits: 32 - (mask >> shift).leading_zeros() }
    }

    /// The value of the channel in `pixel`, scaled to 0..=255.
    fn get(self, pixel: u32) -> u8 {
        let value = (pixel & self.mask) >> self.shift;
        match self.bits {
            0 => 0,
            8 => value as u8,
            n if n > 8 => (value >> (n - 8)) as u8,
            n => {
                let max = (1u32 << n) - 1;
                ((value * 255 + max / 2) / max) as u8
            }
        }
    }
}

/// 1.0 as Windows stores it in pixels of 64 bits: a sign, two bits of whole numbers, thirteen of fractions (s2.13 in the
/// pixel formats of the Windows Imaging Component, `64bppBGRAFixedPoint`).
const FIXED_ONE: u16 = 1 << 13;

/// sRGB samples for linear light from 0 to [`FIXED_ONE`].
static FIXED_LIGHT: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    // The transfer function of IEC 61966-2-1.
    let signal = |light: f64| match light <= 0.003_130_8 {
        true => light * 12.92,
        false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    };
    (0..=FIXED_ONE).map(|v| (signal(f64::from(v) / f64::from(FIXED_ONE)) * 255.0).round() as u8).collect()
});

/// A fixed-point number, with what lies outside 0 to 1 clipped.
fn fixed(bytes: [u8; 2]) -> u16 {
    i16::from_le_bytes(bytes).clamp(0, FIXED_ONE as i16) as u16
}

enum Kind {
    /// Indices of this many bits, and the colour table.
    Indexed(u32, Box<[[u8; 3]; 256]>),
    /// Blue, green, red.
    Bgr,
    /// As [`Bgr`](Self::Bgr), plus an unused byte.
    Bgrx,
    /// Bit masks over pixels of this many bytes.
    Fields(usize, [Field; 4]),
    /// Blue, green, red in linear light and straight alpha, two bytes each, s2.13.
    Fixed,
}

/// Converts stored rows to rows of [`format`](Self::format).
pub struct Unpacker {
    kind: Kind,
    format: PixelFormat,
}

impl Unpacker {
    pub fn new(header: &Header, alpha: bool) -> Self {
        let rgb = if alpha { PixelFormat::Rgba8 } else { PixelFormat::Rgb8 };
        let (kind, format) = match header.bits {
            24 => (Kind::Bgr, PixelFormat::Rgb8),
            64 => (Kind::Fixed, rgb),
            32 if !alpha && header.masks[..3] == [0xFF_0000, 0xFF00, 0xFF] => (Kind::Bgrx, rgb),
            bits @ (16 | 32) => (Kind::Fields(usize::from(bits / 8), header.masks.map(Field::new)), rgb),
            bits => {
                let mut colors = Box::new([[0; 3]; 256]);
                for (into, from) in colors.iter_mut().zip(&header.palette) {
                    *into = *from;
                }
                let grey = header.palette.iter().all(|[r, g, b]| r == g && g == b);
                // The run-length decoder emits one byte per index.
                let bits = if header.compression == Compression::None { u32::from(bits) } else { 8 };
                (Kind::Indexed(bits, colors), if grey { PixelFormat::Gray8 } else { PixelFormat::Rgb8 })
            }
        };
        Self { kind, format }
    }

    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Fills `out` from a stored row.
    pub fn unpack(&self, packed: &[u8], out: &mut [u8]) {
        let pixels = out.chunks_exact_mut(self.format.channels());
        match &self.kind {
            Kind::Indexed(bits, colors) => {
                let indices = pixels.len();
                for (out, index) in pixels.zip(indices_of(packed, *bits, indices)) {
                    let color = colors[usize::from(index)];
                    out.copy_from_slice(&color[..out.len()]);
                }
            }
            Kind::Bgr => {
                for (out, p) in pixels.zip(packed.chunks_exact(3)) {
                    out.copy_from_slice(&[p[2], p[1], p[0]]);
                }
            }
            Kind::Bgrx => {
                for (out, p) in pixels.zip(packed.chunks_exact(4)) {
                    out.copy_from_slice(&[p[2], p[1], p[0]]);
                }
            }
            Kind::Fixed => {
                for (out, p) in pixels.zip(packed.as_chunks::<8>().0) {
                    let [b, g, r, a] = [[p[0], p[1]], [p[2], p[3]], [p[4], p[5]], [p[6], p[7]]].map(fixed);
                    let [r, g, b] = [r, g, b].map(|light| FIXED_LIGHT[usize::from(light)]);
                    let a = ((u32::from(a) * 255 + u32::from(FIXED_ONE) / 2) / u32::from(FIXED_ONE)) as u8;
                    out.copy_from_slice(&[r, g, b, a][..out.len()]);
                }
            }
            Kind::Fields(bytes, fields) => {
                for (out, p) in pixels.zip(packed.chunks_exact(*bytes)) {
                    let pixel = p.iter().rev().fold(0u32, |n, b| n << 8 | u32::from(*b));
                    for (sample, field) in out.iter_mut().zip(fields) {
                        *sample = field.get(pixel);
                    }
                }
            }
        }
    }
}

/// `count` indices of `bits` bits each, most significant bits first.
fn indices_of(packed: &[u8], bits: u32, count: usize) -> impl Iterator<Item = u8> + '_ {
    let per_byte = 8 / bits as usize;
    let mask = (0xFFu32 >> (8 - bits)) as u8;
    (0..count).map(move |i| {
        let byte = packed.get(i / per_byte).copied().unwrap_or(0);
        byte >> (8 - bits - (i % per_byte) as u32 * bits) & mask
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_fields_reach_white() {
        let field = Field::new(0x03E0);
        assert_eq!((field.get(0), field.get(0x03E0), field.get(0x0200)), (0, 255, 132));
    }

    #[test]
    fn wide_fields_keep_their_upper_bits() {
        assert_eq!(Field::new(0x3FF0_0000).get(0x3FF0_0000), 255);
        assert_eq!(Field::new(0xFFFF_0000).get(0x8000_0000), 128);
    }

    #[test]
    fn indices_come_from_the_top_of_a_byte() {
        assert_eq!(indices_of(&[0b1000_0001, 0xFF], 1, 9).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(indices_of(&[0b0001_1011], 2, 4).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
