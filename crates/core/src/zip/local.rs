//! Entries of a file whose directory is lost.

use super::entry::{LOCAL_LEN, text};
use super::{Entry, LOCAL_HEADER};
use crate::bytes::{u16_le, u32_le};
use crate::source::Source;

/// Entries that are read.
const MAX_ENTRIES: usize = 256;

/// Bytes of a name that are read.
const MAX_NAME: usize = 256;

/// The first entries by their local headers, up to the first one whose size is not known before its data.
pub fn scan(source: &Source) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = 0_u64;
    while entries.len() < MAX_ENTRIES {
        let mut header = [0; LOCAL_LEN + MAX_NAME];
        let Ok(got @ LOCAL_LEN..) = source.read_up_to(at, &mut header) else { break };
        let Some((entry, next)) = parse(&header[..got], at) else { break };
        entries.push(entry);
        let Some(next) = next else { break };
        at = next;
    }
    entries
}

/// The entry of the local header at `at`, and the offset of the next one if it is known.
fn parse(header: &[u8], at: u64) -> Option<(Entry, Option<u64>)> {
    if !header.starts_with(LOCAL_HEADER) {
        return None;
    }
    let (flags, name, extra) = (u16_le(header, 6)?, u16_le(header, 26)?, u16_le(header, 28)?);
    let compressed = u64::from(u32_le(header, 18)?);
    let raw = header.get(LOCAL_LEN..LOCAL_LEN + usize::from(name)).unwrap_or_default();
    let has_descriptor = flags & 8 != 0 && compressed == 0;
    let entry = Entry {
        name: text(raw),
        method: u16_le(header, 8)?.into(),
        compressed,
        size: u64::from(u32_le(header, 22)?),
        encrypted: flags & 1 != 0,
        crc: u32_le(header, 14)?,
        header: at,
    };
    let next = at + LOCAL_LEN as u64 + u64::from(name) + u64::from(extra) + compressed;
    Some((entry, (!has_descriptor).then_some(next)))
}
