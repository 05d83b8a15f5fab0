//! Colours, fills and strokes, with everything resolved that a theme may have left open.

use std::sync::Arc;

use tiny_skia::Pixmap;

use super::tree::Rect;

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

    /// The same colour with alpha times `share`, 0 to 1.
    #[must_use]
    pub fn faded(self, share: f32) -> Self {
        Self { a: (f32::from(self.a) * share.clamp(0.0, 1.0)).round() as u8, ..self }
    }

    /// The colour moved towards `to` by `share`, 0 to 1; alpha stays.
    #[must_use]
    pub fn mixed(self, to: Self, share: f32) -> Self {
        let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        Self { r: mix(self.r, to.r), g: mix(self.g, to.g), b: mix(self.b, to.b), a: self.a }
    }

    /// Rec. 709 luma, 0 to 255: tells whether black or white stands out on it.
    pub fn luma(self) -> f32 {
        0.2126 * f32::from(self.r) + 0.7152 * f32::from(self.g) + 0.0722 * f32::from(self.b)
    }

    pub(super) fn skia(self) -> tiny_skia::Color {
        tiny_skia::Color::from_rgba8(self.r, self.g, self.b, self.a)
    }
}

/// What covers an area.
#[derive(Debug, Clone, Default)]
pub enum Fill {
    /// Nothing.
    #[default]
    None,
    /// One colour.
    Solid(Color),
    /// Colours that run into each other.
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

/// Colours that run into each other across the bounds of what is filled.
#[derive(Debug, Clone)]
pub struct Gradient {
    /// Position from 0 to 1, and the colour there; ascending.
    pub stops: Vec<(f32, Color)>,
    /// Along what they run.
    pub kind: GradientKind,
    /// Whether they turn with the shape that they fill; otherwise they lie as the page does.
    pub turns: bool,
}

/// Along what the colours of a gradient run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GradientKind {
    /// Along a line at this angle: 0 runs to the right, 90 downward. Corner to corner: the first and last colours are
    /// reached in the corners of the bounds. `scaled` turns the angle with the aspect of the bounds.
    Linear { angle: f32, scaled: bool },
    /// From the edges of the focus, as shares of the bounds, outward in circles. The focus may lie beyond the bounds.
    Circle { focus: Rect },
    /// As `Circle`, in rectangles.
    Rect { focus: Rect },
}

/// An 8×8 pattern, one bit a pixel of ¾ pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pattern {
    /// Rows from the top; the highest bit is the leftmost pixel.
    pub rows: [u8; 8],
    /// Where bits are set.
    pub foreground: Color,
    /// Elsewhere.
    pub background: Color,
}

/// A decoded picture, shared by all who show it. Premultiplied sRGB.
#[derive(Clone)]
pub struct Picture(pub Arc<Pixmap>);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.0.width(), self.0.height())
    }
}

/// A picture that covers an area.
#[derive(Debug, Clone)]
pub struct PictureFill {
    /// The pixels.
    pub picture: Picture,
    /// How they are laid over the area.
    pub mode: PictureMode,
    /// 0 to 1.
    pub opacity: f32,
}

/// How a picture is laid over an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PictureMode {
    /// The part of the picture inside `crop` is stretched onto the part of the area inside `onto`; both as shares of
    /// the whole: left, top, right, bottom cut away (negative adds room).
    Stretch { crop: [f32; 4], onto: [f32; 4] },
    /// Repeated from the top left, at this size in pt, moved by this offset in pt; every other column or row is
    /// mirrored where `flip` says so.
    Tile { width: f32, height: f32, dx: f32, dy: f32, flip: (bool, bool) },
}

impl PictureMode {
    /// The whole picture onto the whole area.
    pub const WHOLE: Self = Self::Stretch { crop: [0.0; 4], onto: [0.0; 4] };
}

/// What is drawn along a path.
#[derive(Debug, Clone)]
pub struct Stroke {
    /// Mostly one colour.
    pub fill: Fill,
    /// Pt; lines thinner than a pixel are drawn as thin as a pixel, fainter.
    pub width: f32,
    /// On, off, on, off … in units of the width; empty is solid.
    pub dash: Vec<f32>,
    /// Ends of open paths and of dashes.
    pub cap: Cap,
    /// Corners.
    pub join: Join,
    /// Of how many lines it is made.
    pub compound: Compound,
    /// Where it lies.
    pub side: Side,
    /// The start of open paths.
    pub head: LineEnd,
    /// The end of open paths.
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

/// The end of a line or dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cap {
    /// At the end.
    #[default]
    Flat,
    /// Half a width further, round.
    Round,
    /// Half a width further, square.
    Square,
}

/// The corner of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Pointed.
    #[default]
    Miter,
    /// Round.
    Round,
    /// Cut off.
    Bevel,
}

/// Of how many lines beside each other a stroke is made.
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

/// Where a stroke lies along its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// Half of it to either side.
    #[default]
    Centre,
    /// Within what the path encloses.
    Inside,
}

/// A decoration at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LineEnd {
    /// Its shape.
    pub kind: LineEndKind,
    /// Across the line, in line widths: 2 small, 3 medium, 5 large.
    pub width: f32,
    /// Along the line, in line widths, as `width`.
    pub length: f32,
}

/// The shape of a line's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEndKind {
    /// Nothing.
    #[default]
    None,
    /// A filled triangle.
    Triangle,
    /// A triangle with a notch.
    Stealth,
    /// A rhombus about the end.
    Diamond,
    /// An ellipse about the end.
    Oval,
    /// Two strokes.
    Arrow,
}
