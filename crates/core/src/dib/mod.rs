//! Device-independent bitmaps: what follows the file header of a BMP, and what stands bare in icons, cursors, the
//! clipboard and metafiles. All headers from OS/2 1.x to version 5.
//!
//! Not made: Huffman 1D of OS/2 2.x, 64-bit samples.

mod header;
mod rle;
mod samples;

pub use header::{Compression, Header};

use std::io::{BufRead, Seek, SeekFrom};

use rle::Rle;
use samples::Unpacker;

use crate::decode::{Context, Want};
use crate::error::Result;
use crate::frame::{Frame, Orientation};
use crate::probe::Hint;
use crate::scale::rows::{self, Shape};
use crate::source::{Source, SourceReader};

/// Bytes of one fetch.
const WINDOW: usize = 256 << 10;

/// The picture of the bitmap that begins where `dib` begins.
pub fn frame(dib: &Source, header: &Header, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    cx.check_pixels(header.size)?;
    if matches!(header.compression, Compression::Jpeg | Compression::Png) {
        let inner = dib.slice(header.pixels, header.data_size());
        return Ok(cx.inner_frame(&inner, &Hint::default(), want)?.with_origin(Default::default()));
    }
    let frame = decoded(dib, header, header.has_alpha(), want, cx)?;
    // An alpha mask over pixels that never set it is a writer's oversight: the picture is there.
    if header.has_alpha() && is_transparent(&frame) {
        return decoded(dib, header, false, want, cx);
    }
    Ok(frame)
}

fn decoded(dib: &Source, header: &Header, alpha: bool, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let unpacker = Unpacker::new(header, alpha);
    // Rows stand from the bottom up unless the header says otherwise; the turn is left to the pipeline.
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

/// Rows as they stand in the file, run lengths expanded.
pub enum Stored {
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
                let row_bytes =
                    header.size.width as usize * if header.compression == Compression::Rle24 { 3 } else { 1 };
                Self::Runs { rle: Box::new(Rle::new(reader, header.compression)), row_bytes }
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
