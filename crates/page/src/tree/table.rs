//! The formatting of tables: row heights and borders.

use super::style::Stroke;

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
