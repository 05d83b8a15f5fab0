//! Flat packages: one XML file with each part as XML or base64.

use std::collections::HashMap;
use std::ops::Range;

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::name::key;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Reservation;
use thumbling_core::source::Source;

/// The parts of a flat package.
pub(super) struct Parts {
    text: String,
    parts: HashMap<String, Part>,
    _held: Reservation,
}

enum Part {
    /// A range of the text.
    Xml(Range<usize>),
    Bytes(Vec<u8>),
}

impl Parts {
    /// Reads all of `source`, which must be UTF-8; `corrupt` if it is not a flat package.
    pub(super) fn read(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let held = cx.reserve(source.size().saturating_mul(2))?;
        let bytes = source.read_all(cx.limits().max_source)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::corrupt("a flat package that is not UTF-8"))?;
        let parts = parts(&text, cx)?;
        if parts.is_empty() {
            return Err(Error::corrupt("neither a ZIP nor a flat package"));
        }
        Ok(Self { text, parts, _held: held })
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.parts.contains_key(key)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// The content of a part.
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        match self.parts.get(key)? {
            Part::Xml(range) => self.text.as_bytes().get(range.clone()),
            Part::Bytes(bytes) => Some(bytes),
        }
    }
}

fn parts(text: &str, cx: &Context<'_>) -> Result<HashMap<String, Part>> {
    let mut reader = Reader::from_str(text);
    let mut parts = HashMap::new();
    let corrupt = |e: quick_xml::Error| Error::corrupt(format!("XML: {e}"));
    let mut open: Option<String> = None;
    let mut seen = 0_u64;
    loop {
        seen += 1;
        if seen.is_multiple_of(1024) {
            cx.check()?;
        }
        if seen > cx.limits().max_xml_events || parts.len() as u64 > u64::from(cx.limits().max_entries) {
            return Err(Error::limit("too many parts in a flat package"));
        }
        let event = reader.read_event().map_err(corrupt)?;
        match event {
            Event::Start(e) => match (e.local_name().as_ref(), &open) {
                ("part", _) => open = Some(key(&value(&e, "name"))),
                ("xmlData", Some(name)) => {
                    let span = reader.read_to_end(e.name()).map_err(corrupt)?;
                    parts.insert(name.clone(), Part::Xml(span.start as usize..span.end as usize));
                }
                ("binaryData", Some(name)) => {
                    let bytes = base64(&reader.read_text(e.name()).map_err(corrupt)?);
                    parts.insert(name.clone(), Part::Bytes(bytes));
                }
                _ => {}
            },
            Event::DocType(_) => return Err(Error::corrupt("XML with a document type declaration")),
            Event::Eof => return Ok(parts),
            _ => {}
        }
    }
}

/// An attribute by local name; empty if it is missing.
fn value(e: &BytesStart<'_>, name: &str) -> String {
    let found = e.attributes().flatten().find(|a| a.key.local_name().as_ref() == name);
    found.and_then(|a| a.normalized_value(XmlVersion::Implicit1_0).ok().map(|v| v.into_owned())).unwrap_or_default()
}

/// Decodes base64 with line breaks; empty if it is invalid.
fn base64(text: &str) -> Vec<u8> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let letters: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    LENIENT.decode(letters).unwrap_or_default()
}
