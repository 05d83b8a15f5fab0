//! Pie-of-pie and bar-of-pie charts: one slice of the pie is shown in detail beside it, as a smaller pie or a bar
//! (`c:ofPieChart`, ECMA-376 part 1, 21.2.2.126).

use std::f32::consts::FRAC_PI_2;

use thumbling_core::error::Result;
use thumbling_page::tree::{Point, Rect};

use super::pie;
use super::sector::{self, Slice};
use crate::chart::drawing::Drawing;
use crate::chart::element::number;
use crate::chart::model::{Group, Series};

/// Share of the room for plots with outside labels.
const LABELLED: f32 = 0.75;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, room: Rect) -> Result<()> {
    let Some(series) = group.series.first() else { return Ok(()) };
    let apart = apart(group, series);
    let sum: f64 = apart.iter().filter_map(|n| series.values.get(*n).copied().flatten()).map(f64::abs).sum();
    let total: f64 = series.values.iter().flatten().map(|v| v.abs()).sum();
    if total <= 0.0 {
        return Ok(());
    }
    // One slice of the first pie stands for all points of the second plot.
    let other = series.values.len();
    let mut first = series.clone();
    first.values.iter_mut().enumerate().filter(|(n, _)| apart.contains(n)).for_each(|(_, v)| *v = None);
    first.values.push((sum > 0.0).then_some(sum));
    first.categories.truncate(other);
    first.categories.extend((first.categories.len()..other).map(|n| (n + 1).to_string()));
    first.categories.push("Other".to_owned());
    // That slice faces the second plot.
    let start = FRAC_PI_2 + (sum / total) as f32 * std::f32::consts::PI;
    let slices = sector::slices(&first.values, start);

    let is_bar = group.element.val("c:ofPieType") == Some("bar");
    let share = number(group.element, "c:secondPieSize").unwrap_or(75.0).clamp(5.0, 200.0) as f32 / 100.0;
    let gap = number(group.element, "c:gapWidth").unwrap_or(100.0).clamp(0.0, 500.0) as f32 / 100.0;
    // In diameters of the first pie; the gap is in radii of the second.
    let (gap, breadth) = (gap * share / 2.0, if is_bar { share / 2.0 } else { share });
    let mut diameter = room.height.min(room.height / share).min(room.width / (1.0 + gap + breadth));
    let mut labels = pie::labels_of(drawing, group, &first, &slices)?;
    let second = taken_apart(series, &apart, total, is_bar);
    let mut of_second = pie::labels_of(drawing, group, series, &second)?;
    let outside = |labels: &[Option<crate::chart::layout::data_labels::Label<'_>>], slices: &[Slice], radius: f32| {
        labels.iter().zip(slices).any(|(l, s)| l.as_ref().is_some_and(|l| pie::is_outside(l, s, radius)))
    };
    if outside(&labels, &slices, diameter / 2.0) || !is_bar && outside(&of_second, &second, diameter * share / 2.0) {
        diameter *= LABELLED;
    }
    let width = diameter * (1.0 + gap + breadth);
    let left = room.x + (room.width - width) / 2.0;
    let middle = room.y + room.height / 2.0;
    let center = Point { x: left + diameter / 2.0, y: middle };
    let bounds = Rect::new(
        left + width - breadth * diameter,
        middle - share * diameter / 2.0,
        breadth * diameter,
        share * diameter,
    );
    if let (Some(lines), Some(slice)) =
        (group.element.child("c:serLines"), slices.iter().find(|slice| slice.index == other))
    {
        let stroke = drawing.stroke(&[lines.child("c:spPr")], drawing.other_line(0.75));
        let near = if is_bar { bounds.x } else { bounds.x + bounds.width / 2.0 };
        for (angle, y) in [(slice.from, bounds.y), (slice.to, bounds.y + bounds.height)] {
            let (sin, cos) = angle.sin_cos();
            let edge = Point { x: center.x + sin * diameter / 2.0, y: center.y - cos * diameter / 2.0 };
            drawing.line(&[edge, Point { x: near, y }], stroke.clone());
        }
    }
    pie::draw(drawing, group, &first, (center, diameter / 2.0), &slices, std::mem::take(&mut labels))?;
    if !is_bar {
        let center = Point { x: bounds.x + bounds.width / 2.0, y: middle };
        return pie::draw(
            drawing,
            group,
            series,
            (center, bounds.width / 2.0),
            &second,
            std::mem::take(&mut of_second),
        );
    }
    let mut top = bounds.y;
    for (slice, label) in second.iter().zip(of_second) {
        drawing.check()?;
        let height = bounds.height * (slice.share * total / sum) as f32;
        let piece = Rect::new(bounds.x, top, bounds.width, height);
        let (fill, stroke) = drawing.value_style(group, series, Some(slice.index), (piece.width, piece.height));
        drawing.rect(piece, fill, stroke);
        if let Some(label) = label {
            let (width, tall) = label.words.extent();
            let is_outside = match label.position {
                Some("outEnd") => true,
                Some("ctr" | "inEnd" | "inBase") => false,
                _ => width > piece.width || tall > piece.height,
            };
            let beside = if is_outside { piece.width / 2.0 + width / 2.0 + 3.0 } else { 0.0 };
            let at = Point { x: piece.x + piece.width / 2.0, y: top + height / 2.0 };
            label.draw(drawing, Point { x: at.x + beside, ..at }, at);
        }
        top += height;
    }
    Ok(())
}

/// Slices of the second plot, with their shares of the whole chart.
fn taken_apart(series: &Series<'_>, apart: &[usize], total: f64, is_bar: bool) -> Vec<Slice> {
    let only = |(n, value): (usize, &Option<f64>)| value.filter(|_| apart.contains(&n));
    let values: Vec<Option<f64>> = series.values.iter().enumerate().map(only).collect();
    let mut slices = sector::slices(&values, 0.0);
    for slice in &mut slices {
        slice.share = values.get(slice.index).copied().flatten().unwrap_or(0.0).abs() / total;
        if is_bar {
            // Labels of a bar are to its right.
            (slice.from, slice.to) = (FRAC_PI_2, FRAC_PI_2);
        }
    }
    slices
}

/// The points of the second plot (`c:splitType`).
fn apart(group: &Group<'_>, series: &Series<'_>) -> Vec<usize> {
    let count = series.values.len();
    let at = number(group.element, "c:splitPos");
    let total: f64 = series.values.iter().flatten().map(|v| v.abs()).sum();
    let below = |limit: f64| {
        let is_below = |n: &usize| series.values.get(*n).copied().flatten().is_some_and(|v| v.abs() < limit);
        (0..count).filter(is_below).collect()
    };
    match group.element.val("c:splitType") {
        Some("cust") => {
            let all = group.element.child("c:custSplit");
            let points = all.into_iter().flat_map(|all| all.children_of("c:secondPiePt"));
            points.filter_map(|p| p.attr("val")?.parse::<usize>().ok()).filter(|n| *n < count).take(count).collect()
        }
        Some("percent") => below(at.unwrap_or(10.0) / 100.0 * total),
        Some("val") => below(at.unwrap_or(0.0)),
        // By default, the last third of the points.
        _ => {
            let last = at.map_or(count.div_ceil(3), |n| n.clamp(0.0, count as f64) as usize);
            (count - last.min(count)..count).collect()
        }
    }
}
