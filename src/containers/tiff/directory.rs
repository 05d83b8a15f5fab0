//! Directories: their chain, their entries, and values on demand.

use std::collections::HashSet;

use super::header::Tiff;
use thumbling_core::bytes::Endian;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Entries of one directory that are read; real ones have less than 300.
const MAX_ENTRIES: u64 = 4096;

/// Entries of all directories of a chain that are read.
const MAX_CHAIN_ENTRIES: usize = 1 << 20;

/// The position and type of an entry's value.
#[derive(Debug, Clone)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Offset of the value; inside the entry if it is short.
    offset: u64,
    /// A value that fits into the entry; it may use only the first bytes.
    inline: Option<[u8; 8]>,
}

/// The entries of a directory, and the offset of the next one.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    tiff: Tiff,
    offset: u64,
    next: u64,
    entries: Vec<Entry>,
}

/// Bytes per value of a field type (TIFF 6.0 section 2, BigTIFF); 0 for unknown types.
const fn value_bytes(kind: u16) -> u64 {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 0,
    }
}

impl Tiff {
    /// The first directory.
    pub(crate) fn first(&self) -> Result<Directory> {
        self.directory(self.first_offset())
    }

    /// The directory at `offset`. If the file ends inside it, the entries before the end; `corrupt` if there are none.
    pub(crate) fn directory(&self, offset: u64) -> Result<Directory> {
        read(self, offset)
    }

    /// The chain of directories, each only once; it ends at the first that cannot be read.
    pub(crate) fn chain(&self) -> Chain<'_> {
        Chain { tiff: self, next: self.first_offset(), seen: HashSet::new(), entries: 0 }
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

fn read(tiff: &Tiff, offset: u64) -> Result<Directory> {
    let (order, source) = (tiff.order(), tiff.source());
    let (count_bytes, entry_bytes, field_bytes) = if tiff.is_big() { (8u64, 20u64, 8usize) } else { (2, 12, 4) };
    let beyond = || Error::corrupt(format!("no TIFF directory at offset {offset}"));
    if offset.checked_add(count_bytes).is_none_or(|end| end > source.size()) {
        return Err(beyond());
    }
    let claimed = order.uint(&source.read_vec(offset, count_bytes)?);
    let start = offset + count_bytes;
    let count = claimed.min(MAX_ENTRIES).min((source.size() - start) / entry_bytes);
    let bytes = source.read_vec(start, count * entry_bytes)?;
    let entries = bytes.chunks_exact(entry_bytes as usize).enumerate().map(|(i, entry)| {
        let (header, field) = entry.split_at(entry.len() - field_bytes);
        let (tag, kind) = (order.uint(&header[..2]) as u16, order.uint(&header[2..4]) as u16);
        let count = order.uint(&header[4..]);
        let inline = count.checked_mul(value_bytes(kind)).is_some_and(|n| n <= field_bytes as u64).then(|| {
            let mut value = [0; 8];
            value[..field_bytes].copy_from_slice(field);
            value
        });
        let offset = match inline {
            Some(_) => start + i as u64 * entry_bytes + header.len() as u64,
            None => order.uint(field),
        };
        Entry { tag, kind, count, offset, inline }
    });
    let entries: Vec<_> = entries.collect();
    if entries.is_empty() {
        return Err(beyond());
    }
    let next = claimed
        .checked_mul(entry_bytes)
        .and_then(|n| source.read_vec(start.checked_add(n)?, field_bytes as u64).ok())
        .map_or(0, |b| order.uint(&b));
    Ok(Directory { tiff: tiff.clone(), offset, next, entries })
}

impl Directory {
    /// Its offset.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Offset of the next directory of the chain; 0 for none.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The structure that contains it.
    pub(crate) fn tiff(&self) -> &Tiff {
        &self.tiff
    }

    fn source(&self) -> &Source {
        self.tiff.source()
    }

    fn order(&self) -> Endian {
        self.tiff.order()
    }

    fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|e| e.tag == tag && e.count > 0)
    }

    /// Whether `tag` has a value.
    pub(crate) fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// Number of values of `tag`, as the entry claims.
    pub(crate) fn count(&self, tag: u16) -> u64 {
        self.entry(tag).map_or(0, |e| e.count)
    }

    /// Offset and bytes of the value of `tag`, clipped to the file.
    pub(crate) fn range(&self, tag: u16) -> Option<(u64, u64)> {
        let entry = self.entry(tag)?;
        let left = self.source().size().checked_sub(entry.offset)?;
        let bytes = entry.count.saturating_mul(value_bytes(entry.kind)).min(left);
        (bytes > 0).then_some((entry.offset, bytes))
    }

    /// The first `max` values of an entry as raw bytes.
    fn raw(&self, entry: &Entry, max: u64) -> Option<Vec<u8>> {
        let bytes = entry.count.min(max).checked_mul(value_bytes(entry.kind)).filter(|n| *n > 0)?;
        match entry.inline {
            Some(field) => field.get(..bytes as usize).map(<[u8]>::to_vec),
            None => self.source().read_vec(entry.offset, bytes).ok(),
        }
    }

    /// The value as bytes; `None` if it is longer than `max` bytes or lies beyond the file.
    pub(crate) fn bytes(&self, tag: u16, max: u64) -> Option<Vec<u8>> {
        let entry = self.entry(tag)?;
        let bytes = entry.count.checked_mul(value_bytes(entry.kind))?;
        if bytes > max { None } else { self.raw(entry, entry.count) }
    }

    /// The first `max` values as integers; negative ones are 0. `None` for other types.
    pub(crate) fn u64s(&self, tag: u16, max: u64) -> Option<Vec<u64>> {
        let entry = self.entry(tag)?;
        let size = value_bytes(entry.kind) as usize;
        let sign = 1u64 << (size.max(1) * 8 - 1);
        let signed = matches!(entry.kind, 6 | 8 | 9 | 17);
        if !matches!(entry.kind, 1 | 3 | 4 | 6 | 7 | 8 | 9 | 13 | 16 | 17 | 18) {
            return None;
        }
        let number = |b: &[u8]| match self.order().uint(b) {
            n if signed && n & sign != 0 => 0,
            n => n,
        };
        Some(self.raw(entry, max)?.chunks_exact(size).map(number).collect())
    }

    /// The first value as an integer.
    pub(crate) fn u64(&self, tag: u16) -> Option<u64> {
        self.u64s(tag, 1)?.first().copied()
    }

    /// The first value as a 32-bit integer.
    pub(crate) fn u32(&self, tag: u16) -> Option<u32> {
        u32::try_from(self.u64(tag)?).ok()
    }

    /// The first value as a 16-bit integer.
    pub(crate) fn u16(&self, tag: u16) -> Option<u16> {
        u16::try_from(self.u64(tag)?).ok()
    }

    /// The first `max` values as numbers of any type; a ratio with denominator 0 is NaN.
    pub(crate) fn f64s(&self, tag: u16, max: u64) -> Option<Vec<f64>> {
        let entry = self.entry(tag)?;
        let (order, size) = (self.order(), value_bytes(entry.kind) as usize);
        let number = |b: &[u8]| {
            let n = order.uint(b);
            match entry.kind {
                5 => order.uint(&b[..4]) as f64 / order.uint(&b[4..]) as f64,
                10 => f64::from(order.uint(&b[..4]) as i32) / f64::from(order.uint(&b[4..]) as i32),
                6 => f64::from(n as i8),
                8 => f64::from(n as i16),
                9 => f64::from(n as i32),
                11 => f64::from(f32::from_bits(n as u32)),
                12 => f64::from_bits(n),
                17 => (n as i64) as f64,
                _ => n as f64,
            }
        };
        Some(self.raw(entry, max)?.chunks_exact(size.max(1)).map(number).collect())
    }

    /// An ASCII value of at most 256 bytes, trimmed.
    pub(crate) fn text(&self, tag: u16) -> Option<String> {
        let bytes = self.raw(self.entry(tag)?, 256)?;
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        Some(String::from_utf8_lossy(&bytes[..end]).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::containers::tiff::header::Tiff;
    use thumbling_core::source::Source;

    /// A little-endian TIFF with one entry of type `kind`, which has `count` values at `field`.
    fn one(kind: u16, count: u32, field: u32, tail: &[u8]) -> Tiff {
        let mut b = b"II*\0\x08\0\0\0\x01\0\x01\0".to_vec();
        b.extend(kind.to_le_bytes());
        b.extend(count.to_le_bytes());
        b.extend(field.to_le_bytes());
        b.extend([0; 4]);
        b.extend(tail);
        Tiff::open(&Source::from_bytes(b), &[]).unwrap()
    }

    #[test]
    fn values_inside_and_outside_an_entry_are_read() {
        let inside = one(3, 2, 0x0002_0001, &[]);
        assert_eq!(inside.first().unwrap().u64s(1, 9), Some(vec![1, 2]));
        let outside = one(3, 3, 26, &[1, 0, 2, 0, 3, 0]);
        assert_eq!(outside.first().unwrap().u64s(1, 9), Some(vec![1, 2, 3]));
    }

    #[test]
    fn a_count_of_four_thousand_million_allocates_nothing() {
        let directory = one(4, u32::MAX, 26, &[0; 16]).first().unwrap();
        assert_eq!(directory.u64s(1, u64::MAX), None);
        assert_eq!(directory.u64s(1, 2), Some(vec![0, 0]));
    }

    #[test]
    fn a_ratio_is_a_number() {
        assert_eq!(one(5, 1, 26, &[3, 0, 0, 0, 2, 0, 0, 0]).first().unwrap().f64s(1, 1), Some(vec![1.5]));
    }
}
