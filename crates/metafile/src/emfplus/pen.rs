//! Pen objects (MS-EMFPLUS 2.2.1.7).

use super::brush::Brush;
use super::caps::LineCap;
use crate::bounds::Bounds;
use crate::geometry::Affine;
use crate::reader::{ReadFields, Reader};
use crate::svg::paint::Join;

const MAX_DASHES: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Pen {
    pub width: f64,
    /// Unit of the width; 0 is world units.
    pub unit: u32,
    pub transform: Affine,
    pub start: LineCap,
    pub end: LineCap,
    pub join: Join,
    pub miter: f64,
    /// In multiples of the width.
    pub dash: Vec<f64>,
    pub dash_offset: f64,
    pub brush: Brush,
}

impl Pen {
    pub fn read(reader: &mut Reader<'_>, bounds: &mut Bounds) -> Option<Self> {
        reader.skip(8)?;
        let flags = reader.u32()?;
        let unit = reader.u32()?;
        let width = reader.float()?;
        let mut transform = Affine::IDENTITY;
        if flags & 0x1 != 0 {
            let (a, b, c, d) = (reader.float()?, reader.float()?, reader.float()?, reader.float()?);
            let offset = reader.point_f()?;
            transform = Affine::new(a, b, c, d, offset.x, offset.y);
        }
        let mut optional = |bit: u32| if flags & bit != 0 { reader.u32().map(Some) } else { Some(None) };
        let start = optional(0x2)?;
        let end = optional(0x4)?;
        let join = match optional(0x8)? {
            Some(1) => Join::Bevel,
            Some(2) => Join::Round,
            _ => Join::Miter,
        };
        let miter = if flags & 0x10 != 0 { reader.float()? } else { 10.0 };
        let style = if flags & 0x20 != 0 { reader.u32()? } else { 0 };
        if flags & 0x40 != 0 {
            reader.skip(4)?;
        }
        let dash_offset = if flags & 0x80 != 0 { reader.float()? } else { 0.0 };
        let mut dash: Vec<f64> = match style {
            1 => vec![3.0, 1.0],
            2 => vec![1.0, 1.0],
            3 => vec![3.0, 1.0, 1.0, 1.0],
            4 => vec![3.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            _ => Vec::new(),
        };
        if flags & 0x100 != 0 {
            let count = reader.count(4)?;
            let lengths: Vec<f64> = (0..count).map(|_| reader.float()).collect::<Option<_>>()?;
            dash = lengths.into_iter().take(MAX_DASHES).map(f64::abs).collect();
        }
        if flags & 0x200 != 0 {
            reader.skip(4)?;
        }
        if flags & 0x400 != 0 {
            let count = reader.count(4)?;
            reader.skip(count * 4)?;
        }
        let mut custom = |bit: u32| -> Option<Option<LineCap>> {
            if flags & bit == 0 {
                return Some(None);
            }
            let length = reader.count(1)?;
            Some(Some(LineCap::custom(reader.take(length)?)))
        };
        let custom_start = custom(0x800)?;
        let custom_end = custom(0x1000)?;
        let brush = Brush::read(reader, bounds)?;
        Some(Self {
            width,
            unit,
            transform,
            start: custom_start.unwrap_or_else(|| LineCap::from_u32(start.unwrap_or(0))),
            end: custom_end.unwrap_or_else(|| LineCap::from_u32(end.unwrap_or(0))),
            join,
            miter,
            dash,
            dash_offset,
            brush,
        })
    }
}
