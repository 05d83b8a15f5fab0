//! Converts pen, brush and raster operation to SVG paint.

use super::Gdi;
use super::objects::{Brush, PenKind};
use crate::color::Color;
use crate::svg::paint::{Blend, Cap, Paint, Stroke};

/// The effect of a binary raster operation on a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rop2 {
    Nothing,
    Forced(Color),
    Blend(Blend),
}

impl Gdi {
    /// Approximates binary raster operations (MS-EMF 2.1.26) by blend modes.
    pub(super) fn rop2(&self) -> Rop2 {
        match self.dc.rop2 {
            1 => Rop2::Forced(Color::BLACK),
            16 => Rop2::Forced(Color::WHITE),
            11 => Rop2::Nothing,
            6 | 7 | 10 => Rop2::Blend(Blend::Difference),
            3 | 5 | 9 => Rop2::Blend(Blend::Multiply),
            12 | 14 | 15 => Rop2::Blend(Blend::Screen),
            _ => Rop2::Blend(Blend::Normal),
        }
    }

    /// The paint and blend mode of a source; `None` if it draws nothing.
    pub(super) fn through_rop2(&self, paint: Paint) -> Option<(Paint, Blend)> {
        match self.rop2() {
            Rop2::Nothing => None,
            Rop2::Forced(color) => Some((Paint::Color(color), Blend::Normal)),
            Rop2::Blend(blend) if self.dc.rop2 == 6 => Some((Paint::Color(Color::WHITE), blend)),
            Rop2::Blend(blend) => Some((paint, blend)),
        }
    }

    pub(super) fn brush_paint(&mut self, brush: &Brush) -> Option<Paint> {
        match brush {
            Brush::Null => None,
            Brush::Solid(color) => Some(Paint::Color(*color)),
            Brush::Hatch(style, color) => Some(self.hatch(*style, *color)),
            Brush::Pattern(bitmap) => self.pattern(bitmap),
            Brush::MonoPattern(source) => self.mono_pattern(source),
        }
    }

    pub(super) fn current_stroke(&mut self) -> Option<Stroke> {
        let pen = self.dc.pen.clone();
        if pen.kind == PenKind::Null {
            return None;
        }
        let paint = self.brush_paint(&pen.brush)?;
        let map = self.dc.to_canvas();
        // The width of a cosmetic pen is in device pixels, whatever the device.
        let scale = if pen.cosmetic { self.canvas.unit } else { map.mean_scale() };
        let natural = pen.width * scale;
        let hairline = self.canvas.hairline;
        let is_thin = natural <= hairline.max(self.canvas.unit);
        let width = natural.max(hairline);
        let distorted = !pen.cosmetic && !is_thin && !map.is_uniform() && map.invert().is_some();
        let (width, space) = if distorted { (pen.width, Some(map.linear())) } else { (width, None) };
        let dash = match &pen.kind {
            PenKind::Styled(lengths) => {
                // The dashes of a thin pen are in pixels, four per unit.
                let unit = if is_thin { self.canvas.unit.max(hairline) * 4.0 } else { width };
                lengths.iter().map(|length| length * unit).collect()
            }
            PenKind::User(lengths) => {
                let unit = if distorted { 1.0 } else { scale };
                let dash: Vec<f64> = lengths.iter().map(|length| length.abs() * unit).collect();
                let total: f64 = dash.iter().sum();
                if total > self.canvas.hairline { dash } else { Vec::new() }
            }
            PenKind::Solid | PenKind::Null => Vec::new(),
        };
        // Round caps would close the gaps of thin dashed lines.
        let cap = if dash.is_empty() || !is_thin { pen.cap } else { Cap::Butt };
        Some(Stroke { paint, width, cap, join: pen.join, miter: self.dc.miter_limit, dash, dash_offset: 0.0, space })
    }
}
