//! One entry: what the directory says about it, and its data.

use std::io::{BufRead, BufReader, Cursor, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::{DIRECTORY_ENTRY, LOCAL_HEADER};
use crate::bytes::{u16_le, u32_le, u64_le};
use crate::decode::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Reservation;
use crate::source::Source;

/// Bytes of one fetch.
const WINDOW: usize = 16 << 10;

/// Bytes inflated between two checks of the deadline.
const STEP: u64 = 1 << 20;

/// Bytes of a local header before its name.
pub(super) const LOCAL_LEN: usize = 30;

/// Bytes of a directory entry before its name.
const ENTRY_LEN: usize = 46;

/// Bytes of extra fields that a local header is expected to have. More of them cost another fetch.
const EXTRA: usize = 64;

/// How an entry is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    Stored,
    /// Deflate.
    Deflated,
    /// By a method that is not supported.
    Other(u16),
}

impl From<u16> for Method {
    fn from(method: u16) -> Self {
        match method {
            0 => Self::Stored,
            8 => Self::Deflated,
            other => Self::Other(other),
        }
    }
}

/// An entry of the directory. Sizes are those that the archive claims.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name as written. Bytes that are not UTF-8 become the characters U+0080 to U+00FF.
    pub name: String,
    /// How the data is compressed.
    pub method: Method,
    /// Bytes of compressed data.
    pub compressed: u64,
    /// Bytes of content.
    pub size: u64,
    /// Whether the data is encrypted.
    pub encrypted: bool,
    /// CRC-32 of the content.
    pub(super) crc: u32,
    /// Offset of the local header in the source.
    pub(super) header: u64,
}

/// The content of an entry.
#[derive(Debug)]
pub struct Content {
    /// A slice of the archive for a stored entry, else memory.
    pub source: Source,
    /// What is wrong with it: the compressed data is damaged and `source` ends before the damage, or the checksum differs.
    pub damage: Option<Error>,
    _held: Option<Reservation>,
}

impl Entry {
    /// The directory entry at the start of `bytes`, and its length; `None` if there is none or it is cut off. `prefix` is
    /// the number of bytes before the archive.
    pub(super) fn parse(bytes: &[u8], prefix: u64) -> Option<(Self, usize)> {
        if !bytes.starts_with(DIRECTORY_ENTRY) {
            return None;
        }
        let field = |at: usize| u16_le(bytes, at).map(usize::from);
        let (name, extra, comment) = (field(28)?, field(30)?, field(32)?);
        let length = ENTRY_LEN + name + extra + comment;
        let raw = bytes.get(ENTRY_LEN..ENTRY_LEN + name)?;
        let extra = bytes.get(ENTRY_LEN + name..ENTRY_LEN + name + extra)?;
        bytes.get(..length)?;
        let mut wide = extra_field(extra, 1).unwrap_or_default();
        // Sizes that do not fit in 32 bits are in the ZIP64 field, in this order.
        let mut number = |at: usize| -> Option<u64> {
            let narrow = u32_le(bytes, at)?;
            if narrow == u32::MAX
                && let Some(value) = u64_le(wide, 0)
            {
                wide = &wide[8..];
                return Some(value);
            }
            Some(u64::from(narrow))
        };
        let (size, compressed, header) = (number(24)?, number(20)?, number(42)?);
        let entry = Self {
            name: unicode_name(extra, raw).unwrap_or_else(|| text(raw)),
            method: u16_le(bytes, 10)?.into(),
            compressed,
            size,
            encrypted: u16_le(bytes, 8)? & 1 != 0,
            crc: u32_le(bytes, 16)?,
            header: header.saturating_add(prefix),
        };
        Some((entry, length))
    }

    /// The compressed data. `encrypted` if it is, `corrupt` if there is no local header.
    pub fn data(&self, source: &Source) -> Result<Source> {
        let start = self.data_start(&source.read_vec(self.header, LOCAL_LEN as u64)?)?;
        Ok(source.slice(start, self.compressed))
    }

    /// The content, inflated as it is read, without a limit. `encrypted` or `unsupported` if that is not possible.
    pub fn reader(&self, source: &Source) -> Result<Box<dyn BufRead + Send>> {
        let expected = LOCAL_LEN + self.name.len() + EXTRA;
        let window = usize::try_from(self.compressed).unwrap_or(WINDOW).saturating_add(expected).min(WINDOW);
        let mut first = vec![0; window];
        let got = source.read_up_to(self.header, &mut first)?;
        first.truncate(got);
        let start = self.data_start(&first)?;
        let end = start.saturating_add(self.compressed);
        // One fetch gets the header and the first data.
        let fetched = self.header + got as u64;
        let from = usize::try_from(start - self.header).unwrap_or(usize::MAX).min(got);
        let to = usize::try_from(end - self.header).unwrap_or(usize::MAX).min(got);
        first.truncate(to);
        first.drain(..from);
        let rest = source.slice(fetched.max(start), end.saturating_sub(fetched.max(start)));
        let data = Cursor::new(first).chain(rest.reader(WINDOW));
        match self.method {
            Method::Stored => Ok(Box::new(data)),
            Method::Deflated => Ok(Box::new(BufReader::with_capacity(WINDOW, DeflateDecoder::new(data)))),
            Method::Other(n) => Err(Error::unsupported(format!("`{}` uses ZIP compression method {n}", self.name))),
        }
    }

    /// The content: a slice of `source` for a stored entry, else inflated into memory. `limit` if it is larger than
    /// [`Limits::max_part`](crate::limits::Limits::max_part) or does not fit into memory, `corrupt` if there is nothing
    /// before the damage.
    pub fn content(&self, source: &Source, cx: &Context<'_>) -> Result<Content> {
        if self.method == Method::Stored {
            return Ok(Content { source: self.data(source)?, damage: None, _held: None });
        }
        let max = cx.limits().max_part.min(cx.limits().max_memory);
        let too_large =
            |size: u64| Error::limit(format!("`{}` inflates to {size} bytes; the limit is {max}", self.name));
        if self.size > max {
            return Err(too_large(self.size));
        }
        let mut held = cx.reserve(self.size)?;
        let (mut reader, mut content, mut reserved) = (self.reader(source)?, Vec::new(), self.size);
        let mut crc = Crc::new();
        let damage = loop {
            cx.check()?;
            let from = content.len();
            let done = (&mut reader).take(STEP).read_to_end(&mut content);
            crc.update(&content[from..]);
            let length = content.len() as u64;
            if length > max {
                return Err(too_large(length));
            }
            // The claimed size can be wrong.
            if length > reserved {
                held.grow(length - reserved)?;
                reserved = length;
            }
            match done {
                Ok(0) if crc.sum() == self.crc => break None,
                Ok(0) => break Some(Error::corrupt(format!("the checksum of `{}` differs", self.name))),
                Ok(_) => {}
                Err(e) => match e.downcast::<Error>() {
                    // The source failed, not the data.
                    Ok(e) => return Err(e),
                    Err(e) => break Some(Error::corrupt(format!("`{}`: {e}", self.name))),
                },
            }
        };
        match damage {
            Some(damage) if content.is_empty() => Err(damage),
            damage => Ok(Content { source: Source::from_bytes(content), damage, _held: Some(held) }),
        }
    }

    /// Offset of the data, by the local header: its name and extra fields can differ from those of the directory.
    fn data_start(&self, header: &[u8]) -> Result<u64> {
        if self.encrypted {
            return Err(Error::new(ErrorKind::Encrypted, format!("`{}` is encrypted", self.name)));
        }
        let lengths = (u16_le(header, 26), u16_le(header, 28));
        match lengths {
            (Some(name), Some(extra)) if header.starts_with(LOCAL_HEADER) => {
                Ok(self.header + LOCAL_LEN as u64 + u64::from(name) + u64::from(extra))
            }
            _ => Err(Error::corrupt(format!("`{}` has no local header", self.name))),
        }
    }
}

/// The data of the first extra field with this id.
fn extra_field(mut extra: &[u8], id: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16_le(extra, 2)?);
        let data = extra.get(4..4 + length)?;
        if u16_le(extra, 0)? == id {
            return Some(data);
        }
        extra = &extra[4 + length..];
    }
}

/// The name in Info-ZIP's Unicode Path field, if it belongs to `raw`.
fn unicode_name(extra: &[u8], raw: &[u8]) -> Option<String> {
    let field = extra_field(extra, 0x7075)?;
    let mut crc = Crc::new();
    crc.update(raw);
    let is_current = field.first() == Some(&1) && u32_le(field, 1) == Some(crc.sum());
    String::from_utf8(field.get(5..).filter(|_| is_current)?.to_vec()).ok()
}

/// A name as text. Many writers do not set the UTF-8 flag, and names in other encodings only have to stay distinct.
pub(super) fn text(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => raw.iter().map(|byte| char::from(*byte)).collect(),
    }
}
