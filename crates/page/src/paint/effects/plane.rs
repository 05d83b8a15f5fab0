//! Planes: one channel of a layer that can be blurred and sampled at any position.

use tiny_skia::{PremultipliedColorU8, Transform};

use crate::paint::extent::Area;
use crate::paint::layer::Layer;

/// Standard deviation above which a plane is blurred at half resolution, in samples.
const COARSE: f32 = 4.0;

/// Samples of a rectangle of the canvas; zero outside.
pub(super) struct Plane {
    left: i32,
    top: i32,
    width: usize,
    height: usize,
    /// Canvas pixels per sample, horizontally and vertically.
    step: i32,
    samples: Vec<u8>,
}

/// Distance that a blur spreads, px.
pub(super) fn reach(deviation: f32) -> f32 {
    // Three boxes spread three times as far as one; rounding and halving add a little.
    deviation * 3.0 + 4.0
}

impl Plane {
    /// Extracts one channel of `layer`, with a margin for the blur.
    pub(super) fn of(layer: &Layer, channel: impl Fn(PremultipliedColorU8) -> u8, deviation: f32) -> Self {
        // At least one sample, so that edges need no special case.
        let margin = if deviation > 0.0 { reach(deviation).ceil() as usize } else { 1 };
        let (row, rows) = (layer.pixmap.width() as usize, layer.pixmap.height() as usize);
        let (width, height) = (row + 2 * margin, rows + 2 * margin);
        let mut samples = vec![0; width * height];
        for (to, from) in samples.chunks_exact_mut(width).skip(margin).zip(layer.pixmap.pixels().chunks_exact(row)) {
            to[margin..].iter_mut().zip(from).for_each(|(to, from)| *to = channel(*from));
        }
        Self { left: layer.left - margin as i32, top: layer.top - margin as i32, width, height, step: 1, samples }
            .blurred(deviation)
    }

    /// The pixels of the canvas that it covers.
    pub(super) fn area(&self) -> Area {
        let far = |at: i32, samples: usize| at + samples as i32 * self.step;
        [self.left, self.top, far(self.left, self.width), far(self.top, self.height)]
    }

    /// Blurs by this standard deviation, px. Wide blurs leave no detail, so half the resolution is enough.
    fn blurred(mut self, deviation: f32) -> Self {
        let mut deviation = deviation.clamp(0.0, 1000.0);
        while deviation > COARSE && self.width > 8 && self.height > 8 {
            self = self.halved();
            deviation /= 2.0;
        }
        if let Some(kernel) = Kernel::of(deviation) {
            let (mut other, mut buffer) = (vec![0; self.samples.len()], Vec::new());
            for _ in 0..3 {
                for (from, to) in self.samples.chunks_exact(self.width).zip(other.chunks_exact_mut(self.width)) {
                    kernel.across(from, to, &mut buffer);
                }
                kernel.down(&other, &mut self.samples, self.width);
            }
        }
        self
    }

    fn halved(self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut samples = Vec::with_capacity(width * height);
        let row = |y: usize| self.samples.get(y * self.width..(y + 1) * self.width).unwrap_or_default();
        for y in 0..height {
            let (upper, lower) = (row(2 * y), row(2 * y + 1));
            let at = |row: &[u8], x: usize| row.get(x).map_or(0, |s| u16::from(*s));
            let mean = |x: usize| (at(upper, x) + at(upper, x + 1) + at(lower, x) + at(lower, x + 1) + 2) / 4;
            samples.extend((0..width).map(|x| mean(2 * x) as u8));
        }
        Self { width, height, step: self.step * 2, samples, ..self }
    }

    /// A row of samples; empty outside the plane.
    fn row(&self, y: i32) -> &[u8] {
        let start = usize::try_from(y).ok().and_then(|y| y.checked_mul(self.width));
        start.and_then(|start| self.samples.get(start..start.saturating_add(self.width))).unwrap_or_default()
    }

    /// The transform from canvas pixels to samples of the plane transformed by `onto`.
    pub(super) fn sampler(&self, onto: Transform) -> Option<Sampler<'_>> {
        let step = self.step as f32;
        let inverse = onto.invert()?;
        // From pixel centres to sample centres.
        let to_samples = inverse
            .pre_translate(0.5, 0.5)
            .post_translate(-self.left as f32, -self.top as f32)
            .post_scale(1.0 / step, 1.0 / step)
            .post_translate(-0.5, -0.5);
        Some(Sampler { plane: self, to_samples })
    }
}

/// Interpolates between samples.
pub(super) struct Sampler<'p> {
    plane: &'p Plane,
    to_samples: Transform,
}

impl Sampler<'_> {
    /// The value at a pixel.
    pub(super) fn at(&self, x: i32, y: i32) -> u8 {
        let t = &self.to_samples;
        let (x, y) = (x as f32, y as f32);
        let (column, fx) = split(t.sx * x + t.kx * y + t.tx);
        let (line, fy) = split(t.ky * x + t.sy * y + t.ty);
        let (upper, lower) = (self.plane.row(line), self.plane.row(line.saturating_add(1)));
        let pair = |row: &[u8]| [sample(row, column), sample(row, column.saturating_add(1))];
        mixed(pair(upper), pair(lower), fx, fy)
    }

    /// The values of a row of pixels that begins at `x`, `y`.
    pub(super) fn row(&self, x: i32, y: i32, values: &mut [u8]) {
        let t = &self.to_samples;
        if !(t.sx == 1.0 && t.sy == 1.0 && t.kx == 0.0 && t.ky == 0.0) {
            values.iter_mut().zip(x..).for_each(|(value, x)| *value = self.at(x, y));
            return;
        }
        values.fill(0);
        let ((column, fx), (line, fy)) = (split(x as f32 + t.tx), split(y as f32 + t.ty));
        let (upper, lower) = (self.plane.row(line), self.plane.row(line.saturating_add(1)));
        if upper.is_empty() || lower.is_empty() {
            return;
        }
        // Zero before and after the plane.
        let (before, first) = ((-i64::from(column)).max(0) as usize, column.max(0) as usize);
        let (Some(values), Some(upper), Some(lower)) =
            (values.get_mut(before..), upper.get(first..), lower.get(first..))
        else {
            return;
        };
        for (value, (upper, lower)) in values.iter_mut().zip(upper.windows(2).zip(lower.windows(2))) {
            *value = mixed([upper[0], upper[1]], [lower[0], lower[1]], fx, fy);
        }
    }
}

/// Splits a position into whole samples and 256ths.
fn split(at: f32) -> (i32, u32) {
    let at = (at.clamp(-4e6, 4e6) * 256.0).floor() as i32;
    (at >> 8, (at & 255) as u32)
}

fn sample(row: &[u8], x: i32) -> u8 {
    usize::try_from(x).ok().and_then(|x| row.get(x)).copied().unwrap_or(0)
}

/// Interpolates between four samples at this position, in 256ths.
fn mixed(upper: [u8; 2], lower: [u8; 2], fx: u32, fy: u32) -> u8 {
    let across = |[a, b]: [u8; 2]| u32::from(a) * (256 - fx) + u32::from(b) * fx;
    ((across(upper) * (256 - fy) + across(lower) * fy + (1 << 15)) >> 16) as u8
}

/// A box filter with fractional weights at its ends, so that it can have any width (Gwosdek et al., Theoretical
/// Foundations of Gaussian Convolution by Extended Box Filtering, 2011). Three passes approximate a Gaussian.
struct Kernel {
    radius: usize,
    /// Weights of each sample within the radius, and of the two at its ends, in 65,536ths.
    inner: u32,
    outer: u32,
}

impl Kernel {
    /// One of three passes of a blur with this standard deviation, in samples; `None` if it would change nothing.
    fn of(deviation: f32) -> Option<Self> {
        // Variances add up.
        let variance = deviation * deviation / 3.0;
        if variance < 0.01 {
            return None;
        }
        let radius = (((12.0 * variance + 1.0).sqrt() - 1.0) / 2.0).floor();
        let r = radius;
        let rest = (2.0 * r + 1.0) * (r * (r + 1.0) - 3.0 * variance) / (6.0 * (variance - (r + 1.0) * (r + 1.0)));
        let inner = 65536.0 / (2.0 * r + 1.0 + 2.0 * rest);
        Some(Self { radius: radius as usize, inner: inner as u32, outer: (inner * rest) as u32 })
    }

    fn weighted(&self, sum: u32, beyond: u32) -> u8 {
        ((sum * self.inner + beyond * self.outer + (1 << 15)) >> 16).min(255) as u8
    }

    /// Filters a row. `buffer` is reused between rows.
    fn across(&self, from: &[u8], to: &mut [u8], buffer: &mut Vec<u8>) {
        let before = self.radius + 1;
        buffer.clear();
        buffer.resize(from.len() + 2 * before, 0);
        buffer[before..before + from.len()].copy_from_slice(from);
        let (leaves, enters, behind) = (&buffer[1..], &buffer[2 * before - 1..], &buffer[2 * before..]);
        let mut sum: u32 = buffer[before..2 * before - 1].iter().map(|s| u32::from(*s)).sum();
        let sides = buffer.iter().zip(behind).map(|(a, b)| u32::from(*a) + u32::from(*b));
        for ((to, sides), (enters, leaves)) in to.iter_mut().zip(sides).zip(enters.iter().zip(leaves)) {
            sum += u32::from(*enters);
            *to = self.weighted(sum, sides);
            sum -= u32::from(*leaves);
        }
    }

    /// Filters all columns.
    fn down(&self, from: &[u8], to: &mut [u8], width: usize) {
        let nothing = vec![0; width];
        let row = |y: usize| from.get(y * width..(y + 1) * width).unwrap_or(&nothing);
        let before = |y: usize, by: usize| y.checked_sub(by).map_or(nothing.as_slice(), row);
        let mut sums = vec![0u32; width];
        for y in 0..self.radius {
            sums.iter_mut().zip(row(y)).for_each(|(sum, s)| *sum += u32::from(*s));
        }
        for (y, to) in to.chunks_exact_mut(width).enumerate() {
            let (enters, leaves) = (row(y + self.radius), before(y, self.radius));
            let (above, below) = (before(y, self.radius + 1), row(y + self.radius + 1));
            let sides = above.iter().zip(below).map(|(a, b)| u32::from(*a) + u32::from(*b));
            let moved = enters.iter().zip(leaves);
            for (((sum, to), sides), (enters, leaves)) in sums.iter_mut().zip(to).zip(sides).zip(moved) {
                *sum += u32::from(*enters);
                *to = self.weighted(*sum, sides);
                *sum -= u32::from(*leaves);
            }
        }
    }
}
