//! Raster operations that wait for a second one, with which they draw a picture with transparency.

use crate::bitmap::Bitmap;
use crate::geometry::Affine;
use crate::svg::clip::Clip;
use crate::svg::paint::Paint;

/// How an operation combines its source with the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Combine {
    And,
    Or,
    Xor,
}

/// An operation that may be the first half of an idiom.
pub(super) struct Half {
    pub(super) combine: Combine,
    pub(super) place: Affine,
    pub(super) clip: Clip,
    pub(super) source: Source,
}

/// What an operation paints.
pub(super) enum Source {
    Bitmap(Bitmap),
    Brush(Paint),
}

/// Operations waiting for their second half.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) halves: Vec<Half>,
}
