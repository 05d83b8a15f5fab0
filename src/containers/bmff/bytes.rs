//! Big-endian reading from a slice, where running out is `corrupt`.

use thumbling_core::error::{Error, Result};

/// A cursor over bytes that are already in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or_else(|| Error::corrupt("a box ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(|| Error::corrupt("a box ends early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub(crate) fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// An unsigned integer of `n` bytes, 0 to 8; of none it is 0.
    pub(crate) fn uint(&mut self, n: usize) -> Result<u64> {
        Ok(self.take(n.min(8))?.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }

    /// 16 bits, or 32 if `wide`: item ids and counts grow with a box's version.
    pub(crate) fn u16_or_u32(&mut self, wide: bool) -> Result<u32> {
        if wide { self.u32() } else { Ok(u32::from(self.u16()?)) }
    }
}
