//! Device-independent bitmaps: the part of a BMP after its file header, also found bare in icons, cursors and
//! metafiles. Supports all headers from OS/2 1.x to version 5.
//!
//! [`frame`] decodes from a source, scaled down while reading; [`rgba`] decodes from memory and keeps track of missing
//! pixels. Not supported: Huffman 1D of OS/2 2.x; 64-bit pixels in [`rgba`].

mod header;
mod rgba;
mod rle;
mod samples;

pub use header::{ColorTable, Compression, Header};
pub use rgba::rgba;

use std::io::{BufRead, Seek, SeekFrom};

use rle::Rle;
use samples::Unpacker;

use crate::decode::{Context, Want};
use crate::error::Result;
use crate::frame::{Frame, Orientation};
use crate::probe::Hint;
use crate::scale::rows::{self, Shape};
use crate::source::{Source, SourceReader};

/// Size of one read, in bytes.
const WINDOW: usize = 256 << 10;

/// Decodes the bitmap at the start of `dib`, with the orientation that its row order asks for.
///
/// # Errors
/// `limit` for too many pixels, `corrupt` if the data ends before the first row.
pub fn frame(dib: &Source, header: &Header, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    cx.check_pixels(header.size)?;
    if matches!(header.compression, Compression::Jpeg | Compression::Png) {
        let inner = dib.slice(header.pixels, header.data_size());
        return Ok(cx.inner_frame(&inner, &Hint::default(), want)?.with_origin(Default::default()));
    }
    let frame = decoded(dib, header, header.has_alpha(), want, cx)?;
    // Some writers declare an alpha mask but leave alpha at zero everywhere.
    if header.has_alpha() && is_transparent(&frame) {
        return decoded(dib, header, false, want, cx);
    }
    Ok(frame)
}

fn decoded(dib: &Source, header: &Header, alpha: bool, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let unpacker = Unpacker::new(header, alpha);
    // Rows are stored from the bottom up by default; the pipeline flips them after scaling.
    let orientation = if header.top_down { Orientation::Normal } else { Orientation::FlipVertical };
    let shape = Shape { size: header.size, orientation, format: unpacker.format() };
    let mut stored = Stored::new(dib, header)?;
    let _held = cx.reserve(stored.row_bytes() as u64)?;
    let mut packed = vec![0; stored.row_bytes()];
    let frame = rows::reduce(shape, want, cx, |row| {
        let more = stored.next(&mut packed)?;
        if more {
            unpacker.unpack(&packed, row);
        }
        Ok(more)
    })?;
    Ok(frame.with_color(header.color.clone()))
}

/// Whether every pixel is fully transparent.
fn is_transparent(frame: &Frame) -> bool {
    frame.as_u8().is_some_and(|v| frame.format.has_alpha() && v.chunks_exact(4).all(|p| p[3] == 0))
}

/// Rows as stored, with run lengths expanded.
enum Stored {
    Plain { reader: SourceReader, stride: usize },
    Runs { rle: Box<Rle<SourceReader>>, row_bytes: usize },
}

impl Stored {
    fn new(dib: &Source, header: &Header) -> Result<Self> {
        let mut reader = dib.reader(WINDOW);
        reader.seek(SeekFrom::Start(header.pixels))?;
        reader.fill_buf()?;
        Ok(match header.compression {
            Compression::Rle4 | Compression::Rle8 | Compression::Rle24 => {
                let rle = Rle::new(reader, header.compression);
                let row_bytes = rle.row_bytes(header.size.width as usize);
                Self::Runs { rle: Box::new(rle), row_bytes }
            }
            _ => Self::Plain { reader, stride: header.stride() },
        })
    }

    fn row_bytes(&self) -> usize {
        match self {
            Self::Plain { stride, .. } => *stride,
            Self::Runs { row_bytes, .. } => *row_bytes,
        }
    }

    fn next(&mut self, packed: &mut [u8]) -> Result<bool> {
        match self {
            Self::Plain { reader, .. } => rows::fill_row(reader, packed),
            Self::Runs { rle, .. } => rle.row(packed),
        }
    }
}
