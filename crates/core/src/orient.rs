//! Applies EXIF orientation to pixels, in one place so that it happens exactly once.

use crate::frame::{Frame, Samples};
use crate::geometry::Size;

pub use crate::frame::Orientation;

/// Applies the orientation of `frame`; that of the result is `Normal`.
pub fn upright(frame: Frame) -> Frame {
    let orientation = frame.orientation;
    if orientation == Orientation::Normal {
        return frame;
    }
    let n = frame.format.channels();
    let size = frame.size();
    let samples = match &frame.samples {
        Samples::U8(v) => Samples::U8(turned(v, size, n, orientation)),
        Samples::U16(v) => Samples::U16(turned(v, size, n, orientation)),
        Samples::F32(v) => Samples::F32(turned(v, size, n, orientation)),
    };
    let Size { width, height } = orientation.apply_to(size);
    Frame { width, height, samples, orientation: Orientation::Normal, ..frame }
}

fn turned<T: Copy>(src: &[T], size: Size, n: usize, orientation: Orientation) -> Vec<T> {
    let (w, h) = (size.width as usize, size.height as usize);
    let out_size = orientation.apply_to(size);
    let (ow, oh) = (out_size.width as usize, out_size.height as usize);
    let mut out = Vec::with_capacity(src.len());
    for y in 0..oh {
        for x in 0..ow {
            let (sx, sy) = match orientation {
                Orientation::Normal => (x, y),
                Orientation::FlipHorizontal => (w - 1 - x, y),
                Orientation::Rotate180 => (w - 1 - x, h - 1 - y),
                Orientation::FlipVertical => (x, h - 1 - y),
                Orientation::Transpose => (y, x),
                Orientation::Rotate90 => (y, h - 1 - x),
                Orientation::Transverse => (w - 1 - y, h - 1 - x),
                Orientation::Rotate270 => (w - 1 - y, x),
            };
            let at = (sy * w + sx) * n;
            out.extend_from_slice(&src[at..at + n]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::PixelFormat;

    const ALL: [Orientation; 8] = [
        Orientation::Normal,
        Orientation::FlipHorizontal,
        Orientation::Rotate180,
        Orientation::FlipVertical,
        Orientation::Transpose,
        Orientation::Rotate90,
        Orientation::Transverse,
        Orientation::Rotate270,
    ];

    fn picture() -> Frame {
        Frame::from_u8(3, 2, PixelFormat::Gray8, vec![1, 2, 3, 4, 5, 6]).unwrap()
    }

    #[test]
    fn a_quarter_turn_is_clockwise() {
        let out = upright(picture().with_orientation(Orientation::Rotate90));
        assert_eq!((out.width, out.height, out.as_u8().unwrap()), (2, 3, &[4, 1, 5, 2, 6, 3][..]));
    }

    #[test]
    fn composition_matches_applying_both() {
        for a in ALL {
            for b in ALL {
                let twice = upright(upright(picture().with_orientation(a)).with_orientation(b));
                let once = upright(picture().with_orientation(a.then(b)));
                assert_eq!((twice.width, &twice.samples), (once.width, &once.samples), "{a:?} then {b:?}");
            }
        }
    }
}
