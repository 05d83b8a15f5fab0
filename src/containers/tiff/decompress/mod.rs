//! Decompression of strips and tiles, as streams of bytes.
//!
//! Streams are read row by row, never past the rows of the strip, so nothing expands beyond them. Damage is an error of
//! kind `corrupt` at the byte where it is found.

mod fax;
pub(super) mod jpeg;
mod jpeg_old;
mod lzw;
mod packbits;
mod picture;
mod sgilog;

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::SourceReader;

use super::compression::{
    ADOBE_DEFLATE, DEFLATE, JPEG, LZW, NONE, OLD_JPEG, PACKBITS, PICTURES, SGI_LOG, ZSTANDARD, is_fax, unsupported,
};
use super::layout::Layout;

/// Whether [`open`] supports `compression`.
pub(super) fn is_supported(compression: u16) -> bool {
    matches!(compression, NONE | LZW | JPEG | OLD_JPEG | ADOBE_DEFLATE | DEFLATE | PACKBITS | SGI_LOG)
        || is_fax(compression)
        || ZSTANDARD.contains(&compression)
        || PICTURES.contains(&compression)
}

/// The decompressed bytes of one strip or tile: `range` in the file, read through `reader`.
pub(super) fn open<'a>(
    layout: &'a Layout,
    range: (u64, u64),
    reader: &'a mut SourceReader,
    jpeg: &mut jpeg::Decompressor,
    cx: &Context<'_>,
) -> Result<Box<dyn Read + 'a>> {
    if layout.compression == JPEG {
        // No JPEG is much larger than its samples; a larger byte count is not trusted.
        let most = (layout.unit_bytes() as u64).saturating_mul(u64::from(layout.chunk.height)).saturating_mul(4);
        let scale = u64::from(layout.denominator).pow(2);
        let data =
            layout.source().read_vec(range.0, range.1.min(most.saturating_mul(scale).saturating_add(1 << 20)))?;
        return Ok(Box::new(jpeg.chunk(layout, &data, cx)?));
    }
    if layout.compression == OLD_JPEG {
        return Ok(Box::new(jpeg_old::picture(layout, jpeg, cx)?));
    }
    if PICTURES.contains(&layout.compression) {
        let data = layout.source().read_vec(range.0, range.1.min(cx.limits().max_part))?;
        return Ok(Box::new(picture::rows(layout, data, cx)?));
    }
    if is_fax(layout.compression) {
        let length = range.1.min(cx.limits().max_part);
        let _held = cx.reserve(length)?;
        let mut data = layout.source().read_vec(range.0, length)?;
        // Codes cross byte boundaries in fill order.
        if layout.reversed_bits {
            data.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        return Ok(Box::new(fax::rows(layout, &data, cx)?));
    }
    reader.seek(SeekFrom::Start(range.0)).map_err(Error::from)?;
    let input = reader.take(range.1);
    let input: Box<dyn BufRead + 'a> = match layout.reversed_bits {
        true => Box::new(Reversed { inner: input, buf: Vec::new(), at: 0 }),
        false => Box::new(input),
    };
    Ok(match layout.compression {
        NONE => input,
        LZW => Box::new(lzw::stream(input)?),
        ADOBE_DEFLATE | DEFLATE => Box::new(flate2::bufread::ZlibDecoder::new(input)),
        PACKBITS => Box::new(packbits::stream(input)),
        SGI_LOG => Box::new(sgilog::stream(input, layout)),
        n if ZSTANDARD.contains(&n) => {
            let stream = ruzstd::decoding::StreamingDecoder::new(input);
            Box::new(stream.map_err(|e| Error::corrupt(e.to_string()).caused_by(e))?)
        }
        other => return Err(unsupported(other)),
    })
}

/// Reverses the bits of each byte of its input.
struct Reversed<R> {
    inner: R,
    buf: Vec<u8>,
    at: usize,
}

impl<R: BufRead> BufRead for Reversed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.buf.len() {
            self.buf.clear();
            self.at = 0;
            let bytes = self.inner.fill_buf()?;
            self.buf.extend(bytes.iter().map(|b| b.reverse_bits()));
            let n = bytes.len();
            self.inner.consume(n);
        }
        Ok(&self.buf[self.at..])
    }

    fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.buf.len());
    }
}

impl<R: BufRead> Read for Reversed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_buf()?;
        let n = have.len().min(out.len());
        out[..n].copy_from_slice(&have[..n]);
        self.consume(n);
        Ok(n)
    }
}
