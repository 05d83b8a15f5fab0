//! How well a frame represents its video.
//!
//! A thumbnail should have contrast, detail and sharp edges. Black, white and flat frames, fades and blurred
//! transitions lack one of these, and so do pictures whose black bars leave little in between. The luma of the frame is
//! measured, reduced to a few thousand pixels, without bars.

use thumbling_core::frame::{Frame, Samples};

/// A score from which on a frame is accepted without trying others.
pub(super) const GOOD: f32 = 0.5;

/// Columns that a frame is reduced to.
const COLUMNS: usize = 96;

/// Values up to this of 255 are black, as in bars.
const BLACK: f32 = 28.0;

/// From 0 for a useless frame to 1.
pub(super) fn rate(frame: &Frame) -> f32 {
    let Some(luma) = Luma::of(frame) else { return GOOD };
    let Some(inner) = luma.without_bars() else { return 0.0 };
    let shown = inner.values.len() as f32 / luma.values.len() as f32;
    let mut sorted = inner.values.clone();
    sorted.sort_unstable_by(f32::total_cmp);
    let at = |share: f32| sorted[((sorted.len() - 1) as f32 * share) as usize];
    let (dark, middle, light) = (at(0.02), at(0.5), at(0.98));
    let range = light - dark;
    // Fades compress the range towards one end.
    let contrast = ramp(range, 16.0, 90.0);
    // A title on black, a caption on white: nearly all of the frame has one tone.
    let spread = ramp(at(0.9) - at(0.1), 2.0, 40.0);
    let exposure = ramp(light, 30.0, 110.0) * ramp(255.0 - dark, 12.0, 60.0) * ramp(middle, 4.0, 24.0);
    let detail = ramp(inner.busy(), 0.01, 0.10);
    let sharp = ramp(inner.steepest() / range.max(16.0), 0.05, 0.18);
    let filled = ramp(shown, 0.15, 0.45);
    // The worst factor decides: each one alone makes a bad thumbnail.
    [contrast, spread, exposure, detail, sharp, filled].into_iter().fold(1.0, f32::min)
}

/// 0 up to `from`, 1 from `to` on, linear in between.
fn ramp(value: f32, from: f32, to: f32) -> f32 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// The luma of a reduced frame, 0 to 255.
struct Luma {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Luma {
    fn of(frame: &Frame) -> Option<Self> {
        let (w, h) = (frame.width as usize, frame.height as usize);
        let n = frame.format.channels();
        let rgb: Box<dyn Fn(usize) -> [f32; 3]> = match &frame.samples {
            Samples::U8(v) => Box::new(move |i| [v[i], v[i + 1], v[i + 2]].map(f32::from)),
            Samples::U16(v) => Box::new(move |i| [v[i], v[i + 1], v[i + 2]].map(|s| f32::from(s) / 257.0)),
            Samples::F32(_) => return None,
        };
        if n < 3 {
            return None;
        }
        let width = w.min(COLUMNS);
        let height = (h * width / w).clamp(1, h);
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let (top, bottom) = (y * h / height, ((y + 1) * h / height).max(y * h / height + 1));
            for x in 0..width {
                let (left, right) = (x * w / width, ((x + 1) * w / width).max(x * w / width + 1));
                let mut sum = 0.0;
                for row in top..bottom {
                    for column in left..right {
                        let [r, g, b] = rgb((row * w + column) * n);
                        sum += 0.299 * r + 0.587 * g + 0.114 * b;
                    }
                }
                values.push(sum / ((bottom - top) * (right - left)) as f32);
            }
        }
        Some(Self { width, height, values })
    }

    fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..(y + 1) * self.width]
    }

    /// The part without black rows and columns at its edges; `None` if all is black.
    fn without_bars(&self) -> Option<Self> {
        let lit_row = |y: &usize| self.row(*y).iter().any(|v| *v > BLACK);
        let (top, bottom) = ((0..self.height).find(lit_row)?, (0..self.height).rfind(lit_row)?);
        let lit_column = |x: &usize| (top..=bottom).any(|y| self.row(y)[*x] > BLACK);
        let (left, right) = ((0..self.width).find(lit_column)?, (0..self.width).rfind(lit_column)?);
        let values = (top..=bottom).flat_map(|y| self.row(y)[left..=right].iter().copied()).collect();
        Some(Self { width: right - left + 1, height: bottom - top + 1, values })
    }

    /// Differences between horizontal and vertical neighbours.
    fn steps(&self) -> impl Iterator<Item = f32> + '_ {
        let across = (0..self.height).flat_map(|y| self.row(y).windows(2).map(|p| (p[1] - p[0]).abs()));
        let down = (1..self.height).flat_map(|y| self.row(y - 1).iter().zip(self.row(y)).map(|(a, b)| (a - b).abs()));
        across.chain(down)
    }

    /// The share of neighbours that differ visibly.
    fn busy(&self) -> f32 {
        let (all, visible) = self.steps().fold((0, 0), |(all, seen), step| (all + 1, seen + usize::from(step > 4.0)));
        visible as f32 / (all as f32).max(1.0)
    }

    /// The difference that one in two hundred exceeds: sharp pictures have some steep edges.
    fn steepest(&self) -> f32 {
        let mut steps: Vec<_> = self.steps().collect();
        let Some(last) = steps.len().checked_sub(1) else { return 0.0 };
        let (_, step, _) = steps.select_nth_unstable_by(last - last / 200, f32::total_cmp);
        *step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::frame::PixelFormat;

    fn frame(luma: impl Fn(u32, u32) -> f32) -> Frame {
        let (w, h) = (192, 108);
        let pixels = (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let samples = pixels.flat_map(|(x, y)| [luma(x, y).clamp(0.0, 255.0) as u8; 3]).collect();
        Frame::from_u8(w, h, PixelFormat::Rgb8, samples).unwrap()
    }

    /// Rectangles of all tones on a slope: sharp edges and contrast.
    fn scene(x: u32, y: u32) -> f32 {
        let block = (x / 12 * 37 + y / 9 * 61) % 200;
        20.0 + block as f32 + x as f32 / 10.0
    }

    #[test]
    fn a_scene_is_good() {
        assert!(rate(&frame(scene)) >= GOOD);
    }

    #[test]
    fn black_white_and_flat_frames_score_nothing() {
        for tone in [0.0, 16.0, 128.0, 255.0] {
            assert!(rate(&frame(|_, _| tone)) < 0.05, "{tone}");
        }
    }

    #[test]
    fn a_fade_is_not_good() {
        assert!(rate(&frame(|x, y| scene(x, y) * 0.15)) < GOOD);
        assert!(rate(&frame(|x, y| 225.0 + scene(x, y) * 0.1)) < GOOD);
    }

    #[test]
    fn a_blurred_frame_is_not_good() {
        let wave = |x: u32, y: u32| 128.0 + 100.0 * (x as f32 / 40.0).sin() * (y as f32 / 35.0).cos();
        assert!(rate(&frame(wave)) < GOOD);
    }

    #[test]
    fn a_title_on_black_is_not_good() {
        let title =
            |x: u32, y: u32| if (50..58).contains(&y) && (60..130).contains(&x) && x % 4 < 2 { 230.0 } else { 0.0 };
        assert!(rate(&frame(title)) < GOOD);
    }

    #[test]
    fn bars_around_a_scene_do_not_spoil_it() {
        let bars = |x: u32, y: u32| if (14..94).contains(&y) { scene(x, y) } else { 0.0 };
        assert!(rate(&frame(bars)) >= GOOD);
        let nothing_between = |x: u32, y: u32| if (50..58).contains(&y) { scene(x, y) } else { 0.0 };
        assert!(rate(&frame(nothing_between)) < GOOD);
    }
}
