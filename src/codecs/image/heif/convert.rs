//! Converts collected planes to the samples of a frame: chroma upsampling, the matrix of H.273, range, alpha.
//!
//! Every matrix here is linear, so range and matrix combine to nine factors and three offsets. Primaries and transfer
//! function are not applied; the frame's colour space describes them.

use super::canvas::{Gathered, GatheredPlane};
use super::picture::Chroma;
use super::property::{Nclx, UNSPECIFIED};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat, Samples};

/// From collected (Y, Cb, Cr) to (R, G, B), 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Affine {
    rows: [[f32; 3]; 3],
    offset: [f32; 3],
}

/// Kr and Kb of ITU-T H.273, table 4; for 12 and 13 those that its equations 32 to 37 give for the primaries.
fn luma_weights(nclx: Nclx) -> Result<(f32, f32)> {
    let of_primaries = || match nclx.primaries {
        1 | UNSPECIFIED => (0.2126, 0.0722),
        9 => (0.2627, 0.0593),
        11 | 12 => (0.2290, 0.0793),
        _ => (0.299, 0.114),
    };
    Ok(match nclx.matrix {
        1 => (0.2126, 0.0722),
        4 => (0.30, 0.11),
        // Unspecified: readers agree on BT.601.
        UNSPECIFIED | 3 | 5 | 6 => (0.299, 0.114),
        7 => (0.212, 0.087),
        9 | 10 => (0.2627, 0.0593),
        12 | 13 => of_primaries(),
        other => return Err(Error::unsupported(format!("matrix coefficients {other}"))),
    })
}

impl Affine {
    fn new(nclx: Nclx, depth: u8, mono: bool) -> Result<Self> {
        let weights = match nclx.matrix {
            // Grey is luma in its range, whatever the matrix.
            _ if mono => [[1.0, 0.0, 0.0]; 3],
            0 => [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            // YCgCo: Cb holds Cg, Cr holds Co.
            8 => [[1.0, -1.0, 1.0], [1.0, 1.0, 0.0], [1.0, -1.0, -1.0]],
            _ => {
                let (kr, kb) = luma_weights(nclx)?;
                let kg = 1.0 - kr - kb;
                let (cr, cb) = (2.0 * (1.0 - kr), 2.0 * (1.0 - kb));
                [[1.0, 0.0, cr], [1.0, -cb * kb / kg, -cr * kr / kg], [1.0, cb, 0.0]]
            }
        };
        // Code values of `depth` bits are stored at the top of 16.
        let unit = f32::from(1u16 << (16 - depth.clamp(8, 16)));
        let eighth = (1u32 << (depth.clamp(8, 16) - 8)) as f32;
        let full = eighth * 256.0 - 1.0;
        let (black, luma, chroma) =
            if nclx.full_range { (0.0, full, full) } else { (16.0 * eighth, 219.0 * eighth, 224.0 * eighth) };
        // Identity carries green, blue and red, all in the range of luma.
        let (zero, chroma) = if nclx.matrix == 0 { (black, luma) } else { (128.0 * eighth, chroma) };
        let scale = [luma, chroma, chroma].map(|range| 1.0 / (range * unit));
        let origin = [black, zero, zero].map(|code| code * unit);
        let rows = weights.map(|w| [w[0] * scale[0], w[1] * scale[1], w[2] * scale[2]]);
        let offset = rows.map(|r| -(r[0] * origin[0] + r[1] * origin[1] + r[2] * origin[2]));
        Ok(Self { rows, offset })
    }
}

/// A sample type of frames.
trait Sample: Copy {
    /// From 0 to 1, clamped and rounded.
    fn from_unit(value: f32) -> Self;
}

impl Sample for u8 {
    fn from_unit(value: f32) -> Self {
        (value.clamp(0.0, 1.0) * 255.0 + 0.5) as Self
    }
}

impl Sample for u16 {
    fn from_unit(value: f32) -> Self {
        (value.clamp(0.0, 1.0) * 65535.0 + 0.5) as Self
    }
}

/// The alpha of a picture: its plane, of the picture's size, and how to read it.
pub(super) struct Alpha {
    pub(super) plane: GatheredPlane,
    pub(super) depth: u8,
    /// Whether colours are premultiplied.
    pub(super) premultiplied: bool,
}

/// The frame of a collected picture: grey or RGB, 8 bits per sample if the source has 8, otherwise 16.
pub(super) fn to_frame(picture: &Gathered, nclx: Nclx, alpha: Option<&Alpha>) -> Result<Frame> {
    use PixelFormat::{Gray8, Gray16, GrayA8, GrayA16, Rgb8, Rgb16, Rgba8, Rgba16};
    let deep = picture.depth > 8;
    let gray = picture.chroma == Chroma::Mono;
    let format = match (gray, alpha.is_some(), deep) {
        (true, false, false) => Gray8,
        (true, false, true) => Gray16,
        (true, true, false) => GrayA8,
        (true, true, true) => GrayA16,
        (false, false, false) => Rgb8,
        (false, false, true) => Rgb16,
        (false, true, false) => Rgba8,
        (false, true, true) => Rgba16,
    };
    let samples = match deep {
        false => Samples::U8(samples(picture, nclx, alpha)?),
        true => Samples::U16(samples(picture, nclx, alpha)?),
    };
    Frame::new(picture.size.width, picture.size.height, format, samples)
}

fn samples<T: Sample>(picture: &Gathered, nclx: Nclx, alpha: Option<&Alpha>) -> Result<Vec<T>> {
    let mono = picture.chroma == Chroma::Mono;
    let affine = Affine::new(nclx, picture.depth, mono)?;
    let width = picture.size.width as usize;
    let channels = if mono { 1 } else { 3 } + usize::from(alpha.is_some());
    let mut out = Vec::with_capacity(picture.size.pixels() as usize * channels);
    let mut chroma = [vec![0f32; width], vec![0f32; width]];
    let mut line = vec![0f32; width];
    let [luma, rest @ ..] = picture.planes.as_slice() else { return Err(Error::internal("a picture without planes")) };
    for y in 0..picture.size.height {
        let luma = row(luma, y);
        for (plane, out) in rest.iter().zip(&mut chroma) {
            full_row(plane, picture, y, &mut line, out);
        }
        let mut pixels = Pixels { affine, luma, cb: &chroma[0], cr: &chroma[1] };
        match (mono, alpha) {
            (true, None) => pixels.each(|[value, ..]| out.push(T::from_unit(value))),
            (false, None) => pixels.each(|rgb| out.extend_from_slice(&rgb.map(T::from_unit))),
            (mono, Some(alpha)) => {
                let mut row = row(&alpha.plane, y).iter();
                // Alpha uses the full range, whatever is declared.
                let unit = f32::from(1u16 << (16 - alpha.depth.clamp(8, 16)));
                let scale = 1.0 / ((2f32.powi(i32::from(alpha.depth.clamp(8, 16))) - 1.0) * unit);
                pixels.each(|rgb| {
                    let a = row.next().map_or(1.0, |a| (f32::from(*a) * scale).min(1.0));
                    let gain = if alpha.premultiplied && a > 0.0 { 1.0 / a } else { 1.0 };
                    let rgb = rgb.map(|c| T::from_unit(c * gain));
                    out.extend_from_slice(if mono { &rgb[..1] } else { &rgb });
                    out.push(T::from_unit(a));
                });
            }
        }
    }
    Ok(out)
}

/// One row of a picture, chroma at full size.
struct Pixels<'a> {
    affine: Affine,
    luma: &'a [u16],
    cb: &'a [f32],
    cr: &'a [f32],
}

impl Pixels<'_> {
    fn each(&mut self, mut emit: impl FnMut([f32; 3])) {
        let Affine { rows, offset } = self.affine;
        for ((y, cb), cr) in self.luma.iter().zip(self.cb).zip(self.cr) {
            let y = f32::from(*y);
            let dot = |i: usize| rows[i][0] * y + rows[i][1] * cb + rows[i][2] * cr + offset[i];
            emit([dot(0), dot(1), dot(2)]);
        }
    }
}

fn row(plane: &GatheredPlane, y: u32) -> &[u16] {
    let width = plane.size.width as usize;
    let at = y.min(plane.size.height.saturating_sub(1)) as usize * width;
    plane.samples.get(at..at + width).unwrap_or_default()
}

/// Row `y` of a chroma plane at the columns of luma: interpolated linearly between samples centred on their luma.
fn full_row(plane: &GatheredPlane, picture: &Gathered, y: u32, line: &mut Vec<f32>, out: &mut [f32]) {
    let (step_x, step_y) = picture.chroma.steps();
    let (phase_x, phase_y) = picture.phase;
    line.clear();
    if step_y == 1 {
        line.extend(row(plane, y).iter().map(|s| f32::from(*s)));
    } else {
        let near = (y + phase_y) / 2;
        let far = if (y + phase_y).is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
        let pairs = row(plane, near).iter().zip(row(plane, far));
        line.extend(pairs.map(|(near, far)| 0.75 * f32::from(*near) + 0.25 * f32::from(*far)));
    }
    let Some(last) = line.last().copied() else { return };
    if step_x == 1 {
        let n = out.len().min(line.len());
        out[..n].copy_from_slice(&line[..n]);
        out[n..].fill(last);
        return;
    }
    let at = |i: usize| line.get(i).copied().unwrap_or(last);
    let phase = phase_x as usize;
    for (x, out) in out.iter_mut().enumerate() {
        let near = (x + phase) / 2;
        let far = if (x + phase).is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
        *out = 0.75 * at(near) + 0.25 * at(far);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::geometry::Size;

    fn nclx(matrix: u8, full_range: bool) -> Nclx {
        Nclx { primaries: 1, transfer: 13, matrix, full_range }
    }

    fn pixel(codes: [u16; 3], depth: u8, nclx: Nclx) -> Vec<u16> {
        let size = Size::new(1, 1);
        let planes = codes.map(|c| GatheredPlane { size, samples: vec![c << (16 - depth)] }).to_vec();
        let picture = Gathered { size, chroma: Chroma::Full, phase: (0, 0), depth, nclx: None, planes };
        match to_frame(&picture, nclx, None).unwrap().samples {
            Samples::U8(v) => v.into_iter().map(u16::from).collect(),
            Samples::U16(v) => v,
            Samples::F32(_) => unreachable!(),
        }
    }

    #[test]
    fn black_and_white_meet_the_ends_of_their_range() {
        assert_eq!(pixel([16, 128, 128], 8, nclx(1, false)), [0; 3]);
        assert_eq!(pixel([235, 128, 128], 8, nclx(1, false)), [255; 3]);
        assert_eq!(pixel([255, 128, 128], 8, nclx(6, true)), [255; 3]);
        assert_eq!(pixel([940, 512, 512], 10, nclx(9, false)), [65535; 3]);
        assert_eq!(pixel([4095, 2048, 2048], 12, nclx(9, true)), [65535; 3]);
    }

    #[test]
    fn the_matrix_is_the_one_asked_for() {
        // Pure red of BT.601 and of BT.709, limited range.
        assert_eq!(pixel([81, 90, 240], 8, nclx(6, false)), [254, 0, 0]);
        assert_eq!(pixel([63, 102, 240], 8, nclx(1, false)), [255, 1, 0]);
    }

    #[test]
    fn identity_carries_green_blue_red() {
        assert_eq!(pixel([10, 20, 30], 8, nclx(0, true)), [30, 10, 20]);
    }

    #[test]
    fn grey_is_luma_in_its_range() {
        let size = Size::new(1, 1);
        let planes = vec![GatheredPlane { size, samples: vec![235 << 8] }];
        let picture = Gathered { size, chroma: Chroma::Mono, phase: (0, 0), depth: 8, nclx: None, planes };
        assert_eq!(to_frame(&picture, nclx(9, false), None).unwrap().as_u8().unwrap(), [255]);
    }

    #[test]
    fn a_matrix_that_is_not_linear_is_refused() {
        assert!(Affine::new(nclx(14, true), 10, false).is_err());
    }

    #[test]
    fn premultiplied_colours_are_divided() {
        let size = Size::new(1, 1);
        let plane = |code: u16| GatheredPlane { size, samples: vec![code << 8] };
        let planes = vec![plane(64), plane(128), plane(128)];
        let picture = Gathered { size, chroma: Chroma::Full, phase: (0, 0), depth: 8, nclx: None, planes };
        let alpha = Alpha { plane: plane(128), depth: 8, premultiplied: true };
        let frame = to_frame(&picture, nclx(6, true), Some(&alpha)).unwrap();
        assert!(frame.as_u8().unwrap().iter().all(|sample| sample.abs_diff(128) <= 1));
    }
}
