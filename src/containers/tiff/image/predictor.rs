//! Undoes predictor 2 (TIFF 6.0 section 14) and 3 (Adobe Photoshop TIFF technical note 3), and converts from the file's
//! byte order to the machine's.

use crate::containers::tiff::compression;
use crate::containers::tiff::layout::{Layout, SampleKind};
use thumbling_core::bytes::Endian;
use thumbling_core::error::{Error, Result};

pub(super) const NONE: u16 = 1;
const HORIZONTAL: u16 = 2;
const FLOATING_POINT: u16 = 3;

/// `unsupported` if [`undo`] does not support the predictor.
pub(super) fn check(layout: &Layout) -> Result<()> {
    match (layout.predictor, layout.bits, layout.kind) {
        (NONE | 0, ..) | (HORIZONTAL, 8 | 16 | 32, _) => Ok(()),
        (FLOATING_POINT, 16 | 24 | 32 | 64, SampleKind::Float) => Ok(()),
        (n, bits, _) => Err(Error::unsupported(format!("TIFF predictor {n} of {bits}-bit samples"))),
    }
}

/// Converts one row of one strip or tile to samples in native byte order. `stride` is the number of samples per pixel
/// in the row.
pub(super) fn undo(layout: &Layout, stride: usize, row: &mut [u8], spare: &mut Vec<u8>) {
    if layout.predictor == FLOATING_POINT {
        return floating_point(row, stride, layout.bits as usize / 8, spare);
    }
    if !compression::is_in_order(layout.compression) {
        to_native(layout.order(), layout.bits as usize, row);
    }
    if layout.predictor != HORIZONTAL {
        return;
    }
    match layout.bits {
        8 => match stride {
            1 => accumulate::<1>(row),
            3 => accumulate::<3>(row),
            4 => accumulate::<4>(row),
            _ => (stride..row.len()).for_each(|i| row[i] = row[i].wrapping_add(row[i - stride])),
        },
        16 => sums::<2>(row, stride, |a, b| u16::from_ne_bytes(a).wrapping_add(u16::from_ne_bytes(b)).to_ne_bytes()),
        _ => sums::<4>(row, stride, |a, b| u32::from_ne_bytes(a).wrapping_add(u32::from_ne_bytes(b)).to_ne_bytes()),
    }
}

/// Running sums of each of `N` interleaved samples.
fn accumulate<const N: usize>(row: &mut [u8]) {
    let mut sum = [0u8; N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for (sum, sample) in sum.iter_mut().zip(pixel) {
            *sum = sum.wrapping_add(*sample);
            *sample = *sum;
        }
    }
}

fn sums<const N: usize>(row: &mut [u8], stride: usize, add: impl Fn([u8; N], [u8; N]) -> [u8; N]) {
    let samples = row.as_chunks_mut::<N>().0;
    for i in stride..samples.len() {
        samples[i] = add(samples[i], samples[i - stride]);
    }
}

/// The bytes of samples are stored in planes, the highest first, as byte differences.
fn floating_point(row: &mut [u8], stride: usize, bytes: usize, spare: &mut Vec<u8>) {
    (stride..row.len()).for_each(|i| row[i] = row[i].wrapping_add(row[i - stride]));
    spare.clear();
    spare.extend_from_slice(row);
    let n = row.len() / bytes.max(1);
    for (i, sample) in row.chunks_exact_mut(bytes.max(1)).enumerate() {
        for (b, byte) in sample.iter_mut().enumerate() {
            *byte = spare[b * n + i];
        }
        if cfg!(target_endian = "little") {
            sample.reverse();
        }
    }
}

fn to_native(order: Endian, bits: usize, row: &mut [u8]) {
    let native = if cfg!(target_endian = "little") { Endian::Little } else { Endian::Big };
    if order != native && matches!(bits, 16 | 24 | 32 | 64) {
        match bits {
            16 => row.as_chunks_mut::<2>().0.iter_mut().for_each(|s| s.reverse()),
            32 => row.as_chunks_mut::<4>().0.iter_mut().for_each(|s| s.reverse()),
            _ => row.chunks_exact_mut(bits / 8).for_each(<[u8]>::reverse),
        }
    }
}
