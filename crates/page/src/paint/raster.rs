//! Exact coverage of small outlines: the fraction of each pixel that lies inside.
//!
//! Uses the accumulation method of font-rs and stb_truetype 2: every edge adds, to the pixels it crosses, the signed
//! area to its right; a running sum along each row is the coverage. Self-overlap in the same direction counts once.

use tiny_skia::{Path, PathSegment, Point, Transform};

/// Coverage of a rectangle of pixels.
#[derive(Debug)]
pub(super) struct Coverage {
    /// Left edge, px from the origin of the outline.
    pub(super) left: i32,
    /// Top edge.
    pub(super) top: i32,
    /// Width, px.
    pub(super) width: usize,
    /// Row by row, from 0 (outside) to 255 (inside).
    pub(super) samples: Vec<u8>,
}

/// The coverage of `path` after `transform`; `None` if it is empty or larger than `max` px.
pub(super) fn coverage(path: &Path, transform: Transform, max: usize) -> Option<Coverage> {
    let bounds = path.bounds().transform(transform)?;
    let (left, top) = (bounds.left().floor() as i32, bounds.top().floor() as i32);
    let width = (bounds.right().ceil() as i32 - left).max(1) as usize + 1;
    let height = (bounds.bottom().ceil() as i32 - top).max(1) as usize;
    if width.checked_mul(height)? > max {
        return None;
    }
    let mut grid = Grid { width, height, sums: vec![0.0; width * height + 2] };
    let map = |p: Point| {
        let mut p = p;
        transform.map_point(&mut p);
        Point::from_xy(p.x - left as f32, p.y - top as f32)
    };
    let (mut start, mut at) = (Point::zero(), Point::zero());
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => {
                grid.edge(at, start);
                (start, at) = (map(p), map(p));
            }
            PathSegment::LineTo(p) => {
                grid.edge(at, map(p));
                at = map(p);
            }
            PathSegment::QuadTo(a, p) => {
                let (a, p) = (map(a), map(p));
                let steps = steps(((at.x - 2.0 * a.x + p.x).abs() + (at.y - 2.0 * a.y + p.y).abs()) / 4.0);
                let from = at;
                for n in 1..=steps {
                    let t = n as f32 / steps as f32;
                    let (u, v) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t));
                    let to = Point::from_xy(u * from.x + v * a.x + t * t * p.x, u * from.y + v * a.y + t * t * p.y);
                    grid.edge(at, to);
                    at = to;
                }
            }
            PathSegment::CubicTo(a, b, p) => {
                let (a, b, p) = (map(a), map(b), map(p));
                let bend = (at.x - 2.0 * a.x + b.x).abs().max((a.x - 2.0 * b.x + p.x).abs())
                    + (at.y - 2.0 * a.y + b.y).abs().max((a.y - 2.0 * b.y + p.y).abs());
                let steps = steps(bend * 0.75);
                let from = at;
                for n in 1..=steps {
                    let t = n as f32 / steps as f32;
                    let s = 1.0 - t;
                    let (w0, w1, w2, w3) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
                    let to = Point::from_xy(
                        w0 * from.x + w1 * a.x + w2 * b.x + w3 * p.x,
                        w0 * from.y + w1 * a.y + w2 * b.y + w3 * p.y,
                    );
                    grid.edge(at, to);
                    at = to;
                }
            }
            PathSegment::Close => {
                grid.edge(at, start);
                at = start;
            }
        }
    }
    grid.edge(at, start);
    let samples = grid.samples();
    Some(Coverage { left, top, width, samples })
}

/// Number of line segments for a curve with this deviation from straight, px; accurate to a thirtieth of a pixel.
fn steps(bend: f32) -> usize {
    ((bend * 30.0).sqrt().ceil() as usize).clamp(1, 32)
}

struct Grid {
    width: usize,
    height: usize,
    sums: Vec<f32>,
}

impl Grid {
    fn edge(&mut self, from: Point, to: Point) {
        if from.y == to.y {
            return;
        }
        let (sign, a, b) = if from.y < to.y { (1.0, from, to) } else { (-1.0, to, from) };
        let slope = (b.x - a.x) / (b.y - a.y);
        let mut x = a.x - if a.y < 0.0 { a.y * slope } else { 0.0 };
        let first = a.y.max(0.0) as usize;
        for row in first..self.height.min(b.y.ceil().max(0.0) as usize) {
            let line = row * self.width;
            let dy = b.y.min((row + 1) as f32) - a.y.max(row as f32);
            let next = x + slope * dy;
            let d = dy * sign;
            let (left, right) = if x < next { (x, next) } else { (next, x) };
            let (left, right) = (left.max(0.0), right.max(0.0).min(self.width as f32 - 1.0));
            let left = left.min(right);
            let (first, last) = (left.floor(), right.ceil());
            let cell = line + first as usize;
            if last <= first + 1.0 {
                // Within one pixel.
                let middle = 0.5 * (left + right) - first;
                self.sums[cell] += d - d * middle;
                self.sums[cell + 1] += d * middle;
            } else {
                let share = 1.0 / (right - left);
                let enters = 1.0 - (left - first);
                let leaves = right - last + 1.0;
                let head = 0.5 * share * enters * enters;
                let tail = 0.5 * share * leaves * leaves;
                self.sums[cell] += d * head;
                if last == first + 2.0 {
                    self.sums[cell + 1] += d * (1.0 - head - tail);
                } else {
                    let second = share * (1.5 - (left - first));
                    self.sums[cell + 1] += d * (second - head);
                    let count = last as usize - first as usize;
                    for i in 2..count - 1 {
                        self.sums[cell + i] += d * share;
                    }
                    let before = second + (count - 3) as f32 * share;
                    self.sums[cell + count - 1] += d * (1.0 - before - tail);
                }
                self.sums[cell + last as usize - first as usize] += d * tail;
            }
            x = next;
        }
    }

    fn samples(&self) -> Vec<u8> {
        let mut samples = Vec::with_capacity(self.width * self.height);
        for row in self.sums.chunks_exact(self.width).take(self.height) {
            let mut sum = 0.0f32;
            samples.extend(row.iter().map(|area| {
                sum += area;
                (sum.abs().min(1.0) * 255.0 + 0.5) as u8
            }));
        }
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiny_skia::{PathBuilder, Rect};

    fn rect(x: f32, y: f32, width: f32, height: f32) -> Path {
        PathBuilder::from_rect(Rect::from_xywh(x, y, width, height).unwrap())
    }

    #[test]
    fn whole_pixels_are_covered_whole() {
        let c = coverage(&rect(1.0, 2.0, 2.0, 1.0), Transform::identity(), 100).unwrap();
        assert_eq!((c.left, c.top, &c.samples[..2]), (1, 2, &[255, 255][..]));
        assert!(c.samples[2..].iter().all(|s| *s == 0));
    }

    #[test]
    fn partial_pixels_are_covered_by_their_area() {
        let c = coverage(&rect(0.5, 0.25, 1.0, 0.5), Transform::identity(), 100).unwrap();
        assert_eq!(&c.samples[..3], &[64, 64, 0]);
    }

    #[test]
    fn a_circle_covers_its_area() {
        let circle = PathBuilder::from_circle(0.0, 0.0, 20.0).unwrap();
        let c = coverage(&circle, Transform::identity(), 10_000).unwrap();
        let area: f32 = c.samples.iter().map(|s| f32::from(*s) / 255.0).sum();
        assert!((area - std::f32::consts::PI * 400.0).abs() < 4.0, "{area}");
    }

    #[test]
    fn a_hole_is_not_covered() {
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(0.0, 0.0, 6.0, 6.0).unwrap());
        // In the opposite direction.
        path.move_to(2.0, 2.0);
        path.line_to(2.0, 4.0);
        path.line_to(4.0, 4.0);
        path.line_to(4.0, 2.0);
        path.close();
        let c = coverage(&path.finish().unwrap(), Transform::identity(), 1000).unwrap();
        assert_eq!((c.samples[3 * c.width + 3], c.samples[c.width + 1]), (0, 255));
    }

    #[test]
    fn more_pixels_than_allowed_are_none() {
        assert!(coverage(&rect(0.0, 0.0, 100.0, 100.0), Transform::identity(), 1000).is_none());
    }
}
