//! Legends: keys and names of series, or of the points of the only series.

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::Fill;
use thumbling_page::tree::{Point, Rect};

use crate::chart::drawing::legend_key::LegendKey;
use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::model::{Group, Grouping, Kind};
use crate::chart::plot::surface;
use crate::chart::plot::trendline;

/// Gap between a key and its name, and between columns, in font sizes.
const GAP: f32 = 0.3;
const BETWEEN: f32 = 0.9;

/// Entries shown.
const MAX_ENTRIES: usize = 100;

/// A legend with its layout.
pub(crate) struct Legend {
    entries: Vec<Entry>,
    size: f32,
    /// From the start of an entry to its text, pt.
    symbol: f32,
    /// Widths of the columns, pt.
    columns: Vec<f32>,
    row: f32,
    /// Pt.
    pub(crate) width: f32,
    /// Pt.
    pub(crate) height: f32,
}

struct Entry {
    swatch: LegendKey,
    words: TextLayout,
}

/// Lays out the legend in columns of at most `limit` pt in total, or exactly `limit` if `fixed`. `None` if it would be
/// empty.
pub(crate) fn set(
    drawing: &Drawing<'_>,
    element: Element<'_>,
    is_wide: bool,
    limit: f32,
    fixed: bool,
    room: f32,
) -> Result<Option<Legend>> {
    let text_style = drawing.text_style(TextRole::Label, &[element.child("c:txPr")]);
    let size = text_style.run.size;
    let deleted: Vec<usize> = element
        .children_of("c:legendEntry")
        .filter(|e| crate::chart::element::flag(*e, "c:delete").unwrap_or(false))
        .filter_map(|e| e.val("c:idx")?.parse().ok())
        .collect();
    let mut all = listed(drawing);
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        !deleted.contains(&(at - 1))
    });
    // A vertical legend lists stacked series from top to bottom.
    let is_upward = |g: &Group<'_>| match g.horizontal {
        true => g.grouping == Grouping::Apart,
        _ if g.kind == Kind::Surface => true,
        false => g.grouping != Grouping::Apart && g.kind != Kind::Line,
    };
    if !is_wide && drawing.chart.groups.len() == 1 && drawing.chart.groups.iter().any(is_upward) {
        all.reverse();
    }
    // All keys get the width of the widest, so that names align.
    let symbol = all.iter().map(|(swatch, _)| swatch.width(size)).fold(0.0, f32::max) + size * GAP;
    let words_limit = (limit - symbol - size * BETWEEN).max(size);
    let mut entries = Vec::new();
    for (swatch, text) in all.into_iter().take(MAX_ENTRIES) {
        let mut words = drawing.plain(&text, &text_style, None, 0.0)?;
        if words.width > words_limit {
            words = drawing.plain(&text, &text_style, Some(words_limit), 0.0)?;
        }
        entries.push(Entry { swatch, words });
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let row = entries.iter().map(|e| e.words.height).fold(0.0, f32::max) + size * 0.2;
    let each = |e: &Entry| symbol + e.words.width + size * BETWEEN;
    let total: f32 = entries.iter().map(each).sum();
    let widest = entries.iter().map(each).fold(0.0, f32::max);
    let fit = ((limit + size * BETWEEN) / widest).floor().max(1.0) as usize;
    let columns: Vec<f32> =
        match (is_wide || fixed && room < row * entries.len() as f32, total <= limit + size * BETWEEN) {
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
    Ok(Some(Legend { entries, size, symbol, columns, row, width, height }))
}

/// The entries, in order.
fn listed(drawing: &Drawing<'_>) -> Vec<(LegendKey, String)> {
    let mut all = Vec::new();
    for group in &drawing.chart.groups {
        if group.kind == Kind::Surface {
            let bands = surface::bands(drawing, group).into_iter();
            all.extend(bands.map(|band| (LegendKey::Box(band.fill, None), band.name)));
            continue;
        }
        if let (true, Some(series)) = (drawing.varies(group), group.series.first()) {
            for point in 0..series.values.len().max(series.categories.len()).min(MAX_ENTRIES) {
                let (fill, stroke) = drawing.value_style(group, series, Some(point), (10.0, 10.0));
                let name = series.categories.get(point).filter(|c| !c.is_empty()).cloned();
                all.push((LegendKey::Box(fill, stroke), name.unwrap_or_else(|| (point + 1).to_string())));
            }
            continue;
        }
        for series in &group.series {
            all.push((LegendKey::of(drawing, group, series), series.shown_name()));
        }
    }
    for group in &drawing.chart.groups {
        let trends = group.series.iter().flat_map(|series| trendline::legend_entries(drawing, group, series));
        all.extend(trends.map(|(name, stroke)| (LegendKey::Line(stroke, None), name)));
    }
    all
}

/// Draws the legend in `bounds`.
pub(crate) fn draw(drawing: &mut Drawing<'_>, legend: Legend, bounds: Rect) -> Result<()> {
    if let Some(element) = drawing.chart.legend {
        let properties = [element.child("c:spPr")];
        let fill = drawing.fill(&properties, Fill::None, (bounds.width, bounds.height));
        let stroke = drawing.stroke(&properties, None);
        drawing.rect(bounds, fill, stroke);
    }
    let Legend { entries, size, symbol, columns, row, .. } = legend;
    let rows = entries.len().div_ceil(columns.len()).max(1);
    // Entries fill a size given by the file evenly.
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
        entry.swatch.draw(drawing, Point { x: x + (symbol - size * GAP) / 2.0, y }, size);
        let middle = Point { x: x + symbol + entry.words.width / 2.0, y };
        drawing.put(entry.words, middle);
    }
    Ok(())
}
