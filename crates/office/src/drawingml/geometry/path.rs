//! Builds paths from DrawingML path commands.

use std::f64::consts::{FRAC_PI_2, PI};

use thumbling_page::tree::{Path, PathBuilder};

use super::formula::{TURN, radians};
use super::units::pt;

/// Takes the path's own coordinates and produces points of the box.
pub(super) struct Pen {
    scale: [f64; 2],
    /// Current position.
    at: [f64; 2],
    /// Start of the subpath.
    from: [f64; 2],
    path: PathBuilder,
}

impl Pen {
    /// Starts at the origin; `scale` converts path coordinates to EMU.
    pub(super) fn new(scale: [f64; 2]) -> Self {
        Self { scale, at: [0.0; 2], from: [0.0; 2], path: PathBuilder::new() }
    }

    fn pt(&self, [x, y]: [f64; 2]) -> (f32, f32) {
        (pt(x * self.scale[0]), pt(y * self.scale[1]))
    }

    pub(super) fn move_to(&mut self, to: [f64; 2]) {
        let (x, y) = self.pt(to);
        self.path.move_to(x, y);
        (self.at, self.from) = (to, to);
    }

    pub(super) fn line_to(&mut self, to: [f64; 2]) {
        let (x, y) = self.pt(to);
        self.path.line_to(x, y);
        self.at = to;
    }

    pub(super) fn quad_to(&mut self, [x1, y1, x, y]: [f64; 4]) {
        let (c, to) = (self.pt([x1, y1]), self.pt([x, y]));
        self.path.quad_to(c.0, c.1, to.0, to.1);
        self.at = [x, y];
    }

    pub(super) fn cubic_to(&mut self, [x1, y1, x2, y2, x, y]: [f64; 6]) {
        let (c1, c2, to) = (self.pt([x1, y1]), self.pt([x2, y2]), self.pt([x, y]));
        self.path.cubic_to(c1.0, c1.1, c2.0, c2.1, to.0, to.1);
        self.at = [x, y];
    }

    /// Draws an elliptical arc from the current position, which is at the angle `start` of the ellipse, along `sweep`,
    /// but at most once around.
    ///
    /// Angles are seen from the centre of the ellipse, not parametric: 45° is where the diagonal of a square meets the
    /// ellipse, whatever its radii.
    pub(super) fn arc_to(&mut self, [width, height, start, sweep]: [f64; 4]) {
        let (rx, ry) = (width.abs(), height.abs());
        let sweep = sweep.clamp(-TURN, TURN);
        // Reduced first, because large angles lose precision.
        let start = start % TURN;
        let from = parametric(radians(start), rx, ry);
        let to = parametric(radians(start + sweep), rx, ry);
        let centre = [self.at[0] - rx * from.cos(), self.at[1] - ry * from.sin()];
        let parts = ((to - from).abs() / FRAC_PI_2 - 1e-6).ceil().max(1.0);
        let step = (to - from) / parts;
        // Length of the control arms of a cubic for an arc of `step`.
        let arm = 4.0 / 3.0 * (step / 4.0).tan();
        let point = |t: f64| [centre[0] + rx * t.cos(), centre[1] + ry * t.sin()];
        let along = |t: f64| [-rx * t.sin() * arm, ry * t.cos() * arm];
        for part in 0..parts as u32 {
            let (a, b) = (from + step * f64::from(part), from + step * f64::from(part + 1));
            let (p, q, v, w) = (point(a), point(b), along(a), along(b));
            self.cubic_to([p[0] + v[0], p[1] + v[1], q[0] - w[0], q[1] - w[1], q[0], q[1]]);
        }
    }

    pub(super) fn close(&mut self) {
        self.path.close();
        self.at = self.from;
    }

    /// The path; `None` if it is empty.
    pub(super) fn finish(self) -> Option<Path> {
        self.path.finish()
    }
}

/// The parametric angle of a visual `angle`, in radians and in the same quadrant.
fn parametric(angle: f64, rx: f64, ry: f64) -> f64 {
    if rx == ry || rx == 0.0 || ry == 0.0 {
        return angle;
    }
    let within = (rx * angle.sin()).atan2(ry * angle.cos());
    within + 2.0 * PI * ((angle - within) / (2.0 * PI)).round()
}
