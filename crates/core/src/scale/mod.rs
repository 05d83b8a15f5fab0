//! One high-quality resize: Lanczos3, SIMD, alpha-weighted.
//!
//! [`resize`] scales a crop of a frame to its final size in one step. [`RowReducer`] does the same for rows that arrive
//! one by one, so that the full picture is never in memory.

mod kernel;
mod reducer;
pub mod rows;

pub use reducer::RowReducer;

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::{Error, Result};
use crate::frame::{Frame, PixelFormat, Samples};
use crate::geometry::{Rect, Size};
use kernel::internal;

/// Scales the part `crop` of `frame`, in pixels before orientation, to `output` px. Colour space and orientation are
/// kept.
pub fn resize(frame: &Frame, crop: Rect, output: Size) -> Result<Frame> {
    let whole = crop.x == 0.0
        && crop.y == 0.0
        && crop.width == f64::from(frame.width)
        && crop.height == f64::from(frame.height);
    if whole && output == frame.size() {
        return Ok(frame.clone());
    }
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(crop.x, crop.y, crop.width, crop.height)
        .use_alpha(frame.format.has_alpha());
    let pixel = pixel_type(frame.format);
    let source = ImageRef::new(frame.width, frame.height, bytes(&frame.samples), pixel).map_err(internal)?;
    let mut samples = zeroed(frame.format, output)?;
    let mut target =
        Image::from_slice_u8(output.width, output.height, bytes_mut(&mut samples), pixel).map_err(internal)?;
    kernel::run(&mut Resizer::new(), &source, &mut target, &options)?;
    drop(target);
    Ok(Frame { width: output.width, height: output.height, samples, color: frame.color.clone(), ..*frame })
}

fn pixel_type(format: PixelFormat) -> PixelType {
    match format {
        PixelFormat::Gray8 => PixelType::U8,
        PixelFormat::GrayA8 => PixelType::U8x2,
        PixelFormat::Rgb8 => PixelType::U8x3,
        PixelFormat::Rgba8 | PixelFormat::Cmyk8 => PixelType::U8x4,
        PixelFormat::Gray16 => PixelType::U16,
        PixelFormat::GrayA16 => PixelType::U16x2,
        PixelFormat::Rgb16 => PixelType::U16x3,
        PixelFormat::Rgba16 | PixelFormat::Cmyk16 => PixelType::U16x4,
        PixelFormat::RgbF32 => PixelType::F32x3,
        PixelFormat::RgbaF32 => PixelType::F32x4,
    }
}

fn bytes(samples: &Samples) -> &[u8] {
    match samples {
        Samples::U8(v) => v,
        Samples::U16(v) => bytemuck::cast_slice(v),
        Samples::F32(v) => bytemuck::cast_slice(v),
    }
}

fn bytes_mut(samples: &mut Samples) -> &mut [u8] {
    match samples {
        Samples::U8(v) => v,
        Samples::U16(v) => bytemuck::cast_slice_mut(v),
        Samples::F32(v) => bytemuck::cast_slice_mut(v),
    }
}

/// Zeroed samples for a frame of `size` px.
fn zeroed(format: PixelFormat, size: Size) -> Result<Samples> {
    let n = usize::try_from(size.pixels()).ok().and_then(|n| n.checked_mul(format.channels()));
    let n = n.ok_or_else(|| Error::limit("a frame larger than memory"))?;
    Ok(match format.sample_bytes() {
        1 => Samples::U8(vec![0; n]),
        2 => Samples::U16(vec![0; n]),
        _ => Samples::F32(vec![0.0; n]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(frame: &Frame) -> Rect {
        Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) }
    }

    #[test]
    fn transparent_pixels_do_not_bleed_colour() {
        // Left half opaque red, right half fully transparent green.
        let pixels: Vec<u8> = (0..64).flat_map(|i| if i % 8 < 4 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
        let frame = Frame::from_u8(8, 8, PixelFormat::Rgba8, pixels).unwrap();
        let out = resize(&frame, whole(&frame), Size::new(1, 1)).unwrap();
        let v = out.as_u8().unwrap();
        assert_eq!((v[0], v[1]), (255, 0));
        assert!((120..136).contains(&v[3]));
    }

    #[test]
    fn sixteen_bits_stay_sixteen_bits() {
        let frame = Frame::from_u16(4, 4, PixelFormat::Gray16, vec![0x1234; 16]).unwrap();
        let out = resize(&frame, whole(&frame), Size::new(2, 2)).unwrap();
        assert_eq!(out.samples, Samples::U16(vec![0x1234; 4]));
    }
}
