//! Tables and sheets as data: a grid of columns and rows, cells that may span several of them.

use super::style::{Fill, Stroke};
use super::text::Body;

/// A grid.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Width of each column, pt.
    pub columns: Vec<f32>,
    /// From the top.
    pub rows: Vec<Row>,
    /// From the left edge of what the table stands in, pt.
    pub indent: f32,
    /// Whether the first column is the rightmost.
    pub right_to_left: bool,
    /// Lines between all cells that draw none of their own: the gridlines of a sheet.
    pub gridlines: Option<Stroke>,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// How high it is.
    pub height: RowHeight,
    /// Cells that start in this row, in order of their columns; columns may be left out.
    pub cells: Vec<Cell>,
}

/// How high a row is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowHeight {
    /// As its cells need it, and no less than this many pt.
    AtLeast(f32),
    /// This many pt, whatever is in it.
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
    /// Its first column, from 0.
    pub column: usize,
    /// Columns that it takes; 0 and 1 are one.
    pub column_span: usize,
    /// Rows that it takes; 0 and 1 are one.
    pub row_span: usize,
    /// Behind its text.
    pub fill: Fill,
    /// Around it. Where two cells meet, the wider line is drawn.
    pub borders: Borders,
    /// Its text; cells of sheets are `clipped`.
    pub body: Body,
    /// Whether text that does not wrap runs on over empty neighbours, as in sheets.
    pub spills: bool,
}

/// The lines of a cell.
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
    /// From the top left to the bottom right.
    pub down: Option<Stroke>,
    /// From the bottom left to the top right.
    pub up: Option<Stroke>,
}

impl Borders {
    /// The same line on all four sides.
    pub fn all(stroke: &Stroke) -> Self {
        let line = || Some(stroke.clone());
        Self { left: line(), top: line(), right: line(), bottom: line(), down: None, up: None }
    }
}
