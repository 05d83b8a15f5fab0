//! The data table below a chart (`c:dTable`, ECMA-376 part 1, 21.2.2.54): a column for each category, a row for each
//! series. Its header replaces the category labels.

use crate::number_format::NumberFormat;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::tree::{Point, Rect};

use crate::chart::drawing::legend_key::LegendKey;
use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::element::flag;
use crate::chart::layout::plane::{AxisPair, FirstAxis, Plane};

/// Rows and columns shown; more would be illegible.
const MAX_ROWS: usize = 30;
const MAX_COLUMNS: usize = 60;

/// Between text and the lines around it, pt.
const PADDING: f32 = 3.0;

/// A data table with its layout.
pub(crate) struct DataTable<'a> {
    element: Element<'a>,
    /// Category names, by column.
    head: Vec<TextLayout>,
    rows: Vec<Row>,
    size: f32,
    /// From the left edge to the names of series, pt.
    keys: f32,
    /// Of the header, pt.
    head_height: f32,
    /// Of all other rows, pt.
    row_height: f32,
    /// Room for the names of series, left of the plot area, pt.
    pub(crate) width: f32,
    /// Pt.
    pub(crate) height: f32,
}

struct Row {
    swatch: Option<LegendKey>,
    name: TextLayout,
    values: Vec<Option<TextLayout>>,
}

/// Lays out the data table of a plane; `None` if the chart has none.
pub(crate) fn set<'a>(drawing: &Drawing<'a>, pair: &AxisPair<'_>, plane: &Plane) -> Result<Option<DataTable<'a>>> {
    let Some(element) = drawing.chart.plot_area.and_then(|area| area.child("c:dTable")) else { return Ok(None) };
    let FirstAxis::Categories(names) = &plane.first else { return Ok(None) };
    let text_style = drawing.text_style(TextRole::Label, &[element.child("c:txPr")]);
    let size = text_style.run.size;
    let dates = drawing.chart.dates;
    let has_keys = flag(element, "c:showKeys").unwrap_or(drawing.chart.absent);
    let columns = names.count.min(MAX_COLUMNS);
    let column = plane.area.width / columns.max(1) as f32;
    let limit = Some((column - 2.0).max(size));
    let texts = pair.categories();
    let mut head = Vec::new();
    for n in 0..columns {
        let text = texts.get(n).cloned().unwrap_or_else(|| (n + 1).to_string());
        head.push(drawing.plain(&text, &text_style, limit, 0.0)?);
    }
    let mut rows = Vec::new();
    let groups = drawing.chart.groups.iter().filter(|g| !g.kind.is_round() && !g.kind.is_by_numbers());
    for (group, series) in groups.flat_map(|g| g.series.iter().map(move |s| (g, s))).take(MAX_ROWS) {
        drawing.check()?;
        let format = NumberFormat::parse(series.format);
        let value = |n: usize| -> Result<Option<TextLayout>> {
            let Some(value) = series.values.get(n).copied().flatten() else { return Ok(None) };
            Ok(Some(drawing.plain(&format.number(value, dates), &text_style, None, 0.0)?))
        };
        rows.push(Row {
            swatch: has_keys.then(|| LegendKey::of(drawing, group, series)),
            name: drawing.plain(&series.shown_name(), &text_style, Some(drawing.area.width * 0.3), 0.0)?,
            values: (0..columns).map(value).collect::<Result<_>>()?,
        });
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let highest = |all: &mut dyn Iterator<Item = f32>| all.fold(0.0, f32::max) + 1.0;
    let head_height = highest(&mut head.iter().map(|w| w.height));
    let row_height = highest(&mut rows.iter().map(|r| r.name.height));
    let keys = rows.iter().filter_map(|r| r.swatch.as_ref()).map(|s| s.width(size) + PADDING).fold(0.0, f32::max);
    let widest = rows.iter().map(|r| r.name.width).fold(0.0, f32::max);
    let height = head_height + row_height * rows.len() as f32;
    let width = keys + widest + 2.0 * PADDING;
    Ok(Some(DataTable { element, head, rows, size, keys, head_height, row_height, width, height }))
}

impl DataTable<'_> {
    /// Draws the table below the plot area, from `top` on.
    pub(crate) fn draw(self, drawing: &mut Drawing<'_>, area: Rect, top: f32) -> Result<()> {
        let columns = self.head.len().max(1);
        let column = area.width / columns as f32;
        let stroke = drawing.stroke(&[self.element.child("c:spPr")], drawing.thin_line());
        let has = |name: &str| flag(self.element, name).unwrap_or(drawing.chart.absent);
        let (across, down, around) = (has("c:showHorzBorder"), has("c:showVertBorder"), has("c:showOutline"));
        let (left, right) = (area.x - self.width, area.x + area.width);
        let first = top + self.head_height;
        let bottom = top + self.height;
        let at = |x: f32, y: f32| Point { x, y };
        for n in 0..=self.rows.len() {
            let is_last = n == self.rows.len();
            if if is_last { around } else { across } {
                let y = first + self.row_height * n as f32;
                drawing.line(&[at(left, y), at(right, y)], stroke.clone());
            }
        }
        for n in 0..=columns {
            if if n == columns { around } else { down || n == 0 && around } {
                let x = area.x + column * n as f32;
                drawing.line(&[at(x, top), at(x, bottom)], stroke.clone());
            }
        }
        if around {
            drawing.line(&[at(area.x, top), at(right, top)], stroke.clone());
            drawing.line(&[at(left, first), at(left, bottom)], stroke);
        }
        let middle = |n: usize| area.x + column * (n as f32 + 0.5);
        for (n, words) in self.head.into_iter().enumerate() {
            drawing.put(words, at(middle(n), top + self.head_height / 2.0));
        }
        for (n, row) in self.rows.into_iter().enumerate() {
            drawing.check()?;
            let y = first + self.row_height * (n as f32 + 0.5);
            if let Some(swatch) = row.swatch {
                let x = left + PADDING + swatch.width(self.size) / 2.0;
                swatch.draw(drawing, at(x, y), self.size);
            }
            let x = left + self.keys + PADDING + row.name.width / 2.0;
            drawing.put(row.name, at(x, y));
            for (n, words) in row.values.into_iter().enumerate() {
                if let Some(words) = words {
                    drawing.put(words, at(middle(n), y));
                }
            }
        }
        Ok(())
    }
}
