//! Tables (`w:tbl`): grid, widths, merges, and formatting from styles, the table and its cells.

use std::collections::HashMap;

use crate::xml::{Element, number};
use thumbling_core::error::Result;
use thumbling_page::flow::{Block, Cell, Drawing, Float, Origin, Part, Place, Row, Side, Table, TextFrame, Wrap};
use thumbling_page::style::{Fill, Stroke};
use thumbling_page::table::{Borders, RowHeight};
use thumbling_page::text::{Align, Anchor, TextDirection};
use thumbling_page::tree::{Insets, Rect};

use super::document::Inherited;
use super::story::{Collector, Story, rc, solid};
use super::styles::Resolved;
use super::table_format::{Formatting, GridPlace, Look, at_edge};
use super::value;

/// Rows read of one table: more than fit on a page.
pub(super) const MAX_ROWS: usize = 400;
/// Columns of one table; Word allows 63.
const MAX_COLUMNS: usize = 256;
/// Cells of one table, of all rows.
const MAX_CELLS: usize = 20_000;

/// A row and its cells, each with the column in which it starts and the number of columns that it spans.
type RowCells<'e> = (Element<'e>, Vec<(Element<'e>, usize, usize)>);

/// What stands around the rows of a table, from its own elements.
pub(super) struct TableSource<'e> {
    pub(super) properties: Option<Element<'e>>,
    pub(super) grid: Option<Element<'e>>,
    pub(super) rows: Vec<Element<'e>>,
    /// Whether these are all rows.
    pub(super) is_whole: bool,
}

/// The rows among the children of `parent`, through content controls.
pub(super) fn rows_in<'e>(parent: Element<'e>, rows: &mut Vec<Element<'e>>, depth: u32) {
    for child in parent.children() {
        match child.name() {
            "w:tr" if rows.len() < MAX_ROWS => rows.push(child),
            "w:sdt" | "w:sdtContent" | "w:ins" | "w:customXml" if depth < 8 => rows_in(child, rows, depth + 1),
            _ => {}
        }
    }
}

/// The cells of a row.
fn cells_in<'e>(parent: Element<'e>, cells: &mut Vec<Element<'e>>, depth: u32) {
    for child in parent.children() {
        match child.name() {
            "w:tc" if cells.len() < MAX_COLUMNS => cells.push(child),
            "w:sdt" | "w:sdtContent" | "w:ins" | "w:customXml" if depth < 8 => cells_in(child, cells, depth + 1),
            _ => {}
        }
    }
}

/// A number in `w:val` of a child.
fn count(element: Option<Element<'_>>, name: &str) -> Option<usize> {
    element?.child(name)?.number::<usize>("w:val")
}

/// A width that is given.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Width {
    Points(f32),
    Share(f32),
}

fn width(element: Option<Element<'_>>) -> Option<Width> {
    let element = element?;
    let text = element.attr("w:w")?;
    match element.attr("w:type") {
        Some("pct") => match text.trim().strip_suffix('%') {
            Some(percent) => number::<f32>(percent).map(|n| Width::Share(n / 100.0)),
            None => number::<f32>(text).map(|n| Width::Share(n / 5000.0)),
        },
        Some("auto" | "nil") => None,
        _ if text.trim().ends_with('%') => {
            number::<f32>(text.trim().trim_end_matches('%')).map(|n| Width::Share(n / 100.0))
        }
        _ => value::length(text).map(Width::Points),
    }
    .filter(|width| !matches!(width, Width::Points(n) | Width::Share(n) if *n <= 0.0))
}

impl Story<'_> {
    pub(super) fn add_table(&self, table: Element<'_>, inherited: &Inherited, collector: &mut Collector) -> Result<()> {
        let mut rows = Vec::new();
        rows_in(table, &mut rows, 0);
        let is_whole = rows.len() < MAX_ROWS;
        let source = TableSource { properties: table.child("w:tblPr"), grid: table.child("w:tblGrid"), rows, is_whole };
        self.add_rows(&source, inherited, collector)
    }

    pub(super) fn add_rows(
        &self,
        source: &TableSource<'_>,
        inherited: &Inherited,
        collector: &mut Collector,
    ) -> Result<()> {
        let table = self.table(source, inherited)?;
        match source.properties.and_then(|p| p.child("w:tblpPr")) {
            Some(position) => collector.float(float(position, table)),
            None => collector.block(Block::Table(Box::new(table))),
        }
        Ok(())
    }

    fn table(&self, source: &TableSource<'_>, inherited: &Inherited) -> Result<Table> {
        let word = self.word;
        let properties = source.properties;
        let id = properties.and_then(|p| p.child("w:tblStyle")?.attr("w:val"));
        let id = id.filter(|id| word.styles.kind(id) > 0).or(word.styles.default_table());
        let chain = id.map(|id| word.styles.chain(id)).unwrap_or_default();
        let look = Look::of(properties.and_then(|p| p.child("w:tblLook")));
        let mut formatting = Formatting { properties, chain, look, row_band: 1, column_band: 1 };
        let band = |f: &Formatting<'_>, name: &str| {
            f.property(name).and_then(|b| b.number::<usize>("w:val")).unwrap_or(1).clamp(1, 100)
        };
        formatting.row_band = band(&formatting, "w:tblStyleRowBandSize");
        formatting.column_band = band(&formatting, "w:tblStyleColBandSize");

        // Rows with their cells, and the column in which each cell starts.
        let mut rows: Vec<RowCells<'_>> = Vec::new();
        let mut columns = source.grid.map_or(0, |g| g.children_of("w:gridCol").take(MAX_COLUMNS).count());
        for row in &source.rows {
            let own = row.child("w:trPr");
            if own.is_some_and(|p| p.child("w:del").is_some() || p.child("w:hidden").is_some_and(value::is_on)) {
                continue;
            }
            let mut cells = Vec::new();
            cells_in(*row, &mut cells, 0);
            let mut column = count(own, "w:gridBefore").unwrap_or(0).min(MAX_COLUMNS);
            let mut placed: Vec<(Element<'_>, usize, usize)> = Vec::new();
            for cell in cells {
                let own = cell.child("w:tcPr");
                let span = count(own, "w:gridSpan").unwrap_or(1).clamp(1, MAX_COLUMNS);
                let merges = own.and_then(|p| p.child("w:hMerge")).is_some_and(|m| m.attr("w:val") != Some("restart"));
                if merges && let Some(last) = placed.last_mut() {
                    last.2 += span;
                } else if column < MAX_COLUMNS {
                    placed.push((cell, column, span));
                }
                column += span;
            }
            columns = columns.max(column.min(MAX_COLUMNS));
            rows.push((*row, placed));
        }
        let available = inherited.width.unwrap_or(word.text_width.get());
        let (widths, fits_content) = self.widths(&formatting, available, source, &rows, columns);
        let mut table = Table { columns: widths, fits_content, ..Table::default() };
        table.right_to_left = formatting.property("w:bidiVisual").is_some_and(value::is_on);
        table.align = match formatting.property("w:jc").and_then(|j| j.attr("w:val")) {
            Some("center") => Align::Center,
            Some("right" | "end") => Align::End,
            _ => Align::Start,
        };
        let total = rows.len();
        // Cells that continue downward, by column: row, index.
        let mut open: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut seen = 0;
        for (n, (row, cells)) in rows.iter().enumerate() {
            word.cx.check()?;
            let own = row.child("w:trPr");
            let height = own.and_then(|p| p.child("w:trHeight"));
            let points = height.and_then(|h| value::attr(h, "w:val")).unwrap_or(0.0).max(0.0);
            let mut laid = Row {
                height: match height.and_then(|h| h.attr("w:hRule")) {
                    Some("exact") => RowHeight::Exact(points),
                    _ => RowHeight::AtLeast(points),
                },
                cells: Vec::new(),
                is_whole: own.and_then(|p| p.child("w:cantSplit")).is_some_and(value::is_on),
            };
            for (cell, column, span) in cells {
                seen += 1;
                if seen > MAX_CELLS {
                    word.state.missed("cells beyond the limits");
                    break;
                }
                let own = cell.child("w:tcPr");
                let merge = own.and_then(|p| p.child("w:vMerge"));
                let continues = merge.is_some_and(|m| m.attr("w:val") != Some("restart"));
                if continues && let Some((first, index)) = open.get(column) {
                    if let Some(above) = table.rows.get_mut(*first).and_then(|r| r.cells.get_mut(*index)) {
                        above.row_span = n - first + 1;
                        // The lower line is that of the last cell.
                        let place = GridPlace { row: n, rows: total, column: *column, span: *span, columns };
                        let layers = formatting.layers(&formatting.parts(place));
                        above.borders.bottom =
                            self.border(&formatting, (own, row.child("w:tblPrEx")), &layers, place, 3);
                    }
                    continue;
                }
                open.remove(column);
                if merge.is_some() {
                    open.insert(*column, (n, laid.cells.len()));
                }
                let rows = if source.is_whole { total } else { total + 1 };
                let place = GridPlace { row: n, rows, column: *column, span: *span, columns };
                let exception = row.child("w:tblPrEx");
                let own: f32 = table.columns.iter().skip(*column).take(*span).sum();
                laid.cells.push(self.cell(*cell, &formatting, (place, exception), own, inherited)?);
            }
            table.rows.push(laid);
        }
        let indent = formatting.property("w:tblInd").and_then(width_of_indent).unwrap_or(0.0);
        let padding = table.rows.first().and_then(|r| r.cells.first()).map_or(5.4, |c| c.insets.left);
        // Up to Word 2010, the text of the first column is aligned, since then its line.
        let is_aligned_by_text = word.settings.compatibility < 15;
        table.indent = indent - if is_aligned_by_text { padding } else { 0.0 };
        Ok(table)
    }

    fn cell(
        &self,
        cell: Element<'_>,
        formatting: &Formatting<'_>,
        (place, exception): (GridPlace, Option<Element<'_>>),
        width: f32,
        inherited: &Inherited,
    ) -> Result<Cell> {
        let word = self.word;
        let palette = word.palette();
        let own = cell.child("w:tcPr");
        let layers = formatting.layers(&formatting.parts(place));
        let mut style = Resolved::default();
        let mut fill = formatting.property("w:shd").and_then(|s| value::shading(s, &palette));
        for (_, layer) in &layers {
            if let Some(properties) = layer.child("w:pPr") {
                style.paragraph.apply(properties, &palette);
            }
            if let Some(properties) = layer.child("w:rPr") {
                style.run.apply(properties, &word.resolver());
            }
            if let Some(shading) = layer.child("w:tcPr").and_then(|p| p.child("w:shd")) {
                fill = value::shading(shading, &palette);
            }
        }
        if let Some(shading) = own.and_then(|p| p.child("w:shd")) {
            fill = value::shading(shading, &palette);
        }
        let side = |n: usize| self.border(formatting, (own, exception), &layers, place, n);
        let mut borders =
            Borders { left: side(0), top: side(1), right: side(2), bottom: side(3), ..Borders::default() };
        if let Some(lines) = own.and_then(|p| p.child("w:tcBorders")) {
            let line = |name: &str| lines.child(name).and_then(|l| value::border(l, &palette));
            (borders.down, borders.up) = (line("w:tl2br"), line("w:tr2bl"));
        }
        let margin = |sides: &[&str], or: f32| {
            let length = |e: Element<'_>| value::attr(e, "w:w").map(|n| n.clamp(0.0, 400.0));
            let own = own.and_then(|p| p.child("w:tcMar")).and_then(|m| sides.iter().find_map(|s| m.child(s)));
            let of_style = || {
                let mar = layers.iter().rev().find_map(|(_, l)| l.child("w:tcPr")?.child("w:tcMar"));
                mar.and_then(|m| sides.iter().find_map(|s| m.child(s)))
            };
            own.or_else(of_style).or_else(|| formatting.side("w:tblCellMar", sides)).and_then(length).unwrap_or(or)
        };
        let insets = Insets {
            left: margin(&["w:left", "w:start"], 5.4),
            top: margin(&["w:top"], 0.0),
            right: margin(&["w:right", "w:end"], 5.4),
            bottom: margin(&["w:bottom"], 0.0),
        };
        let property = |name: &str| {
            let of_style = || layers.iter().rev().find_map(|(_, l)| l.child("w:tcPr")?.child(name)?.attr("w:val"));
            own.and_then(|p| p.child(name)?.attr("w:val")).or_else(of_style)
        };
        let anchor = match property("w:vAlign") {
            Some("center") => Anchor::Middle,
            Some("bottom") => Anchor::Bottom,
            _ => Anchor::Top,
        };
        let direction = match property("w:textDirection") {
            Some("btLr" | "lr") => TextDirection::CounterClockwise,
            Some("tbRl" | "rl" | "tbRlV") => TextDirection::EastAsian,
            _ => TextDirection::Horizontal,
        };
        let background = fill.or(inherited.background);
        let width = Some((width - insets.left - insets.right).max(10.0));
        let around = Inherited { table: Some(rc(style)), color: inherited.color, background, width };
        let blocks = self.blocks(cell, &around)?;
        self.scene().gather(size_of::<Cell>() + 256)?;
        let fill: Fill = solid(fill);
        let (column, column_span) = (place.column, place.span);
        Ok(Cell { column, column_span, row_span: 1, insets, anchor, direction, fill, borders, blocks })
    }

    /// A border of a cell: left, top, right or bottom.
    fn border(
        &self,
        formatting: &Formatting<'_>,
        (own, exception): (Option<Element<'_>>, Option<Element<'_>>),
        layers: &[(Option<&'static str>, Element<'_>)],
        place: GridPlace,
        side: usize,
    ) -> Option<Stroke> {
        const SIDES: [&[&str]; 4] = [&["w:left", "w:start"], &["w:top"], &["w:right", "w:end"], &["w:bottom"]];
        let inner: &[&str] = if side.is_multiple_of(2) { &["w:insideV"] } else { &["w:insideH"] };
        let palette = self.word.palette();
        let of_cell = own.and_then(|p| p.child("w:tcBorders")).and_then(|b| line(b, SIDES[side]));
        if let Some(own) = of_cell {
            return value::border(own, &palette);
        }
        for (part, layer) in layers.iter().rev() {
            let names = if at_edge(*part, place, formatting.look)[side] { SIDES[side] } else { inner };
            let found = layer.child("w:tcPr").and_then(|p| p.child("w:tcBorders")).and_then(|b| line(b, names));
            if let Some(found) = found.filter(|_| part.is_some()) {
                return value::border(found, &palette);
            }
        }
        let names = if at_edge(None, place, formatting.look)[side] { SIDES[side] } else { inner };
        let of_row = exception.and_then(|e| e.child("w:tblBorders")).and_then(|b| line(b, names));
        value::border(of_row.or_else(|| formatting.side("w:tblBorders", names))?, &palette)
    }

    /// Widths of the columns, and whether they follow from the content.
    fn widths(
        &self,
        formatting: &Formatting<'_>,
        available: f32,
        source: &TableSource<'_>,
        rows: &[RowCells<'_>],
        columns: usize,
    ) -> (Vec<f32>, bool) {
        let grid: Vec<f32> = source
            .grid
            .into_iter()
            .flat_map(|g| g.children_of("w:gridCol"))
            .take(MAX_COLUMNS)
            .map(|c| value::attr(c, "w:w").unwrap_or(0.0).max(0.0))
            .collect();
        let is_fixed = formatting.property("w:tblLayout").and_then(|l| l.attr("w:type")) == Some("fixed");
        let total = match width(formatting.property("w:tblW")) {
            Some(Width::Points(pt)) => Some(pt),
            Some(Width::Share(share)) => Some(available * share.min(4.0)),
            None => None,
        };
        // Widths of cells in one column.
        let mut of_cells: Vec<Option<Width>> = vec![None; columns];
        for (_, cells) in rows {
            for (cell, column, span) in cells {
                if *span == 1 && *column < columns && of_cells[*column].is_none() {
                    of_cells[*column] = width(cell.child("w:tcPr").and_then(|p| p.child("w:tcW")));
                }
            }
        }
        let base = total.unwrap_or(available);
        let points = |width: Width| match width {
            Width::Points(pt) => pt,
            Width::Share(share) => base * share,
        };
        // A grid of equal slivers is a placeholder of programs that leave layout to Word.
        let is_sane = grid.len() >= columns && columns > 0 && grid.iter().all(|w| *w > 5.5);
        let have_all = of_cells.iter().all(Option::is_some) && columns > 0;
        let mut fits_content = false;
        let mut widths: Vec<f32> = match (is_sane, have_all) {
            (_, true) if is_fixed || !is_sane => of_cells.iter().flatten().map(|w| points(*w)).collect(),
            (true, _) => grid.iter().copied().take(columns).collect(),
            (false, _) => {
                fits_content = !is_fixed && of_cells.iter().all(Option::is_none);
                let known: f32 = of_cells.iter().flatten().map(|w| points(*w)).sum();
                let open = of_cells.iter().filter(|w| w.is_none()).count().max(1);
                let rest = ((base - known) / open as f32).max(20.0);
                (0..columns).map(|n| of_cells[n].map_or(rest, points)).collect()
            }
        };
        let sum: f32 = widths.iter().sum();
        if let Some(total) = total
            && sum > 1.0
            && (total / sum - 1.0).abs() > 0.02
            && (!is_fixed || matches!(width(formatting.property("w:tblW")), Some(Width::Share(_))))
        {
            widths.iter_mut().for_each(|w| *w *= total / sum);
            fits_content = false;
        }
        (widths, fits_content)
    }
}

/// The first child with one of these names.
fn line<'e>(borders: Element<'e>, names: &[&str]) -> Option<Element<'e>> {
    names.iter().find_map(|name| borders.child(name))
}

fn width_of_indent(element: Element<'_>) -> Option<f32> {
    match element.attr("w:type") {
        Some("pct" | "auto" | "nil") => None,
        _ => value::attr(element, "w:w"),
    }
}

/// A floating table (`w:tblpPr`).
fn float(position: Element<'_>, table: Table) -> Float {
    let length = |name: &str| value::attr(position, name);
    let x = match position.attr("w:tblpXSpec") {
        Some("center") => Place::Center,
        Some("right" | "outside") => Place::End,
        Some(_) => Place::Start,
        None => Place::At(length("w:tblpX").unwrap_or(0.0)),
    };
    let y = match position.attr("w:tblpYSpec") {
        Some("center") => Place::Center,
        Some("bottom" | "outside") => Place::End,
        Some("top" | "inside") => Place::Start,
        _ => Place::At(length("w:tblpY").unwrap_or(0.0)),
    };
    let origin_x = match position.attr("w:horzAnchor") {
        Some("page") => Origin::Page,
        Some("margin") => Origin::Margin,
        _ => Origin::Column,
    };
    let origin_y = match position.attr("w:vertAnchor") {
        Some("page") => Origin::Page,
        Some("margin") => Origin::Margin,
        _ => Origin::Paragraph,
    };
    let width: f32 = table.columns.iter().sum();
    let indent = if matches!(x, Place::At(_)) { table.indent.min(0.0) } else { 0.0 };
    let x = if let Place::At(pt) = x { Place::At(pt + indent) } else { x };
    let table = Table { indent: 0.0, align: Align::Start, ..table };
    let frame = TextFrame {
        bounds: Rect::new(0.0, 0.0, width, 0.0),
        grows: true,
        blocks: vec![Block::Table(Box::new(table))],
        ..TextFrame::default()
    };
    let drawing = Drawing { width, height: 0.0, parts: vec![Part::Text(frame)] };
    let distance = Insets {
        left: length("w:leftFromText").unwrap_or(0.0),
        top: length("w:topFromText").unwrap_or(0.0),
        right: length("w:rightFromText").unwrap_or(0.0),
        bottom: length("w:bottomFromText").unwrap_or(0.0),
    };
    Float { drawing, x: (origin_x, x), y: (origin_y, y), wrap: Wrap::Square(Side::Both), distance, behind: false, z: 0 }
}
