//! EXIF orientation as a value; `crate::orient` applies it to pixels.

use crate::geometry::Size;

/// The transform that shows stored pixels upright: EXIF 2.32, tag 274, values 1 to 8.
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
    /// Mirror along the main diagonal (top left to bottom right).
    Transpose = 5,
    /// Turn by 90° clockwise.
    Rotate90 = 6,
    /// Mirror along the antidiagonal.
    Transverse = 7,
    /// Turn by 270° clockwise.
    Rotate270 = 8,
}

impl Orientation {
    /// From the EXIF value. Values outside 1 to 8 are [`Normal`](Self::Normal), as in other readers.
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

    /// From clockwise quarter turns, followed by a left-to-right mirror if `mirrored`.
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

    /// `self` followed by `next`.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        let ((a, am), (b, bm)) = (self.turns(), next.turns());
        // Moving a turn in front of a mirror reverses its direction.
        Self::from_turns(if am { a + 4 - b } else { a + b }, am != bm)
    }

    /// Whether width and height are swapped.
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }

    /// Stored size to shown size. It is its own inverse.
    pub const fn apply_to(self, size: Size) -> Size {
        if self.swaps_sides() { size.transposed() } else { size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_values_are_pinned() {
        let all = [
            Orientation::Normal,
            Orientation::FlipHorizontal,
            Orientation::Rotate180,
            Orientation::FlipVertical,
            Orientation::Transpose,
            Orientation::Rotate90,
            Orientation::Transverse,
            Orientation::Rotate270,
        ];
        for (i, orientation) in all.into_iter().enumerate() {
            assert_eq!(Orientation::from_exif(i as u32 + 1), orientation);
            assert_eq!(orientation as usize, i + 1);
        }
        assert_eq!(Orientation::from_exif(0), Orientation::Normal);
    }
}
