//! Slices of pies and rings, and their paths.

use std::f32::consts::{FRAC_PI_2, TAU};

use thumbling_page::tree::{Path, PathBuilder, Point};

/// A slice between two angles, in radians clockwise from the top.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice {
    /// Index of its point.
    pub(crate) index: usize,
    pub(crate) from: f32,
    pub(crate) to: f32,
    /// Share of the total.
    pub(crate) share: f64,
}

/// Slices of all values but zeros, by their absolute values.
pub(crate) fn slices(values: &[Option<f64>], start: f32) -> Vec<Slice> {
    let sizes = || values.iter().map(|v| v.unwrap_or(0.0).abs());
    let total: f64 = sizes().sum();
    let mut slices = Vec::new();
    let mut before = 0.0;
    for (index, size) in sizes().enumerate().filter(|(_, size)| *size > 0.0) {
        let angle = |sum: f64| start + (sum / total) as f32 * TAU;
        slices.push(Slice { index, from: angle(before), to: angle(before + size), share: size / total });
        before += size;
    }
    slices
}

impl Slice {
    /// The angle of its middle.
    pub(crate) fn middle(&self) -> f32 {
        (self.from + self.to) / 2.0
    }

    /// The point at `distance` from the centre, in the middle of the slice.
    pub(crate) fn toward(&self, center: Point, distance: f32) -> Point {
        let (sin, cos) = self.middle().sin_cos();
        Point { x: center.x + sin * distance, y: center.y - cos * distance }
    }

    /// Whether a box of `size`, centred at `distance` from the centre, fits into a slice of this radius.
    pub(crate) fn holds(&self, size: (f32, f32), distance: f32, radius: f32) -> bool {
        let half = (self.to - self.from) / 2.0;
        let middle = self.toward(Point { x: 0.0, y: 0.0 }, distance);
        [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)].into_iter().all(|(sx, sy)| {
            let (x, y) = (middle.x + sx * size.0 / 2.0, middle.y + sy * size.1 / 2.0);
            let turn = (x.atan2(-y) - self.middle()).rem_euclid(TAU);
            x.hypot(y) <= radius && turn.min(TAU - turn) <= half
        })
    }

    /// The outline of the slice, or of a piece of a ring if `inner` is not zero.
    pub(crate) fn path(&self, center: Point, inner: f32, outer: f32) -> Option<Path> {
        let at = |radius: f32, angle: f32| (center.x + radius * angle.sin(), center.y - radius * angle.cos());
        let is_whole = self.to - self.from > TAU - 1e-4;
        let mut path = PathBuilder::new();
        let (x, y) = at(outer, self.from);
        if inner <= 0.0 && !is_whole {
            path.move_to(center.x, center.y);
            path.line_to(x, y);
        } else {
            path.move_to(x, y);
        }
        arc(&mut path, center, outer, self.from, self.to);
        if inner > 0.0 {
            let (x, y) = at(inner, self.to);
            if is_whole {
                path.close();
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
            arc(&mut path, center, inner, self.to, self.from);
        }
        path.close();
        path.finish()
    }
}

/// An arc, approximated by a cubic curve for each quarter.
fn arc(path: &mut PathBuilder, center: Point, radius: f32, from: f32, to: f32) {
    let pieces = ((to - from).abs() / FRAC_PI_2).ceil().clamp(1.0, 8.0);
    let step = (to - from) / pieces;
    let handle = 4.0 / 3.0 * (step / 4.0).tan() * radius;
    for n in 0..pieces as usize {
        let (a, b) = (from + step * n as f32, from + step * (n + 1) as f32);
        let ((sa, ca), (sb, cb)) = (a.sin_cos(), b.sin_cos());
        path.cubic_to(
            center.x + radius * sa + handle * ca,
            center.y - radius * ca + handle * sa,
            center.x + radius * sb - handle * cb,
            center.y - radius * cb - handle * sb,
            center.x + radius * sb,
            center.y - radius * cb,
        );
    }
}
