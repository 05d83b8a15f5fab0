//! A resize that takes rows one by one and never holds the whole source.
//!
//! Lanczos3 is separable: rows are reduced to the target width as they arrive, only the narrow rows are kept, and at
//! the end these are reduced to the target height. The result equals one resize of the whole frame.
//!
//! Float samples are unbounded linear light, where the filter would ring around highlights and spread NaN. They are
//! reduced on a logarithmic scale.

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{FilterType, MulDiv, ResizeAlg, ResizeOptions, Resizer};

use super::kernel::{self, internal};
use super::{bytes, bytes_mut, pixel_type, zeroed};
use crate::decode::{Context, Want};
use crate::error::{Error, Result};
use crate::frame::{Frame, Orientation, PixelFormat, Samples};
use crate::geometry::Size;
use crate::limits::Reservation;

/// Bytes of source rows per batch. The filter is set up for every batch, so fewer batches are faster.
const BATCH_BYTES: u64 = 16 << 20;

/// Reduces a picture row by row to the wanted size.
pub struct RowReducer {
    source: Size,
    target: Size,
    format: PixelFormat,
    resizer: Resizer,
    mul_div: MulDiv,
    /// Up to `batch_rows` source rows; `batched` are filled.
    batch: Samples,
    batch_rows: usize,
    batched: usize,
    /// Rows of `target.width` pixels, premultiplied if there is alpha; `narrowed` are filled.
    narrow: Samples,
    narrowed: usize,
    row_bytes: usize,
    rows: u32,
    _held: Reservation,
}

impl RowReducer {
    /// A reducer for a picture of `source` px as stored, before `orientation`. Reserves the memory it needs.
    pub fn new(
        source: Size,
        orientation: Orientation,
        format: PixelFormat,
        want: &Want,
        cx: &Context<'_>,
    ) -> Result<Self> {
        cx.check_pixels(source)?;
        let wanted = orientation.apply_to(want.size);
        // Each of several specs needs spare pixels for its own resize.
        let spare = if want.many { 2 } else { 1 };
        let side = |wanted: u32, source: u32| wanted.saturating_mul(spare).clamp(1, source);
        let mut target = Size::new(side(wanted.width, source.width), side(wanted.height, source.height));
        if target.width == source.width || target.height == source.height {
            target = source;
        }
        let pixel = format.pixel_bytes() as u64;
        let row_bytes = u64::from(source.width) * pixel;
        let narrow_bytes = u64::from(target.width) * u64::from(source.height) * pixel;
        let batch = match target == source {
            true => 0,
            false => (BATCH_BYTES / row_bytes.max(1)).clamp(16, u64::from(source.height).max(16)) as u32,
        };
        let held = cx.reserve(narrow_bytes + row_bytes * u64::from(batch) + target.pixels() * pixel)?;
        Ok(Self {
            source,
            target,
            format,
            resizer: Resizer::new(),
            mul_div: MulDiv::new(),
            batch: zeroed(format, Size::new(source.width, batch))?,
            batch_rows: batch as usize,
            batched: 0,
            narrow: zeroed(format, Size::new(target.width, source.height))?,
            narrowed: 0,
            row_bytes: row_bytes as usize,
            rows: 0,
            _held: held,
        })
    }

    /// Size of a source row, in bytes.
    pub fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Number of rows pushed so far.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Adds the next row: `row_bytes` bytes of samples in native byte order. Surplus rows are ignored.
    pub fn push(&mut self, row: &[u8]) -> Result<()> {
        if self.rows >= self.source.height {
            return Ok(());
        }
        let row = row.get(..self.row_bytes).ok_or_else(|| Error::internal("a row that is too short"))?;
        self.rows += 1;
        let (into, at) = match self.target == self.source {
            true => (bytes_mut(&mut self.narrow), &mut self.narrowed),
            false => (bytes_mut(&mut self.batch), &mut self.batched),
        };
        into[*at * self.row_bytes..][..self.row_bytes].copy_from_slice(row);
        *at += 1;
        if self.batched > 0 && self.batched == self.batch_rows { self.reduce() } else { Ok(()) }
    }

    fn reduce(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.batched);
        if rows == 0 {
            return Ok(());
        }
        let (pixel, height) = (pixel_type(self.format), rows as u32);
        if let Samples::F32(v) = &mut self.batch {
            each_color(&mut v[..rows * self.row_bytes / 4], self.format, logarithmic);
        }
        let batch = &mut bytes_mut(&mut self.batch)[..rows * self.row_bytes];
        if self.format.has_alpha() {
            let mut source = Image::from_slice_u8(self.source.width, height, batch, pixel).map_err(internal)?;
            self.mul_div.multiply_alpha_inplace(&mut source).map_err(internal)?;
        }
        let batch = &bytes(&self.batch)[..rows * self.row_bytes];
        let source = ImageRef::new(self.source.width, height, batch, pixel).map_err(internal)?;
        let narrow_bytes = self.target.width as usize * self.format.pixel_bytes();
        let narrow = &mut bytes_mut(&mut self.narrow)[self.narrowed * narrow_bytes..][..rows * narrow_bytes];
        let mut target = Image::from_slice_u8(self.target.width, height, narrow, pixel).map_err(internal)?;
        self.narrowed += rows;
        kernel::run(&mut self.resizer, &source, &mut target, &options())
    }

    /// The reduced frame. Missing rows are transparent, or mid grey in formats without alpha.
    pub fn finish(mut self) -> Result<Frame> {
        self.reduce()?;
        let (format, target) = (self.format, self.target);
        if !format.has_alpha() {
            let narrow_bytes = target.width as usize * format.pixel_bytes();
            bytes_mut(&mut self.narrow)[self.narrowed * narrow_bytes..].fill(0x80);
        }
        if target == self.source {
            return Frame::new(target.width, target.height, format, self.narrow);
        }
        let pixel = pixel_type(format);
        let source = ImageRef::new(target.width, self.source.height, bytes(&self.narrow), pixel).map_err(internal)?;
        let mut samples = zeroed(format, target)?;
        let mut out =
            Image::from_slice_u8(target.width, target.height, bytes_mut(&mut samples), pixel).map_err(internal)?;
        kernel::run(&mut self.resizer, &source, &mut out, &options())?;
        if format.has_alpha() {
            self.mul_div.divide_alpha_inplace(&mut out).map_err(internal)?;
        }
        drop(out);
        if let Samples::F32(v) = &mut samples {
            each_color(v, format, linear);
        }
        Frame::new(target.width, target.height, format, samples)
    }
}

/// Applies `f` to every sample except alpha.
fn each_color(samples: &mut [f32], format: PixelFormat, f: impl Fn(f32) -> f32) {
    let channels = format.channels();
    let colors = channels - usize::from(format.has_alpha());
    for pixel in samples.chunks_exact_mut(channels) {
        pixel.iter_mut().take(colors).for_each(|v| *v = f(*v));
    }
}

/// Larger values are clipped. Beyond the range of sensors and renderers.
const LARGEST: f32 = 1e6;

fn logarithmic(v: f32) -> f32 {
    if v.is_nan() { 0.0 } else { v.abs().min(LARGEST).ln_1p().copysign(v) }
}

fn linear(v: f32) -> f32 {
    v.abs().exp_m1().copysign(v)
}

fn options() -> ResizeOptions {
    // Alpha is premultiplied once before both passes and divided out once after them.
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::testing;

    fn reduced(format: PixelFormat, pixels: &[u8], size: Size, want: Want, rows: u32) -> Frame {
        let (frame, _) = testing::with_context(|cx| {
            let mut reducer = RowReducer::new(size, Orientation::Normal, format, &want, cx).unwrap();
            for row in pixels.chunks_exact(reducer.row_bytes()).take(rows as usize) {
                reducer.push(row).unwrap();
            }
            reducer.finish().unwrap()
        });
        frame
    }

    fn noise(n: usize) -> Vec<u8> {
        let mut state = 1u32;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    }

    #[test]
    fn rows_match_a_resize_of_the_whole_frame() {
        let size = Size::new(203, 131);
        for format in [PixelFormat::Rgb8, PixelFormat::Rgba8, PixelFormat::Gray8] {
            let pixels = noise(size.pixels() as usize * format.channels());
            let got = reduced(format, &pixels, size, Want::new(Size::new(40, 26)), size.height);
            let whole = Rect { x: 0.0, y: 0.0, width: 203.0, height: 131.0 };
            let frame = Frame::from_u8(size.width, size.height, format, pixels).unwrap();
            let expected = crate::scale::resize(&frame, whole, Size::new(40, 26)).unwrap();
            let worst = got.as_u8().unwrap().iter().zip(expected.as_u8().unwrap()).map(|(a, b)| a.abs_diff(*b)).max();
            // Premultiplying with a small alpha rounds colours once more.
            let allowed = if format.has_alpha() { 8 } else { 1 };
            assert!(worst.unwrap() <= allowed, "{format:?}: {worst:?}");
        }
    }

    #[test]
    fn missing_rows_are_grey() {
        let size = Size::new(64, 64);
        let got = reduced(PixelFormat::Gray8, &[10; 64 * 64], size, Want::new(Size::new(8, 8)), 32);
        let v = got.as_u8().unwrap();
        assert_eq!((v[0], v[63]), (10, 0x80));
    }

    #[test]
    fn highlights_and_nan_do_not_spread() {
        let size = Size::new(64, 64);
        let mut light = vec![0.5f32; 64 * 64 * 3];
        light[(32 * 64 + 32) * 3..][..3].fill(1e30);
        light[..3].fill(f32::NAN);
        let got = reduced(PixelFormat::RgbF32, bytemuck::cast_slice(&light), size, Want::new(Size::new(16, 16)), 64);
        let Samples::F32(v) = got.samples else { panic!("{:?}", got.format) };
        assert!(v.iter().all(|v| (0.1..1e6).contains(v)), "{v:?}");
        assert!((v[8 * 3 + 8 * 16 * 3] > 1.0) && (v[12 * 16 * 3] - 0.5).abs() < 1e-3);
    }

    #[test]
    fn several_specs_get_spare_pixels() {
        let size = Size::new(64, 64);
        let want = Want { many: true, ..Want::new(Size::new(8, 8)) };
        assert_eq!(reduced(PixelFormat::Gray8, &[10; 64 * 64], size, want, 64).size(), Size::new(16, 16));
    }
}
