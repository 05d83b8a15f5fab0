//! How pixels are stored, and how they are unpacked to samples.

use thumbling_core::frame::PixelFormat;
use thumbling_core::geometry::Size;

/// Side of a block, px.
pub(crate) const BLOCK: usize = 4;

/// Compressed blocks of 4×4 px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    Bc1,
    Bc2,
    Bc3,
    Bc4 { signed: bool },
    Bc5 { signed: bool },
    Bc6h { signed: bool },
    Bc7,
}

/// Uncompressed pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packed {
    Rgba16,
    RHalf,
    RgbaHalf,
    RFloat,
    RgbaFloat,
    /// Three mantissas of 9 bits and an exponent of 5.
    SharedExponent,
}

/// How pixels are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Blocks(Block),
    /// Bit masks of red, green, blue and alpha, in pixels of this many bytes.
    Masked {
        bytes: u32,
        masks: [u32; 4],
    },
    Packed(Packed),
}

impl Layout {
    pub(crate) fn format(self) -> PixelFormat {
        match self {
            Self::Blocks(Block::Bc4 { .. }) => PixelFormat::Gray8,
            Self::Blocks(Block::Bc5 { .. } | Block::Bc6h { .. }) => PixelFormat::Rgb8,
            Self::Blocks(_) => PixelFormat::Rgba8,
            Self::Masked { masks, .. } if masks[3] == 0 => PixelFormat::Rgb8,
            Self::Masked { .. } => PixelFormat::Rgba8,
            Self::Packed(Packed::Rgba16) => PixelFormat::Rgba16,
            Self::Packed(Packed::RgbaHalf | Packed::RgbaFloat) => PixelFormat::RgbaF32,
            Self::Packed(_) => PixelFormat::RgbF32,
        }
    }

    /// Rows of pixels that are stored together.
    pub(crate) fn rows(self) -> usize {
        if matches!(self, Self::Blocks(_)) { BLOCK } else { 1 }
    }

    /// Bytes of [`rows`](Self::rows) rows of `width` px.
    pub(crate) fn stride(self, width: u32) -> u64 {
        let width = u64::from(width);
        match self {
            Self::Blocks(Block::Bc1 | Block::Bc4 { .. }) => width.div_ceil(BLOCK as u64) * 8,
            Self::Blocks(_) => width.div_ceil(BLOCK as u64) * 16,
            Self::Masked { bytes, .. } => width * u64::from(bytes),
            Self::Packed(Packed::RHalf) => width * 2,
            Self::Packed(Packed::RFloat | Packed::SharedExponent) => width * 4,
            Self::Packed(Packed::Rgba16 | Packed::RgbaHalf) => width * 8,
            Self::Packed(Packed::RgbaFloat) => width * 16,
        }
    }

    /// Bytes of a level of `size` px.
    pub(crate) fn bytes(self, size: Size) -> u64 {
        self.stride(size.width).saturating_mul(u64::from(size.height).div_ceil(self.rows() as u64))
    }

    /// Unpacks [`rows`](Self::rows) stored rows into rows of `row_bytes` bytes each.
    pub(crate) fn unpack(self, stored: &[u8], out: &mut [u8], row_bytes: usize) {
        match self {
            Self::Blocks(block) => blocks(block, stored, out, row_bytes),
            Self::Masked { bytes, masks } => masked(bytes as usize, masks, stored, out),
            Self::Packed(packed) => packed.unpack(stored, out),
        }
    }
}

fn blocks(block: Block, stored: &[u8], out: &mut [u8], row_bytes: usize) {
    let bytes = if matches!(block, Block::Bc1 | Block::Bc4 { .. }) { 8 } else { 16 };
    for (i, data) in stored.chunks_exact(bytes).enumerate() {
        // Four rows of four pixels of up to four samples.
        let (mut texels, samples) = ([0u8; 64], block_samples(block));
        match block {
            Block::Bc1 => bcdec_rs::bc1(data, &mut texels, 16),
            Block::Bc2 => bcdec_rs::bc2(data, &mut texels, 16),
            Block::Bc3 => bcdec_rs::bc3(data, &mut texels, 16),
            Block::Bc4 { signed } => bcdec_rs::bc4(data, &mut texels, 4, signed),
            Block::Bc5 { signed } => two_channels(data, signed, &mut texels),
            Block::Bc6h { signed } => half_float(data, signed, &mut texels),
            Block::Bc7 => bcdec_rs::bc7(data, &mut texels, 16),
        }
        let at = i * BLOCK * samples;
        for (row, texels) in out.chunks_exact_mut(row_bytes).zip(texels.chunks_exact(BLOCK * samples)) {
            // The last block may extend past the right edge.
            let into = &mut row[at.min(row_bytes)..(at + BLOCK * samples).min(row_bytes)];
            into.copy_from_slice(&texels[..into.len()]);
        }
    }
}

fn block_samples(block: Block) -> usize {
    Layout::Blocks(block).format().channels()
}

/// Red and green only, usually a normal map; blue stays 0, as in other readers.
fn two_channels(data: &[u8], signed: bool, texels: &mut [u8; 64]) {
    let mut pairs = [0u8; 32];
    bcdec_rs::bc5(data, &mut pairs, 8, signed);
    for (rgb, pair) in texels.chunks_exact_mut(3).zip(pairs.chunks_exact(2)) {
        rgb[..2].copy_from_slice(pair);
    }
}

/// Values in 0 to 1 are kept: textures are lit before they are shown, so nothing defines what is white.
fn half_float(data: &[u8], signed: bool, texels: &mut [u8; 64]) {
    let mut floats = [0f32; 48];
    bcdec_rs::bc6h_float(data, &mut floats, 12, signed);
    for (sample, value) in texels.iter_mut().zip(floats) {
        *sample = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    }
}

fn masked(bytes: usize, masks: [u32; 4], stored: &[u8], out: &mut [u8]) {
    let samples = if masks[3] == 0 { 3 } else { 4 };
    for (out, p) in out.chunks_exact_mut(samples).zip(stored.chunks_exact(bytes)) {
        let pixel = p.iter().rev().fold(0u32, |n, b| n << 8 | u32::from(*b));
        for (sample, mask) in out.iter_mut().zip(masks) {
            let max = if mask == 0 { 0 } else { mask >> mask.trailing_zeros() };
            let value = if mask == 0 { 0 } else { (pixel & mask) >> mask.trailing_zeros() };
            *sample = match max {
                0 => 0,
                255 => value as u8,
                _ => ((u64::from(value) * 255 + u64::from(max / 2)) / u64::from(max)) as u8,
            };
        }
    }
}

impl Packed {
    fn unpack(self, stored: &[u8], out: &mut [u8]) {
        let half = |b: &[u8]| half_to_f32(u16::from_le_bytes([b[0], b[1]]));
        let float = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        let finite = |v: f32| if v.is_finite() { v } else { 0.0 };
        match self {
            Self::Rgba16 => {
                for (out, s) in out.chunks_exact_mut(2).zip(stored.chunks_exact(2)) {
                    out.copy_from_slice(&u16::from_le_bytes([s[0], s[1]]).to_ne_bytes());
                }
            }
            Self::RgbaHalf => write(out, stored.chunks_exact(2).map(|s| finite(half(s)))),
            Self::RgbaFloat => write(out, stored.chunks_exact(4).map(|s| finite(float(s)))),
            Self::RHalf => write(out, stored.chunks_exact(2).flat_map(|s| [finite(half(s)); 3])),
            Self::RFloat => write(out, stored.chunks_exact(4).flat_map(|s| [finite(float(s)); 3])),
            Self::SharedExponent => write(
                out,
                stored.chunks_exact(4).flat_map(|s| {
                    let v = u32::from_le_bytes([s[0], s[1], s[2], s[3]]);
                    // Exponent bias 15, and mantissas without an implicit leading one.
                    let scale = ((v >> 27) as f32 - 24.0).exp2();
                    [v, v >> 9, v >> 18].map(|m| (m & 0x1FF) as f32 * scale)
                }),
            ),
        }
    }
}

fn write(out: &mut [u8], values: impl Iterator<Item = f32>) {
    for (out, value) in out.chunks_exact_mut(4).zip(values) {
        out.copy_from_slice(&value.to_ne_bytes());
    }
}

/// IEEE 754 binary16.
fn half_to_f32(bits: u16) -> f32 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f32::from(bits & 0x3FF));
    let value = match exponent {
        0 => mantissa * (-24f32).exp2(),
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        e => (1.0 + mantissa / 1024.0) * ((e - 15) as f32).exp2(),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read() {
        for (bits, value) in [(0x3C00, 1.0), (0xC000, -2.0), (0x0001, 5.960_464_5e-8), (0x3555, 0.333_251_95)] {
            assert_eq!(half_to_f32(bits), value);
        }
    }

    #[test]
    fn blocks_over_the_edge_are_cut_off() {
        // Both end colours are white.
        let mut out = vec![0; 5 * 4 * 4];
        Layout::Blocks(Block::Bc1).unpack(&[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0].repeat(2), &mut out, 5 * 4);
        assert_eq!(out, [255; 80]);
    }
}
