//! The legend: what series, or the points of the only series, look like and are called.

use crate::error::Result;
use crate::office::xml::Element;
use crate::page::style::{Fill, Stroke};
use crate::page::tree::{Point, Rect};

use super::drawing::{Drawing, Words};
use super::lettering::Role;
use super::model::{Group, Grouping, Kind, Series};
use super::plot::marker::{self, Marker};
use super::trend;

/// Entries that are listed.
const MAX_ENTRIES: usize = 100;

/// A legend that is set.
pub(super) struct Legend {
    entries: Vec<Entry>,
    size: f32,
    /// Widths of its columns.
    columns: Vec<f32>,
    row: f32,
    /// Pt.
    pub(super) width: f32,
    /// Pt.
    pub(super) height: f32,
}

struct Entry {
    swatch: Swatch,
    words: Words,
}

enum Swatch {
    Box(Fill, Option<Stroke>),
    Line(Option<Stroke>, Option<Marker>),
}

/// The legend in columns that together are at most `limit` pt wide; exactly so wide if `fixed`. None if it lists
/// nothing.
pub(super) fn set(
    drawing: &Drawing<'_>,
    element: Element<'_>,
    is_wide: bool,
    limit: f32,
    fixed: bool,
    room: f32,
) -> Result<Option<Legend>> {
    let lettering = drawing.lettering(Role::Plain, &[element.child("c:txPr")]);
    let size = lettering.run.size;
    let deleted: Vec<usize> = element
        .children_of("c:legendEntry")
        .filter(|e| super::read::flag(*e, "c:delete").unwrap_or(false))
        .filter_map(|e| e.val("c:idx")?.parse().ok())
        .collect();
    let mut all = listed(drawing);
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        !deleted.contains(&(at - 1))
    });
    // A list at a side has the order in which series stand above each other.
    let is_upward = |g: &Group<'_>| match g.horizontal {
        true => g.grouping == Grouping::Apart,
        false => g.grouping != Grouping::Apart && g.kind != Kind::Line,
    };
    if !is_wide && drawing.chart.groups.len() == 1 && drawing.chart.groups.iter().any(is_upward) {
        all.reverse();
    }
    let words_limit = (limit - symbol(size) - size).max(size);
    let mut entries = Vec::new();
    for (swatch, text) in all.into_iter().take(MAX_ENTRIES) {
        let mut words = drawing.plain(&text, &lettering, None, 0.0)?;
        if words.width > words_limit {
            words = drawing.plain(&text, &lettering, Some(words_limit), 0.0)?;
        }
        entries.push(Entry { swatch, words });
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let row = entries.iter().map(|e| e.words.height).fold(0.0, f32::max) + size * 0.2;
    let each = |e: &Entry| symbol(size) + e.words.width + size;
    let total: f32 = entries.iter().map(each).sum();
    let widest = entries.iter().map(each).fold(0.0, f32::max);
    let fit = ((limit + size) / widest).floor().max(1.0) as usize;
    let columns: Vec<f32> = match (is_wide || fixed && room < row * entries.len() as f32, total <= limit + size) {
        (true, true) => entries.iter().map(each).collect(),
        (true, false) => vec![widest; fit.min(entries.len())],
        (false, _) => vec![widest],
    };
    let rows = entries.len().div_ceil(columns.len());
    let width = columns.iter().sum::<f32>() - size * 0.3;
    let mut height = rows as f32 * row + size * 0.2;
    if !is_wide && height > room.max(row) {
        height = room.max(row);
        entries.truncate(((height / row) as usize).max(1));
    }
    Ok(Some(Legend { entries, size, columns, row, width, height }))
}

/// Room of a symbol before its words.
fn symbol(size: f32) -> f32 {
    size * 1.3
}

/// What is listed, in order.
fn listed(drawing: &Drawing<'_>) -> Vec<(Swatch, String)> {
    let mut all = Vec::new();
    for group in &drawing.chart.groups {
        if let (true, Some(series)) = (drawing.varies(group), group.series.first()) {
            for point in 0..series.values.len().max(series.categories.len()).min(MAX_ENTRIES) {
                let (fill, stroke) = drawing.look(group, series, Some(point), (10.0, 10.0));
                let name = series.categories.get(point).filter(|c| !c.is_empty()).cloned();
                all.push((Swatch::Box(fill, stroke), name.unwrap_or_else(|| (point + 1).to_string())));
            }
            continue;
        }
        for series in &group.series {
            all.push((swatch(drawing, group, series), series.shown_name()));
        }
    }
    for group in &drawing.chart.groups {
        let trends = group.series.iter().flat_map(|series| trend::listed(drawing, group, series));
        all.extend(trends.map(|(name, stroke)| (Swatch::Line(stroke, None), name)));
    }
    all
}

fn swatch(drawing: &Drawing<'_>, group: &Group<'_>, series: &Series<'_>) -> Swatch {
    let is_filled_radar = group.element.val("c:radarStyle") == Some("filled");
    match group.kind {
        Kind::Line | Kind::Scatter | Kind::Stock => {
            Swatch::Line(drawing.series_line(group, series, None), marker::of(drawing, group, series, None))
        }
        Kind::Radar if !is_filled_radar => {
            Swatch::Line(drawing.series_line(group, series, None), marker::of(drawing, group, series, None))
        }
        _ => {
            let (fill, stroke) = drawing.look(group, series, None, (10.0, 10.0));
            Swatch::Box(fill, stroke)
        }
    }
}

/// Draws it into its place.
pub(super) fn draw(drawing: &mut Drawing<'_>, legend: Legend, bounds: Rect) -> Result<()> {
    if let Some(element) = drawing.chart.legend {
        let properties = [element.child("c:spPr")];
        let fill = drawing.fill(&properties, Fill::None, (bounds.width, bounds.height));
        let stroke = drawing.stroke(&properties, None);
        drawing.rect(bounds, fill, stroke);
    }
    let Legend { entries, size, columns, row, .. } = legend;
    let rows = entries.len().div_ceil(columns.len()).max(1);
    // A place that the file gives is filled evenly.
    let row = row.max(bounds.height / rows as f32).min(row * 3.0);
    let spare = (bounds.width - (columns.iter().sum::<f32>() - size * 0.3)).max(0.0);
    let between = spare / columns.len() as f32;
    let top = bounds.y + (bounds.height - rows as f32 * row) / 2.0;
    for (n, entry) in entries.into_iter().enumerate() {
        drawing.check()?;
        let (column, line) = (n % columns.len(), n / columns.len());
        let start = if columns.len() > 1 { between / 2.0 } else { 0.0 };
        let x = bounds.x + size * 0.35 + start + columns[..column].iter().sum::<f32>() + between * column as f32;
        let y = top + (line as f32 + 0.5) * row;
        let symbol_width = symbol(size) - size * 0.4;
        match entry.swatch {
            Swatch::Box(fill, stroke) => {
                let side = size * 0.6;
                drawing.rect(Rect::new(x + (symbol_width - side) / 2.0, y - side / 2.0, side, side), fill, stroke);
            }
            Swatch::Line(stroke, marker) => {
                drawing.line(&[Point { x: x - size * 0.2, y }, Point { x: x + symbol_width + size * 0.2, y }], stroke);
                if let Some(marker) = marker {
                    marker.draw(drawing, Point { x: x + symbol_width / 2.0, y });
                }
            }
        }
        let middle = Point { x: x + symbol(size) + entry.words.width / 2.0, y };
        drawing.put(entry.words, middle);
    }
    Ok(())
}
