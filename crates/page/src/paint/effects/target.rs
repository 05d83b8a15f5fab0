//! The shape or group that effects apply to.

use tiny_skia::{Point, Transform};

use crate::effects::Cast;
use crate::tree::{Node, Rect, turned};

/// Position of a shape or group with effects.
pub(in crate::paint) struct EffectTarget {
    /// Bounds including the stroke, before rotation, pt.
    pub(in crate::paint) bounds: Rect,
    /// Rotation about the centre of `bounds`, degrees.
    pub(in crate::paint) rotation: f32,
    /// From points to pixels.
    pub(in crate::paint) transform: Transform,
}

impl EffectTarget {
    /// The position of a group of nodes, from their bounds.
    pub(in crate::paint) fn around(nodes: &[Node], transform: Transform) -> Self {
        let bounds = nodes.iter().filter_map(|node| match node {
            Node::Shape(shape) => {
                shape.bounds.path()?.transform(turned(shape.bounds, shape.rotation, (false, false))).map(|p| p.bounds())
            }
            Node::Group(group) => {
                let inner = Self::around(&group.children, transform).bounds;
                inner.path()?.transform(group.transform).map(|p| p.bounds())
            }
            Node::Text(_, area) => area.path().map(|p| p.bounds()),
            Node::Table(..) => None,
        });
        let joined = bounds.reduce(|a, b| {
            let (right, bottom) = (a.right().max(b.right()), a.bottom().max(b.bottom()));
            tiny_skia::Rect::from_ltrb(a.left().min(b.left()), a.top().min(b.top()), right, bottom).unwrap_or(a)
        });
        let bounds = joined.map_or_else(Rect::default, |b| Rect::new(b.left(), b.top(), b.width(), b.height()));
        Self { bounds, rotation: 0.0, transform }
    }

    /// Approximate pixels per point.
    pub(super) fn scale(&self) -> f32 {
        let (sx, sy) = self.transform.get_scale();
        (sx + sy) / 2.0
    }

    /// If `is_turned`, the transform and bounds along the rotated axes of the shape; otherwise those of the page.
    pub(super) fn axes(&self, is_turned: bool) -> (Transform, Rect) {
        let turn = turned(self.bounds, self.rotation, (false, false));
        if is_turned {
            return (self.transform.pre_concat(turn), self.bounds);
        }
        let around = self.bounds.path().and_then(|path| path.transform(turn)).map(|path| path.bounds());
        let bounds = around.map_or(self.bounds, |b| Rect::new(b.left(), b.top(), b.width(), b.height()));
        (self.transform, bounds)
    }

    /// The transform from the pixels of the shape to those of its image.
    pub(super) fn cast(&self, cast: &Cast) -> Option<Transform> {
        let (axes, bounds) = self.axes(cast.turns);
        if cast.is_moved() {
            let mut by = Point::from_xy(cast.dx, cast.dy);
            Transform { tx: 0.0, ty: 0.0, ..axes }.map_point(&mut by);
            return Some(Transform::from_translate(by.x, by.y));
        }
        let (x, y) = (bounds.x + bounds.width * cast.anchor.0, bounds.y + bounds.height * cast.anchor.1);
        let skew = |degrees: f32| degrees.clamp(-89.0, 89.0).to_radians().tan();
        let own = Transform::from_row(cast.scale.0, skew(cast.skew.1), skew(cast.skew.0), cast.scale.1, 0.0, 0.0);
        let own = own.pre_translate(-x, -y).post_translate(x + cast.dx, y + cast.dy);
        Some(axes.invert()?.post_concat(own).post_concat(axes))
    }
}
