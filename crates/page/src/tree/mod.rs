//! A page as data: positioned nodes in painting order.
//!
//! The types refer to each other (a shape has text, text has inline shapes and tables, cells have text), so all of
//! them are in this module.

pub mod effects;
mod geometry;
pub mod style;
pub mod table;
pub mod text;

pub use geometry::{Insets, Point, Rect};
pub use tiny_skia::{Path, PathBuilder, Transform};

use effects::Effects;
use style::{Fill, Stroke};
use table::Table;
use text::Body;

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

/// The outline of a shape.
#[derive(Debug, Clone, Default)]
pub enum Outline {
    /// No outline, only text.
    None,
    /// The bounds.
    #[default]
    Rect,
    /// The bounds with rounded corners of this radius, pt.
    Rounded(f32),
    /// The ellipse inscribed in the bounds.
    Ellipse,
    /// Any number of paths, relative to the top left of the box.
    Paths(Vec<OutlinePath>),
}

/// One path of an outline. Presets such as the cube shade some paths and stroke others.
#[derive(Debug, Clone)]
pub struct OutlinePath {
    /// Relative to the top left of the box.
    pub path: Path,
    /// How this path modifies the fill.
    pub fill: PathFill,
    /// Whether it is stroked.
    pub stroked: bool,
}

/// How a path of an outline uses the fill of the shape.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum PathFill {
    /// Not filled.
    None,
    /// Unchanged.
    #[default]
    Normal,
    /// Mixed with this fraction of white (`lighten`: 0.4, `lightenLess`: 0.2).
    Lighten(f32),
    /// Mixed with this fraction of black (`darken`: 0.4, `darkenLess`: 0.2).
    Darken(f32),
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

/// A transform that flips and then rotates about the centre of `bounds`.
pub fn turned(bounds: Rect, rotation: f32, (flip_h, flip_v): (bool, bool)) -> Transform {
    let (x, y) = (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0);
    let sign = |flip: bool| if flip { -1.0 } else { 1.0 };
    Transform::from_translate(-x, -y)
        .post_scale(sign(flip_h), sign(flip_v))
        .post_concat(Transform::from_rotate(rotation))
        .post_translate(x, y)
}
