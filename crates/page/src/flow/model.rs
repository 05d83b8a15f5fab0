//! A text document as data: sections, paragraphs, tables, drawings and notes, with all formatting resolved.

use std::sync::Arc;

use thumbling_core::error::Result;

use crate::style::{Color, Fill, Stroke};
use crate::table::{Borders, RowHeight};
use crate::text::{Align, Anchor, LineSpacing, RunStyle, TabStop, TextDirection};
use crate::tree::{Insets, Node, Rect};

/// Yields the blocks of a document, in order, and no further than the caller asks. A section precedes its blocks.
pub trait Source {
    /// The next block; `None` at the end.
    fn next_block(&mut self) -> Result<Option<Block>>;
}

/// A part of a document or of a story in it.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Paragraph(Box<Paragraph>),
    /// A table.
    Table(Box<Table>),
    /// A section starts. Only at the top level of a document.
    Section(Box<Section>),
}

/// Page geometry and what stands around the text.
#[derive(Debug, Clone)]
pub struct Section {
    /// Page width, pt.
    pub width: f32,
    /// Page height, pt.
    pub height: f32,
    /// Page margins, pt. A negative margin above or below is exact: headers and footers do not push the text.
    pub margins: Insets,
    /// Distance of the header from the top edge, pt.
    pub header_distance: f32,
    /// Distance of the footer from the bottom edge, pt.
    pub footer_distance: f32,
    /// Columns in reading order; empty counts as one of the full width.
    pub columns: Vec<Column>,
    /// Whether the first column is the rightmost.
    pub right_to_left: bool,
    /// Line between columns.
    pub separator: Option<Stroke>,
    /// Line pitch of the grid that lines snap to, pt.
    pub grid: Option<f32>,
    /// Vertical alignment of the text on the page.
    pub anchor: Anchor,
    /// Where the section starts.
    pub start: SectionStart,
    /// Whether lines run downward and follow each other leftward, with East Asian characters upright.
    pub is_vertical: bool,
    /// Background of the page.
    pub background: Fill,
    /// Content of the header.
    pub header: Vec<Block>,
    /// Content of the footer.
    pub footer: Vec<Block>,
    /// Lines around the page.
    pub borders: Option<PageBorders>,
    /// Numbers beside lines.
    pub line_numbers: Option<LineNumbers>,
}

/// Numbers beside the lines of a section.
#[derive(Debug, Clone)]
pub struct LineNumbers {
    /// Every how many lines.
    pub step: u32,
    /// The first number.
    pub start: u32,
    /// Distance from the text, pt.
    pub distance: f32,
    /// Style of the numbers.
    pub style: Arc<RunStyle>,
}

/// A column of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Pt.
    pub width: f32,
    /// Gap to the next column, pt.
    pub gap: f32,
}

/// Where a section starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SectionStart {
    /// On a new page.
    #[default]
    Page,
    /// Below the section before it.
    Continuous,
}

/// Lines around a page.
#[derive(Debug, Clone, Default)]
pub struct PageBorders {
    /// The lines.
    pub lines: Borders,
    /// Distances of the lines from the edge of the page or from the text, pt.
    pub distance: Insets,
    /// Whether distances are measured from the text.
    pub from_text: bool,
}

/// A paragraph.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// Content in logical order.
    pub content: Vec<Inline>,
    /// Formatting of its lines.
    pub style: ParagraphStyle,
    /// The style of the paragraph mark, which gives an empty paragraph its height.
    pub mark: Arc<RunStyle>,
}

/// A part of a paragraph.
#[derive(Debug, Clone)]
pub enum Inline {
    /// Text without tabs and breaks.
    Text(String, Arc<RunStyle>),
    /// The number or bullet of a list item, aligned at the start of the first line.
    Number(String, Arc<RunStyle>, Align),
    /// A tab.
    Tab(Arc<RunStyle>),
    /// A break.
    Break(Break, Arc<RunStyle>),
    /// A drawing in the line.
    Object(Box<Drawing>, Arc<RunStyle>),
    /// An equation in the line; the style is that of its largest parts.
    Math(Box<Math>, Arc<RunStyle>),
    /// A drawing beside, above or behind the text, anchored here.
    Float(Box<Float>),
    /// A footnote whose mark is here.
    Note(Vec<Block>),
}

/// A part of an equation.
#[derive(Debug, Clone)]
pub enum Math {
    /// Text in its own size and slant.
    Text(String, Arc<RunStyle>),
    /// Parts beside each other.
    Row(Vec<Math>),
    /// A fraction.
    Fraction { top: Box<Math>, bottom: Box<Math>, has_bar: bool },
    /// Scripts after a base.
    Scripts { base: Box<Math>, below: Option<Box<Math>>, above: Option<Box<Math>> },
    /// Limits centred below and above a base.
    Limits { base: Box<Math>, below: Option<Box<Math>>, above: Option<Box<Math>> },
    /// A root.
    Radical { degree: Option<Box<Math>>, body: Box<Math> },
    /// Parts in brackets that are as high as they.
    Fenced { open: String, close: String, separator: String, parts: Vec<Math> },
    /// Rows of cells.
    Matrix { rows: Vec<Vec<Math>>, is_left: bool },
    /// A line above or below.
    Bar { body: Box<Math>, is_above: bool },
    /// A mark above.
    Accent { body: Box<Math>, mark: String },
}

/// A break in a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// A new line.
    Line,
    /// A new column.
    Column,
    /// A new page.
    Page,
}

/// The formatting of a paragraph.
#[derive(Debug, Clone)]
pub struct ParagraphStyle {
    /// Horizontal alignment.
    pub align: Align,
    /// Whether lines run from right to left.
    pub right_to_left: bool,
    /// Indent where lines start, pt.
    pub indent_start: f32,
    /// Indent where lines end, pt.
    pub indent_end: f32,
    /// Additional indent of the first line, pt; negative for a hanging indent.
    pub first_line: f32,
    /// Space above, pt.
    pub before: f32,
    /// Space below, pt.
    pub after: f32,
    /// Whether the larger of two spaces applies between paragraphs, instead of their sum.
    pub collapse: bool,
    /// Whether there is no space between paragraphs of the same `kind`.
    pub contextual: bool,
    /// Identifies the paragraph's style in the document.
    pub kind: u32,
    /// Line spacing.
    pub spacing: LineSpacing,
    /// Whether lines snap to the grid of the section.
    pub snap: bool,
    /// Tab stops from the start edge of the column, ascending.
    pub tabs: Vec<TabStop>,
    /// Distance of default tab stops, pt.
    pub default_tab: f32,
    /// Whether it stays on the page of the next paragraph.
    pub keep_next: bool,
    /// Whether all its lines stay on one page.
    pub keep_lines: bool,
    /// Whether at least two lines stay on each page.
    pub widow_control: bool,
    /// Whether it starts a page.
    pub page_break_before: bool,
    /// Lines: left, top, right, bottom.
    pub borders: [Option<Stroke>; 4],
    /// Line between paragraphs with the same borders.
    pub between: Option<Stroke>,
    /// Distance between lines and text.
    pub padding: Insets,
    /// Background.
    pub shading: Option<Color>,
    /// Whether its lines have no numbers.
    pub is_unnumbered: bool,
}

impl Default for ParagraphStyle {
    fn default() -> Self {
        Self {
            align: Align::Start,
            right_to_left: false,
            indent_start: 0.0,
            indent_end: 0.0,
            first_line: 0.0,
            before: 0.0,
            after: 0.0,
            collapse: true,
            contextual: false,
            kind: 0,
            spacing: LineSpacing::default(),
            snap: true,
            tabs: Vec::new(),
            default_tab: 36.0,
            keep_next: false,
            keep_lines: false,
            widow_control: true,
            page_break_before: false,
            borders: [const { None }; 4],
            between: None,
            padding: Insets::default(),
            shading: None,
            is_unnumbered: false,
        }
    }
}

/// A drawing: shapes and text frames, bottommost first, relative to its top left.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// Pt.
    pub width: f32,
    /// Pt.
    pub height: f32,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A part of a drawing.
#[derive(Debug, Clone)]
pub enum Part {
    /// A shape, group or picture.
    Node(Node),
    /// Text in a box.
    Text(TextFrame),
}

/// Text in a box of a drawing.
#[derive(Debug, Clone, Default)]
pub struct TextFrame {
    /// The box.
    pub bounds: Rect,
    /// Distances between box and text.
    pub insets: Insets,
    /// Vertical alignment.
    pub anchor: Anchor,
    /// Degrees clockwise about the centre of the box.
    pub rotation: f32,
    /// Direction of lines.
    pub direction: TextDirection,
    /// Whether the drawing is at least as high as the text.
    pub grows: bool,
    /// Whether the drawing is as high as the text.
    pub fits: bool,
    /// Whether the drawing takes the width of the text.
    pub shrinks: bool,
    /// Whether text below the box is cut off.
    pub clipped: bool,
    /// The text.
    pub blocks: Vec<Block>,
}

/// A drawing at a position of its own.
#[derive(Debug, Clone, Default)]
pub struct Float {
    /// What is drawn.
    pub drawing: Drawing,
    /// Horizontal position.
    pub x: (Origin, Place),
    /// Vertical position.
    pub y: (Origin, Place),
    /// How text flows around it.
    pub wrap: Wrap,
    /// Distances to the text around it.
    pub distance: Insets,
    /// Whether it is behind the text.
    pub behind: bool,
    /// Order among other drawings.
    pub z: i64,
}

/// What a position is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The page.
    Page,
    /// The text area of the page.
    Margin,
    /// The column.
    #[default]
    Column,
    /// The paragraph.
    Paragraph,
    /// The margin left of the text area.
    LeftMargin,
    /// The margin right of the text area.
    RightMargin,
    /// The margin above the text area.
    TopMargin,
    /// The margin below the text area.
    BottomMargin,
}

/// A position within its origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// At this distance from the start, pt.
    At(f32),
    /// At this fraction of its extent.
    Share(f32),
    /// At the start.
    Start,
    /// Centred.
    Center,
    /// At the end.
    End,
}

impl Default for Place {
    fn default() -> Self {
        Self::At(0.0)
    }
}

/// How text flows around a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrap {
    /// It does not.
    #[default]
    None,
    /// On these sides.
    Square(Side),
    /// Only above and below.
    TopAndBottom,
}

/// The sides of a drawing on which there is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// Both.
    #[default]
    Both,
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// The wider one.
    Largest,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Width of each column, pt.
    pub columns: Vec<f32>,
    /// Rows from the top.
    pub rows: Vec<Row>,
    /// Horizontal alignment in the column: start, centre or end.
    pub align: Align,
    /// Distance of the first column from the start of the column of text, pt.
    pub indent: f32,
    /// Whether the first column is the rightmost.
    pub right_to_left: bool,
    /// Whether column widths follow from the content, and `columns` are only preferred.
    pub fits_content: bool,
    /// Gap between cells, pt.
    pub spacing: f32,
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its height.
    pub height: RowHeight,
    /// Cells by column; columns can be skipped.
    pub cells: Vec<Cell>,
    /// Whether it does not break over pages.
    pub is_whole: bool,
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// First column, zero-based.
    pub column: usize,
    /// Number of columns, at least 1.
    pub column_span: usize,
    /// Number of rows, at least 1.
    pub row_span: usize,
    /// Distances between cell and text.
    pub insets: Insets,
    /// Vertical alignment.
    pub anchor: Anchor,
    /// Direction of lines.
    pub direction: TextDirection,
    /// Background.
    pub fill: Fill,
    /// Border lines; of two at one edge, the wider one is drawn.
    pub borders: Borders,
    /// Content.
    pub blocks: Vec<Block>,
}
