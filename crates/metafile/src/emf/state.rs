//! Records that change the device context.

use super::{Player, Record};
use crate::gdi::dc::{ArcDirection, BackgroundMode};
use crate::geometry::{Affine, Point};
use crate::path::FillRule;
use crate::reader::{ReadFields, Reader};

impl Player<'_> {
    /// `None` if the record is of another kind or unreadable.
    pub(super) fn state_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        let gdi = &mut self.gdi;
        let mapping = &mut gdi.dc.mapping;
        match record.kind {
            9 => {
                let extent = reader.point32()?;
                mapping.window_extent = extent;
            }
            10 => mapping.window_origin = reader.point32()?,
            11 => mapping.viewport_extent = reader.point32()?,
            12 => mapping.viewport_origin = reader.point32()?,
            13 => gdi.dc.brush_origin = reader.point32()?,
            17 => mapping.set_mode(reader.u32()?),
            18 => {
                gdi.dc.background_mode =
                    if reader.u32()? == 1 { BackgroundMode::Transparent } else { BackgroundMode::Opaque }
            }
            19 => gdi.dc.fill_rule = if reader.u32()? == 2 { FillRule::NonZero } else { FillRule::EvenOdd },
            20 => gdi.dc.rop2 = reader.u32()?,
            22 => gdi.dc.text_align = reader.u32()?,
            24 => gdi.dc.text_color = gdi.dc.color(reader.u32()?),
            25 => gdi.dc.background = gdi.dc.color(reader.u32()?),
            31 => {
                let (x, y) = (ratio(&mut reader)?, ratio(&mut reader)?);
                mapping.scale_viewport(x, y);
            }
            32 => {
                let (x, y) = (ratio(&mut reader)?, ratio(&mut reader)?);
                mapping.scale_window(x, y);
            }
            33 => gdi.save(),
            34 => gdi.restore(reader.i32()?),
            35 => gdi.dc.world = xform(&mut reader)?,
            36 => {
                let change = xform(&mut reader);
                let world = gdi.dc.world;
                let changed = match reader.u32().unwrap_or(1) {
                    1 => Affine::IDENTITY,
                    2 => change?.then(&world),
                    3 => world.then(&change?),
                    _ => change?,
                };
                if changed.is_finite() {
                    gdi.dc.world = changed;
                }
            }
            57 => {
                gdi.dc.arc_direction =
                    if reader.u32()? == 2 { ArcDirection::Clockwise } else { ArcDirection::AntiClockwise }
            }
            58 => gdi.dc.miter_limit = f64::from(reader.u32()?.clamp(1, 1000)),
            // Ignored settings: mapper flags, stretch and ICM modes, layout, justification …
            16 | 21 | 23 | 98 | 115 | 120 | 121 => {}
            _ => return None,
        }
        Some(())
    }
}

fn xform(reader: &mut Reader<'_>) -> Option<Affine> {
    let (a, b) = (reader.float()?, reader.float()?);
    let (c, d) = (reader.float()?, reader.float()?);
    let Point { x: e, y: f } = reader.point_f()?;
    Some(Affine::new(a, b, c, d, e, f))
}

/// Numerator and denominator.
fn ratio(reader: &mut Reader<'_>) -> Option<(f64, f64)> {
    Some((f64::from(reader.i32()?), f64::from(reader.i32()?)))
}
