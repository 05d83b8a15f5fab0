//! Tables (`a:tbl`): cells in a grid, with a table style.

use crate::xml::{Document, Element};
use thumbling_page::style::{Fill, Stroke};
use thumbling_page::table::{Borders, RowHeight};
use thumbling_page::text::Anchor;
use thumbling_page::tree::{Body, Cell, Insets, Row, Table};

use super::scene::{EMU, Scene};
use super::table_style::{CellStyle, Place, Switches, TableStyle, built_in};
use super::text::{Inherited, RunProperties};
use super::theme::palette::Palette;

/// Columns and rows read.
const MAX_COLUMNS: usize = 512;
const MAX_ROWS: usize = 2000;

/// The style of a table that does not name a known one.
const NO_STYLE: &str = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}";

impl Scene<'_> {
    /// Reads a table.
    pub fn table(&self, element: Element<'_>, inherited: &Inherited<'_>) -> Table {
        let properties = element.child("a:tblPr");
        let own = properties.and_then(|p| p.child("a:tableStyle"));
        let id = properties.and_then(|p| p.child("a:tableStyleId")).map_or(NO_STYLE, |id| id.text().trim());
        let of_program = built_in(id, self.cx);
        let of_file = self.page.table_styles(self);
        let by_id =
            of_file.as_deref().and_then(|d: &Document| d.root().children().find(|s| s.attr("styleId") == Some(id)));
        let style = own.or(of_program.as_ref().map(Document::root)).or(by_id).map(TableStyle::of);
        let switches = properties.map(Switches::of).unwrap_or_default();

        let columns = element.child("a:tblGrid").into_iter().flat_map(|grid| grid.children_of("a:gridCol"));
        let columns: Vec<f32> =
            columns.take(MAX_COLUMNS).map(|c| (c.number::<f32>("w").unwrap_or(0.0) / EMU).clamp(0.0, 1e4)).collect();
        let lines: Vec<Element<'_>> = element.children_of("a:tr").take(MAX_ROWS).collect();
        let mut rows = Vec::with_capacity(lines.len());
        for (row, line) in lines.iter().enumerate() {
            let mut cells = Vec::new();
            for (col, tc) in line.children_of("a:tc").take(columns.len()).enumerate() {
                // Resolving a hostile style can be slow.
                if self.cx.check().is_err() {
                    break;
                }
                // Covered by a merged cell.
                if tc.flag("hMerge") == Some(true) || tc.flag("vMerge") == Some(true) {
                    continue;
                }
                let span = |name: &str, left: usize| tc.number::<usize>(name).unwrap_or(1).clamp(1, left.max(1));
                let (col_span, row_span) = (span("gridSpan", columns.len() - col), span("rowSpan", lines.len() - row));
                let place = Place { row, col, row_span, col_span, rows: lines.len(), cols: columns.len() };
                let from_style = style.map(|s| s.cell(switches, place)).unwrap_or_default();
                let background = style.and_then(TableStyle::background);
                cells.push(self.cell(tc, place, &from_style, background, inherited));
            }
            // The caller's next check or reservation reports the error.
            if self.cx.check().is_err() || self.gather(cells.len() * size_of::<Cell>()).is_err() {
                self.page.missed("cells beyond the limits");
                break;
            }
            let height = (line.number::<f32>("h").unwrap_or(0.0) / EMU).clamp(0.0, 1e4);
            rows.push(Row { height: RowHeight::AtLeast(height), cells });
        }
        let right_to_left = properties.and_then(|p| p.flag("rtl")).unwrap_or(false);
        Table { columns, rows, indent: 0.0, right_to_left, gridlines: None }
    }

    fn cell(
        &self,
        tc: Element<'_>,
        place: Place,
        style: &CellStyle<'_>,
        background: Option<Element<'_>>,
        inherited: &Inherited<'_>,
    ) -> Cell {
        let properties = tc.child("a:tcPr");
        let size = (100.0, 50.0);
        let styled = |fill: Element<'_>| match fill.is("a:fillRef") {
            true => self.fill_reference(fill, size),
            false => self.fill_of(fill, size),
        };
        let own = properties.and_then(|p| self.fill(p, size));
        // The table background shows through cells without a fill.
        let of_style = style.fill.and_then(styled).filter(|fill| !matches!(fill, Fill::None));
        let fill = own.or(of_style).or_else(|| background.and_then(styled)).unwrap_or_default();

        let mut inherited = inherited.clone();
        inherited.under_style = inherited.lists.len();
        inherited.style = RunProperties {
            color: style.text.and_then(|c| self.palette.color(c)),
            bold: style.bold,
            italic: style.italic,
            ..RunProperties::default()
        };
        let mut body = tc.child("a:txBody").map(|text| self.cell_text(text, &inherited)).unwrap_or_default();
        let length =
            |name: &str, or: f32| properties.and_then(|p| p.number::<f32>(name)).unwrap_or(or).clamp(0.0, 1e8) / EMU;
        body.insets = Insets {
            left: length("marL", 91_440.0),
            top: length("marT", 45_720.0),
            right: length("marR", 91_440.0),
            bottom: length("marB", 45_720.0),
        };
        body.wrap = true;
        let attr = |name: &str| properties.and_then(|p| p.attr(name));
        body.anchor = match attr("anchor") {
            Some("ctr") => Anchor::Middle,
            Some("b") => Anchor::Bottom,
            _ => Anchor::Top,
        };
        body.centered = attr("anchorCtr").is_some_and(|v| v == "1" || v == "true");
        body.direction = super::text::direction(attr("vert"));
        let line =
            |own: &str, of_style: Option<Element<'_>>| self.border(properties.and_then(|p| p.child(own)), of_style);
        let borders = Borders {
            left: line("a:lnL", style.left),
            top: line("a:lnT", style.top),
            right: line("a:lnR", style.right),
            bottom: line("a:lnB", style.bottom),
            down: line("a:lnTlToBr", None),
            up: line("a:lnBlToTr", None),
        };
        Cell {
            column: place.col,
            column_span: place.col_span,
            row_span: place.row_span,
            fill,
            borders,
            body,
            spills: false,
        }
    }

    fn cell_text(&self, text: Element<'_>, inherited: &Inherited<'_>) -> Body {
        // An empty cell is as high as its paragraphs.
        self.text_or_blank(text, inherited)
    }

    /// The border of a cell: its own properties over those of the style (`a:ln` or `a:lnRef`).
    fn border(&self, own: Option<Element<'_>>, style: Option<Element<'_>>) -> Option<Stroke> {
        let of_style = style.and_then(|style| match style.is("a:lnRef") {
            true => {
                let line = self.palette.theme.line(style.number("idx")?)?;
                Some((line, self.palette.with_placeholder(self.palette.within(style))))
            }
            false => Some((style, self.palette)),
        });
        let layers: Vec<(Element<'_>, Palette<'_>)> =
            own.map(|own| (own, self.palette)).into_iter().chain(of_style).collect();
        self.stroke(&layers)
    }
}
