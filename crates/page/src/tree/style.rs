//! Colours, fills and strokes. Theme references are resolved before they get here.

use std::sync::Arc;

use tiny_skia::Pixmap;

use super::Rect;

/// An sRGB colour with straight alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Color {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// 0 transparent to 255 opaque.
    pub a: u8,
}

impl Color {
    /// Black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// An opaque colour.
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    /// An opaque colour as 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Self {
        Self::rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// The same colour with its alpha multiplied by `share`, 0 to 1.
    #[must_use]
    pub fn faded(self, share: f32) -> Self {
        Self { a: (f32::from(self.a) * share.clamp(0.0, 1.0)).round() as u8, ..self }
    }

    /// Mixed with `to`: 0 is unchanged, 1 is `to`. Alpha is unchanged.
    #[must_use]
    pub fn mixed(self, to: Self, share: f32) -> Self {
        let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        Self { r: mix(self.r, to.r), g: mix(self.g, to.g), b: mix(self.b, to.b), a: self.a }
    }

    /// Rec. 709 luma, 0 to 255; to choose between black and white for contrast.
    pub fn luma(self) -> f32 {
        0.2126 * f32::from(self.r) + 0.7152 * f32::from(self.g) + 0.0722 * f32::from(self.b)
    }

    pub(crate) fn skia(self) -> tiny_skia::Color {
        tiny_skia::Color::from_rgba8(self.r, self.g, self.b, self.a)
    }
}

/// The paint of an area.
#[derive(Debug, Clone, Default)]
pub enum Fill {
    /// Nothing.
    #[default]
    None,
    /// One colour.
    Solid(Color),
    /// A gradient.
    Gradient(Gradient),
    /// An 8×8 pattern of two colours.
    Pattern(Pattern),
    /// A picture.
    Picture(PictureFill),
}

impl From<Color> for Fill {
    fn from(color: Color) -> Self {
        Self::Solid(color)
    }
}

/// A gradient across the bounds of the filled area.
#[derive(Debug, Clone)]
pub struct Gradient {
    /// Positions from 0 to 1 in ascending order, each with its colour.
    pub stops: Vec<(f32, Color)>,
    /// Geometry of the gradient.
    pub kind: GradientKind,
    /// Whether the gradient rotates with the shape; otherwise it stays aligned with the page.
    pub turns: bool,
}

/// The geometry of a gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GradientKind {
    /// Linear at this angle: 0 runs to the right, 90 downward. The first and last colours are reached in the corners of
    /// the bounds. `scaled` adapts the angle to the aspect ratio of the bounds.
    Linear { angle: f32, scaled: bool },
    /// Circular, outward from the edges of the focus, which is given as fractions of the bounds and may lie outside.
    Circle { focus: Rect },
    /// Like `Circle`, in rectangles.
    Rect { focus: Rect },
}

/// An 8×8 pattern of one-bit pixels of ¾ pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pattern {
    /// Rows from the top; the most significant bit is the leftmost pixel.
    pub rows: [u8; 8],
    /// Colour of set bits.
    pub foreground: Color,
    /// Colour of clear bits.
    pub background: Color,
}

/// A decoded picture in premultiplied sRGB, shared between its uses.
#[derive(Clone)]
pub struct Picture(pub Arc<Pixmap>);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.0.width(), self.0.height())
    }
}

/// A picture as a fill.
#[derive(Debug, Clone)]
pub struct PictureFill {
    /// The pixels.
    pub picture: Picture,
    /// Placement within the area.
    pub mode: PictureMode,
    /// Opacity, 0 to 1.
    pub opacity: f32,
}

/// Placement of a picture within an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PictureMode {
    /// Stretches the part of the picture inside `crop` onto the part of the area inside `onto`. Both are insets from
    /// left, top, right and bottom as fractions of the whole; negative insets extend beyond it.
    Stretch { crop: [f32; 4], onto: [f32; 4] },
    /// Repeats the picture from the top left at this size, moved by this offset, pt. `flip` mirrors every other column
    /// or row.
    Tile { width: f32, height: f32, dx: f32, dy: f32, flip: (bool, bool) },
}

impl PictureMode {
    /// Stretches the whole picture onto the whole area.
    pub const WHOLE: Self = Self::Stretch { crop: [0.0; 4], onto: [0.0; 4] };
}

/// A stroke along a path.
#[derive(Debug, Clone)]
pub struct Stroke {
    /// Paint, usually one colour.
    pub fill: Fill,
    /// Width, pt. Lines thinner than a pixel are drawn one pixel wide and fainter.
    pub width: f32,
    /// Alternating lengths of dashes and gaps in units of the width; empty is solid.
    pub dash: Vec<f32>,
    /// Caps of open paths and dashes.
    pub cap: Cap,
    /// Corners.
    pub join: Join,
    /// Number and weight of parallel lines.
    pub compound: Compound,
    /// Position relative to the path.
    pub side: Side,
    /// Decoration at the start of open paths.
    pub head: LineEnd,
    /// Decoration at the end of open paths.
    pub tail: LineEnd,
}

impl Stroke {
    /// A solid line of one colour.
    pub fn new(color: Color, width: f32) -> Self {
        Self {
            fill: color.into(),
            width,
            dash: Vec::new(),
            cap: Cap::Flat,
            join: Join::Miter,
            compound: Compound::default(),
            side: Side::default(),
            head: LineEnd::default(),
            tail: LineEnd::default(),
        }
    }
}

/// The cap of a line or dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cap {
    /// Ends at the end point.
    #[default]
    Flat,
    /// Extends by half the width, round.
    Round,
    /// Extends by half the width, square.
    Square,
}

/// The corners of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Pointed.
    #[default]
    Miter,
    /// Round.
    Round,
    /// Bevelled.
    Bevel,
}

/// The parallel lines of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compound {
    /// One.
    #[default]
    Single,
    /// Two.
    Double,
    /// A thick one and a thin one.
    Uneven,
    /// A thick one between two thin ones.
    Triple,
}

/// Position of a stroke relative to its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// Centred on the path.
    #[default]
    Centre,
    /// Inside the path.
    Inside,
}

/// A decoration at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LineEnd {
    /// Its shape.
    pub kind: LineEndKind,
    /// Size across the line, in line widths: 2 small, 3 medium, 5 large.
    pub width: f32,
    /// Size along the line, in line widths: 2 small, 3 medium, 5 large.
    pub length: f32,
}

/// The shape of a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEndKind {
    /// Nothing.
    #[default]
    None,
    /// A filled triangle.
    Triangle,
    /// A triangle with a notch.
    Stealth,
    /// A rhombus centred on the end.
    Diamond,
    /// An ellipse centred on the end.
    Oval,
    /// An open arrowhead of two strokes.
    Arrow,
}
