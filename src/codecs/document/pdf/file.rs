//! A document read by ranges: cross-references, objects, and page lookup.
//!
//! If a file deviates from the standard, or is encrypted, [`File::open`] returns `None` and the engines, which repair
//! damage, read it whole. Only errors of the source are errors.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::filter::unfiltered;
use super::syntax::{Dict, Indirect, Lexer, Object, indirect};
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::Result;
use thumbling_core::source::Source;

/// Bytes at the end of a file that are searched for `startxref`.
const TAIL: u64 = 2048;
/// Most cross-reference sections; there is one for each incremental update.
const MAX_SECTIONS: usize = 256;
/// Most cross-references, and most objects of one object stream.
const MAX_ENTRIES: u64 = 4 << 20;
/// Most bytes that a table or object stream may expand to.
const MAX_TABLE: u64 = 64 << 20;
/// Most bytes of the file that are held in total.
const MAX_HELD: u64 = 256 << 20;
/// Bytes per fetch, for small objects.
const WINDOW: u64 = 8 << 10;
/// Most bytes of an object without its stream.
const MAX_OBJECT: u64 = 4 << 20;
/// Bytes per entry of a table (ISO 32000-2, 7.5.4).
const LINE: u64 = 20;

/// A section of cross-references.
enum Section {
    /// A table of 20-byte entries, read on demand: first number, count, offset of the first entry.
    Table(Vec<(u64, u64, u64)>),
    /// Rows of big-endian numbers of these widths: first number and count of each range, and all rows.
    Rows { widths: [usize; 3], ranges: Vec<(u64, u64)>, rows: Vec<u8> },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    /// At this offset in the file.
    At(u64),
    /// In the object stream with this number, at this index.
    In(u32, u32),
    Free,
}

/// One object: its bytes, which start with its number if it is not in an object stream.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) object: Object,
    pub(super) stream: Option<usize>,
    /// Whether `bytes` starts with the number and `obj`.
    pub(super) is_whole: bool,
}

impl Body {
    /// The bytes of its stream, unfiltered; `None` if it has none, or not all of it is there.
    pub(super) fn stream(&self, length: u64) -> Option<&[u8]> {
        let start = self.stream?;
        self.bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}

/// An object stream: the expanded bytes, and number and offset of each object.
struct ObjectStream {
    data: Vec<u8>,
    offsets: Vec<(u32, usize)>,
}

/// A document whose cross-references have been read.
pub(super) struct File {
    source: Source,
    interrupt: Interrupt,
    /// Newest first.
    sections: Vec<Section>,
    windows: HashMap<u64, Vec<u8>>,
    bodies: HashMap<u32, Option<Arc<Body>>>,
    streams: HashMap<u32, Option<Arc<ObjectStream>>>,
    held: u64,
    root: u32,
    /// Number of pages, according to the root of the page tree.
    pub(super) pages: u32,
    /// Whether the document has form fields.
    pub(super) has_form: bool,
    /// Whether a requested object exists but is invalid.
    pub(super) is_broken: bool,
}

impl File {
    /// Reads the cross-references of `source`.
    pub(super) fn open(source: &Source, interrupt: &Interrupt) -> Result<Option<Self>> {
        if !source.head()?.starts_with(b"%PDF-") {
            return Ok(None);
        }
        let mut file = Self {
            source: source.clone(),
            interrupt: interrupt.clone(),
            sections: Vec::new(),
            windows: HashMap::new(),
            bodies: HashMap::new(),
            streams: HashMap::new(),
            held: 0,
            root: 0,
            pages: 0,
            has_form: false,
            is_broken: false,
        };
        let Some(trailer) = file.read_sections()? else { return Ok(None) };
        let Object::Ref(root, _) = *trailer.get("Root") else { return Ok(None) };
        if !trailer.get("Encrypt").is_null() {
            return Ok(None);
        }
        file.root = root;
        let Some(catalog) = file.body(root)? else { return Ok(None) };
        let Some(catalog) = catalog.object.dict() else { return Ok(None) };
        file.has_form = !catalog.get("AcroForm").is_null();
        let Some(pages) = file.resolved(catalog.get("Pages"))? else { return Ok(None) };
        let count = pages.dict().and_then(|pages| pages.get("Count").unsigned());
        file.pages = count.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        Ok((file.pages > 0).then_some(file))
    }

    /// `length` bytes at `at`, or fewer at the end of the file. Small reads are cached in windows.
    fn bytes(&mut self, at: u64, length: u64) -> Result<Vec<u8>> {
        let length = length.min(self.source.size().saturating_sub(at));
        if length > WINDOW {
            self.interrupt.check()?;
            return self.source.read_vec(at, length);
        }
        let mut out = Vec::with_capacity(length as usize);
        while (out.len() as u64) < length {
            let next = at + out.len() as u64;
            let start = next - next % WINDOW;
            if !self.windows.contains_key(&start) {
                self.interrupt.check()?;
                let window = self.source.read_vec(start, WINDOW.min(self.source.size() - start))?;
                self.held += window.len() as u64;
                self.windows.insert(start, window);
            }
            let window = self.windows.get(&start).map_or(&[][..], Vec::as_slice);
            let from = (next - start) as usize;
            let part = window.get(from..).unwrap_or_default();
            let n = part.len().min((length - out.len() as u64) as usize);
            if n == 0 {
                break;
            }
            out.extend_from_slice(&part[..n]);
        }
        Ok(out)
    }

    /// Reads all sections, newest first; returns the newest trailer.
    fn read_sections(&mut self) -> Result<Option<Dict>> {
        let size = self.source.size();
        let from = size.saturating_sub(TAIL);
        let tail = self.bytes(from, size - from)?;
        let Some(at) = tail.windows(9).rposition(|w| w == b"startxref") else { return Ok(None) };
        let start = Lexer::file(&tail, at + 9).object().and_then(|n| n.unsigned());
        let (mut todo, mut seen, mut newest) = (vec![start], HashSet::new(), None);
        while let Some(next) = todo.pop() {
            let Some(at) = next.filter(|at| *at < size) else { return Ok(None) };
            if !seen.insert(at) {
                continue;
            }
            if seen.len() > MAX_SECTIONS {
                return Ok(None);
            }
            let is_table = self.bytes(at, 4)? == b"xref";
            let trailer = if is_table { self.table(at + 4)? } else { self.table_stream(at)? };
            let Some(trailer) = trailer else { return Ok(None) };
            // The hybrid section is searched before older ones.
            for key in ["Prev", "XRefStm"] {
                if !trailer.get(key).is_null() {
                    todo.push(trailer.get(key).unsigned());
                }
            }
            newest.get_or_insert(trailer);
        }
        Ok(newest)
    }

    /// A table: the position of its entries, and the trailer after it.
    fn table(&mut self, mut at: u64) -> Result<Option<Dict>> {
        let mut ranges = Vec::new();
        while ranges.len() < MAX_SECTIONS {
            let head = self.bytes(at, 64)?;
            let mut lexer = Lexer::file(&head, 0);
            if lexer.eat(b"trailer") {
                self.sections.push(Section::Table(ranges));
                return Ok(self
                    .grown(at + lexer.at as u64, |bytes| Lexer::file(bytes, 0).object())?
                    .and_then(|t| t.dict().cloned()));
            }
            let mut number = || lexer.object().and_then(|n| n.unsigned());
            let (Some(first), Some(count)) = (number(), number()) else { return Ok(None) };
            lexer.skip_space();
            if count > MAX_ENTRIES {
                return Ok(None);
            }
            ranges.push((first, count, at + lexer.at as u64));
            at += lexer.at as u64 + count * LINE;
        }
        Ok(None)
    }

    fn table_stream(&mut self, at: u64) -> Result<Option<Dict>> {
        let Some(body) = self.body_at(None, at)? else { return Ok(None) };
        let Some(dict) = body.object.dict().filter(|d| d.get("Type").name() == Some(b"XRef")) else { return Ok(None) };
        let length = dict.get("Length").unsigned();
        let rows = length.and_then(|n| body.stream(n)).and_then(|raw| unfiltered(dict, raw, MAX_TABLE));
        let widths: Vec<usize> =
            dict.get("W").array().unwrap_or_default().iter().map_while(Object::unsigned).map(|n| n as usize).collect();
        let (Some(rows), [a, b, c]) = (rows, &widths[..]) else { return Ok(None) };
        let widths = [*a, *b, *c];
        let whole = [Object::Number(0.0), dict.get("Size").clone()];
        let ranges = dict.get("Index").array().unwrap_or(&whole);
        let ranges = ranges.chunks_exact(2).map(|range| range[0].unsigned().zip(range[1].unsigned())).collect();
        let Some(ranges) = ranges else { return Ok(None) };
        if widths.iter().any(|width| *width > 8) || widths.iter().sum::<usize>() == 0 {
            return Ok(None);
        }
        self.sections.push(Section::Rows { widths, ranges, rows });
        Ok(Some(dict.clone()))
    }

    /// The location of the object with this number.
    fn entry(&mut self, number: u32) -> Result<Option<Entry>> {
        let number = u64::from(number);
        let mut line = None;
        for section in &self.sections {
            match section {
                Section::Table(ranges) => {
                    let range = ranges.iter().find(|(first, count, _)| (*first..first + count).contains(&number));
                    if let Some((first, _, at)) = range {
                        line = Some(at + (number - first) * LINE);
                        break;
                    }
                }
                Section::Rows { widths: [a, b, c], ranges, rows } => {
                    let mut index = 0u64;
                    for (first, count) in ranges {
                        if (*first..first.saturating_add(*count)).contains(&number) {
                            let width = a + b + c;
                            let start = usize::try_from(index + number - first).ok().and_then(|i| i.checked_mul(width));
                            let row = start.and_then(|start| rows.get(start..start.checked_add(width)?));
                            let Some(row) = row else { return Ok(None) };
                            let big = |bytes: &[u8]| bytes.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
                            let (kind, second, third) = (big(&row[..*a]), big(&row[*a..a + b]), big(&row[a + b..]));
                            return Ok(match if *a == 0 { 1 } else { kind } {
                                0 => Some(Entry::Free),
                                1 => Some(Entry::At(second)),
                                2 => u32::try_from(second)
                                    .ok()
                                    .zip(u32::try_from(third).ok())
                                    .map(|(s, i)| Entry::In(s, i)),
                                _ => None,
                            });
                        }
                        index = index.saturating_add(*count);
                    }
                }
            }
        }
        let Some(at) = line else { return Ok(None) };
        let line = self.bytes(at, LINE)?;
        let digits = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|digits| digits.parse::<u64>().ok());
        // Generations other than 0 occur if numbers are reused, which no writer does.
        Ok(match (line.get(..10).and_then(digits), line.get(11..16), line.get(17)) {
            (Some(at), Some(b"00000"), Some(b'n')) => Some(Entry::At(at)),
            (Some(_), _, Some(b'f')) => Some(Entry::Free),
            _ => None,
        })
    }

    /// Parses the bytes from `at` on with `read`, given more and more of them until it returns something.
    fn grown<T>(&mut self, at: u64, read: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>> {
        let (mut length, left) = (512, self.source.size().saturating_sub(at));
        loop {
            let bytes = self.bytes(at, length)?;
            let made = read(&bytes);
            if made.is_some() || length >= left || length >= MAX_OBJECT {
                return Ok(made);
            }
            length *= 4;
        }
    }

    /// An object by its number. `None` if it is missing or invalid.
    pub(super) fn body(&mut self, number: u32) -> Result<Option<Arc<Body>>> {
        if let Some(known) = self.bodies.get(&number) {
            return Ok(known.clone());
        }
        // An object that refers to itself during its lookup is null.
        self.bodies.insert(number, None);
        self.interrupt.check()?;
        let entry = self.entry(number)?;
        let body = match entry {
            Some(Entry::At(at)) => self.body_at(Some(number), at)?,
            Some(Entry::In(stream, index)) => self.body_in(number, stream, index)?,
            Some(Entry::Free) | None => None,
        };
        self.is_broken |= body.is_none() && matches!(entry, Some(Entry::At(_) | Entry::In(..)));
        let body = body.map(Arc::new);
        self.bodies.insert(number, body.clone());
        Ok(body)
    }

    /// The object at an offset: its bytes up to its end, or to the end of its stream.
    fn body_at(&mut self, number: Option<u32>, at: u64) -> Result<Option<Body>> {
        if self.held > MAX_HELD {
            return Ok(None);
        }
        let Some(found) = self.grown(at, indirect)? else { return Ok(None) };
        let Indirect { object, stream, end, .. } = found;
        if number.is_some_and(|number| number != found.number) {
            return Ok(None);
        }
        let mut length = end as u64;
        if let Some(start) = stream {
            let Some(stream_length) = object.dict().map(|dict| dict.get("Length").clone()) else { return Ok(None) };
            let Some(stream_length) = self.resolved(&stream_length)?.and_then(|n| n.unsigned()) else {
                return Ok(None);
            };
            length = (start as u64).saturating_add(stream_length).saturating_add(32);
        }
        self.held = self.held.saturating_add(length);
        if self.held > MAX_HELD {
            return Ok(None);
        }
        let mut bytes = self.bytes(at, length)?;
        if let Some(start) = stream {
            // The end keyword must be where the length says.
            let data = (length - 32) as usize;
            let mut lexer = Lexer::file(&bytes, data);
            if start > data || !lexer.eat(b"endstream") {
                return Ok(None);
            }
            let end = lexer.at;
            bytes.truncate(end);
            bytes.extend(b"\nendobj");
        }
        Ok(Some(Body { bytes, object, stream, is_whole: true }))
    }

    fn body_in(&mut self, number: u32, stream: u32, index: u32) -> Result<Option<Body>> {
        let objects = match self.streams.get(&stream) {
            Some(known) => known.clone(),
            None => {
                let objects = self.object_stream(stream)?.map(Arc::new);
                self.streams.insert(stream, objects.clone());
                objects
            }
        };
        let Some(objects) = objects else { return Ok(None) };
        let index = index as usize;
        let Some(&(found, from)) = objects.offsets.get(index) else { return Ok(None) };
        let to = objects.offsets.get(index + 1).map_or(objects.data.len(), |(_, to)| *to);
        let Some(bytes) = objects.data.get(from..to).filter(|_| found == number) else { return Ok(None) };
        let object = Lexer::file(bytes, 0).object();
        Ok(object.map(|object| Body { bytes: bytes.to_vec(), object, stream: None, is_whole: false }))
    }

    fn object_stream(&mut self, number: u32) -> Result<Option<ObjectStream>> {
        if !matches!(self.entry(number)?, Some(Entry::At(_))) {
            return Ok(None);
        }
        let Some(body) = self.body(number)? else { return Ok(None) };
        let Some(data) = self.data(&body, MAX_TABLE)? else { return Ok(None) };
        self.held += data.len() as u64;
        let read = || {
            let dict = body.object.dict()?;
            let (count, first) = (dict.get("N").unsigned()?, usize::try_from(dict.get("First").unsigned()?).ok()?);
            let mut lexer = Lexer::file(&data, 0);
            let mut offsets = Vec::new();
            for _ in 0..count.min(MAX_ENTRIES) {
                let number = u32::try_from(lexer.object()?.unsigned()?).ok()?;
                offsets.push((number, first.checked_add(usize::try_from(lexer.object()?.unsigned()?).ok()?)?));
            }
            Some(offsets)
        };
        let offsets = read();
        Ok(offsets.map(|offsets| ObjectStream { data, offsets }))
    }

    /// The document catalog.
    pub(super) fn catalog(&mut self) -> Result<Option<Arc<Body>>> {
        self.body(self.root)
    }

    /// `object`, or the object it refers to.
    pub(super) fn resolved(&mut self, object: &Object) -> Result<Option<Object>> {
        match object {
            Object::Ref(number, _) => Ok(self.body(*number)?.map(|body| body.object.clone())),
            object => Ok(Some(object.clone())),
        }
    }

    /// The expanded bytes of a stream, at most `max`; `None` if it is not a stream or has unsupported filters.
    pub(super) fn data(&mut self, body: &Body, max: u64) -> Result<Option<Vec<u8>>> {
        let Some(dict) = body.object.dict() else { return Ok(None) };
        let length = self.resolved(dict.get("Length"))?.and_then(|n| n.unsigned());
        let raw = length.and_then(|length| body.stream(length));
        Ok(raw.and_then(|raw| unfiltered(dict, raw, max)))
    }
}
