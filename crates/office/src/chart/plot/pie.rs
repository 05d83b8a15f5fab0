//! Pie and doughnut charts.

use thumbling_core::error::Result;
use thumbling_page::tree::{Point, Rect};

use super::sector::{self, Slice};
use crate::chart::drawing::Drawing;
use crate::chart::element::number;
use crate::chart::layout::data_labels::{self, Label};
use crate::chart::model::{Group, Series};

/// Between the edge of a pie and a label outside it, pt.
const AWAY: f32 = 2.0;

/// Draws a pie of the first series.
pub(crate) fn pie(drawing: &mut Drawing<'_>, group: &Group<'_>, room: Rect, given: bool) -> Result<()> {
    let Some(series) = group.series.first() else { return Ok(()) };
    let slices = sector::slices(&series.values, first_angle(drawing, group));
    let labels = labels_of(drawing, group, series, &slices)?;
    let mut radius = room.width.min(room.height) / 2.0;
    // Outside labels need room, unless the file fixes the size of the pie.
    if !given {
        for (slice, label) in slices.iter().zip(&labels) {
            let Some(label) = label.as_ref().filter(|l| is_outside(l, slice, radius)) else { continue };
            let (sin, cos) = slice.middle().sin_cos();
            let (width, height) = label.words.extent();
            let fit = |room: f32, size: f32, part: f32| {
                if part.abs() > 0.05 { (room / 2.0 - size) / part.abs() } else { f32::MAX }
            };
            let most = fit(room.width, width + 4.0, sin).min(fit(room.height, height + 2.0, cos));
            radius = radius.min(most.max(room.width.min(room.height) * 0.2));
        }
    }
    let furthest = slices.iter().map(|s| exploded(series, s.index)).fold(0.0, f32::max);
    radius /= 1.0 + furthest;
    let center = Point { x: room.x + room.width / 2.0, y: room.y + room.height / 2.0 };
    draw(drawing, group, series, (center, radius), &slices, labels)
}

pub(crate) fn labels_of<'a>(
    drawing: &Drawing<'_>,
    group: &Group<'a>,
    series: &Series<'a>,
    slices: &[Slice],
) -> Result<Vec<Option<Label<'a>>>> {
    let label = |slice: &Slice| {
        drawing.check()?;
        data_labels::of(drawing, group, series, slice.index, Some(slice.share))
    };
    slices.iter().map(label).collect()
}

/// Draws slices around a centre, with labels.
pub(crate) fn draw(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    (center, radius): (Point, f32),
    slices: &[Slice],
    labels: Vec<Option<Label<'_>>>,
) -> Result<()> {
    let mut pending = Vec::new();
    for (slice, label) in slices.iter().zip(labels) {
        drawing.check()?;
        let at = slice.toward(center, exploded(series, slice.index) * radius);
        let (fill, stroke) = drawing.value_style(group, series, Some(slice.index), (2.0 * radius, 2.0 * radius));
        drawing.path(slice.path(at, 0.0, radius), fill, stroke);
        if let Some(label) = label {
            let middle = slice.toward(at, distance(&label, slice, radius));
            let beside = is_outside(&label, slice, radius).then_some((slice.middle(), at));
            pending.push(Pending { label, middle, edge: slice.toward(at, radius), beside });
        }
    }
    spread(&mut pending, radius);
    for Pending { label, middle, edge, .. } in pending {
        label.draw(drawing, middle, edge);
    }
    Ok(())
}

/// A label with its position.
struct Pending<'a> {
    label: Label<'a>,
    middle: Point,
    /// The middle of the slice's outer edge.
    edge: Point,
    /// For a label outside its slice: the angle, and the end of the leader line.
    beside: Option<(f32, Point)>,
}

/// Moves outside labels down around the pie, so that none overlaps the one above.
fn spread(labels: &mut [Pending<'_>], radius: f32) {
    /// Radians per step, and the most steps.
    const STEP: f32 = 0.04;
    const STEPS: usize = 16;
    for is_right in [true, false] {
        let sine = |p: &Pending<'_>| p.beside.map(|(angle, _)| angle.sin());
        let mut order: Vec<usize> =
            (0..labels.len()).filter(|n| sine(&labels[*n]).is_some_and(|sin| (sin >= 0.0) == is_right)).collect();
        // From the top, labels go clockwise on the right and counterclockwise on the left.
        if !is_right {
            order.reverse();
        }
        for pair in order.windows(2) {
            let Some((angle, center)) = labels[pair[1]].beside else { continue };
            for step in 0..STEPS {
                if !overlap(&labels[pair[0]], &labels[pair[1]]) {
                    break;
                }
                let turned = STEP * (step + 1) as f32 * if is_right { 1.0 } else { -1.0 };
                let slice = Slice { index: 0, from: angle + turned, to: angle + turned, share: 0.0 };
                let far = radius + reach(&labels[pair[1]].label, &slice) + AWAY;
                labels[pair[1]].middle = slice.toward(center, far);
            }
        }
    }
}

fn overlap(a: &Pending<'_>, b: &Pending<'_>) -> bool {
    let (a_size, b_size) = (a.label.words.extent(), b.label.words.extent());
    let near = |a: f32, b: f32, sizes: f32| (a - b).abs() < sizes / 2.0;
    near(a.middle.x, b.middle.x, a_size.0 + b_size.0) && near(a.middle.y, b.middle.y, (a_size.1 + b_size.1) * 0.9)
}

/// Distance of the label's centre from that of the pie.
fn distance(label: &Label<'_>, slice: &Slice, radius: f32) -> f32 {
    let reach = reach(label, slice);
    match label.position {
        Some("ctr") => radius * 0.5,
        _ if is_outside(label, slice, radius) => radius + reach + AWAY,
        _ => (radius - reach - AWAY).max(radius * 0.5),
    }
}

/// How far a label extends from its centre toward that of the pie.
fn reach(label: &Label<'_>, slice: &Slice) -> f32 {
    let (sin, cos) = slice.middle().sin_cos();
    let (width, height) = label.words.extent();
    (width / 2.0 * sin).abs() + (height / 2.0 * cos).abs()
}

/// Whether a label is outside its slice, because the file says so or it does not fit inside.
pub(crate) fn is_outside(label: &Label<'_>, slice: &Slice, radius: f32) -> bool {
    match label.position {
        Some("outEnd") => true,
        Some("ctr" | "inEnd" | "inBase") => false,
        _ => !slice.holds(label.words.extent(), radius - reach(label, slice) - AWAY, radius),
    }
}

fn exploded(series: &Series<'_>, index: usize) -> f32 {
    let own = series.point(index).and_then(|p| number(p, "c:explosion"));
    own.or_else(|| number(series.element, "c:explosion")).unwrap_or(0.0).clamp(0.0, 400.0) as f32 / 100.0
}

/// Draws rings, the first series innermost.
pub(crate) fn doughnut(drawing: &mut Drawing<'_>, group: &Group<'_>, room: Rect) -> Result<()> {
    let radius = room.width.min(room.height) / 2.0;
    let hole = number(group.element, "c:holeSize").unwrap_or(50.0).clamp(1.0, 90.0) as f32 / 100.0;
    let center = Point { x: room.x + room.width / 2.0, y: room.y + room.height / 2.0 };
    let rings = group.series.len().max(1) as f32;
    let width = radius * (1.0 - hole) / rings;
    for (n, series) in group.series.iter().enumerate() {
        let inner = radius * hole + width * n as f32;
        for slice in sector::slices(&series.values, first_angle(drawing, group)) {
            drawing.check()?;
            let (fill, stroke) = drawing.value_style(group, series, Some(slice.index), (2.0 * radius, 2.0 * radius));
            drawing.path(slice.path(center, inner, inner + width), fill, stroke);
            if let Some(label) = data_labels::of(drawing, group, series, slice.index, Some(slice.share))? {
                let middle = slice.toward(center, inner + width / 2.0);
                label.draw(drawing, middle, middle);
            }
        }
    }
    Ok(())
}

/// The angle of the first slice; in a 3-D view, its rotation.
fn first_angle(drawing: &Drawing<'_>, group: &Group<'_>) -> f32 {
    let angle = match group.element.is("c:pie3DChart") {
        true => drawing.chart.root.path(&["c:chart", "c:view3D"]).and_then(|view| number(view, "c:rotY")),
        false => number(group.element, "c:firstSliceAng"),
    };
    (angle.unwrap_or(0.0) as f32).rem_euclid(360.0).to_radians()
}
