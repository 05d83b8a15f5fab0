//! Canon CRW: the Camera Image File Format 1.0, nested heaps of records, each with its directory at its end.

use thumbling_core::bytes::Endian;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::source::Source;

use super::preview::Previews;

/// Maximum nesting of heaps.
const MAX_DEPTH: u32 = 8;

/// Most records of all heaps that are read.
const MAX_RECORDS: u32 = 4096;

// Record types.
const JPEG: u16 = 0x2007;
const THUMBNAIL: u16 = 0x2008;
const IMAGE_SPEC: u16 = 0x1810;

pub(super) fn read(source: &Source, previews: &mut Previews) -> Result<()> {
    let head = source.read_vec(0, 14)?;
    let order = Endian::from_mark(&head).ok_or_else(|| Error::corrupt("no CIFF byte order mark"))?;
    let start = order.uint(&head[2..6]);
    let mut walk = Walk { source, order, previews, left: MAX_RECORDS };
    walk.heap(start, source.size(), 0)
}

struct Walk<'a> {
    source: &'a Source,
    order: Endian,
    previews: &'a mut Previews,
    /// Number of records that may still be read.
    left: u32,
}

impl Walk<'_> {
    fn number(&self, at: u64, bytes: u64) -> Result<u64> {
        Ok(self.order.uint(&self.source.read_vec(at, bytes)?))
    }

    fn heap(&mut self, start: u64, end: u64, depth: u32) -> Result<()> {
        let Some(last) = end.checked_sub(4).filter(|last| depth < MAX_DEPTH && *last >= start) else { return Ok(()) };
        let directory = start.saturating_add(self.number(last, 4)?);
        for i in 0..self.number(directory, 2)? {
            let Some(left) = self.left.checked_sub(1) else { return Ok(()) };
            self.left = left;
            let entry = self.source.read_vec(directory.saturating_add(2 + i * 10), 10)?;
            let number = |from: usize, to: usize| self.order.uint(&entry[from..to]);
            let (kind, bytes) = (number(0, 2) as u16, number(2, 6));
            let at = start.saturating_add(number(6, 10));
            match kind & 0x3FFF {
                // The value is stored in the directory itself.
                _ if kind & 0xC000 != 0 => {}
                JPEG | THUMBNAIL => self.previews.add_jpeg(at, bytes),
                IMAGE_SPEC if bytes >= 16 => self.image_spec(at)?,
                n if matches!(n & 0x3800, 0x2800 | 0x3000) => self.heap(at, at.saturating_add(bytes), depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Width, height, pixel aspect ratio, and rotation in degrees (counterclockwise is negative).
    fn image_spec(&mut self, at: u64) -> Result<()> {
        let spec = self.source.read_vec(at, 16)?;
        let side = |from: usize| self.order.uint(&spec[from..from + 4]).min(u64::from(u16::MAX)) as u32;
        let size = Size::new(side(0), side(4));
        self.previews.size = Some(size).filter(|s| s.pixels() > 0);
        self.previews.orientation = match self.order.uint(&spec[12..16]) as i32 {
            90 => Some(Orientation::Rotate90),
            180 | -180 => Some(Orientation::Rotate180),
            270 | -90 => Some(Orientation::Rotate270),
            _ => None,
        };
        Ok(())
    }
}
