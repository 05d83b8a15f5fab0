//! Arrowheads and other decorations at the ends of open paths.

use tiny_skia::{Path, PathBuilder, PathSegment, Point as SkPoint, StrokeDash, Transform};

use crate::style::{Cap, Join, LineEnd, LineEndKind, Stroke};
use crate::tree::Rect;
use thumbling_core::error::Result;

use super::canvas::Canvas;

/// Smallest line width for the size of line ends, pt.
const MIN_WIDTH: f32 = 2.0;

impl Canvas<'_> {
    /// Strokes `path`, with line ends if it is open.
    pub(super) fn ended_stroke(
        &mut self,
        path: &Path,
        stroke: &Stroke,
        bounds: Rect,
        transform: Transform,
    ) -> Result<()> {
        let has_none = stroke.head.kind == LineEndKind::None && stroke.tail.kind == LineEndKind::None;
        let Some((start, end)) = ends(path).filter(|_| !has_none) else {
            return self.stroke(path, stroke, bounds, transform);
        };
        // Shorten the line, since its corners would stick out beside the tips.
        if let Some(line) = shortened(path, shortening(stroke.head, stroke), shortening(stroke.tail, stroke)) {
            self.stroke(&line, stroke, bounds, transform)?;
        }
        for ((tip, from), line_end) in [(start, stroke.head), (end, stroke.tail)] {
            let (dx, dy) = (tip.x - from.x, tip.y - from.y);
            let length = dx.hypot(dy);
            if line_end.kind == LineEndKind::None || length <= 1e-6 {
                continue;
            }
            let Some(shape) = shape(line_end, tip, (dx / length, dy / length), stroke.width) else { continue };
            match line_end.kind {
                LineEndKind::Arrow => {
                    let dash = Vec::new();
                    let plain = Stroke { cap: Cap::Round, join: Join::Round, dash, ..stroke.clone() };
                    self.stroke(&shape, &plain, bounds, transform)?;
                }
                _ => self.fill(&shape, &stroke.fill, bounds, transform)?,
            }
        }
        Ok(())
    }
}

/// Length to remove from the line for an end, pt.
fn shortening(end: LineEnd, stroke: &Stroke) -> f32 {
    let long = end.length * stroke.width.max(MIN_WIDTH);
    match end.kind {
        LineEndKind::None => 0.0,
        LineEndKind::Triangle => long * 0.9,
        LineEndKind::Stealth => long * 0.55,
        LineEndKind::Diamond | LineEndKind::Oval => long * 0.4,
        LineEndKind::Arrow => stroke.width / 2.0,
    }
}

/// `path` shortened at its start and end; `None` if nothing is left.
fn shortened(path: &Path, start: f32, end: f32) -> Option<Path> {
    let left = length(path) - start - end;
    if left <= 1e-3 {
        return None;
    }
    // One dash, with a gap long enough to cover the rest of the path.
    let gap = start + end + 2.0 * left;
    path.dash(&StrokeDash::new(vec![left, gap], left + gap - start)?, 1.0)
}

fn length(path: &Path) -> f32 {
    const STEPS: usize = 16;
    let (mut sum, mut at) = (0.0, SkPoint::zero());
    let mut to = |p: SkPoint, is_drawn: bool| {
        sum += if is_drawn { at.distance(p) } else { 0.0 };
        at = p;
    };
    let mut from = SkPoint::zero();
    let steps = || (1..=STEPS).map(|n| n as f32 / STEPS as f32);
    let mixed = |parts: &[(f32, SkPoint)]| {
        parts.iter().fold(SkPoint::zero(), |sum, (w, p)| SkPoint::from_xy(sum.x + w * p.x, sum.y + w * p.y))
    };
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => to(p, false),
            PathSegment::LineTo(p) => to(p, true),
            PathSegment::QuadTo(a, p) => {
                steps().for_each(|t| {
                    let s = 1.0 - t;
                    to(mixed(&[(s * s, from), (2.0 * s * t, a), (t * t, p)]), true);
                });
            }
            PathSegment::CubicTo(a, b, p) => {
                steps().for_each(|t| {
                    let s = 1.0 - t;
                    let weights = [(s * s * s, from), (3.0 * s * s * t, a), (3.0 * s * t * t, b), (t * t * t, p)];
                    to(mixed(&weights), true);
                });
            }
            PathSegment::Close => {}
        }
        from = match segment {
            PathSegment::MoveTo(p)
            | PathSegment::LineTo(p)
            | PathSegment::QuadTo(_, p)
            | PathSegment::CubicTo(_, _, p) => p,
            PathSegment::Close => from,
        };
    }
    sum
}

type End = (SkPoint, SkPoint);

/// The first and last point, each with the adjacent point of the line; `None` for closed paths.
fn ends(path: &Path) -> Option<(End, End)> {
    let mut points = Vec::new();
    for segment in path.segments() {
        match segment {
            // Paths of several parts have no ends.
            PathSegment::MoveTo(_) if !points.is_empty() => return None,
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

/// The outline of an end with its tip at `tip`, pointing along `(x, y)`.
fn shape(end: LineEnd, tip: SkPoint, (x, y): (f32, f32), width: f32) -> Option<Path> {
    let wide = width.max(MIN_WIDTH);
    let (long, half) = (end.length * wide, end.width * wide / 2.0);
    // Coordinates: backward along the line from the tip, and to its left.
    let at = |back: f32, side: f32| SkPoint::from_xy(tip.x - x * back + y * side, tip.y - y * back - x * side);
    let mut path = PathBuilder::new();
    let points = match end.kind {
        LineEndKind::Triangle => vec![at(0.0, 0.0), at(long, half), at(long, -half)],
        LineEndKind::Stealth => vec![at(0.0, 0.0), at(long, half), at(long * 0.6, 0.0), at(long, -half)],
        LineEndKind::Diamond => vec![at(-long / 2.0, 0.0), at(0.0, half), at(long / 2.0, 0.0), at(0.0, -half)],
        // Stroked, not filled: half of the line width lies outside these points.
        LineEndKind::Arrow => {
            let (pen, tip) = (width / 2.0, at(width / 2.0, 0.0));
            let (long, half) = ((long - pen).max(pen), (half - pen).max(pen));
            vec![at(long, half), tip, at(long, -half)]
        }
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
