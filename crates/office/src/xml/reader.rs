//! Reads XML event by event, so that a part can be read as far as the page needs it.

use std::io::BufRead;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event as Raw};
use quick_xml::name::{Namespace, QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};

use super::{Attribute, Document, Element, MAX_DEPTH, NONE, Names, Node, namespace};

/// Elements between two checks of the deadline.
const CHECK: u64 = 1024;

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An element starts: see [`Reader::start`].
    Start,
    /// The innermost open element ends.
    End,
    /// The document ends.
    Eof,
}

enum Step {
    Start,
    /// Text was added to the document, from this offset on.
    Text(u32),
    End,
    Eof,
}

/// An open element.
enum Open {
    /// Visible to the caller.
    Element,
    /// `mc:AlternateContent`: whether a branch was taken.
    Alternative { taken: bool },
    /// The branch that was taken.
    Branch,
}

impl Document {
    /// Parses a whole part. `corrupt` if it is not well-formed, `limit` if it is too large.
    pub fn parse(content: impl BufRead, cx: &Context<'_>) -> Result<Self> {
        Reader::new(content, cx).document()
    }
}

/// Reads one part.
pub struct Reader<'a, R> {
    xml: NsReader<R>,
    cx: &'a Context<'a>,
    buffer: Vec<u8>,
    open: Vec<Open>,
    /// Open elements of a skipped branch.
    passed: usize,
    /// An empty element was returned as a start; its end comes next.
    is_empty: bool,
    seen: u64,
    /// The element that started last, without content.
    start: Document,
}

impl<'a, R: BufRead> Reader<'a, R> {
    /// Starts at the beginning of `content`.
    pub fn new(content: R, cx: &'a Context<'a>) -> Self {
        let mut xml = NsReader::from_reader(content);
        xml.config_mut().allow_dangling_amp = true;
        let (buffer, open, start) = (Vec::new(), Vec::new(), Document::default());
        Self { xml, cx, buffer, open, passed: 0, is_empty: false, seen: 0, start }
    }

    /// Name and attributes of the element in the last [`Event::Start`].
    pub fn start(&self) -> Element<'_> {
        self.start.root()
    }

    /// The next event, without text.
    pub fn next_event(&mut self) -> Result<Event> {
        let mut start = std::mem::take(&mut self.start);
        let event = loop {
            start.clear();
            match self.step(&mut start) {
                Ok(Step::Text(_)) => {}
                Ok(Step::Start) => break Ok(Event::Start),
                Ok(Step::End) => break Ok(Event::End),
                Ok(Step::Eof) => break Ok(Event::Eof),
                Err(e) => break Err(e),
            }
        };
        self.start = start;
        event
    }

    /// Reads the element that started last to its end, as a tree.
    pub fn subtree(&mut self) -> Result<Document> {
        let mut document = std::mem::take(&mut self.start);
        let mut open: Vec<u32> = vec![0];
        while let Some(&parent) = open.last() {
            match self.step(&mut document)? {
                Step::Start => {
                    let id = document.nodes.len() as u32 - 1;
                    document.link(parent, id);
                    open.push(id);
                    document.account(self.cx)?;
                }
                Step::Text(start) => {
                    document.add_text(parent, start);
                    document.account(self.cx)?;
                }
                Step::End => {
                    open.pop();
                }
                Step::Eof => return Err(Error::corrupt("truncated XML")),
            }
        }
        Ok(document)
    }

    /// Reads the root element as a tree.
    pub(super) fn document(mut self) -> Result<Document> {
        match self.next_event()? {
            Event::Start => self.subtree(),
            _ => Err(Error::corrupt("XML without an element")),
        }
    }

    /// One event. A starting element is added to `into` without a parent.
    fn step(&mut self, into: &mut Document) -> Result<Step> {
        if std::mem::take(&mut self.is_empty) {
            self.open.pop();
            return Ok(Step::End);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let step = loop {
            buffer.clear();
            let event = self.xml.read_event_into(&mut buffer).map_err(typed)?;
            match event {
                Raw::Start(_) if self.passed > 0 => self.passed += 1,
                Raw::Start(e) => match self.begins(&e, into)? {
                    Some(Open::Element) => {
                        self.open.push(Open::Element);
                        break Step::Start;
                    }
                    Some(open) => self.open.push(open),
                    None => self.passed = 1,
                },
                Raw::Empty(e) if self.passed == 0 => {
                    if let Some(Open::Element) = self.begins(&e, into)? {
                        self.open.push(Open::Element);
                        self.is_empty = true;
                        break Step::Start;
                    }
                }
                Raw::End(_) if self.passed > 0 => self.passed -= 1,
                Raw::End(_) => {
                    if let Some(Open::Element) = self.open.pop() {
                        break Step::End;
                    }
                }
                Raw::DocType(_) => return Err(Error::corrupt("XML with a document type declaration")),
                Raw::Eof if self.open.is_empty() => break Step::Eof,
                Raw::Eof => return Err(Error::corrupt("truncated XML")),
                _ if self.passed > 0 || self.open.is_empty() => {}
                Raw::Text(e) => break text(into, &e.xml10_content()),
                Raw::CData(e) => break text(into, &e.xml10_content()),
                Raw::GeneralRef(e) => match e.resolve_char_ref() {
                    Ok(Some(c)) => break text(into, c.encode_utf8(&mut [0; 4])),
                    Ok(None) => match resolve_xml_entity(&e) {
                        Some(c) => break text(into, c),
                        // Only a DTD could define it.
                        None => return Err(Error::corrupt("XML with an undefined entity")),
                    },
                    Err(_) => {}
                },
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(step)
    }

    /// How a starting element appears to the caller; `None` if it is skipped with its content. A visible one is added
    /// to `into`.
    fn begins(&mut self, e: &BytesStart<'_>, into: &mut Document) -> Result<Option<Open>> {
        self.seen += 1;
        if self.seen.is_multiple_of(CHECK) {
            self.cx.check()?;
        }
        let max = self.cx.limits().max_xml_events;
        if self.seen > max {
            return Err(Error::limit(format!("more than {max} XML elements")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Error::limit(format!("XML elements nested deeper than {MAX_DEPTH}")));
        }
        let (space, local) = self.xml.resolver().resolve_element(e.name());
        let prefix = prefix_of(&space);
        if prefix == "mc" {
            return self.alternative(e, local.as_ref());
        }
        let name = into.names.qualified(prefix, local.as_ref());
        let first = into.attributes.len() as u32;
        for attribute in e.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| Error::corrupt(format!("XML: {e}")))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (space, local) = self.xml.resolver().resolve_attribute(attribute.key);
            let name = into.names.qualified(prefix_of(&space), local.as_ref());
            let start = into.text.len() as u32;
            match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => into.text.push_str(&value),
                Err(_) => into.text.push_str(&attribute.value),
            }
            into.attributes.push(Attribute { name, value: (start, into.text.len() as u32) });
        }
        let range = (first, into.attributes.len() as u32);
        into.nodes.push(Node { name, range, first_child: NONE, last_child: NONE, next: NONE });
        Ok(Some(Open::Element))
    }

    /// The same, for elements of markup compatibility.
    fn alternative(&mut self, e: &BytesStart<'_>, local: &str) -> Result<Option<Open>> {
        if local == "AlternateContent" {
            return Ok(Some(Open::Alternative { taken: false }));
        }
        let is_understood = local == "Fallback" || (local == "Choice" && self.is_understood(e)?);
        Ok(match self.open.last_mut() {
            Some(Open::Alternative { taken }) if is_understood && !*taken => {
                *taken = true;
                Some(Open::Branch)
            }
            _ => None,
        })
    }

    /// Whether everything that a choice requires is supported.
    fn is_understood(&self, e: &BytesStart<'_>) -> Result<bool> {
        let requires = e.try_get_attribute("Requires").map_err(|e| Error::corrupt(format!("XML: {e}")))?;
        Ok(requires.is_some_and(|requires| {
            requires.value.split_ascii_whitespace().all(|prefix| {
                let name = format!("{prefix}:x");
                let (space, _) = self.xml.resolver().resolve_element(QName(&name));
                namespace::is_understood(prefix_of(&space))
            })
        }))
    }
}

impl Names {
    /// The id of a name with this prefix.
    fn qualified(&mut self, prefix: &str, local: &str) -> u32 {
        if prefix.is_empty() {
            return self.intern(local);
        }
        let mut name = std::mem::take(&mut self.scratch);
        name.clear();
        name.extend([prefix, ":", local]);
        let id = self.intern(&name);
        self.scratch = name;
        id
    }
}

fn prefix_of(space: &ResolveResult<'_>) -> &'static str {
    match space {
        ResolveResult::Bound(Namespace(uri)) => namespace::prefix(uri),
        ResolveResult::Unbound => "",
        ResolveResult::Unknown(_) => "?",
    }
}

fn text(into: &mut Document, more: &str) -> Step {
    let start = into.text.len() as u32;
    into.text.push_str(more);
    Step::Text(start)
}

fn typed(e: quick_xml::Error) -> Error {
    match e {
        quick_xml::Error::Io(e) => match e.kind() {
            // Inflate errors of damaged content.
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::UnexpectedEof => {
                Error::corrupt(e.to_string())
            }
            _ => Error::new(ErrorKind::Io, e.to_string()),
        },
        e => Error::corrupt(format!("XML: {e}")),
    }
}
