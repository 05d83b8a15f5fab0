//! Tables and sheets as data: a grid of columns and rows with cells that can span several of them.

use super::style::{Fill, Stroke};
use super::text::Body;

/// A table or sheet.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Width of each column, pt.
    pub columns: Vec<f32>,
    /// Rows from the top.
    pub rows: Vec<Row>,
    /// Distance from the left edge of the container, pt.
    pub indent: f32,
    /// Whether the first column is the rightmost.
    pub right_to_left: bool,
    /// Line between cells without borders: the gridlines of a sheet.
    pub gridlines: Option<Stroke>,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Height of the row.
    pub height: RowHeight,
    /// Cells that start in this row, ordered by column. Columns can be skipped.
    pub cells: Vec<Cell>,
}

/// Height of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowHeight {
    /// As high as its cells need, at least this many pt.
    AtLeast(f32),
    /// Exactly this many pt.
    Exact(f32),
}

impl Default for RowHeight {
    fn default() -> Self {
        Self::AtLeast(0.0)
    }
}

/// One cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// First column, zero-based.
    pub column: usize,
    /// Number of columns; 0 counts as 1.
    pub column_span: usize,
    /// Number of rows; 0 counts as 1.
    pub row_span: usize,
    /// Background.
    pub fill: Fill,
    /// Borders. Between two cells, the wider line is drawn.
    pub borders: Borders,
    /// Text. Cells of sheets are `clipped`.
    pub body: Body,
    /// Whether text that does not wrap overflows into empty neighbours, as in sheets.
    pub spills: bool,
}

/// The border lines of a cell.
#[derive(Debug, Clone, Default)]
pub struct Borders {
    /// On the left.
    pub left: Option<Stroke>,
    /// Above.
    pub top: Option<Stroke>,
    /// On the right.
    pub right: Option<Stroke>,
    /// Below.
    pub bottom: Option<Stroke>,
    /// Diagonal from the top left to the bottom right.
    pub down: Option<Stroke>,
    /// Diagonal from the bottom left to the top right.
    pub up: Option<Stroke>,
}

impl Borders {
    /// The same line on all four sides.
    pub fn all(stroke: &Stroke) -> Self {
        let line = || Some(stroke.clone());
        Self { left: line(), top: line(), right: line(), bottom: line(), down: None, up: None }
    }
}
