//! Text as data: bodies of paragraphs and tables, runs of one style.

use std::sync::Arc;

use super::effects::Shadow;
use super::fonts::Language;
use super::style::{Color, Fill, Picture, Stroke};
use super::table::Table;
use super::tree::{Insets, Node};

/// Text in a box: a shape's, a cell's, a page's.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// From the top.
    pub blocks: Vec<Block>,
    /// Room between the box and the text.
    pub insets: Insets,
    /// Where the text stands if the box is higher.
    pub anchor: Anchor,
    /// Whether the whole of the text stands in the middle of the width (`anchorCtr`).
    pub centered: bool,
    /// What becomes of text that is higher than its box.
    pub fit: TextFit,
    /// Whether lines break at the width of the box.
    pub wrap: bool,
    /// Which way lines run.
    pub direction: TextDirection,
    /// Degrees clockwise by which the whole is turned about the middle of the box, beside what the box is turned by.
    pub turn: f32,
    /// Columns side by side; 0 and 1 are one.
    pub columns: u16,
    /// Room between columns, pt.
    pub column_gap: f32,
    /// Whether the first column is the rightmost.
    pub columns_leftward: bool,
    /// Whether nothing outside of the box is painted.
    pub clipped: bool,
}

/// A part of a body, from margin to margin.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // Nearly all blocks are of the largest kind.
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
}

/// Where text stands in a higher box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// At the top.
    #[default]
    Top,
    /// In the middle.
    Middle,
    /// At the bottom.
    Bottom,
}

/// What becomes of text that is higher than its box.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum TextFit {
    /// It runs over.
    #[default]
    Overflow,
    /// Font sizes are multiplied by `scale`, and line spacing is reduced by `less`, both shares as the file has them.
    Scaled { scale: f32, less: f32 },
    /// It is stretched along both sides, whatever its size, until it fills the box.
    Fill,
}

/// Which way lines run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextDirection {
    /// As always.
    #[default]
    Horizontal,
    /// The whole turned by 90° clockwise: lines run downward, the next is to the left.
    Clockwise,
    /// The whole turned by 90° counter-clockwise: lines run upward, the next is to the right.
    CounterClockwise,
    /// As `Clockwise`, with East Asian characters upright.
    EastAsian,
    /// As `EastAsian`, but the next line is to the right.
    Mongolian,
    /// Characters upright, one below the other; the next line is to the right.
    Stacked,
    /// As `Stacked`, but the next line is to the left.
    StackedLeftward,
}

/// A paragraph: inline content, ended by a line break of its own.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// In logical order.
    pub content: Vec<Inline>,
    /// How its lines are set.
    pub style: ParagraphStyle,
    /// What an empty paragraph is as high as.
    pub end_style: RunStyle,
}

impl Paragraph {
    /// One run in one style.
    pub fn plain(text: impl Into<String>, style: RunStyle) -> Self {
        let content = vec![Inline::Text(text.into(), style.clone())];
        Self { content, style: ParagraphStyle::default(), end_style: style }
    }
}

/// A part of a paragraph.
#[derive(Debug, Clone)]
pub enum Inline {
    /// Text of one style. `\t` goes to the next tab stop, `\n` breaks the line.
    Text(String, RunStyle),
    /// Something as large as a `width` × `height` pt character, standing on the baseline: a picture in the text. Its
    /// coordinates start at its top left.
    Object { width: f32, height: f32, node: Box<Node> },
}

/// How the lines of a paragraph are set.
#[derive(Debug, Clone, Default)]
pub struct ParagraphStyle {
    /// Against which edge.
    pub align: Align,
    /// Which edge a line starts at.
    pub direction: Direction,
    /// From the edge where lines start, pt.
    pub indent_start: f32,
    /// From the edge where lines end, pt.
    pub indent_end: f32,
    /// Of the first line, beyond `indent_start`, pt; negative hangs.
    pub first_line: f32,
    /// Above, pt. Between two paragraphs, the larger of both counts if `collapse`, else the sum.
    pub space_before: f32,
    /// Below, pt.
    pub space_after: f32,
    /// Whether space before and the space after the paragraph above overlap.
    pub collapse: bool,
    /// From line to line.
    pub line_spacing: LineSpacing,
    /// What a line is as high as by itself.
    pub line_height: LineHeight,
    /// Stops, from the edge of the box, ascending.
    pub tabs: Vec<TabStop>,
    /// Beyond the last of them, pt; 0 is 36 pt.
    pub default_tab: f32,
    /// Before the first line.
    pub bullet: Option<Bullet>,
    /// Behind the paragraph, from indent to indent.
    pub shading: Option<Color>,
    /// Around it: left, top, right, bottom.
    pub borders: [Option<Stroke>; 4],
    /// Between borders or shading and text.
    pub padding: Insets,
    /// Where lines may break.
    pub breaks: LineBreaks,
}

/// Against which edge lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// The edge where lines start.
    #[default]
    Start,
    /// The edge where they end.
    End,
    /// The left edge.
    Left,
    /// The right edge.
    Right,
    /// In the middle.
    Center,
    /// Both edges, the last line at the start.
    Justify,
    /// Both edges, the last line too.
    Distribute,
}

/// Which edge lines start at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// As the first strong character says.
    #[default]
    Auto,
    /// The left one.
    LeftToRight,
    /// The right one.
    RightToLeft,
}

/// Where lines may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineBreaks {
    /// Between words, and inside a word that is wider than the line.
    #[default]
    Words,
    /// Between any two characters, as a terminal does.
    Anywhere,
    /// Nowhere.
    Never,
}

/// From line to line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineSpacing {
    /// Times what the fonts of the line ask for.
    Multiple(f32),
    /// Pt, whatever is in the line.
    Exact(f32),
    /// Pt, more where the line needs more.
    AtLeast(f32),
}

impl Default for LineSpacing {
    fn default() -> Self {
        Self::Multiple(1.0)
    }
}

/// What a line is as high as, before its spacing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineHeight {
    /// As its fonts ask for.
    #[default]
    Fonts,
    /// So many times the size of its largest letters, whatever their font: slides are set so.
    Size,
}

/// Where a tab goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TabStop {
    /// From the edge of the box where lines start, pt.
    pub position: f32,
    /// How what follows the tab stands against it.
    pub align: TabAlign,
    /// What fills the gap.
    pub leader: Option<char>,
}

/// How text stands against a tab stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TabAlign {
    /// Starts there.
    #[default]
    Start,
    /// Its middle is there.
    Center,
    /// Ends there.
    End,
    /// Its decimal point is there.
    Decimal,
}

/// What stands before the first line of a paragraph, at its `indent_start` plus `first_line`.
#[derive(Debug, Clone)]
pub struct Bullet {
    /// The mark or number.
    pub text: String,
    /// Its style.
    pub style: RunStyle,
    /// A picture in place of the text, as high as the style's letters.
    pub picture: Option<Picture>,
}

/// How characters look.
#[derive(Debug, Clone)]
pub struct RunStyle {
    /// Families for what scripts.
    pub fonts: FontSet,
    /// Pt.
    pub size: f32,
    /// 100 to 900; 400 is regular, 700 bold.
    pub weight: u16,
    /// Slanted, by the font or else by us.
    pub italic: bool,
    /// Of the glyphs.
    pub color: Color,
    /// A line below.
    pub underline: Underline,
    /// The colour of the line below, if not that of the glyphs.
    pub underline_color: Option<Color>,
    /// Lines through.
    pub strike: Strike,
    /// Behind the text.
    pub highlight: Option<Color>,
    /// Raised by this share of the size, negative lowered.
    pub baseline: f32,
    /// Added between characters, pt.
    pub spacing: f32,
    /// How letters are changed.
    pub caps: Caps,
    /// What else is painted of the glyphs.
    pub look: Option<Arc<Look>>,
}

/// What is painted of glyphs beside one colour.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// What they are filled with in place of their colour, across the run on its line.
    pub fill: Option<Fill>,
    /// Along their outline.
    pub outline: Option<Stroke>,
    /// Below them.
    pub shadow: Option<Shadow>,
}

impl Default for RunStyle {
    fn default() -> Self {
        Self {
            fonts: FontSet::default(),
            size: 12.0,
            weight: 400,
            italic: false,
            color: Color::BLACK,
            underline: Underline::None,
            underline_color: None,
            strike: Strike::None,
            highlight: None,
            baseline: 0.0,
            spacing: 0.0,
            caps: Caps::AsWritten,
            look: None,
        }
    }
}

/// A line below text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Underline {
    /// None.
    #[default]
    None,
    /// One line.
    Single,
    /// Two lines.
    Double,
    /// One thick line.
    Heavy,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
}

/// Lines through text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strike {
    /// None.
    #[default]
    None,
    /// One line.
    Single,
    /// Two lines.
    Double,
}

/// How letters are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caps {
    /// Not.
    #[default]
    AsWritten,
    /// Capitals.
    All,
    /// Small letters as capitals of four fifths the size.
    Small,
}

/// The families of a style: one a kind of script, as Word and DrawingML have them. An empty name is the default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FontSet {
    /// Latin and whatever else it has.
    pub latin: Arc<str>,
    /// Chinese, Japanese, Korean.
    pub east_asian: Arc<str>,
    /// Arabic, Hebrew, Thai, Indic scripts.
    pub complex: Arc<str>,
    /// Whose shapes of Chinese characters.
    pub language: Option<Language>,
}

impl FontSet {
    /// One family for all scripts.
    pub fn one(family: &str) -> Self {
        Self { latin: family.into(), ..Self::default() }
    }
}
