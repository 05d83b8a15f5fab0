//! A page as data: nodes in painting order, each at its place.

use super::effects::Effects;
use super::style::{Fill, Stroke};
use super::table::Table;
use super::text::Body;

pub(crate) use tiny_skia::{Path, PathBuilder, Transform};

/// One page, slide or view of a sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// Width, pt.
    pub(crate) width: f32,
    /// Height, pt.
    pub(crate) height: f32,
    /// What covers the whole page below all nodes. Where it is not opaque, white shows.
    pub(crate) background: Fill,
    /// What stands on it, the lowest first.
    pub(crate) nodes: Vec<Node>,
}

/// Something on a page.
#[derive(Debug, Clone)]
pub(crate) enum Node {
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
pub(crate) struct Point {
    /// From the left.
    pub(crate) x: f32,
    /// From the top.
    pub(crate) y: f32,
}

/// An upright rectangle, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rect {
    /// Left edge.
    pub(crate) x: f32,
    /// Top edge.
    pub(crate) y: f32,
    /// Never negative.
    pub(crate) width: f32,
    /// Never negative.
    pub(crate) height: f32,
}

impl Rect {
    /// The rectangle of these edges and sizes.
    pub(crate) const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// The rectangle less what `insets` take from each side; never less than nothing.
    pub(crate) fn inset(self, insets: Insets) -> Self {
        Self {
            x: self.x + insets.left,
            y: self.y + insets.top,
            width: (self.width - insets.left - insets.right).max(0.0),
            height: (self.height - insets.top - insets.bottom).max(0.0),
        }
    }

    /// Its outline as a path.
    pub(crate) fn path(self) -> Option<Path> {
        tiny_skia::Rect::from_xywh(self.x, self.y, self.width, self.height).map(PathBuilder::from_rect)
    }
}

/// Room kept free along the four sides, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Insets {
    /// On the left.
    pub(crate) left: f32,
    /// Above.
    pub(crate) top: f32,
    /// On the right.
    pub(crate) right: f32,
    /// Below.
    pub(crate) bottom: f32,
}

impl Insets {
    /// The same on every side.
    pub(crate) const fn all(n: f32) -> Self {
        Self { left: n, top: n, right: n, bottom: n }
    }
}

/// A box with an outline. What is inside is laid out upright and then flipped and turned about the box's centre.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// Its place before it is turned.
    pub(crate) bounds: Rect,
    /// Degrees clockwise about the centre.
    pub(crate) rotation: f32,
    /// Mirrored left to right; text is not.
    pub(crate) flip_h: bool,
    /// Mirrored top to bottom; text is turned by 180° instead.
    pub(crate) flip_v: bool,
    /// The outline; none paints neither fill nor stroke.
    pub(crate) outline: Outline,
    /// What the outline encloses.
    pub(crate) fill: Fill,
    /// What is drawn along the outline.
    pub(crate) stroke: Option<Stroke>,
    /// Of fill and stroke, or of the text of a shape that has neither.
    pub(crate) effects: Option<Box<Effects>>,
    /// 0 transparent to 1 opaque, of everything with its effects.
    pub(crate) opacity: Option<f32>,
    /// Where text goes, if not in all of the bounds; in the coordinates of the box, whose top left is 0, 0.
    pub(crate) text_area: Option<Rect>,
    /// The text.
    pub(crate) text: Option<Body>,
}

/// The outline of a shape.
#[derive(Debug, Clone, Default)]
pub(crate) enum Outline {
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
pub(crate) struct OutlinePath {
    /// In the coordinates of the box.
    pub(crate) path: Path,
    /// How the fill is changed for this path.
    pub(crate) fill: PathFill,
    /// Whether the stroke follows it.
    pub(crate) stroked: bool,
}

/// How a path of an outline takes the shape's fill.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum PathFill {
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
pub(crate) struct Group {
    /// From the group's coordinates to its parent's.
    pub(crate) transform: Transform,
    /// Nothing outside of it is painted; in the group's coordinates.
    pub(crate) clip: Option<Path>,
    /// 0 transparent to 1 opaque.
    pub(crate) opacity: f32,
    /// Of everything in it together.
    pub(crate) effects: Option<Box<Effects>>,
    /// The lowest first.
    pub(crate) children: Vec<Node>,
}

impl Group {
    /// Nodes as they are.
    pub(crate) fn new(children: Vec<Node>) -> Self {
        Self { transform: Transform::identity(), clip: None, opacity: 1.0, effects: None, children }
    }

    /// A group as DrawingML has it: `child` (`chOff`, `chExt`) is stretched onto `bounds` (`off`, `ext`), then flipped
    /// and turned by `rotation` about the centre of `bounds`.
    pub(crate) fn framed(bounds: Rect, child: Rect, rotation: f32, flip: (bool, bool), children: Vec<Node>) -> Self {
        let share = |to: f32, from: f32| if from > 0.0 { to / from } else { 1.0 };
        let stretch = Transform::from_translate(-child.x, -child.y)
            .post_scale(share(bounds.width, child.width), share(bounds.height, child.height))
            .post_translate(bounds.x, bounds.y);
        let transform = stretch.post_concat(turned(bounds, rotation, flip));
        Self { transform, ..Self::new(children) }
    }
}

/// Flipped and then turned about the centre of `bounds`.
pub(crate) fn turned(bounds: Rect, rotation: f32, (flip_h, flip_v): (bool, bool)) -> Transform {
    let (x, y) = (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0);
    let sign = |flip: bool| if flip { -1.0 } else { 1.0 };
    Transform::from_translate(-x, -y)
        .post_scale(sign(flip_h), sign(flip_v))
        .post_concat(Transform::from_rotate(rotation))
        .post_translate(x, y)
}
