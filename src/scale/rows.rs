//! A resize that is fed rows and never holds the whole source.
//!
//! Lanczos3 is separable: every row is reduced to the target width as it comes, and only those narrow rows are kept;
//! at the end they are reduced to the target height. The result is what one resize of the whole frame gives.

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{FilterType, MulDiv, ResizeAlg, ResizeOptions, Resizer};

use super::{bytes, filled, internal, pixel_type};
use crate::decode::{Context, Want};
use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat, Samples};
use crate::geometry::Size;
use crate::limits::Reservation;
use crate::orient::Orientation;

/// Source rows that are reduced at once.
const BATCH: usize = 32;

/// Reduces a picture row by row to the size that is wanted.
pub(crate) struct RowReducer {
    source: Size,
    target: Size,
    format: PixelFormat,
    resizer: Resizer,
    mul_div: MulDiv,
    batch: Vec<u8>,
    /// Rows of `target.width` pixels, premultiplied if there is alpha.
    narrow: Vec<u8>,
    row_bytes: usize,
    rows: u32,
    _held: Reservation,
}

impl RowReducer {
    /// For a picture of `source` stored px that `orientation` has still to be applied to. Reserves what it needs.
    pub(crate) fn new(
        source: Size,
        orientation: Orientation,
        format: PixelFormat,
        want: &Want,
        cx: &Context<'_>,
    ) -> Result<Self> {
        cx.check_pixels(source)?;
        let wanted = orientation.apply_to(want.size);
        // Several specs are made from one frame: leave the filter of each of them something to work on.
        let spare = if want.many { 2 } else { 1 };
        let side = |wanted: u32, source: u32| wanted.saturating_mul(spare).clamp(1, source);
        let mut target = Size::new(side(wanted.width, source.width), side(wanted.height, source.height));
        if target.width == source.width || target.height == source.height {
            target = source;
        }
        let pixel = format.pixel_bytes() as u64;
        let row_bytes = u64::from(source.width) * pixel;
        let narrow_bytes = u64::from(target.width) * u64::from(source.height) * pixel;
        let held = cx.reserve(narrow_bytes + row_bytes * (BATCH as u64 + 2) + target.pixels() * pixel)?;
        Ok(Self {
            source,
            target,
            format,
            resizer: Resizer::new(),
            mul_div: MulDiv::new(),
            batch: Vec::with_capacity((row_bytes as usize) * BATCH),
            narrow: Vec::with_capacity(narrow_bytes as usize),
            row_bytes: row_bytes as usize,
            rows: 0,
            _held: held,
        })
    }

    /// Bytes of one source row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Rows taken so far.
    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    /// Takes the next row: `row_bytes` bytes of samples in native byte order. Rows past the last are ignored.
    pub(crate) fn push(&mut self, row: &[u8]) -> Result<()> {
        if self.rows >= self.source.height {
            return Ok(());
        }
        let row = row.get(..self.row_bytes).ok_or_else(|| Error::internal("a row that is too short"))?;
        self.rows += 1;
        if self.target == self.source {
            self.narrow.extend_from_slice(row);
            return Ok(());
        }
        self.batch.extend_from_slice(row);
        if self.batch.len() >= self.row_bytes * BATCH { self.reduce() } else { Ok(()) }
    }

    fn reduce(&mut self) -> Result<()> {
        let rows = (self.batch.len() / self.row_bytes) as u32;
        if rows == 0 {
            return Ok(());
        }
        let pixel = pixel_type(self.format);
        let at = self.narrow.len();
        self.narrow.resize(at + self.target.width as usize * rows as usize * self.format.pixel_bytes(), 0);
        let (size, target) = (Size::new(self.source.width, rows), Size::new(self.target.width, rows));
        let (resizer, mul_div, alpha) = (&mut self.resizer, &self.mul_div, self.format.has_alpha());
        // 16-bit samples have to lie aligned for the resizer; a copy of the batch sees to it.
        let out = aligned(self.format, size, &self.batch, |batch| {
            let mut source = Image::from_slice_u8(size.width, size.height, batch, pixel).map_err(internal)?;
            if alpha {
                mul_div.multiply_alpha_inplace(&mut source).map_err(internal)?;
            }
            filled(self.format, target, |out| {
                let mut out = Image::from_slice_u8(target.width, target.height, out, pixel).map_err(internal)?;
                resizer.resize(&source, &mut out, &options()).map_err(internal)
            })
        })?;
        self.narrow[at..].copy_from_slice(bytes(&out));
        self.batch.clear();
        Ok(())
    }

    /// The reduced frame. Rows that never came are transparent, or mid grey where there is no alpha.
    pub(crate) fn finish(mut self) -> Result<Frame> {
        self.reduce()?;
        let full = self.target.width as usize * self.source.height as usize * self.format.pixel_bytes();
        self.narrow.resize(full, if self.format.has_alpha() { 0 } else { 0x80 });
        let (format, target) = (self.format, self.target);
        if target == self.source {
            let samples = filled(format, target, |out| {
                out.copy_from_slice(&self.narrow);
                Ok(())
            })?;
            return Frame::new(target.width, target.height, format, samples);
        }
        let (pixel, size) = (pixel_type(format), Size::new(target.width, self.source.height));
        let (resizer, mul_div) = (&mut self.resizer, &self.mul_div);
        let samples = aligned(format, size, &self.narrow, |narrow| {
            let source = ImageRef::new(size.width, size.height, narrow, pixel).map_err(internal)?;
            filled(format, target, |out| {
                let mut out = Image::from_slice_u8(target.width, target.height, out, pixel).map_err(internal)?;
                resizer.resize(&source, &mut out, &options()).map_err(internal)?;
                match format.has_alpha() {
                    true => mul_div.divide_alpha_inplace(&mut out).map_err(internal),
                    false => Ok(()),
                }
            })
        })?;
        Frame::new(target.width, target.height, format, samples)
    }
}

fn options() -> ResizeOptions {
    // Alpha is multiplied in once before and divided out once after both passes.
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false)
}

/// Runs `work` on a copy of `data` that is aligned for samples of `format`.
fn aligned(
    format: PixelFormat,
    size: Size,
    data: &[u8],
    work: impl FnOnce(&mut [u8]) -> Result<Samples>,
) -> Result<Samples> {
    let mut out = None;
    filled(format, size, |copy| {
        copy.copy_from_slice(data);
        out = Some(work(copy)?);
        Ok(())
    })?;
    out.ok_or_else(|| Error::internal("no rows"))
}
