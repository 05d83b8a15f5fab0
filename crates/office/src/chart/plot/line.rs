//! Line charts.

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::Fill;
use thumbling_page::tree::Point;

use super::points::spots;
use super::{curve, overlays, stock};
use crate::chart::drawing::marker;
use crate::chart::drawing::{Drawing, polyline};
use crate::chart::element::flag;
use crate::chart::layout::data_labels;
use crate::chart::layout::plane::Plane;
use crate::chart::model::{Blanks, Group, Series};
use crate::chart::values;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let blanks = drawing.chart.blanks;
    let spans = values::spans(group, blanks);
    stock::between(drawing, group, plane, &spans)?;
    for (series, spans) in group.series.iter().zip(spans) {
        drawing.check()?;
        let spots = spots(series, &spans, plane);
        let place = |(n, span): (usize, Option<(f64, f64)>)| span.map(|(_, to)| plane.at(n, to));
        let points: Vec<Option<Point>> = spans.into_iter().enumerate().map(place).collect();
        let smooth = flag(series.element, "c:smooth").unwrap_or(drawing.chart.absent);
        overlays::draw(drawing, group, series, plane, &spots)?;
        through(drawing, group, series, &points, smooth, blanks == Blanks::Span)?;
    }
    Ok(())
}

/// Draws a line through points, with markers and labels.
pub(crate) fn through(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    points: &[Option<Point>],
    smooth: bool,
    span: bool,
) -> Result<()> {
    let own = |point: Element<'_>| point.path(&["c:spPr", "a:ln"]).is_some();
    let stroke = drawing.series_line(group, series, None);
    if series.points.iter().any(|(_, point)| own(*point)) && !smooth {
        // A segment can have the properties of the point at its end.
        for n in 1..points.len() {
            if let (Some(from), Some(to)) = (points[n - 1], points[n]) {
                let piece = drawing.series_line(group, series, Some(n));
                drawing.line(&[from, to], piece);
            }
        }
    } else if stroke.is_some() {
        for stretch in curve::stretches(points, span) {
            let path = if smooth { curve::smooth(&stretch) } else { polyline(&curve::thinned(&stretch), false) };
            if stretch.len() > 1 {
                drawing.path(path, Fill::None, stroke.clone());
            }
        }
    }
    for (n, point) in points.iter().enumerate() {
        if n % 64 == 0 {
            drawing.check()?;
        }
        let Some(point) = point else { continue };
        let marker = marker::of(drawing, group, series, Some(n));
        let away = marker.as_ref().map_or(2.0, |m| m.size / 2.0 + 2.0);
        if let Some(marker) = marker {
            marker.draw(drawing, *point);
        }
        if let Some(label) = data_labels::of(drawing, group, series, n, None)? {
            label.beside(drawing, *point, away);
        }
    }
    Ok(())
}
