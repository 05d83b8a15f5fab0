//! Canon CR3: ISO base media (ISO/IEC 14496-12) with Canon's own boxes for small previews and metadata, and a track
//! with the full-size JPEG.

use crate::containers::tiff::{header::Tiff, tag};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::source::Source;

use super::preview::Previews;

/// Most boxes of the file that are read.
const MAX_BOXES: u32 = 4096;

/// Maximum nesting of boxes.
const MAX_DEPTH: u32 = 10;

pub(super) fn read(source: &Source, previews: &mut Previews, cx: &Context<'_>) -> Result<()> {
    let mut walk = Walk { source, previews, cx, left: MAX_BOXES, sample: None };
    walk.boxes(0, source.size(), 0)
}

struct Walk<'a> {
    source: &'a Source,
    previews: &'a mut Previews,
    cx: &'a Context<'a>,
    /// Number of boxes that may still be read.
    left: u32,
    /// Size of the first sample of the current track.
    sample: Option<u64>,
}

impl Walk<'_> {
    fn number(&self, at: u64, bytes: u64) -> Result<u64> {
        Ok(self.source.read_vec(at, bytes)?.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// Reads the boxes from `at` to `end`. A truncated box is read as far as possible.
    fn boxes(&mut self, mut at: u64, end: u64, depth: u32) -> Result<()> {
        while at.saturating_add(8) <= end.min(self.source.size()) && depth < MAX_DEPTH {
            let Some(left) = self.left.checked_sub(1) else { return Ok(()) };
            self.left = left;
            self.cx.check()?;
            let name = self.source.read_vec(at + 4, 4)?;
            let (header, bytes) = match self.number(at, 4)? {
                0 => (8, end - at),
                1 => (16, self.number(at + 8, 8)?),
                n => (8, n),
            };
            if bytes < header {
                return Err(Error::corrupt("a box smaller than its header"));
            }
            let box_end = at.saturating_add(bytes);
            if box_end > self.source.size() && &name[..] != b"mdat" {
                self.previews.cut_off = true;
            }
            // The box's declared end, even if it exceeds its parent: tells that a preview is truncated.
            self.one(&name, at + header, box_end, depth)?;
            at = box_end;
        }
        Ok(())
    }

    fn one(&mut self, name: &[u8], at: u64, end: u64, depth: u32) -> Result<()> {
        match name {
            b"moov" | b"mdia" | b"minf" | b"stbl" => self.boxes(at, end, depth + 1),
            b"trak" => {
                self.sample = None;
                self.boxes(at, end, depth + 1)
            }
            // Boxes start after the 16-byte identifier, in one kind 8 bytes later.
            b"uuid" => {
                let skip = match self.number(at.saturating_add(16), 4) {
                    Ok(0) => 24,
                    _ => 16,
                };
                self.boxes(at.saturating_add(skip), end, depth + 1)
            }
            b"CMT1" => self.metadata(at, end),
            b"PRVW" | b"THMB" => self.preview(at, end),
            // Sample sizes: one for all, or a count and a list.
            b"stsz" => {
                self.sample = match self.number(at + 4, 4)? {
                    0 if self.number(at + 8, 4)? > 0 => Some(self.number(at + 12, 4)?),
                    0 => None,
                    n => Some(n),
                };
                Ok(())
            }
            b"co64" | b"stco" => {
                let bytes = if name == b"co64" { 8 } else { 4 };
                if let Some(sample) = self.sample.filter(|n| *n > 0) {
                    let offset = self.number(at + 8, bytes)?;
                    self.previews.add_jpeg(offset, sample);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A TIFF structure with size and orientation.
    fn metadata(&mut self, at: u64, end: u64) -> Result<()> {
        if let Ok(directory) =
            Tiff::open(&self.source.slice(at, end.saturating_sub(at)), &[]).and_then(|tiff| tiff.first())
        {
            let side = |tag| directory.u32(tag).unwrap_or(0);
            let size = Size::new(side(tag::IMAGE_WIDTH), side(tag::IMAGE_LENGTH));
            self.previews.size = Some(size).filter(|s| s.pixels() > 0);
            self.previews.orientation = directory.u32(tag::ORIENTATION).map(Orientation::from_exif);
        }
        Ok(())
    }

    /// A JPEG after a header whose length depends on the version.
    fn preview(&mut self, at: u64, end: u64) -> Result<()> {
        let mut head = [0; 48];
        let n = self.source.read_up_to(at, &mut head)?;
        if let Some(skip) = head[..n].windows(3).position(|w| w == [0xFF, 0xD8, 0xFF]) {
            let start = at + skip as u64;
            self.previews.add_jpeg(start, end.saturating_sub(start));
        }
        Ok(())
    }
}
