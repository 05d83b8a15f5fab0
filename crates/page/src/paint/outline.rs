//! Builds the paths of the outlines of shapes.

use tiny_skia::{PathBuilder, Transform};

use crate::tree::{Outline, OutlinePath, Path, PathFill, Rect, Shape};

/// The paths of the outline of a shape, in the coordinates of its parent.
pub(super) fn outline(shape: &Shape) -> Vec<OutlinePath> {
    let bounds = shape.bounds;
    let whole = |path: Option<Path>| {
        path.into_iter().map(|path| OutlinePath { path, fill: PathFill::Normal, stroked: true }).collect()
    };
    match &shape.outline {
        Outline::None => Vec::new(),
        Outline::Rect => match bounds.width > 0.0 && bounds.height > 0.0 {
            true => whole(bounds.path()),
            false => whole(straight(bounds)),
        },
        Outline::Rounded(radius) => whole(rounded(bounds, *radius)),
        Outline::Ellipse => {
            let oval = tiny_skia::Rect::from_xywh(bounds.x, bounds.y, bounds.width, bounds.height);
            whole(oval.and_then(PathBuilder::from_oval))
        }
        Outline::Paths(paths) => {
            let at = Transform::from_translate(bounds.x, bounds.y);
            let moved = |p: &OutlinePath| Some(OutlinePath { path: p.path.clone().transform(at)?, ..p.clone() });
            paths.iter().filter_map(moved).collect()
        }
    }
}

/// A box without width or height is a line.
fn straight(bounds: Rect) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(bounds.x, bounds.y);
    path.line_to(bounds.x + bounds.width, bounds.y + bounds.height);
    path.finish()
}

/// A rectangle with rounded corners.
pub(super) fn rounded(bounds: Rect, radius: f32) -> Option<Path> {
    let Rect { x, y, width, height } = bounds;
    let r = radius.clamp(0.0, width.min(height) / 2.0);
    // Control points of a quarter circle.
    let k = r * (1.0 - 0.552_284_8);
    let (right, bottom) = (x + width, y + height);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.cubic_to(right - k, y, right, y + k, right, y + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(x + r, bottom);
    path.cubic_to(x + k, bottom, x, bottom - k, x, bottom - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + k, x + k, y, x + r, y);
    path.close();
    path.finish()
}
