//! A big-endian cursor over the payload of a box; reading past the end is `corrupt`.

use thumbling_core::bytes::Reader;
use thumbling_core::error::{Error, Result};

/// A cursor over bytes in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a>(Reader<'a>);

impl<'a> Bytes<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(Reader::be(data))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0.rest()
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        checked(self.0.take(n))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        checked(self.0.array())
    }

    pub(crate) fn u8(&mut self) -> Result<u8> {
        checked(self.0.u8())
    }

    pub(crate) fn u16(&mut self) -> Result<u16> {
        checked(self.0.u16())
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        checked(self.0.u32())
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        checked(self.0.u64())
    }

    /// An unsigned integer of `n` bytes, 0 to 8; zero bytes are the value 0.
    pub(crate) fn uint(&mut self, n: usize) -> Result<u64> {
        Ok(self.take(n.min(8))?.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }

    /// 16 bits, or 32 if `wide`: item ids and counts grow with the version of a box.
    pub(crate) fn u16_or_u32(&mut self, wide: bool) -> Result<u32> {
        if wide { self.u32() } else { Ok(u32::from(self.u16()?)) }
    }
}

fn checked<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::corrupt("a box ends early"))
}
