//! The formatting of text: bodies, paragraphs, runs.

use std::sync::Arc;

use super::effects::Shadow;
use super::geometry::Insets;
use super::style::{Color, Fill, Picture, Stroke};
use crate::fonts::Language;

/// Vertical alignment of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// At the top.
    #[default]
    Top,
    /// Centred.
    Middle,
    /// At the bottom.
    Bottom,
}

/// Handling of text that is higher than its box.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum TextFit {
    /// It overflows.
    #[default]
    Overflow,
    /// Font sizes are multiplied by `scale` and line spacing is reduced by `less`, as stored in the file (1 is 100 %).
    Scaled { scale: f32, less: f32 },
    /// It is stretched horizontally and vertically to fill the box.
    Fill,
}

/// Direction of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextDirection {
    /// Horizontal lines.
    #[default]
    Horizontal,
    /// Rotated by 90° clockwise: lines run downward, the next line is to the left.
    Clockwise,
    /// Rotated by 90° counter-clockwise: lines run upward, the next line is to the right.
    CounterClockwise,
    /// Like `Clockwise`, with East Asian characters upright.
    EastAsian,
    /// Like `EastAsian`, but the next line is to the right.
    Mongolian,
    /// Characters upright, one below the other; the next line is to the right.
    Stacked,
    /// Like `Stacked`, but the next line is to the left.
    StackedLeftward,
}

/// The formatting of a paragraph.
#[derive(Debug, Clone, Default)]
pub struct ParagraphStyle {
    /// Horizontal alignment.
    pub align: Align,
    /// Base direction.
    pub direction: Direction,
    /// Indent at the start of lines, pt.
    pub indent_start: f32,
    /// Indent at the end of lines, pt.
    pub indent_end: f32,
    /// Additional indent of the first line, pt; negative for a hanging indent.
    pub first_line: f32,
    /// Space above, pt. Between two paragraphs the larger space applies if `collapse`, else the sum.
    pub space_before: f32,
    /// Space below, pt.
    pub space_after: f32,
    /// Whether the space before overlaps the space after the paragraph above.
    pub collapse: bool,
    /// Line spacing.
    pub line_spacing: LineSpacing,
    /// Base height of a line.
    pub line_height: LineHeight,
    /// Tab stops measured from the edge of the box, in ascending order.
    pub tabs: Vec<TabStop>,
    /// Distance of default stops beyond the last tab stop, pt; 0 means 36 pt.
    pub default_tab: f32,
    /// Bullet or number before the first line.
    pub bullet: Option<Bullet>,
    /// Background, from indent to indent.
    pub shading: Option<Color>,
    /// Borders: left, top, right, bottom.
    pub borders: [Option<Stroke>; 4],
    /// Distance between borders or shading and text.
    pub padding: Insets,
    /// Where lines may break.
    pub breaks: LineBreaks,
}

/// Horizontal alignment of lines.
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
    /// Centred.
    Center,
    /// Justified; the last line is aligned at the start.
    Justify,
    /// Justified, including the last line.
    Distribute,
}

/// Base direction of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From the first strong character.
    #[default]
    Auto,
    /// Left to right.
    LeftToRight,
    /// Right to left.
    RightToLeft,
}

/// Where lines may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineBreaks {
    /// Between words, and within words wider than the line.
    #[default]
    Words,
    /// Between any two characters, as in a terminal.
    Anywhere,
    /// Nowhere.
    Never,
}

/// Line spacing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineSpacing {
    /// A multiple of the base height.
    Multiple(f32),
    /// Exactly this many pt.
    Exact(f32),
    /// At least this many pt.
    AtLeast(f32),
}

impl Default for LineSpacing {
    fn default() -> Self {
        Self::Multiple(1.0)
    }
}

/// The base height of a line, before line spacing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineHeight {
    /// From the metrics of its fonts.
    #[default]
    Fonts,
    /// A multiple of its largest font size, independent of the font, as in slides.
    Size,
}

/// A tab stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TabStop {
    /// Distance from the edge of the box where lines start, pt.
    pub position: f32,
    /// Alignment of the text after the tab.
    pub align: TabAlign,
    /// Leader character.
    pub leader: Option<char>,
}

/// Alignment of text at a tab stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TabAlign {
    /// Starts at the stop.
    #[default]
    Start,
    /// Centred on the stop.
    Center,
    /// Ends at the stop.
    End,
    /// Aligned at the decimal point.
    Decimal,
}

/// The bullet or number of a paragraph, placed at `indent_start` plus `first_line`.
#[derive(Debug, Clone)]
pub struct Bullet {
    /// Text of the bullet.
    pub text: String,
    /// Style of the text.
    pub style: RunStyle,
    /// A picture instead of text, scaled to the font size.
    pub picture: Option<Picture>,
}

/// Character formatting.
#[derive(Debug, Clone)]
pub struct RunStyle {
    /// Font families by script.
    pub fonts: FontSet,
    /// Font size, pt.
    pub size: f32,
    /// 100 to 900; 400 is regular, 700 bold.
    pub weight: u16,
    /// Italic; synthesised if the font has no italic face.
    pub italic: bool,
    /// Text colour.
    pub color: Color,
    /// Underline.
    pub underline: Underline,
    /// Colour of the underline, if not the text colour.
    pub underline_color: Option<Color>,
    /// Strikethrough.
    pub strike: Strike,
    /// Background colour.
    pub highlight: Option<Color>,
    /// Baseline shift upward as a fraction of the font size; negative is downward.
    pub baseline: f32,
    /// Letter spacing, pt.
    pub spacing: f32,
    /// Capitalisation of letters.
    pub caps: Caps,
    /// Whether pairs of letters are kerned. Only in documents that flow.
    pub kerning: bool,
    /// Horizontal scale of the letters. Only in documents that flow.
    pub stretch: f32,
    /// Fill, outline and shadow of the glyphs, if not plain.
    pub effects: Option<Arc<TextEffects>>,
}

/// Painting of glyphs beyond a single colour.
#[derive(Debug, Clone, Default)]
pub struct TextEffects {
    /// Fill that replaces the text colour, across the bounds of the run on its line.
    pub fill: Option<Fill>,
    /// Stroke along the outlines.
    pub outline: Option<Stroke>,
    /// Shadow below the glyphs.
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
            kerning: true,
            stretch: 1.0,
            effects: None,
        }
    }
}

/// The style of an underline.
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

/// The style of a strikethrough.
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

/// Capitalisation of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caps {
    /// Unchanged.
    #[default]
    AsWritten,
    /// All capitals.
    All,
    /// Small capitals of four fifths the size.
    Small,
}

/// Font families by script, as in Word and DrawingML. An empty name means the default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FontSet {
    /// Latin, and all other scripts the family covers.
    pub latin: Arc<str>,
    /// Chinese, Japanese, Korean.
    pub east_asian: Arc<str>,
    /// Arabic, Hebrew, Thai, Indic scripts.
    pub complex: Arc<str>,
    /// The language that decides between variants of Chinese characters.
    pub language: Option<Language>,
}

impl FontSet {
    /// One family for all scripts.
    pub fn one(family: &str) -> Self {
        Self { latin: family.into(), ..Self::default() }
    }
}
