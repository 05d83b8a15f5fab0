//! What a cell takes from a style.

use super::{Border, CellFill, Edge, Region, SchemeColor, TableStyle};

/// Which regions a table shows: the attributes of `a:tblPr`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Switches {
    /// `firstRow`
    pub(crate) first_row: bool,
    /// `lastRow`
    pub(crate) last_row: bool,
    /// `firstCol`
    pub(crate) first_col: bool,
    /// `lastCol`
    pub(crate) last_col: bool,
    /// `bandRow`
    pub(crate) band_rows: bool,
    /// `bandCol`
    pub(crate) band_cols: bool,
}

/// Where a cell is in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 0.
    pub(crate) row: usize,
    /// From 0.
    pub(crate) col: usize,
    /// Rows that it covers, 1 or more.
    pub(crate) row_span: usize,
    /// Columns that it covers, 1 or more.
    pub(crate) col_span: usize,
    /// Of the table.
    pub(crate) rows: usize,
    /// Of the table.
    pub(crate) cols: usize,
}

/// What a style says of one cell; what is none it leaves open.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CellStyle {
    /// Of the cell.
    pub(crate) fill: Option<CellFill>,
    /// Of its text.
    pub(crate) text: Option<SchemeColor>,
    /// Whether its text is bold.
    pub(crate) bold: bool,
    /// Whether its text is italic.
    pub(crate) italic: bool,
    /// On its left.
    pub(crate) left: Option<Border>,
    /// On its right.
    pub(crate) right: Option<Border>,
    /// Above it.
    pub(crate) top: Option<Border>,
    /// Below it.
    pub(crate) bottom: Option<Border>,
}

/// Rows and columns of a region: first, and one behind the last.
type Extent = ((usize, usize), (usize, usize));

impl TableStyle {
    /// What the cell at `place` takes from the style in a table that shows what `switches` say.
    pub(crate) fn cell(&self, switches: Switches, place: Place) -> CellStyle {
        let mut cell = CellStyle::default();
        let (bottom, right) = (place.row + place.row_span.max(1), place.col + place.col_span.max(1));
        for (region, _) in Region::ALL {
            let Some(((top, end), (left, side))) = extent(region, switches, place) else { continue };
            let said = &self.regions[region as usize];
            let put = |to: &mut Option<Border>, is_outer: bool, outer: Edge, inner: Edge| {
                let edge = if is_outer { outer } else { inner };
                if let Some(border) = &said.borders[edge as usize] {
                    *to = Some(border.clone());
                }
            };
            put(&mut cell.left, place.col <= left, Edge::Left, Edge::InsideV);
            put(&mut cell.right, right >= side, Edge::Right, Edge::InsideV);
            put(&mut cell.top, place.row <= top, Edge::Top, Edge::InsideH);
            put(&mut cell.bottom, bottom >= end, Edge::Bottom, Edge::InsideH);
            cell.fill = said.fill.clone().or(cell.fill);
            cell.text = said.text.clone().or(cell.text);
            cell.bold = said.bold.unwrap_or(cell.bold);
            cell.italic = said.italic.unwrap_or(cell.italic);
        }
        cell
    }
}

/// Where `region` is, if the cell at `place` lies in it.
fn extent(region: Region, on: Switches, place: Place) -> Option<Extent> {
    let Place { row, col, rows, cols, .. } = place;
    let (all_rows, all_cols) = ((0, rows), (0, cols));
    let (this_row, this_col) = ((row, row + 1), (col, col + 1));
    let is_first_row = on.first_row && row == 0;
    let is_last_row = on.last_row && row + place.row_span.max(1) >= rows && !is_first_row;
    let is_first_col = on.first_col && col == 0;
    let is_last_col = on.last_col && col + place.col_span.max(1) >= cols && !is_first_col;
    // Bands count from behind a special first row or column, and leave out special ones.
    let band_row = row.checked_sub(usize::from(on.first_row)).filter(|_| on.band_rows && !is_last_row);
    let band_col = col.checked_sub(usize::from(on.first_col)).filter(|_| on.band_cols && !is_last_col);
    let is_in = match region {
        Region::Whole => return Some((all_rows, all_cols)),
        Region::Band1H | Region::Band2H => {
            let wanted = usize::from(region == Region::Band2H);
            return band_row.filter(|n| n % 2 == wanted).map(|_| (this_row, all_cols));
        }
        Region::Band1V | Region::Band2V => {
            let wanted = usize::from(region == Region::Band2V);
            return band_col.filter(|n| n % 2 == wanted).map(|_| (all_rows, this_col));
        }
        Region::FirstRow => return is_first_row.then_some((this_row, all_cols)),
        Region::LastRow => return is_last_row.then_some((this_row, all_cols)),
        Region::FirstCol => return is_first_col.then_some((all_rows, this_col)),
        Region::LastCol => return is_last_col.then_some((all_rows, this_col)),
        Region::NwCell => is_first_row && is_first_col,
        Region::NeCell => is_first_row && is_last_col,
        Region::SwCell => is_last_row && is_first_col,
        Region::SeCell => is_last_row && is_last_col,
    };
    is_in.then_some((this_row, this_col))
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::*;

    fn place(row: usize, col: usize) -> Place {
        Place { row, col, row_span: 1, col_span: 1, rows: 4, cols: 3 }
    }

    fn fill(cell: &CellStyle) -> (&str, f32) {
        match &cell.fill {
            Some(CellFill::Solid(color)) => (color.name, color.modifiers.first().map_or(1.0, |m| m.1)),
            other => panic!("{other:?}"),
        }
    }

    fn width(border: &Option<Border>) -> f32 {
        match border {
            Some(Border::Line { width, .. }) => *width,
            _ => 0.0,
        }
    }

    const MEDIUM_2: &str = "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}";

    #[test]
    fn rows_are_banded_below_the_header() {
        let style = built_in(MEDIUM_2).unwrap();
        let on = Switches { first_row: true, band_rows: true, ..Switches::default() };
        let rows: Vec<_> = (0..4).map(|row| style.cell(on, place(row, 1))).collect();
        let fills: Vec<_> = rows.iter().map(fill).collect();
        assert_eq!(fills, [("accent1", 1.0), ("accent1", 0.4), ("accent1", 0.2), ("accent1", 0.4)]);
        assert_eq!(rows.iter().map(|cell| cell.bold).collect::<Vec<_>>(), [true, false, false, false]);
        assert_eq!(rows[0].text.as_ref().unwrap().name, "lt1");
        // Without a header, bands begin with the first row.
        let on = Switches { band_rows: true, ..Switches::default() };
        assert_eq!(fill(&style.cell(on, place(0, 1))), ("accent1", 0.4));
    }

    #[test]
    fn without_switches_all_cells_are_alike() {
        let style = built_in(MEDIUM_2).unwrap();
        for (row, col) in [(0, 0), (1, 1), (3, 2)] {
            assert_eq!(fill(&style.cell(Switches::default(), place(row, col))), ("accent1", 0.2));
        }
    }

    #[test]
    fn the_header_lies_on_the_first_column_and_the_last_row_below_it() {
        let style = built_in("{8EC20E35-A176-4012-BC5E-935CFFF8708E}").unwrap();
        let on = Switches { first_row: true, first_col: true, last_row: true, ..Switches::default() };
        assert_eq!(fill(&style.cell(on, place(0, 0))), ("dk1", 1.0));
        assert_eq!(fill(&style.cell(on, place(1, 0))), ("dk1", 1.0));
        let corner = style.cell(on, place(3, 0));
        assert_eq!((fill(&corner), corner.text.unwrap().name), (("lt1", 1.0), "dk1"));
        // A table of one row is a header.
        let only = Place { rows: 1, ..place(0, 1) };
        assert_eq!(fill(&style.cell(on, only)), ("dk1", 1.0));
    }

    #[test]
    fn outer_edges_are_those_of_the_region_and_inner_ones_its_lines() {
        // Lines around and between rows, none between columns.
        let style = built_in("{793D81CF-94F2-401A-BA57-92F5A7B2D0C5}").unwrap();
        let edges = |row, col| {
            let cell = style.cell(Switches::default(), place(row, col));
            [&cell.left, &cell.right, &cell.top, &cell.bottom].map(width)
        };
        assert_eq!(edges(0, 0), [1.0, 0.0, 1.0, 1.0]);
        assert_eq!(edges(1, 1), [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(edges(3, 2), [0.0, 1.0, 1.0, 1.0]);
        // A cell that covers all columns has both outer edges.
        let wide = style.cell(Switches::default(), Place { col_span: 3, ..place(1, 0) });
        assert_eq!([&wide.left, &wide.right].map(width), [1.0, 1.0]);
    }
}
