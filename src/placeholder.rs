//! Placeholders that a client can draw before any thumbnail arrives: a thumbhash and the dominant colour.

use crate::request::Rgb;
use thumbling_core::error::Result;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::{self, Fit, Rect, Size};
use thumbling_core::scale;

/// Largest side of the picture that a thumbhash is computed from, px: the format's own limit.
const SIDE: u32 = 100;

/// The frame at no more than 100 × 100 px as [`PixelFormat::Rgba8`], the input of the other functions.
pub(crate) fn small(frame: &Frame) -> Result<Frame> {
    let size = geometry::plan(frame.size(), Size::new(SIDE, SIDE), Fit::ScaleDown).output;
    let whole = Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) };
    let small = scale::resize(frame, whole, size)?;
    let pixels = match (small.format, small.as_u8()) {
        (PixelFormat::Rgb8, Some(v)) => v.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        (_, v) => v.unwrap_or_default().to_vec(),
    };
    Frame::from_u8(size.width, size.height, PixelFormat::Rgba8, pixels)
}

/// The thumbhash of a frame from [`small`].
pub(crate) fn thumbhash(small: &Frame) -> Vec<u8> {
    thumbhash::rgba_to_thumb_hash(small.width as usize, small.height as usize, small.as_u8().unwrap_or_default())
}

/// The most common colour of a frame from [`small`]: the mean of the fullest of 4,096 bins. White if the frame is fully
/// transparent.
pub(crate) fn dominant(small: &Frame) -> Rgb {
    let mut bins = vec![(0u32, [0u32; 3]); 4096];
    for p in small.as_u8().unwrap_or_default().chunks_exact(4).filter(|p| p[3] >= 128) {
        let bin = usize::from(p[0] >> 4) << 8 | usize::from(p[1] >> 4) << 4 | usize::from(p[2] >> 4);
        bins[bin].0 += 1;
        for (sum, sample) in bins[bin].1.iter_mut().zip(p) {
            *sum += u32::from(*sample);
        }
    }
    let (mut count, mut sums) = (0, [0; 3]);
    for (n, s) in bins {
        if n > count {
            (count, sums) = (n, s);
        }
    }
    match count {
        0 => Rgb::WHITE,
        n => Rgb((sums[0] / n) as u8, (sums[1] / n) as u8, (sums[2] / n) as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dominant_colour_is_that_of_most_pixels() {
        let pixels: Vec<u8> = (0..100).flat_map(|i| if i < 70 { [10, 20, 200] } else { [250, 0, 0] }).collect();
        let frame = Frame::from_u8(10, 10, PixelFormat::Rgb8, pixels).unwrap();
        assert_eq!(dominant(&small(&frame).unwrap()), Rgb(10, 20, 200));
    }

    #[test]
    fn a_transparent_picture_is_white() {
        let frame = Frame::from_u8(2, 2, PixelFormat::Rgba8, vec![0; 16]).unwrap();
        assert_eq!(dominant(&small(&frame).unwrap()), Rgb::WHITE);
    }
}
