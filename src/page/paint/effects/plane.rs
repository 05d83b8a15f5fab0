//! Planes: one channel of a layer, blurred, and sampled anywhere.

use tiny_skia::{PremultipliedColorU8, Transform};

use crate::page::paint::extent::Area;
use crate::page::paint::layer::Layer;

/// A deviation, in samples, beyond which a plane is blurred at half its size.
const COARSE: f32 = 4.0;

/// Samples of a rectangle of the canvas; outside there is nothing.
pub(super) struct Plane {
    left: i32,
    top: i32,
    width: usize,
    height: usize,
    /// Pixels of the canvas a sample, across and down.
    step: i32,
    samples: Vec<u8>,
}

/// How far around a blurred plane there may be something, px.
pub(super) fn reach(deviation: f32) -> f32 {
    // Three boxes of this deviation together reach three times as far; rounding and halving add a little.
    deviation * 3.0 + 4.0
}

impl Plane {
    /// One channel of `layer`, with room for a blur around it.
    pub(super) fn of(layer: &Layer, channel: impl Fn(PremultipliedColorU8) -> u8, deviation: f32) -> Self {
        let margin = if deviation > 0.0 { reach(deviation).ceil() as usize } else { 0 };
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

    /// Blurred by this deviation, px. What is blurred widely has no detail: half the samples each way are enough.
    fn blurred(mut self, deviation: f32) -> Self {
        let mut deviation = deviation.clamp(0.0, 1000.0);
        while deviation > COARSE && self.width > 8 && self.height > 8 {
            self = self.halved();
            deviation /= 2.0;
        }
        if let Some(kernel) = Kernel::of(deviation) {
            let mut other = vec![0; self.samples.len()];
            for _ in 0..3 {
                for (from, to) in self.samples.chunks_exact(self.width).zip(other.chunks_exact_mut(self.width)) {
                    kernel.across(from, to);
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

    /// What leads from pixels of the canvas to samples, if the plane is seen through `onto`.
    pub(super) fn sampler(&self, onto: Transform) -> Option<Sampler<'_>> {
        let step = self.step as f32;
        let inverse = onto.invert()?;
        // From the middles of pixels to the middles of samples.
        let to_samples = inverse
            .pre_translate(0.5, 0.5)
            .post_translate(-self.left as f32, -self.top as f32)
            .post_scale(1.0 / step, 1.0 / step)
            .post_translate(-0.5, -0.5);
        Some(Sampler { plane: self, to_samples })
    }
}

/// Samples between the samples.
pub(super) struct Sampler<'p> {
    plane: &'p Plane,
    to_samples: Transform,
}

impl Sampler<'_> {
    /// The value at a pixel.
    pub(super) fn at(&self, x: i32, y: i32) -> u8 {
        let t = &self.to_samples;
        let (x, y) = (x as f32, y as f32);
        // In 256ths of a sample.
        let u = ((t.sx * x + t.kx * y + t.tx) * 256.0) as i32;
        let v = ((t.ky * x + t.sy * y + t.ty) * 256.0) as i32;
        let (column, line) = (u >> 8, v >> 8);
        let (width, height) = (self.plane.width as i32, self.plane.height as i32);
        if column < -1 || line < -1 || column >= width || line >= height {
            return 0;
        }
        let sample = |x: i32, y: i32| match x >= 0 && y >= 0 && x < width && y < height {
            true => self.plane.samples[y as usize * self.plane.width + x as usize] as i32,
            false => 0,
        };
        let (fx, fy) = (u & 255, v & 255);
        let upper = sample(column, line) * (256 - fx) + sample(column + 1, line) * fx;
        let lower = sample(column, line + 1) * (256 - fx) + sample(column + 1, line + 1) * fx;
        ((upper * (256 - fy) + lower * fy + (1 << 15)) >> 16) as u8
    }
}

/// A box whose outermost samples count in part, so that it may have any width. (Gwosdek et al., Theoretical Foundations
/// of Gaussian Convolution by Extended Box Filtering, 2011.) Three of them are as good as a Gaussian.
struct Kernel {
    radius: usize,
    /// Of each sample within the radius, and of the two beyond it, in 65,536ths.
    inner: u32,
    outer: u32,
}

impl Kernel {
    /// A third of a blur of this deviation, in samples; `None` if it would change nothing.
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

    /// Along a row.
    fn across(&self, from: &[u8], to: &mut [u8]) {
        let at = |x: usize| from.get(x).map_or(0, |s| u32::from(*s));
        let before = |x: usize, by: usize| x.checked_sub(by).map_or(0, at);
        let mut sum: u32 = (0..self.radius).map(at).sum();
        for (x, to) in to.iter_mut().enumerate() {
            sum += at(x + self.radius);
            *to = self.weighted(sum, before(x, self.radius + 1) + at(x + self.radius + 1));
            sum -= before(x, self.radius);
        }
    }

    /// Down all columns at once.
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
            for (x, (sum, to)) in sums.iter_mut().zip(to).enumerate() {
                *sum += u32::from(enters[x]);
                *to = self.weighted(*sum, u32::from(above[x]) + u32::from(below[x]));
                *sum -= u32::from(leaves[x]);
            }
        }
    }
}
