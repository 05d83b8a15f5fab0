//! Buffered, sequential reads of a source.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use super::Source;

impl Source {
    /// A buffered reader from the start. `window` is the size of one read, in bytes.
    pub fn reader(&self, window: usize) -> SourceReader {
        SourceReader { source: self.clone(), buf: vec![0; window.max(512)], start: 0, at: 0, filled: 0 }
    }
}

/// `Read`, `BufRead` and `Seek` over a [`Source`], with one buffer.
pub struct SourceReader {
    source: Source,
    buf: Vec<u8>,
    start: u64,
    at: usize,
    filled: usize,
}

impl SourceReader {
    /// Offset of the next byte.
    pub fn position(&self) -> u64 {
        self.start + self.at as u64
    }
}

impl BufRead for SourceReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.filled {
            self.start = self.position();
            self.at = 0;
            self.filled = 0;
            self.filled = self.source.read_at(self.start, &mut self.buf)?;
        }
        Ok(&self.buf[self.at..self.filled])
    }

    fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.filled);
    }
}

impl Read for SourceReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.filled && out.len() >= self.buf.len() {
            let n = self.source.read_at(self.position(), out)?;
            self.start = self.position() + n as u64;
            (self.at, self.filled) = (0, 0);
            return Ok(n);
        }
        let have = self.fill_buf()?;
        let n = have.len().min(out.len());
        out[..n].copy_from_slice(&have[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => self.source.size().checked_add_signed(n),
            SeekFrom::Current(n) => self.position().checked_add_signed(n),
        };
        let target = target.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        if target >= self.start && target <= self.start + self.filled as u64 {
            self.at = (target - self.start) as usize;
        } else {
            (self.start, self.at, self.filled) = (target, 0, 0);
        }
        Ok(target)
    }
}
