//! The options of a conversion.

use super::bounds::Bounds;

/// How to convert a metafile.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Longer side of the rendered picture, px. Thinner lines are widened to stay visible at that size, and larger
    /// bitmaps are scaled down to it.
    pub target: u32,
    /// Limits of the conversion.
    pub bounds: Bounds,
    /// Called regularly; once it returns `false`, nothing more is drawn.
    pub go_on: &'a dyn Fn() -> bool,
}
