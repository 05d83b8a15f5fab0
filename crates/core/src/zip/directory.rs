//! The central directory.

use std::ops::Range;
use std::sync::Arc;

use super::{DIRECTORY_ENTRY, Entry};
use crate::bytes::{u16_le, u32_le, u64_le};
use crate::decode::Context;
use crate::error::{Error, Result};
use crate::source::Source;

/// Bytes at the end that are searched for the end record: most archives need only the first step, the second covers the
/// longest comment.
const TAILS: [u64; 2] = [16 << 10, (64 << 10) + END_LEN as u64];

/// Bytes of the directory that one step reads. Longer than any entry, so every step makes progress.
const STEP: u64 = 256 << 10;

/// End records that are tried: an archive can be stored inside another, and a comment can hold anything.
const MAX_RECORDS: usize = 16;

const END_RECORD: &[u8] = b"PK\x05\x06";
const END_LEN: usize = 22;
const END_RECORD_64: &[u8] = b"PK\x06\x06";
const END_LEN_64: u64 = 56;
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const LOCATOR_LEN_64: u64 = 20;

/// The entries of an archive.
#[derive(Debug, Clone)]
pub struct Directory {
    entries: Vec<Entry>,
    /// Entries by the end record. A 32-bit record counts modulo 65,536.
    count: u64,
    /// Bytes of the directory that follow the last entry of `entries`.
    unread: Range<u64>,
    /// Bytes before the archive, which its offsets do not count.
    prefix: u64,
}

impl Directory {
    /// The entries in the first 256 KiB of the directory, for format detection; `None` if there is no directory. Cached
    /// with `source`.
    pub fn peek(source: &Source) -> Result<Option<Arc<Self>>> {
        if let Some(known) = source.cached::<Self>() {
            return Ok(Some(known));
        }
        let found = Self::find(source)?.map(Arc::new);
        if let Some(found) = &found {
            source.cache(found.clone());
        }
        Ok(found)
    }

    /// The whole directory. `corrupt` if there is none, `limit` for more than
    /// [`Limits::max_entries`](crate::limits::Limits::max_entries) entries. Cached with `source`.
    pub fn read(source: &Source, cx: &Context<'_>) -> Result<Arc<Self>> {
        let known = Self::peek(source)?.ok_or_else(|| Error::corrupt("a ZIP archive without a directory"))?;
        let max = u64::from(cx.limits().max_entries);
        let checked = |count: u64| match count > max {
            true => Err(Error::limit(format!("{count} entries; the limit is {max}"))),
            false => Ok(()),
        };
        checked(known.count.max(known.entries.len() as u64))?;
        if known.unread.is_empty() {
            return Ok(known);
        }
        let mut whole = (*known).clone();
        while !whole.unread.is_empty() {
            cx.check()?;
            let step = STEP.min(whole.unread.end - whole.unread.start);
            let bytes = source.read_vec(whole.unread.start, step)?;
            whole.parse(&bytes);
            checked(whole.entries.len() as u64)?;
        }
        let whole = Arc::new(whole);
        source.cache(whole.clone());
        Ok(whole)
    }

    /// The entries, in the order of the directory. Names can repeat; the last one counts.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Bytes of memory that the directory takes, roughly.
    pub fn memory(&self) -> u64 {
        let names: usize = self.entries.iter().map(|entry| entry.name.len()).sum();
        (names + self.entries.len() * size_of::<Entry>()) as u64
    }

    fn find(source: &Source) -> Result<Option<Self>> {
        let mut tail = Tail { start: source.size(), bytes: Vec::new() };
        for length in TAILS {
            let start = source.size().saturating_sub(length);
            tail.bytes.splice(..0, source.read_vec(start, tail.start - start)?);
            tail.start = start;
            let records = tail.bytes.windows(END_LEN).enumerate().rev().filter(|(_, w)| w.starts_with(END_RECORD));
            for (at, _) in records.take(MAX_RECORDS) {
                if let Some(found) = Self::at(source, &tail, at)? {
                    return Ok(Some(found));
                }
            }
            if start == 0 {
                break;
            }
        }
        Ok(None)
    }

    /// The directory of the end record at `at` in `tail`; `None` if the record does not lead to one.
    fn at(source: &Source, tail: &Tail, at: usize) -> Result<Option<Self>> {
        let record = &tail.bytes[at..];
        let fields = (u16_le(record, 10), u32_le(record, 12), u32_le(record, 16));
        let (Some(count), Some(length), Some(start)) = fields else { return Ok(None) };
        let is_64 = count == u16::MAX || length == u32::MAX || start == u32::MAX;
        let mut end = tail.start + at as u64;
        let (mut count, mut length, mut start) = (u64::from(count), u64::from(length), u64::from(start));
        if is_64 && let Some((at, record)) = end_record_64(source, tail, end)? {
            end = at;
            let field = |at: usize| u64_le(&record, at).unwrap_or_default();
            (count, length, start) = (field(32), field(40), field(48));
        }
        // Where the directory ends is certain. Its size leads to its start even if there is data before the archive; its
        // offset, if the size is wrong.
        for real in [end.checked_sub(length), Some(start)].into_iter().flatten().filter(|real| *real <= end) {
            let bytes = tail.read(source, real, STEP.min(end - real))?;
            if !bytes.starts_with(DIRECTORY_ENTRY) && count > 0 {
                continue;
            }
            let mut directory =
                Self { entries: Vec::new(), count, unread: real..end, prefix: real.saturating_sub(start) };
            directory.parse(&bytes);
            if !directory.entries.is_empty() || count == 0 {
                return Ok(Some(directory));
            }
        }
        Ok(None)
    }

    /// Takes the entries at the start of `unread`, of which `bytes` are the first. What is not an entry ends the directory.
    fn parse(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((entry, length)) = Entry::parse(rest, self.prefix) {
            self.entries.push(entry);
            rest = &rest[length..];
        }
        let done = (bytes.len() - rest.len()) as u64;
        let is_all = bytes.len() as u64 == self.unread.end - self.unread.start;
        let is_cut = done > 0 && (rest.len() < DIRECTORY_ENTRY.len() || rest.starts_with(DIRECTORY_ENTRY));
        self.unread.start += done;
        if is_all || !is_cut {
            self.unread.start = self.unread.end;
        }
    }
}

/// The ZIP64 end record that belongs to the end record at `end`, and its offset.
fn end_record_64(source: &Source, tail: &Tail, end: u64) -> Result<Option<(u64, Vec<u8>)>> {
    let Some(at) = end.checked_sub(LOCATOR_LEN_64) else { return Ok(None) };
    let locator = tail.read(source, at, LOCATOR_LEN_64)?;
    if !locator.starts_with(LOCATOR_64) {
        return Ok(None);
    }
    // The locator's offset does not count data before the archive.
    for record in [u64_le(&locator, 8), at.checked_sub(END_LEN_64)].into_iter().flatten() {
        if record.checked_add(END_LEN_64).is_none_or(|end| end > at) {
            continue;
        }
        let bytes = tail.read(source, record, END_LEN_64)?;
        if bytes.starts_with(END_RECORD_64) {
            return Ok(Some((record, bytes)));
        }
    }
    Ok(None)
}

/// The end of the file, fetched already.
struct Tail {
    start: u64,
    bytes: Vec<u8>,
}

impl Tail {
    /// `length` bytes at `offset`, of which only those before the tail are fetched.
    fn read(&self, source: &Source, offset: u64, length: u64) -> Result<Vec<u8>> {
        let before = self.start.saturating_sub(offset).min(length);
        let mut bytes = source.read_vec(offset, before)?;
        let from = usize::try_from((offset + before).saturating_sub(self.start)).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        bytes.extend_from_slice(&rest[..rest.len().min((length - before) as usize)]);
        Ok(bytes)
    }
}
