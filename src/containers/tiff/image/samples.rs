//! Extracts samples from packed rows: the wanted ones of each pixel, from one plane or several.

use crate::containers::tiff::layout::{Layout, SampleKind};
use thumbling_core::bytes;

/// Which samples of a pixel are wanted, and how they are stored in a row.
#[derive(Debug, Clone)]
pub(super) struct Unpack {
    bits: usize,
    kind: SampleKind,
    /// Samples per pixel in one row of bytes.
    stride: usize,
    /// Indices of the wanted samples; with planes, each is alone in its own.
    kept: Vec<usize>,
    planar: bool,
}

impl Unpack {
    pub(super) fn new(layout: &Layout, kept: Vec<usize>) -> Self {
        let stride = if layout.planar { 1 } else { layout.samples };
        Self { bits: layout.bits as usize, kind: layout.kind, stride, kept, planar: layout.planar }
    }

    /// The wanted samples, in order.
    pub(super) fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// The row itself, if it needs no unpacking: all samples are wanted and have `bits` bits.
    pub(super) fn as_is<'a>(&self, rows: &'a [Vec<u8>], bits: usize) -> Option<&'a [u8]> {
        let all = self.bits == bits && rows.len() == 1 && self.kept.len() == self.stride;
        rows.first().filter(|_| all && self.kept.is_sorted()).map(Vec::as_slice)
    }

    /// Samples of at most 8 bits, unscaled.
    pub(super) fn u8s(&self, rows: &[Vec<u8>], width: usize, out: &mut Vec<u8>) {
        match self.bits {
            8 => self.gather(rows, width, out, |row, i| row.get(i).copied().unwrap_or(0)),
            n => self.gather(rows, width, out, |row, i| bits_at(row, i * n, n) as u8),
        }
    }

    /// Samples of at most 16 bits, unscaled.
    pub(super) fn u16s(&self, rows: &[Vec<u8>], width: usize, out: &mut Vec<u16>) {
        match self.bits {
            16 => self.gather(rows, width, out, |row, i| u16::from_ne_bytes(bytes_at(row, i))),
            n => self.gather(rows, width, out, |row, i| bits_at(row, i * n, n) as u16),
        }
    }

    /// Samples of any type, by value.
    pub(super) fn f32s(&self, rows: &[Vec<u8>], width: usize, out: &mut Vec<f32>) {
        use SampleKind::{Float, Signed, Unsigned};
        match (self.kind, self.bits) {
            (Float, 16) => self.gather(rows, width, out, |row, i| half(u16::from_ne_bytes(bytes_at(row, i)))),
            (Float, 24) => self.gather(rows, width, out, |row, i| float24(bytes_at(row, i))),
            (Float, 32) => self.gather(rows, width, out, |row, i| f32::from_ne_bytes(bytes_at(row, i))),
            (Float, 64) => self.gather(rows, width, out, |row, i| f64::from_ne_bytes(bytes_at(row, i)) as f32),
            (Signed, 8) => self.gather(rows, width, out, |row, i| f32::from(i8::from_ne_bytes(bytes_at(row, i)))),
            (Signed, 16) => self.gather(rows, width, out, |row, i| f32::from(i16::from_ne_bytes(bytes_at(row, i)))),
            (Signed, 32) => self.gather(rows, width, out, |row, i| i32::from_ne_bytes(bytes_at(row, i)) as f32),
            (Signed, 64) => self.gather(rows, width, out, |row, i| i64::from_ne_bytes(bytes_at(row, i)) as f32),
            (Unsigned, 32) => self.gather(rows, width, out, |row, i| u32::from_ne_bytes(bytes_at(row, i)) as f32),
            (Unsigned, 64) => self.gather(rows, width, out, |row, i| u64::from_ne_bytes(bytes_at(row, i)) as f32),
            (_, n) => self.gather(rows, width, out, |row, i| bits_at(row, i * n, n) as f32),
        }
    }

    fn gather<T: Copy + Default>(
        &self,
        rows: &[Vec<u8>],
        width: usize,
        out: &mut Vec<T>,
        sample: impl Fn(&[u8], usize) -> T,
    ) {
        let n = self.kept.len();
        out.clear();
        out.resize(width * n, T::default());
        for (k, kept) in self.kept.iter().enumerate() {
            let (plane, first) = if self.planar { (k, 0) } else { (0, *kept) };
            let Some(row) = rows.get(plane) else { continue };
            for (x, pixel) in out.chunks_exact_mut(n).enumerate() {
                pixel[k] = sample(row, x * self.stride + first);
            }
        }
    }
}

fn bytes_at<const N: usize>(row: &[u8], i: usize) -> [u8; N] {
    bytes::array(row, i * N).unwrap_or([0; N])
}

/// `n` bits, at most 32, starting at bit `at`, counted from the highest bit of the first byte. Samples that are not
/// whole bytes are stored in this order in any byte order (TIFF 6.0, FillOrder).
fn bits_at(row: &[u8], at: usize, n: usize) -> u32 {
    let mut value = 0u64;
    let (first, last) = (at / 8, (at + n).div_ceil(8));
    for i in first..last {
        value = value << 8 | u64::from(row.get(i).copied().unwrap_or(0));
    }
    let spare = last * 8 - (at + n);
    ((value >> spare) & ((1u64 << n.min(32)) - 1)) as u32
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    match exponent {
        0 => sign * fraction * 2f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        e => sign * (1.0 + fraction) * 2f32.powi(e - 15),
    }
}

/// Sign, seven bits of exponent, sixteen of fraction (Adobe Photoshop TIFF technical note 3).
fn float24(bytes: [u8; 3]) -> f32 {
    let bytes = if cfg!(target_endian = "little") { [bytes[2], bytes[1], bytes[0]] } else { bytes };
    let sign = if bytes[0] >> 7 == 1 { -1.0 } else { 1.0 };
    let fraction = f32::from(u16::from_be_bytes([bytes[1], bytes[2]])) / 65_536.0;
    match i32::from(bytes[0] & 127) {
        0 => sign * fraction * 2f32.powi(-62),
        127 if fraction == 0.0 => sign * f32::INFINITY,
        127 => f32::NAN,
        e => sign * (1.0 + fraction) * 2f32.powi(e - 63),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_bits_run_through_bytes() {
        assert_eq!((bits_at(&[0x12, 0x34, 0x56], 0, 12), bits_at(&[0x12, 0x34, 0x56], 12, 12)), (0x123, 0x456));
    }

    #[test]
    fn half_floats_have_their_values() {
        assert_eq!((half(0x3C00), half(0xC000), half(0x0001)), (1.0, -2.0, 2f32.powi(-24)));
        assert!(half(0x7E00).is_nan());
    }
}
