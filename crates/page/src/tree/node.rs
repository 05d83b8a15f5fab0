//! The nodes of a page, and the text and tables in them.
//!
//! These types refer to each other (a shape has text, text has inline nodes and tables, cells have text), so all of them are
//! in this file; what they are formatted with is in the others.

use tiny_skia::{Path, Transform};

use super::effects::Effects;
use super::geometry::{Insets, Point, Rect, turned};
use super::outline::Outline;
use super::style::{Fill, Stroke};
use super::table::{Borders, RowHeight};
use super::text::{Anchor, ParagraphStyle, RunStyle, TextDirection, TextFit};

/// One page, slide or view of a sheet.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Width, pt.
    pub width: f32,
    /// Height, pt.
    pub height: f32,
    /// Background of the whole page, over white.
    pub background: Fill,
    /// Nodes, bottommost first.
    pub nodes: Vec<Node>,
}

/// An object on a page.
#[derive(Debug, Clone)]
pub enum Node {
    /// A box with outline, fill, stroke and text. Pictures are boxes with a picture fill.
    Shape(Box<Shape>),
    /// Nodes with a common transform, clip or opacity.
    Group(Group),
    /// A grid of cells.
    Table(Box<Table>, Point),
    /// Text in a rectangle.
    Text(Box<Body>, Rect),
}

/// A box with an outline. Its content is laid out upright, then flipped and rotated about the centre of the box.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Position and size before rotation.
    pub bounds: Rect,
    /// Degrees clockwise about the centre.
    pub rotation: f32,
    /// Mirrored left to right, except text.
    pub flip_h: bool,
    /// Mirrored top to bottom; text is rotated by 180° instead.
    pub flip_v: bool,
    /// The outline. Without one, neither fill nor stroke is painted.
    pub outline: Outline,
    /// Fill of the outline.
    pub fill: Fill,
    /// Stroke along the outline.
    pub stroke: Option<Stroke>,
    /// Effects of fill and stroke, or of the text of a shape that has neither.
    pub effects: Option<Box<Effects>>,
    /// Opacity of the shape with its effects, 0 to 1.
    pub opacity: Option<f32>,
    /// Rectangle for the text, if not the whole bounds; relative to the top left of the box.
    pub text_area: Option<Rect>,
    /// The text.
    pub text: Option<Body>,
}

/// Nodes with a common transform, clip and opacity.
#[derive(Debug, Clone)]
pub struct Group {
    /// From the coordinates of the group to those of its parent.
    pub transform: Transform,
    /// Clip path, in the coordinates of the group.
    pub clip: Option<Path>,
    /// Opacity, 0 to 1.
    pub opacity: f32,
    /// Effects of the group as a whole.
    pub effects: Option<Box<Effects>>,
    /// Nodes, bottommost first.
    pub children: Vec<Node>,
}

impl Group {
    /// A group without transform.
    pub fn new(children: Vec<Node>) -> Self {
        Self { transform: Transform::identity(), clip: None, opacity: 1.0, effects: None, children }
    }

    /// A group as in DrawingML: `child` (`chOff`, `chExt`) is stretched onto `bounds` (`off`, `ext`), then flipped and
    /// rotated by `rotation` degrees about the centre of `bounds`.
    pub fn framed(bounds: Rect, child: Rect, rotation: f32, flip: (bool, bool), children: Vec<Node>) -> Self {
        let share = |to: f32, from: f32| if from > 0.0 { to / from } else { 1.0 };
        let stretch = Transform::from_translate(-child.x, -child.y)
            .post_scale(share(bounds.width, child.width), share(bounds.height, child.height))
            .post_translate(bounds.x, bounds.y);
        let transform = stretch.post_concat(turned(bounds, rotation, flip));
        Self { transform, ..Self::new(children) }
    }
}

/// Text in a box: that of a shape, cell or page.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Blocks from the top.
    pub blocks: Vec<Block>,
    /// Distances between the box and the text.
    pub insets: Insets,
    /// Vertical alignment within the box.
    pub anchor: Anchor,
    /// Whether the text as a whole is centred horizontally (`anchorCtr`).
    pub centered: bool,
    /// Handling of text that is higher than its box.
    pub fit: TextFit,
    /// Whether lines wrap at the width of the box.
    pub wrap: bool,
    /// Direction of lines.
    pub direction: TextDirection,
    /// Rotation about the centre of the box in addition to that of the box, degrees clockwise.
    pub turn: f32,
    /// Number of columns; 0 counts as 1.
    pub columns: u16,
    /// Gap between columns, pt.
    pub column_gap: f32,
    /// Whether the first column is the rightmost.
    pub columns_leftward: bool,
    /// Whether text is clipped to the box.
    pub clipped: bool,
}

/// A part of a body across its full width.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // Almost all blocks are paragraphs.
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
}

/// A paragraph of inline content.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// Content in logical order.
    pub content: Vec<Inline>,
    /// Formatting of its lines.
    pub style: ParagraphStyle,
    /// The style that gives an empty paragraph its height.
    pub end_style: RunStyle,
}

impl Paragraph {
    /// A paragraph of one run.
    pub fn plain(text: impl Into<String>, style: RunStyle) -> Self {
        let content = vec![Inline::Text(text.into(), style.clone())];
        Self { content, style: ParagraphStyle::default(), end_style: style }
    }
}

/// A part of a paragraph.
#[derive(Debug, Clone)]
pub enum Inline {
    /// Text in one style. `\t` is a tab, `\n` a line break.
    Text(String, RunStyle),
    /// An inline object such as a picture, on the baseline like a character of `width` × `height` pt. Its coordinates
    /// start at its top left.
    Object { width: f32, height: f32, node: Box<Node> },
}

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
