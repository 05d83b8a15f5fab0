//! Scales pictures down while reading them row by row, so that the full picture is never in memory.

use std::io::{ErrorKind as IoKind, Read};

use crate::decode::{Context, Want};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, Orientation, PixelFormat};
use crate::geometry::Size;
use crate::scale::RowReducer;

/// Rows between two checks of the deadline.
const CHECK: u32 = 16;

/// The picture to read: stored size, orientation and sample format.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Size as stored, px.
    pub size: Size,
    /// Orientation that has still to be applied.
    pub orientation: Orientation,
    /// Sample format of the rows.
    pub format: PixelFormat,
}

/// Scales a picture down to what `want` needs. `next` fills one row per call, in native byte order and in stored order,
/// and returns `false` at the end of the data.
///
/// A picture that ends early, or is `corrupt` after its first row, is kept with a warning.
pub fn reduce(
    shape: Shape,
    want: &Want,
    cx: &Context<'_>,
    mut next: impl FnMut(&mut [u8]) -> Result<bool>,
) -> Result<Frame> {
    let Shape { size, orientation, format } = shape;
    let mut reducer = RowReducer::new(size, orientation, format, want, cx)?;
    let mut row = vec![0; reducer.row_bytes()];
    for y in 0..size.height {
        if y % CHECK == 0 {
            cx.check()?;
        }
        match next(&mut row) {
            Ok(true) => reducer.push(&row)?,
            Ok(false) if y > 0 => break,
            Ok(false) => return Err(Error::corrupt("the file ends before its first row of pixels")),
            Err(e) if y > 0 && e.kind() == ErrorKind::Corrupt => break,
            Err(e) => return Err(e),
        }
    }
    if reducer.rows() < size.height {
        cx.warn(format!("truncated: {} of {} rows could be read", reducer.rows(), size.height));
    }
    Ok(reducer.finish()?.with_orientation(orientation))
}

/// Fills `buf` as far as `reader` goes; returns the number of bytes read.
pub fn fill(reader: &mut impl Read, buf: &mut [u8]) -> Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match reader.read(&mut buf[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == IoKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(done)
}

/// Fills `buf`; `false` if `reader` is at its end. A partial row is padded with zeros.
pub fn fill_row(reader: &mut impl Read, buf: &mut [u8]) -> Result<bool> {
    let n = fill(reader, buf)?;
    buf[n..].fill(0);
    Ok(n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const SHAPE: Shape = Shape { size: Size::new(2, 4), orientation: Orientation::Normal, format: PixelFormat::Gray8 };

    #[test]
    fn a_truncated_picture_is_kept_with_a_warning() {
        let mut y = 0;
        let (frame, warnings) = testing::with_context(|cx| {
            reduce(SHAPE, &Want::new(SHAPE.size), cx, |row| {
                y += 1;
                row.fill(y);
                if y == 3 { Err(Error::corrupt("")) } else { Ok(true) }
            })
        });
        assert_eq!(frame.unwrap().as_u8().unwrap(), [1, 1, 2, 2, 0x80, 0x80, 0x80, 0x80]);
        assert_eq!(warnings, ["truncated: 2 of 4 rows could be read"]);
    }

    #[test]
    fn a_picture_without_a_row_is_corrupt() {
        let (frame, _) = testing::with_context(|cx| reduce(SHAPE, &Want::new(SHAPE.size), cx, |_| Ok(false)));
        assert_eq!(frame.unwrap_err().kind(), ErrorKind::Corrupt);
    }
}
