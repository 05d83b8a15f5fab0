//! Radar charts.

use std::f32::consts::TAU;

use crate::number_format::NumberFormat;
use thumbling_core::error::Result;
use thumbling_page::style::Fill;
use thumbling_page::tree::{Point, Rect};

use super::line;
use crate::chart::drawing::marker;
use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, polyline};
use crate::chart::layout::tick_labels;
use crate::chart::model::{AxisKind, Group};
use crate::chart::values;
use crate::chart::values::scale::Scale;

/// Spokes drawn.
const MAX_SPOKES: usize = 360;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, room: Rect) -> Result<()> {
    let axes = || drawing.chart.axes.iter().filter(|a| group.axes.contains(&a.id));
    let (names, values) = (axes().find(|a| a.kind == AxisKind::Category), axes().find(|a| a.kind == AxisKind::Value));
    let categories = group.series.iter().map(|s| s.categories.as_slice()).max_by_key(|c| c.len()).unwrap_or_default();
    let longest = group.series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    let count = longest.max(categories.len()).clamp(1, MAX_SPOKES);
    let own = names.and_then(|a| a.element.child("c:txPr"));
    let text_style = drawing.text_style(TextRole::Label, &[own]);
    let mut labels = Vec::new();
    let are_shown = names.is_some_and(|a| !a.deleted);
    for n in 0..if are_shown { count } else { 0 } {
        drawing.check()?;
        labels.push(drawing.plain(categories.get(n).map_or("", |c| c.as_str()), &text_style, None, 0.0)?);
    }
    let widest = labels.iter().map(|w| w.width).fold(0.0, f32::max).min(room.width * 0.3);
    let highest = labels.iter().map(|w| w.height).fold(0.0, f32::max);
    let size = drawing.text_style(TextRole::Label, &[values.and_then(|a| a.element.child("c:txPr"))]).run.size;
    let radius = (room.width / 2.0 - widest - 4.0).min(room.height / 2.0 - highest - size / 2.0 - 4.0).max(1.0);
    let middle = Point { x: room.x + room.width / 2.0, y: room.y + room.height / 2.0 };
    let blanks = drawing.chart.blanks;
    let scale = Scale::new(values, values::range(group, blanks), (radius / size / 1.2) as usize, false);
    let at = |n: usize, share: f32| {
        let (sin, cos) = (n as f32 / count as f32 * TAU).sin_cos();
        Point { x: middle.x + sin * share * radius, y: middle.y - cos * share * radius }
    };
    if let Some(axis) = values {
        if let Some(grid) = axis.element.child("c:majorGridlines") {
            let stroke = drawing.stroke(&[grid.child("c:spPr")], drawing.thin_line());
            for tick in scale.ticks() {
                let ring: Vec<Point> = (0..count).map(|n| at(n, scale.within(tick))).collect();
                drawing.path(polyline(&ring, true), Fill::None, stroke.clone());
            }
        }
        if !axis.deleted {
            let stroke = drawing.stroke(&[axis.element.child("c:spPr")], drawing.thin_line());
            for n in 0..count {
                drawing.line(&[middle, at(n, 1.0)], stroke.clone());
            }
        }
    }
    let is_filled = group.element.val("c:radarStyle") == Some("filled");
    for (series, spans) in group.series.iter().zip(values::spans(group, blanks)) {
        drawing.check()?;
        let place = |(n, s): (usize, &Option<(f64, f64)>)| s.map(|(_, to)| at(n, scale.within(to)));
        let mut points: Vec<Option<Point>> = spans.iter().take(count).enumerate().map(place).collect();
        if is_filled {
            let (fill, stroke) = drawing.value_style(group, series, None, (2.0 * radius, 2.0 * radius));
            drawing.path(polyline(&points.iter().flatten().copied().collect::<Vec<_>>(), true), fill, stroke);
            continue;
        }
        // The line closes at its first point, which has its marker already.
        let begin = points.first().copied().flatten();
        if points.len() == count && begin.is_some() {
            points.push(begin);
        }
        line::through(drawing, group, series, &points, false, false)?;
        if let (Some(begin), Some(marker)) = (begin, marker::of(drawing, group, series, Some(0))) {
            marker.draw(drawing, begin);
        }
    }
    for (n, words) in labels.into_iter().enumerate() {
        let p = at(n, 1.0);
        let (sin, cos) = (n as f32 / count as f32 * TAU).sin_cos();
        // The last number extends beyond the first spoke by half its height.
        let above = if n == 0 && values.is_some_and(|a| !a.deleted) { size / 2.0 } else { 0.0 };
        let p = Point { y: p.y - above, ..p };
        let away = Point { x: p.x + sin * (words.width / 2.0 + 4.0), y: p.y - cos * (words.height / 2.0 + 3.0) };
        drawing.put(words, away);
    }
    let Some(axis) = values.filter(|a| !a.deleted && a.labels != crate::chart::model::LabelPosition::None) else {
        return Ok(());
    };
    let text_style = drawing.text_style(TextRole::Label, &[axis.element.child("c:txPr")]);
    let code = group.series.first().map_or("General", |s| s.format);
    let format = tick_labels::number_format(axis).unwrap_or_else(|| NumberFormat::parse(code));
    for tick in scale.ticks() {
        let words = drawing.plain(&format.number(tick, drawing.chart.dates), &text_style, None, 0.0)?;
        let p = at(0, scale.within(tick));
        let beside = Point { x: p.x - words.width / 2.0 - 4.0, y: p.y };
        drawing.put(words, beside);
    }
    Ok(())
}
