//! A window that moves forward over a file.
//!
//! Markers, tables and entropy-coded data are read in order, so at most 64 KiB of the file are held at a time, and
//! skipped data (a large APPn segment) is never fetched. The first fetches are small, because often only the header is
//! needed.

use thumbling_core::error::Result;
use thumbling_core::source::{HEAD, Source};

/// Sizes of the first fetches, in bytes; the last one is used for all others. Probing has already read the first.
const FETCHES: [usize; 3] = [HEAD, 16 << 10, 64 << 10];

/// The part of the file in memory, and the position in it.
pub(super) struct Window {
    source: Source,
    bytes: Vec<u8>,
    /// Index into `FETCHES`.
    fetch: usize,
    next: usize,
    end: usize,
    /// Offset in the file of `bytes[0]`.
    base: u64,
}

impl Window {
    pub(super) fn new(source: Source) -> Self {
        Self { source, bytes: Vec::new(), fetch: 0, next: 0, end: 0, base: 0 }
    }

    /// Offset in the file of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.base.saturating_add(self.next as u64)
    }

    /// The bytes in memory that are not consumed yet; fetches more if there are none. Empty only at the end of the
    /// file.
    pub(super) fn peek(&mut self) -> Result<&[u8]> {
        if self.next >= self.end {
            self.base = self.offset();
            self.next = 0;
            self.end = 0;
            let size = FETCHES.get(self.fetch).copied().unwrap_or(64 << 10);
            self.fetch += 1;
            if self.bytes.len() < size {
                self.bytes.resize(size, 0);
            }
            let room = self.bytes.get_mut(..size).unwrap_or_default();
            self.end = self.source.read_up_to(self.base, room)?.min(size);
        }
        Ok(self.bytes.get(self.next..self.end).unwrap_or_default())
    }

    /// Drops `count` of the bytes that `peek` returned.
    pub(super) fn consume(&mut self, count: usize) {
        self.next = self.next.saturating_add(count).min(self.end);
    }

    /// The next byte; `None` at the end of the file.
    pub(super) fn byte(&mut self) -> Result<Option<u8>> {
        let byte = self.peek()?.first().copied();
        self.consume(1);
        Ok(byte)
    }

    /// The next `count` bytes; fewer at the end of the file.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut taken = Vec::with_capacity(count.min(64 << 10));
        while taken.len() < count {
            let seen = self.peek()?;
            if seen.is_empty() {
                break;
            }
            let part = seen.get(..count - taken.len()).unwrap_or(seen);
            taken.extend_from_slice(part);
            let part = part.len();
            self.consume(part);
        }
        Ok(taken)
    }

    /// Moves on by `count` bytes, without fetching them.
    pub(super) fn skip(&mut self, count: u64) {
        let here = self.end.saturating_sub(self.next) as u64;
        if count <= here {
            self.next += count as usize;
        } else {
            self.base = self.offset().saturating_add(count);
            self.next = 0;
            self.end = 0;
        }
    }

    /// Moves past the next marker; fill bytes, stuffed zeros and anything else before it are dropped. `None` at the end
    /// of the file.
    pub(super) fn next_marker(&mut self) -> Result<Option<u8>> {
        loop {
            let seen = self.peek()?;
            if seen.is_empty() {
                return Ok(None);
            }
            let Some(at) = find_ff(seen) else {
                let all = seen.len();
                self.consume(all);
                continue;
            };
            self.consume(at + 1);
            match self.after_ff()? {
                Some(0) => {}
                code => return Ok(code),
            }
        }
    }

    /// The byte after 0xFF, which may be repeated: 0 for a stuffed 0xFF, otherwise the code of a marker.
    pub(super) fn after_ff(&mut self) -> Result<Option<u8>> {
        loop {
            match self.byte()? {
                Some(0xFF) => {}
                code => return Ok(code),
            }
        }
    }
}

/// Position of the first 0xFF. The inner loop has no early exit, so that it vectorises.
pub(super) fn find_ff(bytes: &[u8]) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<32>();
    let has_ff = |block: &[u8; 32]| block.iter().fold(0u8, |seen, &byte| seen | u8::from(byte == 0xFF)) != 0;
    let clean = 32 * blocks.iter().take_while(|block| !has_ff(block)).count();
    let at = bytes.get(clean..)?.iter().position(|&byte| byte == 0xFF)?;
    Some(clean + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(bytes: Vec<u8>) -> Window {
        Window::new(Source::from_bytes(bytes))
    }

    #[test]
    fn a_skipped_segment_is_not_fetched() {
        let mut bytes = vec![1; 1 << 20];
        bytes.push(2);
        let source = Source::from_bytes(bytes);
        let mut window = Window::new(source.clone());
        assert_eq!(window.byte().unwrap(), Some(1));
        window.skip((1 << 20) - 1);
        assert_eq!(window.byte().unwrap(), Some(2));
        assert_eq!(window.byte().unwrap(), None);
        assert!(source.bytes_read() < 40_000);
    }

    #[test]
    fn a_marker_is_found_past_stuffing_and_fill_bytes() {
        let mut bytes = vec![0; 5000];
        bytes[100] = 0xFF;
        // Across the boundary between two fetches.
        bytes.splice(HEAD - 2..HEAD + 1, [0xFF, 0xFF, 0xDA]);
        assert_eq!(window(bytes).next_marker().unwrap(), Some(0xDA));
        assert_eq!(window(vec![0xFF; 100]).next_marker().unwrap(), None);
    }

    #[test]
    fn the_first_ff_is_found_anywhere() {
        for at in 0..100 {
            let mut bytes = [0xFE; 100];
            bytes[at] = 0xFF;
            assert_eq!(find_ff(&bytes), Some(at));
        }
        assert_eq!(find_ff(&[0; 100]), None);
    }
}
