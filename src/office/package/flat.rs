//! A package as one XML file: each part as XML inside of it, or in base64.

use std::collections::HashMap;
use std::ops::Range;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{ContentTypes, key};
use crate::decode::Context;
use crate::error::{Error, Result};
use crate::limits::Reservation;
use crate::source::Source;

/// The parts of a flat package.
pub(super) struct Parts {
    text: String,
    parts: HashMap<String, Part>,
    _held: Reservation,
}

struct Part {
    content: Content,
    content_type: String,
}

enum Content {
    /// In the text.
    Xml(Range<usize>),
    Bytes(Vec<u8>),
}

impl Parts {
    /// Reads the whole of `source`, UTF-8. `corrupt` if it is no flat package.
    pub(super) fn read(source: &Source, cx: &Context<'_>) -> Result<Self> {
        let held = cx.reserve(source.size().saturating_mul(2))?;
        let bytes = source.read_all(cx.limits().max_source)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::corrupt("a flat package that is not UTF-8"))?;
        let parts = parts(&text, cx)?;
        if parts.is_empty() {
            return Err(Error::corrupt("neither a zip package nor a flat one"));
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
        match &self.parts.get(key)?.content {
            Content::Xml(range) => self.text.as_bytes().get(range.clone()),
            Content::Bytes(bytes) => Some(bytes),
        }
    }

    pub(super) fn content_types(&self) -> ContentTypes {
        let by_name = self.parts.iter().map(|(name, part)| (name.clone(), part.content_type.to_ascii_lowercase()));
        ContentTypes { by_extension: HashMap::new(), by_name: by_name.collect() }
    }
}

fn parts(text: &str, cx: &Context<'_>) -> Result<HashMap<String, Part>> {
    let mut reader = Reader::from_str(text);
    let mut parts = HashMap::new();
    let corrupt = |e: quick_xml::Error| Error::corrupt(format!("XML: {e}"));
    let mut open: Option<(String, String)> = None;
    let mut seen = 0_u64;
    loop {
        seen += 1;
        if seen.is_multiple_of(1024) {
            cx.check()?;
        }
        if seen > cx.limits().max_xml_events || parts.len() as u64 > u64::from(cx.limits().max_entries) {
            return Err(Error::limit("a flat package of too many parts"));
        }
        let event = reader.read_event().map_err(corrupt)?;
        match event {
            Event::Start(e) => match (e.local_name().as_ref(), &open) {
                ("part", _) => open = Some((value(&e, "name"), value(&e, "contentType"))),
                ("xmlData", Some((name, kind))) => {
                    let span = reader.read_to_end(e.name()).map_err(corrupt)?;
                    let content = Content::Xml(span.start as usize..span.end as usize);
                    parts.insert(key(name), Part { content, content_type: kind.clone() });
                }
                ("binaryData", Some((name, kind))) => {
                    let content = Content::Bytes(base64(&reader.read_text(e.name()).map_err(corrupt)?));
                    parts.insert(key(name), Part { content, content_type: kind.clone() });
                }
                _ => {}
            },
            Event::DocType(_) => return Err(Error::corrupt("XML with a document type declaration")),
            Event::Eof => return Ok(parts),
            _ => {}
        }
    }
}

/// The value of the attribute of this local name; empty if there is none.
fn value(e: &BytesStart<'_>, name: &str) -> String {
    let found = e.attributes().flatten().find(|a| a.key.local_name().as_ref() == name);
    found.and_then(|a| a.normalized_value(XmlVersion::Implicit1_0).ok().map(|v| v.into_owned())).unwrap_or_default()
}

/// The bytes of base64, whatever else stands between its letters.
fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
