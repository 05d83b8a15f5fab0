//! Saliency: where a viewer looks first, estimated from contrast with the border, detail, saturation and skin tones.
//!
//! A crop of [`Fit::Cover`](thumbling_core::geometry::Fit::Cover) slides along one axis only. So each pixel of a small
//! copy of the picture gets a weight, the weights are summed across that axis, and the window with the largest sum
//! wins. Pixels near the border of the window count less, so that a subject is rarely cut. Ties go to the centre.

use thumbling_core::color;
use thumbling_core::error::Result;
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::geometry::{self, Fit, Rect, Size};
use thumbling_core::orient::Orientation;
use thumbling_core::scale;

/// Longest side of the copy that is analysed, px.
const SIDE: u32 = 96;

/// Longest side of the frame that the copy is scaled from: larger frames are subsampled first, which is cheap and as
/// good.
const THINNED: u32 = 4 * SIDE;

/// Window positions tried on each side of the centre.
const POSITIONS: i32 = 48;

/// How much less the outermost window counts than the middle one.
const CENTER_PRIOR: f32 = 0.3;

/// How much more the uppermost window counts than the middle one: heads are near the top.
const UPWARD_PRIOR: f32 = 0.12;

/// Weight of a pixel at the border of the window, relative to one inside.
const BORDER: f32 = 0.35;

/// Share of the window, on each side, over which the weight rises from [`BORDER`] to 1.
const TAPER: f32 = 0.3;

/// Where the middle of an `output`-shaped crop of `frame` should be, in stored pixels, as shares of width and height.
pub(crate) fn focus(frame: &Frame, output: Size) -> Result<(f64, f64)> {
    let whole = geometry::cover_crop(frame.size(), output, (0.5, 0.5));
    let (across, down) = (whole.width / f64::from(frame.width), whole.height / f64::from(frame.height));
    if across >= 1.0 && down >= 1.0 {
        return Ok((0.5, 0.5));
    }
    let small = small(frame)?;
    let weights = Weights::of(&small);
    let lines = if across < 1.0 { weights.columns() } else { weights.rows() };
    let at = best(&lines, across.min(down) as f32, upward(frame.orientation, across < 1.0));
    Ok(if across < 1.0 { (f64::from(at), 0.5) } else { (0.5, f64::from(at)) })
}

/// The frame at no more than [`SIDE`] px a side, in 8-bit sRGB.
fn small(frame: &Frame) -> Result<Frame> {
    let thin = thinned(frame)?;
    let size = geometry::plan(thin.size(), Size::new(SIDE, SIDE), Fit::ScaleDown).output;
    let whole = Rect { x: 0.0, y: 0.0, width: f64::from(thin.width), height: f64::from(thin.height) };
    color::to_srgb8(scale::resize(&color::prepare(thin)?, whole, size)?)
}

/// Every n-th pixel of every n-th row.
fn thinned(frame: &Frame) -> Result<Frame> {
    let step = frame.width.max(frame.height).div_ceil(THINNED).max(1) as usize;
    if step == 1 {
        return Ok(frame.clone());
    }
    let (row, channels) = (frame.width as usize * frame.format.channels(), frame.format.channels());
    let samples = match &frame.samples {
        Samples::U8(v) => Samples::U8(every(v, row, channels, step)),
        Samples::U16(v) => Samples::U16(every(v, row, channels, step)),
        Samples::F32(v) => Samples::F32(every(v, row, channels, step)),
    };
    let side = |n: u32| n.div_ceil(step as u32);
    let thin = Frame::new(side(frame.width), side(frame.height), frame.format, samples)?;
    Ok(thin.with_color(frame.color.clone()))
}

fn every<T: Copy>(samples: &[T], row: usize, channels: usize, step: usize) -> Vec<T> {
    let rows = samples.chunks_exact(row).step_by(step);
    rows.flat_map(|row| row.chunks_exact(channels).step_by(step).flatten().copied()).collect()
}

/// The saliency of each pixel.
struct Weights {
    width: usize,
    height: usize,
    of: Vec<f32>,
}

impl Weights {
    fn of(frame: &Frame) -> Self {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let pixels = pixels(frame);
        let (ground, average) = (ground(&pixels, width, height), mean(&pixels));
        // Where parts are transparent, the opaque parts are the subject.
        let presence = if average[3] < 0.95 { 0.5 } else { 0.0 };
        let mut of = Vec::with_capacity(pixels.len());
        for (i, &[y, b, r, alpha]) in pixels.iter().enumerate() {
            let (column, line) = (i % width, i / width);
            let luma = |column: usize, line: usize| {
                pixels.get(line.min(height - 1) * width + column.min(width - 1)).map_or(y, |p| p[0])
            };
            let dx = luma(column + 1, line) - luma(column.saturating_sub(1), line);
            let dy = luma(column, line + 1) - luma(column, line.saturating_sub(1));
            let edge = (dx.abs() + dy.abs()).min(1.0);
            let apart = |g: &[f32; 4]| ((y - g[0]).abs() + 2.0 * (b - g[1]).abs() + 2.0 * (r - g[2]).abs()).min(1.0);
            let contrast = 0.5 * (apart(&average) + ground.iter().map(apart).fold(1.0, f32::min));
            let chroma = (b.abs() + r.abs()).min(0.5);
            let weight = 0.6 * edge + contrast + 0.4 * chroma + 0.9 * skin(y, b, r) + presence;
            // Squared, so that one object that stands out counts more than texture everywhere.
            of.push(alpha * weight * weight);
        }
        Self { width, height, of }
    }

    /// Sums of columns; rows near the middle count most.
    fn columns(&self) -> Vec<f32> {
        let mut sums = vec![0.0; self.width];
        for (line, row) in self.of.chunks_exact(self.width).enumerate() {
            let share = middle(line, self.height);
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += share * weight);
        }
        sums
    }

    /// Sums of rows; columns near the middle count most.
    fn rows(&self) -> Vec<f32> {
        let sum = |row: &[f32]| row.iter().enumerate().map(|(i, weight)| middle(i, self.width) * weight).sum();
        self.of.chunks_exact(self.width).map(sum).collect()
    }
}

/// Mean colours along the border, in stretches of a quarter of a side. Subjects seldom touch the border, and never on
/// all sides, so a colour that no stretch has stands out.
fn ground(pixels: &[[f32; 4]], width: usize, height: usize) -> Vec<[f32; 4]> {
    let mut stretches = [const { Vec::new() }; 16];
    for (i, pixel) in pixels.iter().enumerate() {
        let (column, line) = (i % width, i / width);
        let (across, down) = (column * 4 / width, line * 4 / height);
        let sides = [(line == 0, across), (line + 1 == height, 4 + across), (column == 0, 8 + down)];
        for (is_on, stretch) in sides.into_iter().chain([(column + 1 == width, 12 + down)]) {
            if let Some(stretch) = stretches.get_mut(stretch).filter(|_| is_on) {
                stretch.push(*pixel);
            }
        }
    }
    stretches.iter().filter(|s| !s.is_empty()).map(|s| mean(s)).collect()
}

/// 1 in the middle of `n`, less towards both ends.
fn middle(i: usize, n: usize) -> f32 {
    let off = (2 * i + 1) as f32 / n as f32 - 1.0;
    1.0 - 0.5 * off * off
}

/// Luma from 0 to 1, blue and red difference from -0.5 to 0.5 (BT.601), and alpha from 0 to 1.
fn pixels(frame: &Frame) -> Vec<[f32; 4]> {
    let samples = frame.as_u8().unwrap_or_default();
    let one = |r: u8, g: u8, b: u8, a: u8| {
        let [r, g, b, a] = [r, g, b, a].map(|v| f32::from(v) / 255.0);
        let y = 0.299 * r + 0.587 * g + 0.114 * b;
        [y, (b - y) / 1.772, (r - y) / 1.402, a]
    };
    match frame.format {
        PixelFormat::Rgba8 => samples.as_chunks().0.iter().map(|&[r, g, b, a]| one(r, g, b, a)).collect(),
        _ => samples.as_chunks().0.iter().map(|&[r, g, b]| one(r, g, b, 255)).collect(),
    }
}

/// The mean colour of what is opaque, and the mean alpha.
fn mean(pixels: &[[f32; 4]]) -> [f32; 4] {
    let mut sums = [0.0; 4];
    for &[y, b, r, alpha] in pixels {
        for (sum, v) in sums.iter_mut().zip([y * alpha, b * alpha, r * alpha, alpha]) {
            *sum += v;
        }
    }
    let [y, b, r, alpha] = sums;
    let opaque = alpha.max(1e-6);
    [y / opaque, b / opaque, r / opaque, alpha / pixels.len().max(1) as f32]
}

/// How close a colour is to skin, from 0 to 1. Skin of all tones has nearly the same chromaticity and differs in luma,
/// so the colour differences are taken relative to luma.
fn skin(y: f32, b: f32, r: f32) -> f32 {
    if !(0.12..=0.95).contains(&y) {
        return 0.0;
    }
    let within = |v: f32, center: f32, half: f32| (2.0 - (v - center).abs() / half).clamp(0.0, 1.0);
    within(r / y, 0.19, 0.09) * within(b / y, -0.16, 0.09)
}

/// Which end of an axis of stored pixels is up: -1 for its start, 1 for its end, 0 if the axis is horizontal when
/// shown.
fn upward(orientation: Orientation, is_across: bool) -> f32 {
    use Orientation as O;
    match (orientation, is_across) {
        (O::Normal | O::FlipHorizontal, false) | (O::Transpose | O::Rotate90, true) => -1.0,
        (O::Rotate180 | O::FlipVertical, false) | (O::Transverse | O::Rotate270, true) => 1.0,
        _ => 0.0,
    }
}

/// The middle, as a share, of the window of `share` of the `lines` that has the largest weight. Windows nearer to the
/// `up` end get a small bonus.
fn best(lines: &[f32], share: f32, up: f32) -> f32 {
    let slack = (1.0 - share) / 2.0;
    let mut best = (0.0, 0.5);
    // From the centre outwards, so that the centre wins all ties.
    for step in 0..=POSITIONS {
        for side in if step == 0 { &[1][..] } else { &[-1, 1] } {
            let off = (step * side) as f32 / POSITIONS as f32;
            let center = 0.5 + off * slack;
            let score = held(lines, center, share) * (1.0 - CENTER_PRIOR * off * off + UPWARD_PRIOR * off * up);
            // A negligible gain does not justify leaving the centre.
            if score > best.0 * 1.0005 {
                best = (score, center);
            }
        }
    }
    best.1
}

/// The weight of a window.
fn held(lines: &[f32], center: f32, share: f32) -> f32 {
    let n = lines.len() as f32;
    let weigh = |(i, line): (usize, &f32)| {
        // Distance from the nearer border, as a share of the window; negative outside.
        let inside = 0.5 - ((i as f32 + 0.5) / n - center).abs() / share;
        if inside < 0.0 { 0.0 } else { line * (BORDER + (1.0 - BORDER) * (inside / TAPER).min(1.0)) }
    };
    lines.iter().enumerate().map(weigh).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grey, with a square of `color` at `x`, `y`, 30 px a side.
    fn picture(width: u32, height: u32, squares: &[(u32, u32, [u8; 3])]) -> Frame {
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let square = squares.iter().find(|s| (s.0..s.0 + 30).contains(&x) && (s.1..s.1 + 30).contains(&y));
                pixels.extend(square.map_or([128; 3], |s| s.2));
            }
        }
        Frame::from_u8(width, height, PixelFormat::Rgb8, pixels).unwrap()
    }

    /// Whether the crop holds all columns (or rows) from `from` to `to`.
    fn holds(frame: &Frame, output: Size, from: f64, to: f64) -> bool {
        let crop = geometry::cover_crop(frame.size(), output, focus(frame, output).unwrap());
        let wide = crop.width < f64::from(frame.width);
        let (start, length) = if wide { (crop.x, crop.width) } else { (crop.y, crop.height) };
        start <= from + 0.01 && to <= start + length + 0.01
    }

    const SQUARE: Size = Size::new(100, 100);
    const RED: [u8; 3] = [220, 30, 30];

    #[test]
    fn a_subject_is_kept_wherever_it_is() {
        for at in [0, 20, 135, 250, 270] {
            let (from, to) = (f64::from(at), f64::from(at + 30));
            assert!(holds(&picture(300, 100, &[(at, 35, RED)]), SQUARE, from, to), "{at} across");
            assert!(holds(&picture(100, 300, &[(35, at, RED)]), SQUARE, from, to), "{at} down");
        }
    }

    #[test]
    fn a_subject_is_not_at_the_border_if_there_is_room() {
        let frame = picture(300, 100, &[(180, 35, RED)]);
        let crop = geometry::cover_crop(frame.size(), SQUARE, focus(&frame, SQUARE).unwrap());
        assert!(crop.x < 170.0 && crop.x + crop.width > 220.0, "{crop:?}");
    }

    #[test]
    fn skin_of_all_tones_outweighs_plain_things() {
        for tone in [[255, 224, 196], [224, 172, 138], [160, 110, 80], [90, 58, 40]] {
            let frame = picture(300, 100, &[(20, 35, [90, 128, 128]), (250, 35, tone)]);
            assert!(holds(&frame, SQUARE, 250.0, 280.0), "{tone:?}");
        }
    }

    #[test]
    fn a_symmetric_picture_is_cut_in_the_middle() {
        for squares in [&[(110, 35, RED), (160, 35, RED)][..], &[(135, 35, RED)], &[]] {
            assert_eq!(focus(&picture(300, 100, squares), SQUARE).unwrap(), (0.5, 0.5));
        }
    }

    #[test]
    fn heads_are_up_however_the_picture_is_stored() {
        let frame = picture(100, 300, &[(35, 20, RED), (35, 250, RED)]);
        let up = |orientation| focus(&frame.clone().with_orientation(orientation), SQUARE).unwrap().1;
        assert!(up(Orientation::Normal) < 0.3 && up(Orientation::Rotate180) > 0.7);
    }

    #[test]
    fn transparent_pixels_are_not_salient() {
        let mut pixels = Vec::new();
        for i in 0..300 * 100u32 {
            // Noise, transparent except for a plain grey block on the right.
            let (x, noise) = (i % 300, (i.wrapping_mul(2_654_435_761) >> 24) as u8);
            pixels.extend(if x >= 260 { [99, 99, 99, 255] } else { [noise, 255, 0, 0] });
        }
        let frame = Frame::from_u8(300, 100, PixelFormat::Rgba8, pixels).unwrap();
        assert!(holds(&frame, SQUARE, 260.0, 300.0));
    }

    #[test]
    fn a_large_frame_is_thinned_out() {
        let frame = Frame::from_u8(1537, 9, PixelFormat::Gray8, vec![0; 1537 * 9]).unwrap();
        let thin = thinned(&frame).unwrap();
        assert_eq!((thin.width, thin.height), (308, 2));
    }
}
