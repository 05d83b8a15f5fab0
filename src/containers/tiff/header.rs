//! The header of a TIFF.

use thumbling_core::bytes::Endian;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// A TIFF structure: byte order, width of offsets, and offset of the first directory.
#[derive(Debug, Clone)]
pub(crate) struct Tiff {
    source: Source,
    order: Endian,
    big: bool,
    first: u64,
}

impl Tiff {
    /// Opens a `source` that starts with a header. The number after the byte order mark is 42, 43 for BigTIFF, or one
    /// of `versions`: some RAW formats have their own.
    pub(crate) fn open(source: &Source, versions: &[u16]) -> Result<Self> {
        let mut head = [0; 16];
        let n = source.read_up_to(0, &mut head)?;
        let head = &head[..n];
        let order = Endian::from_mark(head).ok_or_else(|| Error::corrupt("no TIFF byte order mark"))?;
        let number = |from: usize, to: usize| head.get(from..to).map(|b| order.uint(b));
        let (big, first) = match number(2, 4) {
            Some(43) => (true, number(8, 16)),
            Some(42) => (false, number(4, 8)),
            Some(n) if versions.contains(&(n as u16)) => (false, number(4, 8)),
            _ => return Err(Error::corrupt("no TIFF version")),
        };
        let first = first.ok_or_else(|| Error::corrupt("the file ends in the TIFF header"))?;
        Ok(Self { source: source.clone(), order, big, first })
    }

    /// Opens a maker note without a header: offsets are relative to the start of `source`.
    pub(crate) fn headless(source: &Source, order: Endian, first: u64) -> Self {
        Self { source: source.clone(), order, big: false, first }
    }

    /// What offsets are relative to the start of.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Byte order of its numbers.
    pub(crate) fn order(&self) -> Endian {
        self.order
    }

    /// Whether offsets have 64 bits.
    pub(super) fn is_big(&self) -> bool {
        self.big
    }

    /// Offset of the first directory.
    pub(super) fn first_offset(&self) -> u64 {
        self.first
    }
}
