//! Markers of data points.

use crate::xml::number;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::tree::{Outline, Point, Rect};

use crate::chart::drawing::{Drawing, polyline};
use crate::chart::element::flag;
use crate::chart::model::{Group, Kind, Series};

/// Automatic symbols, in the order that series use them.
const AUTOMATIC: [&str; 9] = ["diamond", "square", "triangle", "x", "star", "circle", "plus", "dash", "dot"];

/// Default size, pt.
const SIZE: f32 = 5.0;

/// A marker.
pub(crate) struct Marker {
    symbol: String,
    /// Width and height, pt.
    pub(crate) size: f32,
    fill: Fill,
    stroke: Option<Stroke>,
}

/// The marker of a series or of one of its points; `None` if it has none.
pub(crate) fn of(
    drawing: &Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    point: Option<usize>,
) -> Option<Marker> {
    let of_series = series.marker;
    let of_point = point.and_then(|p| series.point(p)).and_then(|p| p.child("c:marker"));
    let named = [of_point, of_series].into_iter().flatten().find_map(|m| m.val("c:symbol")).filter(|s| *s != "auto");
    let style = group.element.val("c:scatterStyle").or_else(|| group.element.val("c:radarStyle"));
    let automatic = match group.kind {
        Kind::Line => flag(group.element, "c:marker").unwrap_or(drawing.chart.absent),
        Kind::Scatter => !matches!(style, Some("line" | "smooth")),
        Kind::Radar => style == Some("marker"),
        _ => false,
    };
    let symbol = match named {
        Some("none") => return None,
        Some(symbol) => symbol,
        None if automatic => AUTOMATIC[series.index % AUTOMATIC.len()],
        None => return None,
    };
    let size = [of_point, of_series].into_iter().flatten().find_map(|m| m.val("c:size")).and_then(number::<f32>);
    let size = size.unwrap_or(SIZE).clamp(2.0, 72.0);
    let properties = [of_point.and_then(|m| m.child("c:spPr")), of_series.and_then(|m| m.child("c:spPr"))];
    let color = drawing.color_of(group, series, None);
    // A marker without properties has the colour of the line.
    let line = drawing.series_line(group, series, point);
    let color = match line.map(|l| l.fill) {
        Some(Fill::Solid(of_line)) => of_line,
        _ => color,
    };
    let fill = drawing.fill(&properties, Fill::Solid(color), (size, size));
    let stroke = drawing.stroke(&properties, Some(Stroke::new(color, 0.75)));
    Some(Marker { symbol: symbol.to_owned(), size, fill, stroke })
}

impl Marker {
    /// The same marker, at most `size` pt large.
    pub(crate) fn within(mut self, size: f32) -> Self {
        self.size = self.size.min(size);
        self
    }

    /// Draws the marker centred on `at`.
    pub(crate) fn draw(self, drawing: &mut Drawing<'_>, at: Point) {
        let half = self.size / 2.0;
        let bounds = Rect::new(at.x - half, at.y - half, self.size, self.size);
        let p = |x: f32, y: f32| Point { x: at.x + x * half, y: at.y + y * half };
        let thin = self.stroke.clone().or_else(|| Some(Stroke::new(Color::BLACK, 0.75)));
        match self.symbol.as_str() {
            "circle" => drawing.outlined(bounds, Outline::Ellipse, self.fill, self.stroke),
            "diamond" => {
                let path = polyline(&[p(0.0, -1.0), p(1.0, 0.0), p(0.0, 1.0), p(-1.0, 0.0)], true);
                drawing.path(path, self.fill, self.stroke);
            }
            "triangle" => {
                drawing.path(polyline(&[p(0.0, -1.0), p(1.0, 1.0), p(-1.0, 1.0)], true), self.fill, self.stroke);
            }
            "dash" | "dot" => {
                let left = if self.symbol == "dash" { -1.0 } else { 0.0 };
                let from = p(left, -0.25);
                drawing.rect(Rect::new(from.x, from.y, half * (1.0 - left), half * 0.5), self.fill, self.stroke);
            }
            "x" | "star" | "plus" => {
                if self.symbol != "plus" {
                    drawing.line(&[p(-1.0, -1.0), p(1.0, 1.0)], thin.clone());
                    drawing.line(&[p(-1.0, 1.0), p(1.0, -1.0)], thin.clone());
                }
                if self.symbol != "x" {
                    drawing.line(&[p(0.0, -1.0), p(0.0, 1.0)], thin.clone());
                }
                if self.symbol == "plus" {
                    drawing.line(&[p(-1.0, 0.0), p(1.0, 0.0)], thin);
                }
            }
            _ => drawing.rect(bounds, self.fill, self.stroke),
        }
    }
}
