//! Arrowheads and the like, at the ends of open paths.

use tiny_skia::{Path, PathBuilder, PathSegment, Point as SkPoint, Transform};

use crate::error::Result;
use crate::page::style::{LineEnd, LineEndKind, Stroke};
use crate::page::tree::Rect;

use super::canvas::Canvas;

impl Canvas<'_> {
    /// Draws the ends of a stroke along `path`, if the path is open.
    pub(super) fn line_ends(&mut self, path: &Path, stroke: &Stroke, bounds: Rect, transform: Transform) -> Result<()> {
        if stroke.head.kind == LineEndKind::None && stroke.tail.kind == LineEndKind::None {
            return Ok(());
        }
        let Some((start, end)) = ends(path) else { return Ok(()) };
        for ((tip, from), line_end) in [(start, stroke.head), (end, stroke.tail)] {
            let (dx, dy) = (tip.x - from.x, tip.y - from.y);
            let length = dx.hypot(dy);
            if line_end.kind == LineEndKind::None || length <= 1e-6 {
                continue;
            }
            let Some(shape) = shape(line_end, tip, (dx / length, dy / length), stroke.width.max(0.75)) else {
                continue;
            };
            match line_end.kind {
                LineEndKind::Arrow => {
                    let plain = Stroke {
                        head: LineEnd::default(),
                        tail: LineEnd::default(),
                        dash: Vec::new(),
                        ..stroke.clone()
                    };
                    self.stroke(&shape, &plain, bounds, transform)?;
                }
                _ => self.fill(&shape, &stroke.fill, bounds, transform)?,
            }
        }
        Ok(())
    }
}

type End = (SkPoint, SkPoint);

/// First and last point, each with the point that the line comes from; `None` for closed paths.
fn ends(path: &Path) -> Option<(End, End)> {
    let mut points = Vec::new();
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) | PathSegment::LineTo(p) => points.push(p),
            PathSegment::QuadTo(a, b) => points.extend([a, b]),
            PathSegment::CubicTo(a, b, c) => points.extend([a, b, c]),
            PathSegment::Close => return None,
        }
    }
    points.dedup();
    let [first, second, ..] = points[..] else { return None };
    let [.., before, last] = points[..] else { return None };
    Some(((first, second), (last, before)))
}

/// The outline of an end whose tip is at `tip` and that points along `(x, y)`.
fn shape(end: LineEnd, tip: SkPoint, (x, y): (f32, f32), width: f32) -> Option<Path> {
    let (long, half) = (end.length * width, end.width * width / 2.0);
    // Along the line backward from the tip, and to its left.
    let at = |back: f32, side: f32| SkPoint::from_xy(tip.x - x * back + y * side, tip.y - y * back - x * side);
    let mut path = PathBuilder::new();
    let points = match end.kind {
        LineEndKind::Triangle => vec![at(0.0, 0.0), at(long, half), at(long, -half)],
        LineEndKind::Stealth => vec![at(0.0, 0.0), at(long, half), at(long * 0.6, 0.0), at(long, -half)],
        LineEndKind::Diamond => vec![at(-long / 2.0, 0.0), at(0.0, half), at(long / 2.0, 0.0), at(0.0, -half)],
        LineEndKind::Arrow => vec![at(long, half), at(0.0, 0.0), at(long, -half)],
        LineEndKind::Oval => {
            let turn = Transform::from_row(x, y, -y, x, tip.x, tip.y);
            let oval = tiny_skia::Rect::from_xywh(-long / 2.0, -half, long, half * 2.0)?;
            return PathBuilder::from_oval(oval)?.transform(turn);
        }
        LineEndKind::None => return None,
    };
    path.move_to(points[0].x, points[0].y);
    points[1..].iter().for_each(|p| path.line_to(p.x, p.y));
    if end.kind != LineEndKind::Arrow {
        path.close();
    }
    path.finish()
}
