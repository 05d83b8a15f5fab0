//! Pattern brushes and extended pens, the objects that can have a bitmap.

use std::rc::Rc;

use super::objects::log_brush;
use super::{Player, Record};
use crate::dib::{ColorUsage, Header, Picture};
use crate::gdi::objects::{Brush, Pen};
use crate::svg::paint::{Cap, Join};

const MONO_BRUSH: u32 = 93;
/// PS_GEOMETRIC in the style of an extended pen.
const GEOMETRIC: u32 = 0x0001_0000;
const MAX_DASHES: usize = 64;

impl Player<'_> {
    pub(super) fn pattern_brush(&mut self, record: Record<'_>) -> Option<Brush> {
        let mut reader = record.arguments();
        reader.skip(4)?;
        let usage = ColorUsage::from_u32(reader.u32()?);
        let header = record.part(reader.u32()?, reader.u32()?)?;
        let bits = record.part(reader.u32()?, reader.u32()?)?;
        self.bitmap_brush(header, bits, usage, record.kind == MONO_BRUSH)
    }

    fn bitmap_brush(&mut self, header: &[u8], bits: &[u8], usage: ColorUsage, is_mono: bool) -> Option<Brush> {
        let header = Header::parse(header, usage, &self.gdi.dc.palette)?;
        if is_mono && header.is_one_bit() {
            return Some(Brush::MonoPattern(Rc::new((header, bits.to_vec()))));
        }
        match header.picture(bits, &mut self.gdi.canvas.bounds)? {
            Picture::Bitmap(bitmap) => Some(Brush::Pattern(Rc::new(bitmap.opaque()))),
            Picture::File { .. } => None,
        }
    }

    pub(super) fn ext_pen(&mut self, record: Record<'_>) -> Option<Pen> {
        let mut reader = record.arguments();
        reader.skip(4)?;
        let (header_at, header_length) = (reader.u32()?, reader.u32()?);
        let (bits_at, bits_length) = (reader.u32()?, reader.u32()?);
        let (style, width) = (reader.u32()?, f64::from(reader.u32()?));
        let brush_style = reader.u32()?;
        let color = self.gdi.dc.color(reader.u32()?);
        let hatch = reader.u32()?;
        let count = usize::try_from(reader.u32()?).ok()?;
        let dashes = (0..count.min(reader.remaining() / 4).min(MAX_DASHES))
            .map(|_| reader.u32().map(f64::from))
            .collect::<Option<Vec<_>>>()?;
        let brush = match brush_style {
            3 | 5 | 6 => {
                let header = record.part(header_at, header_length)?;
                let bits = record.part(bits_at, bits_length)?;
                self.bitmap_brush(header, bits, ColorUsage::Rgb, brush_style == 3).unwrap_or(Brush::Solid(color))
            }
            _ => log_brush(brush_style, color, hatch),
        };
        let cosmetic = style & GEOMETRIC == 0;
        let mut pen = Pen::from_style(style, width, brush, dashes);
        pen.cosmetic = cosmetic;
        if cosmetic {
            (pen.cap, pen.join) = (Cap::Butt, Join::Miter);
        }
        Some(pen)
    }
}
