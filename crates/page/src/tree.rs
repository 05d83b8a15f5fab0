//! A page as data: nodes in painting order, each at its place.

use super::effects::Effects;
use super::style::{Fill, Stroke};
use super::table::Table;
use super::text::Body;

pub use tiny_skia::{Path, PathBuilder, Transform};

/// One page, slide or view of a sheet.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Width, pt.
    pub width: f32,
    /// Height, pt.
    pub height: f32,
    /// What covers the whole page below all nodes. Where it is not opaque, white shows.
    pub background: Fill,
    /// What stands on it, the lowest first.
    pub nodes: Vec<Node>,
}

/// Something on a page.
#[derive(Debug, Clone)]
pub enum Node {
    /// A box: outline, fill, stroke, text; pictures are boxes filled with one.
    Shape(Box<Shape>),
    /// Nodes that are moved, clipped or faded together.
    Group(Group),
    /// A grid of cells.
    Table(Box<Table>, Point),
    /// Text without a box around it, in a rectangle.
    Text(Box<Body>, Rect),
}

/// A point, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// An upright rectangle, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Never negative.
    pub width: f32,
    /// Never negative.
    pub height: f32,
}

impl Rect {
    /// The rectangle of these edges and sizes.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// The rectangle less what `insets` take from each side; never less than nothing.
    pub fn inset(self, insets: Insets) -> Self {
        Self {
            x: self.x + insets.left,
            y: self.y + insets.top,
            width: (self.width - insets.left - insets.right).max(0.0),
            height: (self.height - insets.top - insets.bottom).max(0.0),
        }
    }

    /// Its outline as a path.
    pub fn path(self) -> Option<Path> {
        tiny_skia::Rect::from_xywh(self.x, self.y, self.width, self.height).map(PathBuilder::from_rect)
    }
}

/// Room kept free along the four sides, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Insets {
    /// On the left.
    pub left: f32,
    /// Above.
    pub top: f32,
    /// On the right.
    pub right: f32,
    /// Below.
    pub bottom: f32,
}

impl Insets {
    /// The same on every side.
    pub const fn all(n: f32) -> Self {
        Self { left: n, top: n, right: n, bottom: n }
    }
}

/// A box with an outline. What is inside is laid out upright and then flipped and turned about the box's centre.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Its place before it is turned.
    pub bounds: Rect,
    /// Degrees clockwise about the centre.
    pub rotation: f32,
    /// Mirrored left to right; text is not.
    pub flip_h: bool,
    /// Mirrored top to bottom; text is turned by 180° instead.
    pub flip_v: bool,
    /// The outline; none paints neither fill nor stroke.
    pub outline: Outline,
    /// What the outline encloses.
    pub fill: Fill,
    /// What is drawn along the outline.
    pub stroke: Option<Stroke>,
    /// Of fill and stroke, or of the text of a shape that has neither.
    pub effects: Option<Box<Effects>>,
    /// 0 transparent to 1 opaque, of everything with its effects.
    pub opacity: Option<f32>,
    /// Where text goes, if not in all of the bounds; in the coordinates of the box, whose top left is 0, 0.
    pub text_area: Option<Rect>,
    /// The text.
    pub text: Option<Body>,
}

/// The outline of a shape.
#[derive(Debug, Clone, Default)]
pub enum Outline {
    /// None: text alone.
    None,
    /// The bounds themselves.
    #[default]
    Rect,
    /// The bounds with corners of this radius, pt.
    Rounded(f32),
    /// The ellipse that the bounds enclose.
    Ellipse,
    /// Any number of paths in the coordinates of the box, whose top left is 0, 0.
    Paths(Vec<OutlinePath>),
}

/// One path of an outline. Presets such as the cube shade some paths and stroke only others.
#[derive(Debug, Clone)]
pub struct OutlinePath {
    /// In the coordinates of the box.
    pub path: Path,
    /// How the fill is changed for this path.
    pub fill: PathFill,
    /// Whether the stroke follows it.
    pub stroked: bool,
}

/// How a path of an outline takes the shape's fill.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum PathFill {
    /// Not filled.
    None,
    /// As it is.
    #[default]
    Normal,
    /// Towards white by this share (`lighten`: 0.4, `lightenLess`: 0.2).
    Lighten(f32),
    /// Towards black by this share (`darken`: 0.4, `darkenLess`: 0.2).
    Darken(f32),
}

/// Nodes that share a transform, a clip and an opacity.
#[derive(Debug, Clone)]
pub struct Group {
    /// From the group's coordinates to its parent's.
    pub transform: Transform,
    /// Nothing outside of it is painted; in the group's coordinates.
    pub clip: Option<Path>,
    /// 0 transparent to 1 opaque.
    pub opacity: f32,
    /// Of everything in it together.
    pub effects: Option<Box<Effects>>,
    /// The lowest first.
    pub children: Vec<Node>,
}

impl Group {
    /// Nodes as they are.
    pub fn new(children: Vec<Node>) -> Self {
        Self { transform: Transform::identity(), clip: None, opacity: 1.0, effects: None, children }
    }

    /// A group as DrawingML has it: `child` (`chOff`, `chExt`) is stretched onto `bounds` (`off`, `ext`), then flipped
    /// and turned by `rotation` about the centre of `bounds`.
    pub fn framed(bounds: Rect, child: Rect, rotation: f32, flip: (bool, bool), children: Vec<Node>) -> Self {
        let share = |to: f32, from: f32| if from > 0.0 { to / from } else { 1.0 };
        let stretch = Transform::from_translate(-child.x, -child.y)
            .post_scale(share(bounds.width, child.width), share(bounds.height, child.height))
            .post_translate(bounds.x, bounds.y);
        let transform = stretch.post_concat(turned(bounds, rotation, flip));
        Self { transform, ..Self::new(children) }
    }
}

/// Flipped and then turned about the centre of `bounds`.
pub fn turned(bounds: Rect, rotation: f32, (flip_h, flip_v): (bool, bool)) -> Transform {
    let (x, y) = (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0);
    let sign = |flip: bool| if flip { -1.0 } else { 1.0 };
    Transform::from_translate(-x, -y)
        .post_scale(sign(flip_h), sign(flip_v))
        .post_concat(Transform::from_rotate(rotation))
        .post_translate(x, y)
}
