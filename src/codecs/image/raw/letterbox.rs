//! Removes black bars: previews with another aspect ratio than the picture have them (160×120 px for a 3:2 picture).

use thumbling_core::error::Result;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::{Rect, Size};
use thumbling_core::scale;

use super::preview::inside;

/// The largest sample value of a black bar; compression leaves some noise.
const BLACK: u8 = 40;

/// The frame without its bars, if it has bars that leave the aspect ratio of `full`.
pub(super) fn without(frame: Frame, full: Size) -> Result<Frame> {
    let (size, part) = (frame.size(), inside(frame.size(), full));
    if part == size || part.pixels() == 0 {
        return Ok(frame);
    }
    // Compression blurs the edge of the picture: the pixel at the edge is ignored.
    let margin = |side: u32, part: u32| if side > part { (side - part).div_ceil(2) } else { 0 };
    let (left, top) = (margin(size.width, part.width), margin(size.height, part.height));
    let part = Size::new(size.width.saturating_sub(2 * left), size.height.saturating_sub(2 * top));
    if part.pixels() == 0 || !is_black(&frame, left.saturating_sub(1), top.saturating_sub(1)) {
        return Ok(frame);
    }
    let (x, y) = (f64::from(left), f64::from(top));
    let crop = Rect { x, y, width: f64::from(part.width), height: f64::from(part.height) };
    let cropped = scale::resize(&frame, crop, part)?;
    Ok(Frame { origin: frame.origin, orientation: frame.orientation, ..cropped })
}

/// Whether `columns` at the left and right and `rows` at the top and bottom are black.
fn is_black(frame: &Frame, columns: u32, rows: u32) -> bool {
    let Some(samples) = frame.as_u8() else { return false };
    let row_bytes = frame.width as usize * frame.format.channels();
    let (columns, rows) = (columns as usize * frame.format.channels(), rows as usize);
    if columns == 0 && rows == 0 {
        return false;
    }
    let black = |part: &[u8]| part.iter().filter(|v| **v > BLACK).count() * 50 <= part.len();
    let height = frame.height as usize;
    samples.chunks_exact(row_bytes).enumerate().all(|(y, row)| match y < rows || y >= height - rows {
        true => black(row),
        false => columns == 0 || (black(&row[..columns]) && black(&row[row_bytes - columns..])),
    })
}
