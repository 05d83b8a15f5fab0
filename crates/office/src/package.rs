//! Open Packaging Conventions: the parts of an office document and how they refer to each other.
//!
//! A package is a ZIP file, of which only the directory and the requested parts are read, or one flat XML file
//! (`pkg:package`). Part names are compared without regard to case, as the standard requires. Relationships never lead
//! out of the package: an outside target is [`Target::External`](relationship::Target::External) and is not followed.

mod flat;
mod name;
mod relationship;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::limits::Reservation;
use thumbling_core::source::Source;
use thumbling_core::zip::{Content, Directory, Entry};

use super::xml::Document;

pub use name::key;
pub use relationship::{Relationships, resolved};

/// The parts of a document.
pub struct Package {
    parts: Parts,
}

enum Parts {
    Zip {
        source: Source,
        directory: Arc<Directory>,
        /// Entries by [`key`].
        index: HashMap<String, usize>,
        _held: Reservation,
    },
    Flat(flat::Parts),
}

/// The bytes of a part, and the memory reserved for them.
pub struct Part {
    /// The content: in memory, or a slice of the package for a stored part.
    pub source: Source,
    _content: Option<Content>,
}

impl Package {
    /// Opens a ZIP or a flat package; `corrupt` if `source` is neither.
    pub fn open(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let parts = match source.head()?.starts_with(b"PK") {
            true => Parts::zip(source, cx)?,
            false => Parts::Flat(flat::Parts::read(source, cx)?),
        };
        Ok(Self { parts })
    }

    /// Whether the package has this part.
    pub fn has(&self, name: &str) -> bool {
        let key = key(name);
        match &self.parts {
            Parts::Zip { index, .. } => index.contains_key(&key),
            Parts::Flat(parts) => parts.has(&key),
        }
    }

    /// The names of all parts, in lower case, in any order.
    pub fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match &self.parts {
            Parts::Zip { index, .. } => Box::new(index.keys().map(String::as_str)),
            Parts::Flat(parts) => Box::new(parts.names()),
        }
    }

    /// The size that the directory of a ZIP package claims for a part.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.entry(name).ok().map(|entry| entry.size)
    }

    /// The relationships of `part`, or of the package for the empty name. Empty if they are missing or damaged.
    pub fn relationships(&self, part: &str, cx: &Context<'_>) -> Result<Relationships> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let separator = if folder.is_empty() { "" } else { "/" };
        match self.xml(&format!("{folder}{separator}_rels/{file}.rels"), cx) {
            Ok(document) => Ok(Relationships::of(&document, folder)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Corrupt) => Ok(Relationships::default()),
            Err(e) => Err(e),
        }
    }

    /// The part that the document starts with, such as `word/document.xml`, by the relationships of the package.
    pub fn main_part(&self, cx: &Context<'_>) -> Result<String> {
        let relationships = self.relationships("", cx)?;
        let usual = ["ppt/presentation.xml", "word/document.xml", "xl/workbook.xml", "xl/workbook.bin"];
        let found = relationships.part_of_kind("officeDocument").filter(|name| self.has(name)).map(str::to_owned);
        let found = found.or_else(|| usual.iter().find(|name| self.has(name)).map(|name| (*name).to_owned()));
        found.ok_or_else(|| Error::corrupt("a package without a main document"))
    }

    /// Parses a part; `not-found` if it is missing.
    pub fn xml(&self, name: &str, cx: &Context<'_>) -> Result<Document> {
        Document::parse(self.reader(name, cx)?, cx)
    }

    /// A part, inflated as it is read and cut off at the limit for parts.
    pub fn reader(&self, name: &str, cx: &Context<'_>) -> Result<Box<dyn BufRead + '_>> {
        let max = cx.limits().max_part;
        match &self.parts {
            Parts::Flat(parts) => Ok(Box::new(parts.get(&key(name)).ok_or_else(|| missing(name))?)),
            Parts::Zip { source, .. } => Ok(Box::new(self.entry(name)?.reader(source)?.take(max))),
        }
    }

    /// The bytes of a part. What precedes damage in compressed data is returned; `corrupt` if that is nothing.
    pub fn part(&self, name: &str, cx: &Context<'_>) -> Result<Part> {
        if let Parts::Zip { source, .. } = &self.parts {
            let content = self.entry(name)?.content(source, cx)?;
            return Ok(Part { source: content.source.clone(), _content: Some(content) });
        }
        let mut bytes = Vec::new();
        self.reader(name, cx)?.read_to_end(&mut bytes)?;
        Ok(Part { source: Source::from_bytes(bytes), _content: None })
    }

    fn entry(&self, name: &str) -> Result<&Entry> {
        let Parts::Zip { directory, index, .. } = &self.parts else { return Err(missing(name)) };
        let entry = index.get(&key(name)).and_then(|n| directory.entries().get(*n));
        entry.ok_or_else(|| missing(name))
    }
}

impl Parts {
    fn zip(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let directory = Directory::read(source, cx)?;
        let held = cx.reserve(directory.memory())?;
        let index = directory.entries().iter().enumerate().map(|(n, entry)| (key(&entry.name), n)).collect();
        Ok(Self::Zip { source: source.clone(), directory, index, _held: held })
    }
}

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no part `{name}`"))
}
