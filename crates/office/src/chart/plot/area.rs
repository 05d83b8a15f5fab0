//! Area charts: filled down to the axis or the series below.

use thumbling_core::error::Result;
use thumbling_page::tree::Point;

use super::points::spots;
use super::{overlays, stock};
use crate::chart::drawing::{Drawing, polyline};
use crate::chart::layout::data_labels;
use crate::chart::layout::plane::Plane;
use crate::chart::model::{Group, Grouping};
use crate::chart::values;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let is_stacked = group.grouping != Grouping::Apart;
    let spans = values::spans(group, drawing.chart.blanks);
    let inside = |p: Point| {
        let a = plane.area;
        Point { x: p.x.clamp(a.x, a.x + a.width), y: p.y.clamp(a.y, a.y + a.height) }
    };
    let mut pending = Vec::new();
    // With depth, the first series is in front.
    let is_deep = group.element.is("c:area3DChart") && !is_stacked;
    let mut all: Vec<_> = group.series.iter().zip(&spans).collect();
    if is_deep {
        all.reverse();
    }
    for (series, spans) in all {
        drawing.check()?;
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for (n, span) in spans.iter().enumerate() {
            let Some((from, to)) = span else { continue };
            upper.push(inside(plane.at(n, *to)));
            lower.push(inside(plane.at(n, if is_stacked { from.max(plane.second.min) } else { plane.base })));
            if let Some(label) = data_labels::of(drawing, group, series, n, None)? {
                let (a, b) = (plane.at(n, *from), plane.at(n, *to));
                pending.push((label, Point { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 }));
            }
        }
        lower.reverse();
        upper.extend(lower);
        let (fill, stroke) = drawing.value_style(group, series, None, (plane.area.width, plane.area.height));
        drawing.path(polyline(&upper, true), fill, stroke);
        overlays::draw(drawing, group, series, plane, &spots(series, spans, plane))?;
    }
    stock::between(drawing, group, plane, &spans)?;
    for (label, middle) in pending {
        label.draw(drawing, middle, middle);
    }
    Ok(())
}
