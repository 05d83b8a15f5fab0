//! Fujifilm RAF: a header with the location of one JPEG and of a directory.

use thumbling_core::bytes::{u16_be, u32_be};
use thumbling_core::error::Result;
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

use super::preview::Previews;

/// Position of the JPEG's offset and length in the header, followed by those of the directory.
const POINTERS: u64 = 84;

/// Height and width of the picture without the masked edges.
const CROPPED_SIZE: u16 = 0x0111;

/// Most entries of the directory that are read.
const MAX_ENTRIES: u32 = 256;

pub(super) fn read(source: &Source, previews: &mut Previews) -> Result<()> {
    let pointers = source.read_vec(POINTERS, 16)?;
    let number = |at: usize| u32_be(&pointers, at).map_or(0, u64::from);
    previews.add_jpeg(number(0), number(4));
    previews.size = size(source, number(8));
    Ok(())
}

fn size(source: &Source, mut at: u64) -> Option<Size> {
    let u16s = |at: u64| -> Option<[u16; 2]> {
        let b = source.read_vec(at, 4).ok()?;
        Some([u16_be(&b, 0)?, u16_be(&b, 2)?])
    };
    let [high, low] = u16s(at)?;
    at = at.checked_add(4)?;
    for _ in 0..(u32::from(high) << 16 | u32::from(low)).min(MAX_ENTRIES) {
        let [tag, bytes] = u16s(at)?;
        if tag == CROPPED_SIZE && bytes >= 4 {
            let [height, width] = u16s(at + 4)?;
            return Some(Size::new(width.into(), height.into())).filter(|s| s.pixels() > 0);
        }
        at = at.checked_add(4 + u64::from(bytes))?;
    }
    None
}
