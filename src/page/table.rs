//! Tables and sheets as data: a grid of columns and rows, cells that may span several of them.

use super::style::{Fill, Stroke};
use super::text::Body;

/// A grid.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// Width of each column, pt.
    pub(crate) columns: Vec<f32>,
    /// From the top.
    pub(crate) rows: Vec<Row>,
    /// From the left edge of what the table stands in, pt.
    pub(crate) indent: f32,
    /// Whether the first column is the rightmost.
    pub(crate) right_to_left: bool,
    /// Lines between all cells that draw none of their own: the gridlines of a sheet.
    pub(crate) gridlines: Option<Stroke>,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// How high it is.
    pub(crate) height: RowHeight,
    /// Cells that start in this row, in order of their columns; columns may be left out.
    pub(crate) cells: Vec<Cell>,
}

/// How high a row is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RowHeight {
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
pub(crate) struct Cell {
    /// Its first column, from 0.
    pub(crate) column: usize,
    /// Columns that it takes; 0 and 1 are one.
    pub(crate) column_span: usize,
    /// Rows that it takes; 0 and 1 are one.
    pub(crate) row_span: usize,
    /// Behind its text.
    pub(crate) fill: Fill,
    /// Around it. Where two cells meet, the wider line is drawn.
    pub(crate) borders: Borders,
    /// Its text; cells of sheets are `clipped`.
    pub(crate) body: Body,
    /// Whether text that does not wrap runs on over empty neighbours, as in sheets.
    pub(crate) spills: bool,
}

/// The lines of a cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Borders {
    /// On the left.
    pub(crate) left: Option<Stroke>,
    /// Above.
    pub(crate) top: Option<Stroke>,
    /// On the right.
    pub(crate) right: Option<Stroke>,
    /// Below.
    pub(crate) bottom: Option<Stroke>,
    /// From the top left to the bottom right.
    pub(crate) down: Option<Stroke>,
    /// From the bottom left to the top right.
    pub(crate) up: Option<Stroke>,
}

impl Borders {
    /// The same line on all four sides.
    pub(crate) fn all(stroke: &Stroke) -> Self {
        let line = || Some(stroke.clone());
        Self { left: line(), top: line(), right: line(), bottom: line(), down: None, up: None }
    }
}
