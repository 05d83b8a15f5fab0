//! Styles of tables: the 74 built-in ones by their GUID, and what a cell takes from a style.
//!
//! A style has a background and thirteen regions (the whole table, bands, the outer rows and columns, the corner cells),
//! each of which says something about fill, text and borders. They lie on each other in the order of [`Region`]; what an
//! upper one leaves open shows the lower one. Colours stay as a theme has to resolve them.
//!
//! | file | what it holds |
//! |---|---|
//! | `built_in` | the styles that every PowerPoint has and that files only name |
//! | `cell` | which regions a cell lies in, and what comes of them |

mod built_in;
mod cell;

pub(crate) use built_in::built_in;
pub(crate) use cell::{CellStyle, Place, Switches};

/// A style, its colours unresolved.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct TableStyle {
    /// Below all cells.
    pub(crate) background: Option<CellFill>,
    /// By [`Region`].
    pub(crate) regions: [RegionStyle; Region::ALL.len()],
}

/// A part of a table, the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    /// All cells.
    Whole,
    /// Every other row, from the first below a special first row.
    Band1H,
    /// The rows between.
    Band2H,
    /// Every other column, from the first beside a special first column.
    Band1V,
    /// The columns between.
    Band2V,
    /// The last column.
    LastCol,
    /// The first column.
    FirstCol,
    /// The last row.
    LastRow,
    /// The cell at the end of the last row.
    SeCell,
    /// The cell at the start of the last row.
    SwCell,
    /// The first row.
    FirstRow,
    /// The cell at the end of the first row.
    NeCell,
    /// The cell at the start of the first row.
    NwCell,
}

impl Region {
    /// All of them and their names in files, from the lowest to the uppermost.
    pub(crate) const ALL: [(Self, &'static str); 13] = [
        (Self::Whole, "wholeTbl"),
        (Self::Band1H, "band1H"),
        (Self::Band2H, "band2H"),
        (Self::Band1V, "band1V"),
        (Self::Band2V, "band2V"),
        (Self::LastCol, "lastCol"),
        (Self::FirstCol, "firstCol"),
        (Self::LastRow, "lastRow"),
        (Self::SeCell, "seCell"),
        (Self::SwCell, "swCell"),
        (Self::FirstRow, "firstRow"),
        (Self::NeCell, "neCell"),
        (Self::NwCell, "nwCell"),
    ];
}

/// What a region says; what is none is left to the regions below.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RegionStyle {
    /// Of its cells.
    pub(crate) fill: Option<CellFill>,
    /// Of the text in them.
    pub(crate) text: Option<SchemeColor>,
    /// Whether the text is bold.
    pub(crate) bold: Option<bool>,
    /// Whether the text is italic.
    pub(crate) italic: Option<bool>,
    /// By [`Edge`].
    pub(crate) borders: [Option<Border>; Edge::ALL.len()],
}

/// An edge of a region, or all lines inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// The upper one.
    Top,
    /// The lower one.
    Bottom,
    /// Lines between rows.
    InsideH,
    /// Lines between columns.
    InsideV,
}

impl Edge {
    /// All of them, and their names in files.
    pub(crate) const ALL: [(Self, &'static str); 6] = [
        (Self::Left, "left"),
        (Self::Right, "right"),
        (Self::Top, "top"),
        (Self::Bottom, "bottom"),
        (Self::InsideH, "insideH"),
        (Self::InsideV, "insideV"),
    ];
}

/// What covers cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CellFill {
    /// Nothing; what is below the table shows.
    None,
    /// One colour.
    Solid(SchemeColor),
    /// The fill of this number, from 1, of the theme's format scheme, in this colour.
    Reference(u32, SchemeColor),
}

/// A line along cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Border {
    /// None, although a region below has one.
    None,
    /// A line of its own.
    Line {
        /// Pt.
        width: f32,
        /// Of all of it.
        color: SchemeColor,
        /// Two lines with a gap, together `width` wide.
        double: bool,
    },
    /// The line of this number, from 1, of the theme's format scheme, in this colour.
    Reference(u32, SchemeColor),
}

/// A colour of the theme.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SchemeColor {
    /// As in `a:schemeClr`: `accent1`, `dk1`, `bg1` …
    pub(crate) name: &'static str,
    /// What is done to it in order, as the children of `a:schemeClr` are called, and by how much; 1 is 100 %.
    pub(crate) modifiers: Vec<(&'static str, f32)>,
}
