//! The entropy-coded data between two markers, without byte stuffing.
//!
//! Stuffing is removed for many kilobytes at once, before any bit is read. So the bit reader needs no test for 0xFF,
//! and a position in the data is a plain number.

use super::window::{Window, find_ff};
use thumbling_core::error::Result;

/// Bytes held at a time, without the padding.
const SIZE: usize = 64 << 10;
/// Zeros after the data, so that wide loads of the bit reader can read the last bytes.
const PADDING: usize = 8;

/// Why the data ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Marker(u8),
    OfFile,
}

pub(super) struct Entropy {
    bytes: Vec<u8>,
    size: usize,
    end: Option<End>,
}

impl Entropy {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; SIZE + PADDING], size: 0, end: None }
    }

    /// The data in memory, and eight zeros.
    pub(super) fn padded(&self) -> &[u8] {
        self.bytes.get(..self.size + PADDING).unwrap_or_default()
    }

    /// Bytes in memory, without the zeros.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// What follows the data in memory; `None` while there is more data.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// Drops all data and the marker that ended it, to continue after that marker.
    pub(super) fn restart(&mut self) {
        self.size = 0;
        self.end = None;
    }

    /// Drops the first `count` bytes, and reads until memory is full or the data ends.
    pub(super) fn advance(&mut self, count: usize, window: &mut Window) -> Result<()> {
        let count = count.min(self.size);
        self.bytes.copy_within(count..self.size, 0);
        self.size -= count;
        while self.end.is_none() && self.size < SIZE {
            let seen = window.peek()?;
            let Some(room) = self.bytes.get_mut(self.size..SIZE) else { break };
            let part = seen.get(..room.len()).unwrap_or(seen);
            if part.is_empty() {
                self.end = Some(End::OfFile);
                break;
            }
            let stuffed = find_ff(part);
            let plain = stuffed.unwrap_or(part.len());
            if let (Some(room), Some(part)) = (room.get_mut(..plain), part.get(..plain)) {
                room.copy_from_slice(part);
            }
            self.size += plain;
            window.consume(plain);
            if stuffed.is_some() {
                window.consume(1);
                self.after_ff(window)?;
            }
        }
        if let Some(padding) = self.bytes.get_mut(self.size..self.size + PADDING) {
            padding.fill(0);
        }
        Ok(())
    }

    fn after_ff(&mut self, window: &mut Window) -> Result<()> {
        match window.after_ff()? {
            Some(0) => {
                if let Some(byte) = self.bytes.get_mut(self.size) {
                    *byte = 0xFF;
                    self.size += 1;
                }
            }
            Some(code) => self.end = Some(End::Marker(code)),
            None => self.end = Some(End::OfFile),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::source::Source;

    #[test]
    fn stuffing_is_removed_wherever_a_fetch_ends() {
        for before in 4080..4100 {
            let bytes = [&vec![1; before][..], &[0xFF, 0, 0xFF, 0, 2, 0xFF, 0xFF, 0xD3, 9]].concat();
            let mut window = Window::new(Source::from_bytes(bytes));
            let mut entropy = Entropy::new();
            entropy.advance(0, &mut window).unwrap();
            assert_eq!(entropy.end(), Some(End::Marker(0xD3)));
            assert_eq!(entropy.padded()[before..], [0xFF, 0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
    }
}
