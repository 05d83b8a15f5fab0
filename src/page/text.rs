//! Text as data: bodies of paragraphs and tables, runs of one style.

use std::sync::Arc;

use super::effects::Shadow;
use super::fonts::Language;
use super::style::{Color, Fill, Picture, Stroke};
use super::table::Table;
use super::tree::{Insets, Node};

/// Text in a box: a shape's, a cell's, a page's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    /// From the top.
    pub(crate) blocks: Vec<Block>,
    /// Room between the box and the text.
    pub(crate) insets: Insets,
    /// Where the text stands if the box is higher.
    pub(crate) anchor: Anchor,
    /// Whether the whole of the text stands in the middle of the width (`anchorCtr`).
    pub(crate) centered: bool,
    /// What becomes of text that is higher than its box.
    pub(crate) fit: TextFit,
    /// Whether lines break at the width of the box.
    pub(crate) wrap: bool,
    /// Which way lines run.
    pub(crate) direction: TextDirection,
    /// Degrees clockwise by which the whole is turned about the middle of the box, beside what the box is turned by.
    pub(crate) turn: f32,
    /// Columns side by side; 0 and 1 are one.
    pub(crate) columns: u16,
    /// Room between columns, pt.
    pub(crate) column_gap: f32,
    /// Whether the first column is the rightmost.
    pub(crate) columns_leftward: bool,
    /// Whether nothing outside of the box is painted.
    pub(crate) clipped: bool,
}

/// A part of a body, from margin to margin.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // Nearly all blocks are of the largest kind.
pub(crate) enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
}

/// Where text stands in a higher box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Anchor {
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
pub(crate) enum TextFit {
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
pub(crate) enum TextDirection {
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
pub(crate) struct Paragraph {
    /// In logical order.
    pub(crate) content: Vec<Inline>,
    /// How its lines are set.
    pub(crate) style: ParagraphStyle,
    /// What an empty paragraph is as high as.
    pub(crate) end_style: RunStyle,
}

impl Paragraph {
    /// One run in one style.
    pub(crate) fn plain(text: impl Into<String>, style: RunStyle) -> Self {
        let content = vec![Inline::Text(text.into(), style.clone())];
        Self { content, style: ParagraphStyle::default(), end_style: style }
    }
}

/// A part of a paragraph.
#[derive(Debug, Clone)]
pub(crate) enum Inline {
    /// Text of one style. `\t` goes to the next tab stop, `\n` breaks the line.
    Text(String, RunStyle),
    /// Something as large as a `width` × `height` pt character, standing on the baseline: a picture in the text. Its
    /// coordinates start at its top left.
    Object { width: f32, height: f32, node: Box<Node> },
}

/// How the lines of a paragraph are set.
#[derive(Debug, Clone, Default)]
pub(crate) struct ParagraphStyle {
    /// Against which edge.
    pub(crate) align: Align,
    /// Which edge a line starts at.
    pub(crate) direction: Direction,
    /// From the edge where lines start, pt.
    pub(crate) indent_start: f32,
    /// From the edge where lines end, pt.
    pub(crate) indent_end: f32,
    /// Of the first line, beyond `indent_start`, pt; negative hangs.
    pub(crate) first_line: f32,
    /// Above, pt. Between two paragraphs, the larger of both counts if `collapse`, else the sum.
    pub(crate) space_before: f32,
    /// Below, pt.
    pub(crate) space_after: f32,
    /// Whether space before and the space after the paragraph above overlap.
    pub(crate) collapse: bool,
    /// From line to line.
    pub(crate) line_spacing: LineSpacing,
    /// What a line is as high as by itself.
    pub(crate) line_height: LineHeight,
    /// Stops, from the edge of the box, ascending.
    pub(crate) tabs: Vec<TabStop>,
    /// Beyond the last of them, pt; 0 is 36 pt.
    pub(crate) default_tab: f32,
    /// Before the first line.
    pub(crate) bullet: Option<Bullet>,
    /// Behind the paragraph, from indent to indent.
    pub(crate) shading: Option<Color>,
    /// Around it: left, top, right, bottom.
    pub(crate) borders: [Option<Stroke>; 4],
    /// Between borders or shading and text.
    pub(crate) padding: Insets,
    /// Where lines may break.
    pub(crate) breaks: LineBreaks,
}

/// Against which edge lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Align {
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
pub(crate) enum Direction {
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
pub(crate) enum LineBreaks {
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
pub(crate) enum LineSpacing {
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
pub(crate) enum LineHeight {
    /// As its fonts ask for.
    #[default]
    Fonts,
    /// So many times the size of its largest letters, whatever their font: slides are set so.
    Size,
}

/// Where a tab goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TabStop {
    /// From the edge of the box where lines start, pt.
    pub(crate) position: f32,
    /// How what follows the tab stands against it.
    pub(crate) align: TabAlign,
    /// What fills the gap.
    pub(crate) leader: Option<char>,
}

/// How text stands against a tab stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TabAlign {
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
pub(crate) struct Bullet {
    /// The mark or number.
    pub(crate) text: String,
    /// Its style.
    pub(crate) style: RunStyle,
    /// A picture in place of the text, as high as the style's letters.
    pub(crate) picture: Option<Picture>,
}

/// How characters look.
#[derive(Debug, Clone)]
pub(crate) struct RunStyle {
    /// Families for what scripts.
    pub(crate) fonts: FontSet,
    /// Pt.
    pub(crate) size: f32,
    /// 100 to 900; 400 is regular, 700 bold.
    pub(crate) weight: u16,
    /// Slanted, by the font or else by us.
    pub(crate) italic: bool,
    /// Of the glyphs.
    pub(crate) color: Color,
    /// A line below.
    pub(crate) underline: Underline,
    /// The colour of the line below, if not that of the glyphs.
    pub(crate) underline_color: Option<Color>,
    /// Lines through.
    pub(crate) strike: Strike,
    /// Behind the text.
    pub(crate) highlight: Option<Color>,
    /// Raised by this share of the size, negative lowered.
    pub(crate) baseline: f32,
    /// Added between characters, pt.
    pub(crate) spacing: f32,
    /// How letters are changed.
    pub(crate) caps: Caps,
    /// What else is painted of the glyphs.
    pub(crate) look: Option<Arc<Look>>,
}

/// What is painted of glyphs beside one colour.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look {
    /// What they are filled with in place of their colour, across the run on its line.
    pub(crate) fill: Option<Fill>,
    /// Along their outline.
    pub(crate) outline: Option<Stroke>,
    /// Below them.
    pub(crate) shadow: Option<Shadow>,
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
pub(crate) enum Underline {
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
pub(crate) enum Strike {
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
pub(crate) enum Caps {
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
pub(crate) struct FontSet {
    /// Latin and whatever else it has.
    pub(crate) latin: Arc<str>,
    /// Chinese, Japanese, Korean.
    pub(crate) east_asian: Arc<str>,
    /// Arabic, Hebrew, Thai, Indic scripts.
    pub(crate) complex: Arc<str>,
    /// Whose shapes of Chinese characters.
    pub(crate) language: Option<Language>,
}

impl FontSet {
    /// One family for all scripts.
    pub(crate) fn one(family: &str) -> Self {
        Self { latin: family.into(), ..Self::default() }
    }
}
