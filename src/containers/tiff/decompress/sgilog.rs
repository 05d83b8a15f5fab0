//! The run-length code of SGI's LogL and LogLuv: the bytes of a row's pixels are stored in planes, the highest first
//! (TIFF technical note "LogLuv Encoding for TIFF Images").

use std::io::{self, BufRead, Read};

use crate::containers::tiff::layout::Layout;

/// Pixels of two (LogL) or four bytes (LogLuv), the highest byte first.
pub(super) fn stream<R: BufRead>(input: R, layout: &Layout) -> impl Read {
    let bytes = (layout.bits / 8).max(1) as usize;
    SgiLog { input, bytes, row: vec![0; layout.chunk.width as usize * bytes], at: usize::MAX }
}

struct SgiLog<R> {
    input: R,
    /// Bytes per pixel.
    bytes: usize,
    row: Vec<u8>,
    at: usize,
}

impl<R: BufRead> SgiLog<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let byte = self.input.fill_buf()?.first().copied().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.input.consume(1);
        Ok(byte)
    }

    fn next_row(&mut self) -> io::Result<()> {
        let width = self.row.len() / self.bytes;
        for plane in 0..self.bytes {
            let mut x = 0;
            while x < width {
                let n = usize::from(self.byte()?);
                let repeated = if n >= 128 { Some(self.byte()?) } else { None };
                let run = if n >= 128 { n - 126 } else { n };
                for _ in 0..run {
                    let value = match repeated {
                        Some(value) => value,
                        None => self.byte()?,
                    };
                    if x < width {
                        self.row[x * self.bytes + plane] = value;
                        x += 1;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for SgiLog<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.row.len() {
            self.next_row()?;
            self.at = 0;
        }
        let rest = &self.row[self.at..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}
