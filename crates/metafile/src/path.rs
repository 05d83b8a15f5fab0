//! Paths of lines and cubic curves, with constructors for the shapes of GDI and GDI+.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::geometry::{Affine, Point, Rect};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Segment {
    Move(Point),
    Line(Point),
    Cubic(Point, Point, Point),
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FillRule {
    NonZero,
    EvenOdd,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Path {
    pub segments: Vec<Segment>,
}

impl Path {
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub fn move_to(&mut self, p: Point) {
        self.segments.push(Segment::Move(p));
    }

    pub fn line_to(&mut self, p: Point) {
        self.segments.push(Segment::Line(p));
    }

    pub fn cubic_to(&mut self, a: Point, b: Point, p: Point) {
        self.segments.push(Segment::Cubic(a, b, p));
    }

    pub fn close(&mut self) {
        self.segments.push(Segment::Close);
    }

    pub fn append(&mut self, other: &Self) {
        self.segments.extend_from_slice(&other.segments);
    }

    /// An open polyline.
    pub fn polyline(points: &[Point]) -> Self {
        let mut path = Self::default();
        for (index, &point) in points.iter().enumerate() {
            if index == 0 { path.move_to(point) } else { path.line_to(point) }
        }
        path
    }

    pub fn polygon(points: &[Point]) -> Self {
        let mut path = Self::polyline(points);
        if !path.is_empty() {
            path.close();
        }
        path
    }

    /// A start point followed by groups of three (two control points and an end point). Ignores an incomplete group.
    pub fn beziers(points: &[Point]) -> Self {
        let mut path = Self::default();
        if let Some((&first, rest)) = points.split_first() {
            path.move_to(first);
            path.extend_beziers(rest);
        }
        path
    }

    pub fn extend_beziers(&mut self, points: &[Point]) {
        for &[a, b, p] in points.as_chunks::<3>().0 {
            self.cubic_to(a, b, p);
        }
    }

    pub fn rect(rect: &Rect) -> Self {
        Self::polygon(&rect.corners())
    }

    pub fn ellipse(rect: &Rect) -> Self {
        let mut path = Self::arc(rect, 0.0, TAU);
        path.close();
        path
    }

    /// Rounded corners are quarters of an ellipse of `width` × `height` (full axes, as in GDI).
    pub fn round_rect(rect: &Rect, width: f64, height: f64) -> Self {
        let (rx, ry) = ((width.abs() / 2.0).min(rect.width() / 2.0), (height.abs() / 2.0).min(rect.height() / 2.0));
        if rx <= 0.0 || ry <= 0.0 {
            return Self::rect(rect);
        }
        let mut path = Self::default();
        let corners = [
            (rect.right - rx, rect.bottom - ry, 0.0),
            (rect.left + rx, rect.bottom - ry, 1.0),
            (rect.left + rx, rect.top + ry, 2.0),
            (rect.right - rx, rect.top + ry, 3.0),
        ];
        for (x, y, quarter) in corners {
            let corner = Rect { left: x - rx, top: y - ry, right: x + rx, bottom: y + ry };
            path.extend_arc(&corner, quarter * FRAC_PI_2, FRAC_PI_2);
        }
        path.close();
        path
    }

    /// An arc of the ellipse inscribed in `rect`. Angles are parametric, in radians, increasing from +x towards +y.
    pub fn arc(rect: &Rect, start: f64, sweep: f64) -> Self {
        let mut path = Self::default();
        path.extend_arc(rect, start, sweep);
        path
    }

    /// Like [`Path::arc`], connected to the path by a line.
    pub fn extend_arc(&mut self, rect: &Rect, start: f64, sweep: f64) {
        let center = rect.center();
        let (rx, ry) = (rect.width() / 2.0, rect.height() / 2.0);
        let sweep = sweep.clamp(-TAU, TAU);
        let steps = (sweep.abs() / FRAC_PI_2 - 1e-9).ceil().clamp(1.0, 4.0);
        let step = sweep / steps;
        let k = 4.0 / 3.0 * (step / 4.0).tan();
        let at = |angle: f64| (angle.cos(), angle.sin());
        let on = |(cos, sin): (f64, f64), tangent: f64| {
            Point::new(center.x + rx * (cos - tangent * sin), center.y + ry * (sin + tangent * cos))
        };
        let from = on(at(start), 0.0);
        if self.is_empty() {
            self.move_to(from)
        } else {
            self.line_to(from)
        }
        let mut angle = start;
        for _ in 0..steps as u32 {
            let next = angle + step;
            self.cubic_to(on(at(angle), k), on(at(next), -k), on(at(next), 0.0));
            angle = next;
        }
    }

    /// Cardinal spline through `points` (GDI+ `DrawCurve`).
    pub fn curve(points: &[Point], tension: f64, closed: bool) -> Self {
        let mut path = Self::default();
        let count = points.len();
        let Some(&first) = points.first() else { return path };
        if count < 3 {
            return Self::polyline(points);
        }
        let at = |index: isize| -> Point {
            let wrapped = if closed { index.rem_euclid(count as isize) } else { index.clamp(0, count as isize - 1) };
            points.get(wrapped as usize).copied().unwrap_or(first)
        };
        let tangent = |index: isize| {
            let (before, after) = (at(index - 1), at(index + 1));
            let weight = tension / 3.0;
            Point::new((after.x - before.x) * weight, (after.y - before.y) * weight)
        };
        path.move_to(first);
        let spans = if closed { count } else { count - 1 };
        for index in 0..spans as isize {
            let (from, to) = (at(index), at(index + 1));
            let (leave, arrive) = (tangent(index), tangent(index + 1));
            path.cubic_to(from.offset(leave.x, leave.y), to.offset(-arrive.x, -arrive.y), to);
        }
        if closed {
            path.close();
        }
        path
    }

    pub fn transform(&self, map: &Affine) -> Self {
        let segments = self
            .segments
            .iter()
            .map(|segment| match *segment {
                Segment::Move(p) => Segment::Move(map.apply(p)),
                Segment::Line(p) => Segment::Line(map.apply(p)),
                Segment::Cubic(a, b, p) => Segment::Cubic(map.apply(a), map.apply(b), map.apply(p)),
                Segment::Close => Segment::Close,
            })
            .collect();
        Self { segments }
    }

    /// Bounding box of all points, including control points.
    pub fn bounds(&self) -> Rect {
        let mut bounds = Rect::EMPTY;
        let mut add = |p: Point| bounds = bounds.union(&Rect::between(p, p));
        for segment in &self.segments {
            match *segment {
                Segment::Move(p) | Segment::Line(p) => add(p),
                Segment::Cubic(a, b, p) => [a, b, p].into_iter().for_each(&mut add),
                Segment::Close => {}
            }
        }
        bounds
    }

    /// Length of the control polygon, an upper bound of the length of the path.
    pub fn length(&self) -> f64 {
        let (mut total, mut at, mut start) = (0.0, Point::default(), Point::default());
        let distance = |from: Point, to: Point| (to.x - from.x).hypot(to.y - from.y);
        for segment in &self.segments {
            match *segment {
                Segment::Move(p) => (start, at) = (p, p),
                Segment::Line(p) => (total, at) = (total + distance(at, p), p),
                Segment::Cubic(a, b, p) => (total, at) = (total + distance(at, a) + distance(a, b) + distance(b, p), p),
                Segment::Close => (total, at) = (total + distance(at, start), start),
            }
        }
        total
    }

    /// The rectangle, if the path is an axis-aligned one.
    pub fn as_rect(&self) -> Option<Rect> {
        let mut corners: Vec<Point> = Vec::with_capacity(5);
        for (index, segment) in self.segments.iter().enumerate() {
            match *segment {
                Segment::Move(p) if index == 0 => corners.push(p),
                Segment::Line(p) if corners.len() < 5 => corners.push(p),
                Segment::Close if index + 1 == self.segments.len() => {}
                _ => return None,
            }
        }
        if corners.len() == 5 && corners.first() == corners.last() {
            corners.pop();
        }
        let &[a, b, c, d] = corners.as_slice() else { return None };
        let near = |x: f64, y: f64| (x - y).abs() < 1e-6;
        let level_first = near(a.y, b.y) && near(b.x, c.x) && near(c.y, d.y) && near(d.x, a.x);
        let upright_first = near(a.x, b.x) && near(b.y, c.y) && near(c.x, d.x) && near(d.y, a.y);
        (level_first || upright_first).then(|| Rect::between(a, c))
    }

    /// The current point after the last segment, and the start of the open figure.
    pub fn current(&self) -> Option<Point> {
        let mut start = None;
        let mut at = None;
        for segment in &self.segments {
            match *segment {
                Segment::Move(p) => (start, at) = (Some(p), Some(p)),
                Segment::Line(p) | Segment::Cubic(_, _, p) => at = Some(p),
                Segment::Close => at = start,
            }
        }
        at
    }
}
