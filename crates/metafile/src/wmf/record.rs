//! Splits a metafile into records.

use crate::reader::Reader;

/// A record: its function number and its arguments.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(super) function: u16,
    pub(super) arguments: &'a [u8],
}

/// Iterates over records up to the end record or an invalid length.
pub(crate) struct Records<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let mut reader = Reader::le(self.rest);
        let words = usize::try_from(reader.u32()?).ok()?;
        let function = reader.u16()?;
        if words < 3 || function == 0 {
            return None;
        }
        let length = words.checked_mul(2)?;
        // Keep the rest of a truncated last record.
        let length = length.min(self.rest.len());
        let (record, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Record { function, arguments: record.get(6..)? })
    }
}
