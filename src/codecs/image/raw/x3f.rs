//! Sigma (Foveon) X3F: a directory at the end of the file, and image sections that are JPEG.

use thumbling_core::bytes::u32_le;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::source::Source;

use super::preview::Previews;

/// Most entries of the directory that are read.
const MAX_ENTRIES: u32 = 256;

/// Size of an image section's header.
const IMAGE_HEADER: u64 = 28;

/// The number of the image format JPEG.
const JPEG: u32 = 18;

pub(super) fn read(source: &Source, previews: &mut Previews) -> Result<()> {
    let u32_at = |at: u64| -> Result<u32> { Ok(u32_le(&source.read_vec(at, 4)?, 0).unwrap_or(0)) };
    // Columns, rows and rotation in degrees clockwise; their position changed in version 4.
    if u32_at(4)? >> 16 < 4 {
        let size = Size::new(u32_at(28)?, u32_at(32)?);
        previews.size = Some(size).filter(|s| s.pixels() > 0 && s.width < 1 << 16 && s.height < 1 << 16);
        previews.orientation = match u32_at(36)? {
            90 => Some(Orientation::Rotate90),
            180 => Some(Orientation::Rotate180),
            270 => Some(Orientation::Rotate270),
            _ => None,
        };
    }
    let end = source.size().checked_sub(4).ok_or_else(|| Error::corrupt("the file ends in its header"))?;
    let directory = u64::from(u32_at(end)?);
    if source.read_vec(directory, 4)? != b"SECd" {
        return Err(Error::corrupt("an X3F file without a directory"));
    }
    for i in 0..u64::from(u32_at(directory + 8)?.min(MAX_ENTRIES)) {
        let entry = source.read_vec(directory + 12 + i * 12, 12)?;
        let number = |at: usize| u32_le(&entry, at).map_or(0, u64::from);
        let (offset, bytes) = (number(0), number(4));
        if matches!(&entry[8..], b"IMAG" | b"IMA2") && bytes > IMAGE_HEADER && u32_at(offset + 12)? == JPEG {
            previews.add_jpeg(offset + IMAGE_HEADER, bytes - IMAGE_HEADER);
        }
    }
    Ok(())
}
