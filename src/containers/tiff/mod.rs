//! TIFF 6.0 and BigTIFF directories, for TIFF pictures, RAW files, EXIF blocks and maker notes.
//!
//! [`Tiff`] finds directories, [`Directory`] reads their values on demand, by range reads. Every count is bounded by
//! the size of the file, and cyclic chains end. [`image`] reads the pixels that a directory describes. What a directory
//! means is up to the caller.

#[cfg(feature = "tiff")]
mod compression;
mod directory;
#[cfg(feature = "tiff")]
pub(crate) mod image;
pub(crate) mod tag;
#[cfg(test)]
pub(crate) mod writer;

use std::collections::HashSet;

pub(crate) use directory::Directory;

use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Entries of one directory that are read; real ones have less than 300.
const MAX_ENTRIES: u64 = 4096;

/// Entries of all directories of a chain that are read.
const MAX_CHAIN_ENTRIES: usize = 1 << 20;

/// Byte order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    /// `II`
    Little,
    /// `MM`
    Big,
}

impl ByteOrder {
    /// From the mark at the start of a TIFF.
    pub(crate) fn from_mark(mark: &[u8]) -> Option<Self> {
        match mark {
            [b'I', b'I', ..] => Some(Self::Little),
            [b'M', b'M', ..] => Some(Self::Big),
            _ => None,
        }
    }

    /// The unsigned integer in `bytes`, at most eight.
    pub(crate) fn uint(self, bytes: &[u8]) -> u64 {
        let push = |n: u64, b: &u8| n << 8 | u64::from(*b);
        match self {
            Self::Little => bytes.iter().rev().fold(0, push),
            Self::Big => bytes.iter().fold(0, push),
        }
    }
}

/// A TIFF structure: byte order, width of offsets, and offset of the first directory.
#[derive(Debug, Clone)]
pub(crate) struct Tiff {
    source: Source,
    order: ByteOrder,
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
        let order = ByteOrder::from_mark(head).ok_or_else(|| Error::corrupt("no TIFF byte order mark"))?;
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
    pub(crate) fn headless(source: &Source, order: ByteOrder, first: u64) -> Self {
        Self { source: source.clone(), order, big: false, first }
    }

    /// What offsets are relative to the start of.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Byte order of its numbers.
    pub(crate) fn order(&self) -> ByteOrder {
        self.order
    }

    /// The first directory.
    pub(crate) fn first(&self) -> Result<Directory> {
        self.directory(self.first)
    }

    /// The directory at `offset`. If the file ends inside it, the entries before the end; `corrupt` if there are none.
    pub(crate) fn directory(&self, offset: u64) -> Result<Directory> {
        directory::read(self, offset)
    }

    /// The chain of directories, each only once; it ends at the first that cannot be read.
    pub(crate) fn chain(&self) -> Chain<'_> {
        Chain { tiff: self, next: self.first, seen: HashSet::new(), entries: 0 }
    }
}

/// Iterates over the directories of a [`Tiff`].
pub(crate) struct Chain<'a> {
    tiff: &'a Tiff,
    next: u64,
    seen: HashSet<u64>,
    entries: usize,
}

impl Iterator for Chain<'_> {
    type Item = Result<Directory>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == 0 || !self.seen.insert(self.next) || self.entries > MAX_CHAIN_ENTRIES {
            return None;
        }
        let directory = self.tiff.directory(self.next);
        self.next = match &directory {
            Ok(directory) => {
                self.entries += directory.len();
                directory.next()
            }
            Err(_) => 0,
        };
        Some(directory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory at 8 with one SHORT entry, followed by `next`.
    fn classic(next: u32) -> Source {
        let mut b = b"II*\0\x08\0\0\0\x01\0".to_vec();
        b.extend([0, 1, 3, 0, 1, 0, 0, 0, 7, 0, 0, 0]);
        b.extend(next.to_le_bytes());
        Source::from_bytes(b)
    }

    #[test]
    fn a_chain_that_loops_ends() {
        let source = classic(8);
        assert_eq!(Tiff::open(&source, &[]).unwrap().chain().count(), 1);
    }

    #[test]
    fn a_big_endian_bigtiff_is_read() {
        let mut b = b"MM\0\x2B\0\x08\0\0\0\0\0\0\0\0\0\x10".to_vec();
        b.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        b.extend([1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
        b.extend([0; 8]);
        let tiff = Tiff::open(&Source::from_bytes(b), &[]).unwrap();
        assert_eq!(tiff.first().unwrap().u64(0x100), Some(0x102));
    }

    #[test]
    fn a_chain_into_nothing_ends_with_its_error() {
        let source = classic(0x7FFF_FFFF);
        let all: Vec<_> = Tiff::open(&source, &[]).unwrap().chain().collect();
        assert_eq!(all.len(), 2);
        assert!(all[0].is_ok() && all[1].is_err());
    }
}
