//! Clipping and region records.

use super::{Player, Record};
use crate::color::Color;
use crate::gdi::objects::{Brush, Region};
use crate::geometry::Rect;
use crate::reader::{ReadFields, Reader};
use crate::svg::clip::Clip;

/// Combination modes (MS-EMF 2.1.29).
const AND: u32 = 1;
const OR: u32 = 2;
const XOR: u32 = 3;
const DIFF: u32 = 4;

const MAX_RECTS: usize = 2048;

impl Player<'_> {
    pub(super) fn combine_clip(&mut self, area: &Clip, mode: u32) {
        let clip = &self.gdi.dc.clip;
        self.gdi.dc.clip = match mode {
            AND => clip.and(area),
            OR => clip.or(area),
            XOR => clip.xor(area),
            DIFF => clip.minus(area),
            _ => area.clone(),
        };
    }

    /// Rectangles in device units.
    fn region(&self, data: &[u8]) -> Option<Clip> {
        let mut reader = Reader::le(data);
        let header = usize::try_from(reader.u32()?).ok()?;
        reader.skip(4)?;
        let count = usize::try_from(reader.u32()?).ok()?;
        let mut reader = Reader::le(data.get(header..)?);
        let mut region = Region::default();
        for _ in 0..count.min(reader.remaining() / 16).min(MAX_RECTS) {
            let (from, to) = (reader.point32()?, reader.point32()?);
            region.rects.push(Rect::between(from, to));
        }
        Some(region.to_clip(&self.gdi.dc.base))
    }

    pub(super) fn region_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        if record.kind == 75 {
            let length = usize::try_from(reader.u32()?).ok()?;
            let mode = reader.u32()?;
            match self.region(reader.take(length.min(reader.remaining()))?) {
                Some(area) => self.combine_clip(&area, mode),
                // Copying an empty region removes the clip.
                None => self.gdi.dc.clip = Clip::all(),
            }
            return Some(());
        }
        reader.skip(16)?;
        let length = usize::try_from(reader.u32()?).ok()?;
        let brush = match record.kind {
            71 | 72 => {
                let handle = reader.u32()?;
                self.brush_of(handle)
            }
            73 => Some(Brush::Solid(Color::WHITE)),
            _ => Some(self.gdi.dc.brush.clone()),
        };
        if record.kind == 72 {
            reader.skip(8)?;
        }
        let area = self.region(reader.take(length.min(reader.remaining()))?)?;
        self.gdi.fill_clip(&area, &brush?);
        Some(())
    }
}
