//! Table styles (`a:tblStyle`): the 74 built-in ones by GUID, and what a cell takes from a style.
//!
//! A style has a background and thirteen regions (whole table, bands, outer rows and columns, corner cells) with fill,
//! text and borders. They are layered in the order of [`Region`]. Fills, lines and colours are returned as elements,
//! for a [`Scene`](super::scene::Scene) to resolve.
//!
//! PowerPoint ignores a file's definition of a built-in style.

mod built_in;
#[cfg(test)]
mod tests;

use crate::xml::Element;

pub use built_in::built_in;

/// A table style.
#[derive(Debug, Clone, Copy)]
pub struct TableStyle<'a>(Element<'a>);

/// A region of a table, from bottom to top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    /// All cells.
    Whole,
    /// Every other row, from the first after the header row.
    Band1H,
    /// The rows between.
    Band2H,
    /// Every other column, from the first after the first column.
    Band1V,
    /// The columns between.
    Band2V,
    LastCol,
    FirstCol,
    LastRow,
    /// The last cell of the last row.
    SeCell,
    /// The first cell of the last row.
    SwCell,
    FirstRow,
    /// The last cell of the first row.
    NeCell,
    /// The first cell of the first row.
    NwCell,
}

/// Regions and their elements, from bottom to top.
const REGIONS: [(Region, &str); 13] = [
    (Region::Whole, "a:wholeTbl"),
    (Region::Band1H, "a:band1H"),
    (Region::Band2H, "a:band2H"),
    (Region::Band1V, "a:band1V"),
    (Region::Band2V, "a:band2V"),
    (Region::LastCol, "a:lastCol"),
    (Region::FirstCol, "a:firstCol"),
    (Region::LastRow, "a:lastRow"),
    (Region::SeCell, "a:seCell"),
    (Region::SwCell, "a:swCell"),
    (Region::FirstRow, "a:firstRow"),
    (Region::NeCell, "a:neCell"),
    (Region::NwCell, "a:nwCell"),
];

/// Which regions a table shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switches {
    /// Header row.
    pub first_row: bool,
    /// Total row.
    pub last_row: bool,
    /// Special first column.
    pub first_col: bool,
    /// Special last column.
    pub last_col: bool,
    /// Banded rows.
    pub band_rows: bool,
    /// Banded columns.
    pub band_cols: bool,
}

impl Switches {
    /// Reads the attributes of `properties` (`a:tblPr`).
    pub fn of(properties: Element<'_>) -> Self {
        let is_on = |name: &str| properties.flag(name).unwrap_or(false);
        Self {
            first_row: is_on("firstRow"),
            last_row: is_on("lastRow"),
            first_col: is_on("firstCol"),
            last_col: is_on("lastCol"),
            band_rows: is_on("bandRow"),
            band_cols: is_on("bandCol"),
        }
    }
}

/// The position of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub col: usize,
    /// Rows covered, at least 1.
    pub row_span: usize,
    /// Columns covered, at least 1.
    pub col_span: usize,
    /// Of the table.
    pub rows: usize,
    /// Of the table.
    pub cols: usize,
}

/// The style of one cell; `None` if unspecified.
#[derive(Debug, Clone, Copy, Default)]
pub struct CellStyle<'a> {
    /// `a:solidFill`, `a:noFill` and so on, or `a:fillRef`.
    pub fill: Option<Element<'a>>,
    /// A colour, such as `a:schemeClr`.
    pub text: Option<Element<'a>>,
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    /// `a:ln` or `a:lnRef`.
    pub left: Option<Element<'a>>,
    /// Like `left`.
    pub right: Option<Element<'a>>,
    /// Like `left`.
    pub top: Option<Element<'a>>,
    /// Like `left`.
    pub bottom: Option<Element<'a>>,
}

impl<'a> TableStyle<'a> {
    /// Reads `a:tblStyle`.
    pub fn of(element: Element<'a>) -> Self {
        Self(element)
    }

    /// The table background: a fill or `a:fillRef`.
    pub fn background(self) -> Option<Element<'a>> {
        fill(self.0.child("a:tblBg")?)
    }

    /// The style of the cell at `place`.
    pub fn cell(self, switches: Switches, place: Place) -> CellStyle<'a> {
        let mut cell = CellStyle::default();
        for (region, name) in REGIONS {
            let Some(extent) = extent(region, switches, place) else { continue };
            if let Some(element) = self.0.child(name) {
                cell.lay(element, &extent, place);
            }
        }
        cell
    }
}

impl<'a> CellStyle<'a> {
    /// Applies `region` on top.
    fn lay(&mut self, region: Element<'a>, extent: &Extent, place: Place) {
        if let Some(text) = region.child("a:tcTxStyle") {
            let is_on = |name: &str| text.attr(name).filter(|value| *value != "def").map(|value| value != "off");
            let is_color = |child: &Element<'a>| child.name().ends_with("Clr");
            self.bold = is_on("b").or(self.bold);
            self.italic = is_on("i").or(self.italic);
            self.text = text.children().find(is_color).or(self.text);
        }
        let Some(style) = region.child("a:tcStyle") else { return };
        self.fill = fill(style).or(self.fill);
        let Some(borders) = style.child("a:tcBdr") else { return };
        let (bottom, right) = (place.row + place.row_span.max(1), place.col + place.col_span.max(1));
        // Inside the region, an edge is a line between its cells.
        let put = |to: &mut Option<Element<'a>>, is_outer: bool, outer: &str, inner: &str| {
            let edge = borders.child(if is_outer { outer } else { inner });
            *to = edge.and_then(|edge| edge.children().next()).or(*to);
        };
        put(&mut self.left, place.col <= extent.left, "a:left", "a:insideV");
        put(&mut self.right, right >= extent.right, "a:right", "a:insideV");
        put(&mut self.top, place.row <= extent.top, "a:top", "a:insideH");
        put(&mut self.bottom, bottom >= extent.bottom, "a:bottom", "a:insideH");
    }
}

/// The fill or fill reference in `parent`.
fn fill(parent: Element<'_>) -> Option<Element<'_>> {
    let own = parent.child("a:fill").and_then(|fill| fill.children().next());
    own.or_else(|| parent.child("a:fillRef"))
}

/// Start and end of a region's rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    top: usize,
    bottom: usize,
    left: usize,
    right: usize,
}

/// The extent of `region`, if the cell at `place` is in it.
fn extent(region: Region, on: Switches, place: Place) -> Option<Extent> {
    let Place { row, col, rows, cols, .. } = place;
    let all = Extent { top: 0, bottom: rows, left: 0, right: cols };
    let this_row = Extent { top: row, bottom: row + 1, ..all };
    let this_col = Extent { left: col, right: col + 1, ..all };
    let this_cell = Extent { left: col, right: col + 1, ..this_row };
    // A single row is the first row.
    let is_first_row = on.first_row && row == 0;
    let is_last_row = on.last_row && row + place.row_span.max(1) >= rows && !is_first_row;
    let is_first_col = on.first_col && col == 0;
    let is_last_col = on.last_col && col + place.col_span.max(1) >= cols && !is_first_col;
    // Bands start after a special first row or column, and exclude special ones.
    let band_row = row.checked_sub(usize::from(on.first_row)).filter(|_| on.band_rows && !is_last_row);
    let band_col = col.checked_sub(usize::from(on.first_col)).filter(|_| on.band_cols && !is_last_col);
    let (is_in, extent) = match region {
        Region::Whole => (true, all),
        Region::Band1H => (band_row.is_some_and(|n| n % 2 == 0), this_row),
        Region::Band2H => (band_row.is_some_and(|n| n % 2 == 1), this_row),
        Region::Band1V => (band_col.is_some_and(|n| n % 2 == 0), this_col),
        Region::Band2V => (band_col.is_some_and(|n| n % 2 == 1), this_col),
        Region::FirstRow => (is_first_row, this_row),
        Region::LastRow => (is_last_row, this_row),
        Region::FirstCol => (is_first_col, this_col),
        Region::LastCol => (is_last_col, this_col),
        Region::NwCell => (is_first_row && is_first_col, this_cell),
        Region::NeCell => (is_first_row && is_last_col, this_cell),
        Region::SwCell => (is_last_row && is_first_col, this_cell),
        Region::SeCell => (is_last_row && is_last_col, this_cell),
    };
    is_in.then_some(extent)
}
