//! Bounds of painted content in pixels. Never too small; slightly too large is harmless.

use tiny_skia::Transform;

use crate::layout::{GlyphRun, Item};
use crate::style::{Cap, Join, LineEndKind, Stroke};
use crate::tree::{Node, OutlinePath, Path, Rect, turned};

/// Left, top, right, bottom, px. Empty if the width or height is zero.
pub(super) type Area = [i32; 4];

/// A coordinate outside every canvas.
const FAR: i32 = 1 << 24;

/// The area of content with unknown bounds.
pub(super) const EVERYWHERE: Area = [-FAR, -FAR, FAR, FAR];

/// The intersection; `None` if it is empty.
pub(super) fn intersection(a: Area, b: Area) -> Option<Area> {
    let both = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    (both[0] < both[2] && both[1] < both[3]).then_some(both)
}

/// The bounding rectangle of both.
pub(super) fn around(a: Option<Area>, b: Option<Area>) -> Option<Area> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    Some([a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

/// Extended by this many px on every side.
pub(super) fn grown(area: Area, by: f32) -> Area {
    let by = (by.ceil() as i32).clamp(0, FAR);
    let [left, top, right, bottom] = area.map(|n| n.clamp(-FAR, FAR));
    [left - by, top - by, right + by, bottom + by]
}

/// The pixels that `rect` touches.
pub(super) fn pixels(rect: tiny_skia::Rect) -> Area {
    let far = FAR as f32;
    let edges = [rect.left().floor(), rect.top().floor(), rect.right().ceil(), rect.bottom().ceil()];
    edges.map(|n| n.clamp(-far, far) as i32)
}

/// The pixels that a rectangle in points touches, extended by `reach` pt on every side.
pub(super) fn rect(rect: Rect, reach: f32, transform: Transform) -> Option<Area> {
    let Rect { x, y, width, height } = rect;
    let edges = tiny_skia::Rect::from_ltrb(x - reach, y - reach, x + width + reach, y + height + reach);
    edges.and_then(|edges| edges.transform(transform)).map(pixels)
}

/// The pixels that a path touches, filled and with `stroke`.
pub(super) fn path(path: &Path, stroke: Option<&Stroke>, transform: Transform) -> Option<Area> {
    let b = path.bounds();
    let bounds = Rect::new(b.left(), b.top(), b.width(), b.height());
    rect(bounds, stroke.map_or(0.0, reach), transform).map(|area| grown(area, 1.0))
}

/// The pixels that the paths of a shape touch.
pub(super) fn outline(paths: &[OutlinePath], stroke: Option<&Stroke>, transform: Transform) -> Option<Area> {
    paths.iter().map(|p| path(&p.path, stroke, transform)).fold(None, around)
}

/// Moved by whole pixels.
pub(super) fn shifted(area: Area, by: Transform) -> Area {
    let (dx, dy) = (by.tx as i32, by.ty as i32);
    [area[0].saturating_add(dx), area[1].saturating_add(dy), area[2].saturating_add(dx), area[3].saturating_add(dy)]
}

/// The pixels that nodes touch. Can be [`EVERYWHERE`] for text that is not laid out yet.
pub(super) fn nodes(nodes: &[Node], transform: Transform) -> Option<Area> {
    nodes.iter().map(|one| node(one, transform)).fold(None, around)
}

fn node(node: &Node, transform: Transform) -> Option<Area> {
    match node {
        Node::Shape(shape) if shape.text.is_some() || shape.effects.is_some() => Some(EVERYWHERE),
        Node::Shape(shape) => {
            let own = turned(shape.bounds, shape.rotation, (shape.flip_h, shape.flip_v));
            outline(&super::outline::outline(shape), shape.stroke.as_ref(), transform.pre_concat(own))
        }
        Node::Group(group) if group.effects.is_some() => Some(EVERYWHERE),
        Node::Group(group) => nodes(&group.children, transform.pre_concat(group.transform)),
        Node::Table(..) | Node::Text(..) => Some(EVERYWHERE),
    }
}

/// Distance that a stroke extends beyond its path, pt.
fn reach(stroke: &Stroke) -> f32 {
    let corner = match stroke.join {
        Join::Miter => 4.0_f32,
        Join::Round | Join::Bevel => 0.5,
    };
    let cap = if stroke.cap == Cap::Square { 0.75 } else { 0.5 };
    let ends = match (stroke.head.kind, stroke.tail.kind) {
        (LineEndKind::None, LineEndKind::None) => 0.0,
        _ => 6.0,
    };
    corner.max(cap).max(ends) * stroke.width.max(0.75)
}

/// The pixels that laid out text touches.
pub(super) fn items(items: &[Item], transform: Transform) -> Option<Area> {
    items.iter().map(|one| item(one, transform)).fold(None, around)
}

/// The pixels that the glyphs of a run touch, without their shadow.
pub(super) fn glyphs(run: &GlyphRun, transform: Transform) -> Option<Area> {
    // No glyph reaches further from its origin than this, not even those of scripts with tall stacks.
    let reach = run.size * 2.0;
    let places = run.glyphs.iter().map(|(_, at)| rect(Rect::new(at.x, at.y, 0.0, 0.0), reach, transform));
    places.fold(None, around)
}

fn item(item: &Item, transform: Transform) -> Option<Area> {
    match item {
        Item::Glyphs(run) => glyphs(run, transform),
        Item::Fill(area, _) => rect(*area, 1.0, transform),
        Item::Line(from, to, stroke) => {
            let (x, y) = (from.x.min(to.x), from.y.min(to.y));
            rect(Rect::new(x, y, (to.x - from.x).abs(), (to.y - from.y).abs()), stroke.width + 1.0, transform)
        }
        Item::Node(..) => Some(EVERYWHERE),
        Item::Clip(area, inner) => {
            let clip = rect(*area, 1.0, transform)?;
            items(inner, transform).and_then(|inner| intersection(inner, clip))
        }
        Item::Turned(own, inner) => items(inner, transform.pre_concat(*own)),
    }
}
