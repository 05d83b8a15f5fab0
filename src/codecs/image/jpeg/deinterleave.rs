//! Moves values from scan order to plane order.

use super::layout::{Layout, Pass};
use super::plane::Coefficients;

/// Moves the values of the MCUs starting at `mcu` (all of one row) to their places in the planes.
pub(super) fn deinterleave(layout: &mut Layout, planes: &mut [Coefficients], pass: Pass, read: &mut [i16], mcu: usize) {
    let (row, column) = (mcu / layout.columns, mcu % layout.columns);
    let per_mcu = layout.blocks();
    let mut first = 0;
    for part in &mut layout.parts {
        let Some(plane) = planes.get_mut(part.index) else { continue };
        if let Pass::First { low } = pass {
            match part.h * part.v {
                1 => accumulate::<1>(read, per_mcu, first, low, &mut part.predictor),
                2 => accumulate::<2>(read, per_mcu, first, low, &mut part.predictor),
                4 => accumulate::<4>(read, per_mcu, first, low, &mut part.predictor),
                blocks => {
                    for mcu in read.chunks_exact_mut(per_mcu) {
                        for block in 0..blocks {
                            accumulate::<1>(mcu, per_mcu, first + block, low, &mut part.predictor);
                        }
                    }
                }
            }
        }
        for dy in 0..part.v {
            let start = (row * part.v + dy) * plane.stride + column * part.h;
            let place = plane.values.get_mut(start..).unwrap_or_default();
            match part.h {
                1 => place_blocks::<1>(place, read, per_mcu, first, pass),
                2 => place_blocks::<2>(place, read, per_mcu, first, pass),
                4 => place_blocks::<4>(place, read, per_mcu, first, pass),
                _ => place_blocks::<3>(place, read, per_mcu, first, pass),
            }
            first += part.h;
        }
    }
}

/// Sums the differences of `BLOCKS` blocks of each MCU, starting at `first`, in place.
#[inline(always)]
fn accumulate<const BLOCKS: usize>(read: &mut [i16], per_mcu: usize, first: usize, low: u8, predictor: &mut i32) {
    let mut sum = *predictor;
    for mcu in read.chunks_exact_mut(per_mcu) {
        let Some(blocks) = mcu.get_mut(first..).and_then(|rest| rest.first_chunk_mut::<BLOCKS>()) else { return };
        for value in blocks {
            sum = sum.wrapping_add(i32::from(*value));
            *value = (sum << low) as i16;
        }
    }
    *predictor = sum;
}

/// Moves `BLOCKS` adjacent blocks of each MCU, starting at `first`, to their row in the plane.
fn place_blocks<const BLOCKS: usize>(place: &mut [i16], read: &[i16], per_mcu: usize, first: usize, pass: Pass) {
    let blocks = read.chunks_exact(per_mcu).filter_map(|mcu| mcu.get(first..)?.first_chunk::<BLOCKS>());
    let places = place.as_chunks_mut::<BLOCKS>().0.iter_mut().zip(blocks);
    match pass {
        Pass::First { .. } => places.for_each(|(place, blocks)| *place = *blocks),
        Pass::Refine { low } => places.for_each(|(place, blocks)| {
            for (coefficient, bit) in place.iter_mut().zip(blocks) {
                *coefficient |= bit << low;
            }
        }),
    }
}
