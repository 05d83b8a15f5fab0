//! Legend keys: the samples before names in legends, data tables and data labels.

use thumbling_page::style::{Fill, Stroke};
use thumbling_page::tree::{Outline, Point, Rect};

use crate::chart::drawing::Drawing;
use crate::chart::drawing::marker::{self, Marker};
use crate::chart::model::{Group, Kind, Series};

/// A sample of how values are drawn.
pub(crate) enum LegendKey {
    /// A filled box.
    Box(Fill, Option<Stroke>),
    /// A filled circle.
    Circle(Fill, Option<Stroke>),
    /// A piece of the line, with its marker.
    Line(Option<Stroke>, Option<Marker>),
}

impl LegendKey {
    /// The key of a series.
    pub(crate) fn of(drawing: &Drawing<'_>, group: &Group<'_>, series: &Series<'_>) -> Self {
        let is_filled_radar = group.element.val("c:radarStyle") == Some("filled");
        match group.kind {
            Kind::Line | Kind::Scatter | Kind::Stock => Self::line(drawing, group, series),
            Kind::Radar if !is_filled_radar => Self::line(drawing, group, series),
            kind => {
                let (fill, stroke) = drawing.value_style(group, series, None, (10.0, 10.0));
                if kind == Kind::Bubble { Self::Circle(fill, stroke) } else { Self::Box(fill, stroke) }
            }
        }
    }

    /// The key of one point.
    pub(crate) fn of_point(drawing: &Drawing<'_>, group: &Group<'_>, series: &Series<'_>, point: usize) -> Self {
        match Self::of(drawing, group, series) {
            Self::Box(..) => {
                let (fill, stroke) = drawing.value_style(group, series, Some(point), (10.0, 10.0));
                Self::Box(fill, stroke)
            }
            line => line,
        }
    }

    fn line(drawing: &Drawing<'_>, group: &Group<'_>, series: &Series<'_>) -> Self {
        Self::Line(drawing.series_line(group, series, None), marker::of(drawing, group, series, None))
    }

    /// Width beside text of font size `size`, pt.
    pub(crate) fn width(&self, size: f32) -> f32 {
        if self.is_line() { size * 1.7 } else { size * 0.6 }
    }

    fn is_line(&self) -> bool {
        matches!(self, Self::Line(Some(_), _))
    }

    /// Draws the key centred on `middle`.
    pub(crate) fn draw(self, drawing: &mut Drawing<'_>, middle: Point, size: f32) {
        let half = self.width(size) / 2.0;
        let bounds = Rect::new(middle.x - half, middle.y - half, 2.0 * half, 2.0 * half);
        match self {
            Self::Box(fill, stroke) => drawing.rect(bounds, fill, stroke),
            Self::Circle(fill, stroke) => drawing.outlined(bounds, Outline::Ellipse, fill, stroke),
            Self::Line(stroke, marker) => {
                let end = |x: f32| Point { x: middle.x + x, ..middle };
                drawing.line(&[end(-half), end(half)], stroke);
                if let Some(marker) = marker {
                    marker.within(size * 0.8).draw(drawing, middle);
                }
            }
        }
    }
}
