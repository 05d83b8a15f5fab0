//! Open Packaging Conventions: the parts of an office document, and how they refer to each other.
//!
//! A package is a zip file, of which only the directory and the parts asked for are read, or one flat XML file
//! (`pkg:package`). Part names are compared without regard to case, as the standard wants it. References lead to parts
//! of the package alone: what lies outside is [`Target::External`], and nobody follows it.

mod flat;
mod relationship;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use flate2::bufread::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::limits::Reservation;
use thumbling_core::source::{Source, SourceReader};

use super::xml::Document;

pub use relationship::{Relationships, resolved};

/// Bytes of one fetch.
const WINDOW: usize = 16 << 10;

/// The parts of a document.
pub struct Package {
    parts: Parts,
}

enum Parts {
    Zip { source: Source, archive: RefCell<ZipArchive<SourceReader>>, index: HashMap<String, usize> },
    Flat(flat::Parts),
}

/// A part as its bytes, and the memory that is held for them.
pub struct Part {
    /// The content, in memory or in place.
    pub source: Source,
    _held: Option<Reservation>,
}

impl Package {
    /// Opens a zip package or a flat one. `corrupt` if it is neither, `encrypted` if its parts are.
    pub fn open(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let parts = match source.head()?.starts_with(b"PK") {
            true => Parts::zip(source, cx)?,
            false => Parts::Flat(flat::Parts::read(source, cx)?),
        };
        Ok(Self { parts })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, name: &str) -> bool {
        let key = key(name);
        match &self.parts {
            Parts::Zip { index, .. } => index.contains_key(&key),
            Parts::Flat(parts) => parts.has(&key),
        }
    }

    /// The names of all parts, in lower case, in no order.
    pub fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match &self.parts {
            Parts::Zip { index, .. } => Box::new(index.keys().map(String::as_str)),
            Parts::Flat(parts) => Box::new(parts.names()),
        }
    }

    /// Bytes that a part claims to unpack to, where it is packed.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.entry(name).ok().map(|entry| entry.size)
    }

    /// The parts and places that `part` refers to; the package's own for the empty name. None if it says nothing.
    pub fn relationships(&self, part: &str, cx: &Context<'_>) -> Result<Relationships> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let separator = if folder.is_empty() { "" } else { "/" };
        match self.xml(&format!("{folder}{separator}_rels/{file}.rels"), cx) {
            Ok(document) => Ok(Relationships::of(&document, folder)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Corrupt) => Ok(Relationships::default()),
            Err(e) => Err(e),
        }
    }

    /// The part that the document begins with, by the package's relationships: `word/document.xml`.
    pub fn main_part(&self, cx: &Context<'_>) -> Result<String> {
        let relationships = self.relationships("", cx)?;
        let usual = ["ppt/presentation.xml", "word/document.xml", "xl/workbook.xml", "xl/workbook.bin"];
        let found = relationships.part_of_kind("officeDocument").filter(|name| self.has(name)).map(str::to_owned);
        let found = found.or_else(|| usual.iter().find(|name| self.has(name)).map(|name| (*name).to_owned()));
        found.ok_or_else(|| Error::corrupt("a package without a main document"))
    }

    /// A part as a tree. `not-found` if there is none of this name.
    pub fn xml(&self, name: &str, cx: &Context<'_>) -> Result<Document> {
        Document::parse(self.reader(name, cx)?, cx)
    }

    /// A part, unpacked as it is read. More than the limit for parts is an error of the reading.
    pub fn reader(&self, name: &str, cx: &Context<'_>) -> Result<Box<dyn BufRead + '_>> {
        let max = cx.limits().max_part;
        match &self.parts {
            Parts::Flat(parts) => Ok(Box::new(parts.get(&key(name)).ok_or_else(|| missing(name))?)),
            Parts::Zip { .. } => {
                let entry = self.entry(name)?;
                let packed = BufReader::new(entry.content.reader(WINDOW));
                match entry.method {
                    CompressionMethod::Stored => Ok(Box::new(packed)),
                    CompressionMethod::Deflated => {
                        Ok(Box::new(BufReader::with_capacity(WINDOW, DeflateDecoder::new(packed).take(max))))
                    }
                    method => Err(Error::unsupported(format!("a part compressed by {method:?}"))),
                }
            }
        }
    }

    /// A part as its bytes: where it is stored as it is, a range of the file, else unpacked into memory.
    pub fn part(&self, name: &str, cx: &Context<'_>) -> Result<Part> {
        if let Parts::Zip { .. } = &self.parts {
            let entry = self.entry(name)?;
            if entry.method == CompressionMethod::Stored {
                return Ok(Part { source: entry.content, _held: None });
            }
            let max = cx.limits().max_part.min(cx.limits().max_memory);
            if entry.size > max {
                return Err(Error::limit(format!("`{name}` unpacks to {} bytes; the limit is {max}", entry.size)));
            }
            let held = cx.reserve(entry.size)?;
            let mut bytes = Vec::new();
            // The size that an entry claims is not believed: what is longer is cut off.
            match self.reader(name, cx)?.take(entry.size).read_to_end(&mut bytes) {
                Ok(_) => {}
                // What could be unpacked may still be shown.
                Err(_) if !bytes.is_empty() => {}
                Err(e) => return Err(Error::corrupt(e.to_string())),
            }
            return Ok(Part { source: Source::from_bytes(bytes), _held: Some(held) });
        }
        let mut bytes = Vec::new();
        self.reader(name, cx)?.read_to_end(&mut bytes)?;
        Ok(Part { source: Source::from_bytes(bytes), _held: None })
    }

    fn entry(&self, name: &str) -> Result<Entry> {
        let Parts::Zip { source, archive, index } = &self.parts else { return Err(missing(name)) };
        let index = *index.get(&key(name)).ok_or_else(|| missing(name))?;
        let mut archive = archive.try_borrow_mut().map_err(|_| Error::internal("a package that is being read"))?;
        let entry = archive.by_index_raw(index).map_err(typed)?;
        if entry.encrypted() {
            return Err(Error::new(ErrorKind::Encrypted, "the package is encrypted"));
        }
        let start = entry.data_start().ok_or_else(|| Error::corrupt(format!("`{name}` begins nowhere")))?;
        let content = source.slice(start, entry.compressed_size());
        Ok(Entry { content, method: entry.compression(), size: entry.size() })
    }
}

struct Entry {
    content: Source,
    method: CompressionMethod,
    size: u64,
}

impl Parts {
    fn zip(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let archive = ZipArchive::new(source.reader(WINDOW)).map_err(typed)?;
        let max = cx.limits().max_entries;
        if archive.len() as u64 > u64::from(max) {
            return Err(Error::limit(format!("{} parts; the limit is {max}", archive.len())));
        }
        let names = (0..archive.len()).filter_map(|n| Some((key(&archive.name_for_index(n)?.ok()?), n)));
        let index = names.collect();
        Ok(Self::Zip { source: source.clone(), archive: RefCell::new(archive), index })
    }
}

/// What a part is found by.
fn key(name: &str) -> String {
    name.trim_start_matches(['/', '\\']).replace('\\', "/").to_ascii_lowercase()
}

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no part `{name}`"))
}

fn typed(e: ZipError) -> Error {
    match e {
        ZipError::Io(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::corrupt("the package ends too early")
        }
        ZipError::Io(e) => e.into(),
        ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => {
            Error::new(ErrorKind::Encrypted, "the package is encrypted")
        }
        e => Error::corrupt(e.to_string()),
    }
}
