//! Strokes of the canvas for pen objects.

use super::Player;
use super::caps::LineCap;
use super::pen::Pen;
use super::state::unit_in_pixels;
use crate::svg::canvas::Canvas;
use crate::svg::paint::{Cap, Stroke};

impl Player<'_> {
    /// The pen as a stroke of the canvas, and its width in canvas units.
    pub(super) fn stroke_of(&self, pen: &Pen, canvas: &mut Canvas) -> Option<(Stroke, f64)> {
        let map = if pen.unit == 0 { self.state.to_canvas() } else { self.state.page_to_canvas() };
        let map = pen.transform.then(&map);
        // Units other than world and page are absolute.
        let (map, width) = match pen.unit {
            3..=6 => (self.state.device_to_canvas(), pen.width * unit_in_pixels(pen.unit, self.dpi)),
            _ => (map, pen.width),
        };
        let paint = self.paint_of(&pen.brush, canvas)?;
        let natural = width.abs() * map.mean_scale();
        let shown = natural.max(canvas.hairline);
        let distorted = natural > canvas.hairline && !map.is_uniform() && map.invert().is_some();
        let (width, space) = if distorted { (width.abs(), Some(map.linear())) } else { (shown, None) };
        let dash: Vec<f64> = pen.dash.iter().map(|length| length * width).collect();
        let has_length = dash.iter().sum::<f64>() > 0.0;
        let cap = match (pen.start, pen.end) {
            (LineCap::Round, LineCap::Round) => Cap::Round,
            (LineCap::Square, LineCap::Square) => Cap::Square,
            _ => Cap::Butt,
        };
        let stroke = Stroke {
            paint,
            width,
            cap,
            join: pen.join,
            miter: pen.miter,
            dash: if has_length { dash } else { Vec::new() },
            dash_offset: pen.dash_offset * width,
            space,
        };
        Some((stroke, shown))
    }
}
