//! Bar and column charts.

use thumbling_core::error::Result;
use thumbling_page::tree::{Point, Rect};

use super::points::PlottedPoint;
use super::{bar_fill, overlays};
use crate::chart::drawing::Drawing;
use crate::chart::element::number;
use crate::chart::layout::data_labels::{self, Label};
use crate::chart::layout::plane::{FirstAxis, Plane};
use crate::chart::model::{Blanks, Group, Grouping};
use crate::chart::values;

/// Between the end of a bar and its label, pt.
const AWAY: f32 = 2.0;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let FirstAxis::Categories(names) = &plane.first else { return Ok(()) };
    let is_stacked = group.grouping != Grouping::Apart;
    let side_by_side = if is_stacked { 1 } else { group.series.len().max(1) } as f32;
    let gap = number(group.element, "c:gapWidth").unwrap_or(150.0).clamp(0.0, 500.0) as f32 / 100.0;
    let overlap = number(group.element, "c:overlap").unwrap_or(0.0).clamp(-100.0, 100.0) as f32 / 100.0;
    let overlap = if is_stacked { 0.0 } else { overlap };
    let thickness = names.slot() / (side_by_side - (side_by_side - 1.0) * overlap + gap);
    let total = thickness * (side_by_side - (side_by_side - 1.0) * overlap);
    let backward = names.share(1) < names.share(0);
    // Series lines connect the ends of bars.
    let lines = group.element.child("c:serLines");
    let mut pending: Vec<(Label<'_>, Rect, bool)> = Vec::new();
    for (n, (series, spans)) in group.series.iter().zip(values::spans(group, Blanks::Gap)).enumerate() {
        let place = if is_stacked { 0.0 } else { n as f32 } * thickness * (1.0 - overlap);
        let (mut spots, mut ends) = (Vec::new(), Vec::new());
        for (point, span) in spans.into_iter().enumerate() {
            if point % 64 == 0 {
                drawing.check()?;
            }
            let Some((from, to)) = span else { continue };
            let from = if is_stacked { from } else { plane.base };
            let offset = place - total / 2.0;
            let middle = names.share(point);
            let start = if backward { middle - offset - thickness } else { middle + offset };
            let a = plane.point(start, plane.second.within(from));
            let b = plane.point(start + thickness, plane.second.within(to));
            let bounds = Rect::new(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs());
            let long = if plane.turned { bounds.width } else { bounds.height };
            let value = series.values.get(point).copied().flatten().unwrap_or(to);
            if long > 0.01 {
                let (mut fill, stroke) = drawing.value_style(group, series, Some(point), (bounds.width, bounds.height));
                if value < 0.0 {
                    fill = bar_fill::below_zero(drawing, series, point, fill);
                }
                fill = bar_fill::stacked(series, point, fill, bounds, plane.turned, value);
                drawing.rect(bounds, fill, stroke);
            }
            // The end of the bar, from one side to the other.
            let end = |along: f32| plane.point(along, plane.second.within(to));
            ends.push((end(start), end(start + thickness)));
            spots.resize(point, None);
            spots.push(Some(PlottedPoint { first: start + thickness / 2.0, x: plane.x_of(point), value, top: to }));
            if let Some(label) = data_labels::of(drawing, group, series, point, None)? {
                pending.push((label, bounds, to < from));
            }
        }
        overlays::draw(drawing, group, series, plane, &spots)?;
        if let Some(lines) = lines.filter(|_| is_stacked) {
            let stroke = drawing.stroke(&[lines.child("c:spPr")], drawing.other_line(0.75));
            for pair in ends.windows(2) {
                drawing.line(&[pair[0].1, pair[1].0], stroke.clone());
            }
        }
    }
    for (label, bounds, is_below) in pending {
        let default = if is_stacked { "ctr" } else { "outEnd" };
        let position = label.position.unwrap_or(default);
        let middle = beside(bounds, label.words.extent(), position, plane.turned, is_below);
        let end = beside(bounds, (-2.0 * AWAY, -2.0 * AWAY), "outEnd", plane.turned, is_below);
        label.draw(drawing, middle, end);
    }
    Ok(())
}

/// The centre of a label of `size` at a bar.
fn beside(bar: Rect, size: (f32, f32), position: &str, turned: bool, is_below: bool) -> Point {
    let middle = Point { x: bar.x + bar.width / 2.0, y: bar.y + bar.height / 2.0 };
    let half = AWAY + if turned { size.0 } else { size.1 } / 2.0;
    let (start, end) = match turned {
        true => (bar.x, bar.x + bar.width),
        // Values go up.
        false => (-(bar.y + bar.height), -bar.y),
    };
    let (start, end, sign) = if is_below { (end, start, -1.0) } else { (start, end, 1.0) };
    let along = match position {
        "inBase" => start + sign * half,
        "inEnd" => end - sign * half,
        "outEnd" => end + sign * half,
        _ => return middle,
    };
    if turned { Point { x: along, ..middle } } else { Point { y: -along, ..middle } }
}
