//! Turns DC planes into a frame: each plane is scaled to its final size in one step, and colours are converted there.

use super::dc::{Jpeg, Refinement};
use super::header::{ColorModel, Header};
use super::plane::Plane;
use thumbling_core::decode::{Context, Effort, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::{Rect, Size};
use thumbling_core::scale;

/// Whether this colour model is supported here.
pub(super) fn is_made(header: &Header) -> bool {
    header.color_model() != ColorModel::Unknown
}

/// A frame of `want`'s size, which is in stored orientation, or of 1/8 of the picture's if several sizes are made from
/// it.
pub(super) fn frame(jpeg: Jpeg, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let header = jpeg.header().clone();
    let _held = cx.reserve(header.dc_memory())?;
    let (width, height) = header.dc_size(0);
    let full = Size::new(width, height);
    let target = if want.many || !full.covers(want.size) { full } else { want.size };
    let refinement = if want.effort == Effort::Preview { Refinement::First } else { Refinement::Full };
    let image = jpeg.decode(refinement, cx.interrupt())?;
    if !image.complete {
        cx.warn(format!("damaged or truncated: {} of {height} rows of blocks", image.rows));
    }
    let planes = image.planes.into_iter().enumerate();
    let planes = planes.map(|(index, plane)| scaled(&header, index, plane, target)).collect::<Result<Vec<_>>>()?;
    // Files with Adobe's segment store ink inverted.
    let ink = |sample: u8| if header.adobe_transform.is_some() { 255 - sample } else { sample };
    let n = target.pixels() as usize;
    let (format, samples) = match (header.color_model(), &planes[..]) {
        (ColorModel::Gray, [y]) => (PixelFormat::Gray8, y.clone()),
        (ColorModel::Rgb, [r, g, b]) => {
            (PixelFormat::Rgb8, r.iter().zip(g).zip(b).flat_map(|((r, g), b)| [*r, *g, *b]).collect())
        }
        (ColorModel::YCbCr, [y, cb, cr]) => {
            let mut out = vec![0; n * 3];
            for (((rgb, y), cb), cr) in out.chunks_exact_mut(3).zip(y).zip(cb).zip(cr) {
                rgb.copy_from_slice(&rgb_of(*y, *cb, *cr));
            }
            (PixelFormat::Rgb8, out)
        }
        (ColorModel::Cmyk, [c, m, y, k]) => {
            let inks = c.iter().zip(m).zip(y).zip(k);
            (PixelFormat::Cmyk8, inks.flat_map(|(((c, m), y), k)| [*c, *m, *y, *k].map(ink)).collect())
        }
        (ColorModel::Ycck, [y, cb, cr, k]) => {
            // YCbCr of the complement of CMY, computed from stored CMY.
            let inks = y.iter().zip(cb).zip(cr).zip(k).flat_map(|(((y, cb), cr), k)| {
                let [r, g, b] = rgb_of(*y, *cb, *cr);
                [255 - r, 255 - g, 255 - b, *k].map(ink)
            });
            (PixelFormat::Cmyk8, inks.collect())
        }
        _ => return Err(Error::unsupported("components without a known meaning")),
    };
    Frame::from_u8(target.width, target.height, format, samples)
}

/// A plane at the size of the frame. Padding of the last blocks is cropped.
fn scaled(header: &Header, index: usize, plane: Plane, target: Size) -> Result<Vec<u8>> {
    let (h_max, v_max) = header.sampling();
    let Some(component) = header.components.get(index) else {
        return Err(Error::internal("a plane without a component"));
    };
    let side = |full: u32, factor: u8, max: u32, there: u32| {
        (f64::from(full) * f64::from(factor) / f64::from(max) / 8.0).clamp(1.0, f64::from(there))
    };
    let filled = Rect {
        x: 0.0,
        y: 0.0,
        width: side(header.width, component.h, h_max, plane.width),
        height: side(header.height, component.v, v_max, plane.height),
    };
    let plane = plane.undamped().ok_or_else(|| Error::limit("no memory for the samples"))?;
    let frame = Frame::from_u8(plane.width, plane.height, PixelFormat::Gray8, plane.samples)?;
    let scaled = scale::resize(&frame, filled, target)?;
    scaled.as_u8().map(<[u8]>::to_vec).ok_or_else(|| Error::internal("a plane of another depth"))
}

/// JFIF 1.02, in 16-bit fixed point.
fn rgb_of(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let sample = |v: i32| ((v + (1 << 15)) >> 16).clamp(0, 255) as u8;
    [sample(y + 91_881 * cr), sample(y - 22_554 * cb - 46_802 * cr), sample(y + 116_130 * cb)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_come_out_of_their_ycbcr() {
        for (ycc, rgb) in [([76, 85, 255], [254, 0, 0]), ([150, 44, 21], [0, 255, 1]), ([29, 255, 107], [0, 0, 254])] {
            let [y, cb, cr] = ycc;
            for (got, want) in rgb_of(y, cb, cr).into_iter().zip(rgb) {
                assert!(got.abs_diff(want) <= 2, "{ycc:?}: {got} for {want}");
            }
        }
    }
}
