//! Minolta MRW: a header of blocks, one of which is a TIFF structure whose maker note contains the preview.

use crate::containers::tiff::header::Tiff;
use thumbling_core::bytes::{u16_be, u32_be};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

use super::ifd;
use super::preview::Previews;

/// Most blocks that are read.
const MAX_BLOCKS: usize = 64;

pub(super) fn read(source: &Source, previews: &mut Previews, cx: &Context<'_>) -> Result<()> {
    let number = |at: u64| -> Result<u64> { Ok(u32_be(&source.read_vec(at, 4)?, 0).map_or(0, u64::from)) };
    let end = number(4)?.saturating_add(8).min(source.size());
    let mut at = 8u64;
    for _ in 0..MAX_BLOCKS {
        if at.saturating_add(8) > end {
            return Ok(());
        }
        let (name, bytes) = (source.read_vec(at, 4)?, number(at + 4)?);
        at += 8;
        match &name[..] {
            // Version in 8 bytes, then height and width of the sensor, then of the picture.
            b"\0PRD" if bytes >= 16 => {
                let b = source.read_vec(at + 12, 4)?;
                let side = |at: usize| u16_be(&b, at).map_or(0, u32::from);
                let size = Size::new(side(2), side(0));
                previews.size = Some(size).filter(|s| s.pixels() > 0);
            }
            b"\0TTW" => {
                let tiff = Tiff::open(&source.slice(at, u64::MAX), &[])?;
                ifd::read_tiff(&tiff, at, previews, cx)?;
            }
            _ => {}
        }
        at = at.checked_add(bytes).ok_or_else(|| Error::corrupt("a block beyond the file"))?;
    }
    Ok(())
}
