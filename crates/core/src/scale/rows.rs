//! Pictures that are read row by row into the reducer, so that none stands in memory whole.

use std::io::{ErrorKind as IoKind, Read};

use crate::decode::{Context, Want};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, Orientation, PixelFormat};
use crate::geometry::Size;
use crate::scale::RowReducer;

/// Rows between two looks at the deadline.
const CHECK: u32 = 16;

/// What is to be read: stored size, what is still to be done to it, and the samples of a row.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Stored px.
    pub size: Size,
    /// From stored to shown.
    pub orientation: Orientation,
    /// Samples of the rows.
    pub format: PixelFormat,
}

/// The picture whose rows `next` fills, one a call, in native byte order, from the first stored row on; it returns
/// whether there was one. A picture that ends early, or is `corrupt` after its first row, is kept with a warning.
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

/// Fills `buf` as far as `reader` goes and says how far; only the end of the content is no error.
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

/// Fills `buf`; `false` if `reader` ended before its first byte. A part of it is filled up with zeros.
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
    fn a_picture_that_breaks_off_is_kept_with_a_warning() {
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
