//! Points, rectangles and insets.

use tiny_skia::{Path, PathBuilder, Transform};

/// A point, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// Distance from the left.
    pub x: f32,
    /// Distance from the top.
    pub y: f32,
}

/// An axis-aligned rectangle, pt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width, never negative.
    pub width: f32,
    /// Height, never negative.
    pub height: f32,
}

impl Rect {
    /// A rectangle from its left and top edges and size.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// The rectangle reduced by `insets` on each side; its size is never negative.
    pub fn inset(self, insets: Insets) -> Self {
        Self {
            x: self.x + insets.left,
            y: self.y + insets.top,
            width: (self.width - insets.left - insets.right).max(0.0),
            height: (self.height - insets.top - insets.bottom).max(0.0),
        }
    }

    /// The outline as a path.
    pub fn path(self) -> Option<Path> {
        tiny_skia::Rect::from_xywh(self.x, self.y, self.width, self.height).map(PathBuilder::from_rect)
    }
}

/// Distances from the four sides, pt.
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

/// A transform that flips and then rotates about the centre of `bounds`.
pub fn turned(bounds: Rect, rotation: f32, (flip_h, flip_v): (bool, bool)) -> Transform {
    let (x, y) = (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0);
    let sign = |flip: bool| if flip { -1.0 } else { 1.0 };
    Transform::from_translate(-x, -y)
        .post_scale(sign(flip_h), sign(flip_v))
        .post_concat(Transform::from_rotate(rotation))
        .post_translate(x, y)
}
