//! EXIF orientation, applied exactly once and in one place.

use crate::frame::{Frame, Samples};
use crate::geometry::Size;

/// What has to be done to stored pixels to show them upright: EXIF 2.32, tag 274, values 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Orientation {
    /// Nothing.
    #[default]
    Normal = 1,
    /// Mirror left to right.
    FlipHorizontal = 2,
    /// Turn by 180°.
    Rotate180 = 3,
    /// Mirror top to bottom.
    FlipVertical = 4,
    /// Mirror along the main diagonal.
    Transpose = 5,
    /// Turn by 90° clockwise.
    Rotate90 = 6,
    /// Mirror along the other diagonal.
    Transverse = 7,
    /// Turn by 270° clockwise.
    Rotate270 = 8,
}

impl Orientation {
    /// From the EXIF value; anything but 1 to 8 is [`Normal`](Self::Normal), as every reader takes it.
    pub const fn from_exif(value: u32) -> Self {
        match value {
            2 => Self::FlipHorizontal,
            3 => Self::Rotate180,
            4 => Self::FlipVertical,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => Self::Normal,
        }
    }

    /// From a clockwise turn in quarters and a mirroring left to right that follows it.
    pub const fn from_turns(quarters: u32, mirrored: bool) -> Self {
        match (quarters % 4, mirrored) {
            (0, false) => Self::Normal,
            (1, false) => Self::Rotate90,
            (2, false) => Self::Rotate180,
            (3, false) => Self::Rotate270,
            (0, true) => Self::FlipHorizontal,
            (1, true) => Self::Transpose,
            (2, true) => Self::FlipVertical,
            _ => Self::Transverse,
        }
    }

    const fn turns(self) -> (u32, bool) {
        match self {
            Self::Normal => (0, false),
            Self::Rotate90 => (1, false),
            Self::Rotate180 => (2, false),
            Self::Rotate270 => (3, false),
            Self::FlipHorizontal => (0, true),
            Self::Transpose => (1, true),
            Self::FlipVertical => (2, true),
            Self::Transverse => (3, true),
        }
    }

    /// This one first, `next` after it.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        let ((a, am), (b, bm)) = (self.turns(), next.turns());
        // A turn after a mirroring goes the other way round when moved in front of it.
        Self::from_turns(if am { a + 4 - b } else { a + b }, am != bm)
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }

    /// The size after this orientation was applied to `size`, or the other way round.
    pub const fn apply_to(self, size: Size) -> Size {
        if self.swaps_sides() { size.transposed() } else { size }
    }
}

/// The frame with its orientation applied and none left.
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
    fn every_pair_composes_as_it_draws() {
        for a in ALL {
            for b in ALL {
                let twice = upright(upright(picture().with_orientation(a)).with_orientation(b));
                let once = upright(picture().with_orientation(a.then(b)));
                assert_eq!((twice.width, &twice.samples), (once.width, &once.samples), "{a:?} then {b:?}");
            }
        }
    }

    #[test]
    fn exif_values_are_pinned() {
        for (i, o) in ALL.into_iter().enumerate() {
            assert_eq!(Orientation::from_exif(i as u32 + 1), o);
            assert_eq!(o as usize, i + 1);
        }
        assert_eq!(Orientation::from_exif(0), Orientation::Normal);
    }
}
