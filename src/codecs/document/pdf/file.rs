//! A document read by ranges: its cross-references, its objects, the way to a page.
//!
//! Where a file is not as the standard says, or is encrypted, [`File::open`] answers `None` and the engines, which
//! mend what is broken, read it whole. Only a source that fails is an error.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use super::syntax::{Dict, Indirect, Lexer, Object, indirect};
use crate::cancel::Interrupt;
use crate::error::Result;
use crate::source::Source;

/// Bytes at the end of a file in which `startxref` stands.
const TAIL: u64 = 2048;
/// Sections of cross-references: one a saved change.
const MAX_SECTIONS: usize = 256;
/// Cross-references, and objects of one stream of objects.
const MAX_ENTRIES: u64 = 4 << 20;
/// Levels of the page tree.
const MAX_LEVELS: usize = 64;
/// Bytes that a table or a stream of objects may expand to.
const MAX_TABLE: u64 = 64 << 20;
/// Bytes of the file that may be held in all.
const MAX_HELD: u64 = 256 << 20;
/// Bytes read with a section of cross-references before its length is known.
const SECTION: u64 = 16 << 10;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    /// At this offset of the file.
    At(u64),
    /// In the stream of objects of this number, as the one of this index.
    In(u32, u32),
    Free,
}

/// One object: its bytes, from its number on where it stands in the file by itself.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) object: Object,
    pub(super) stream: Option<usize>,
    /// Whether `bytes` begins with the number and `obj`.
    pub(super) is_whole: bool,
}

impl Body {
    /// The bytes of its stream, before any filter; `None` if it has none, or they are not there whole.
    pub(super) fn stream(&self, length: u64) -> Option<&[u8]> {
        let start = self.stream?;
        self.bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}

/// A stream of objects: what it expands to, and number and offset of each.
struct ObjectStream {
    data: Vec<u8>,
    offsets: Vec<(u32, usize)>,
}

/// What the page tree says of one page.
pub(super) struct Leaf {
    /// Object number.
    pub(super) number: u32,
    pub(super) dict: Dict,
    /// What it inherits: the nearest value of each key, as it stands in the file's syntax.
    pub(super) inherited: Vec<(&'static str, Object, Vec<u8>)>,
}

/// Keys that a page inherits from the nodes above it.
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// A document whose cross-references were read.
pub(super) struct File {
    source: Source,
    interrupt: Interrupt,
    entries: HashMap<u32, Entry>,
    /// Where something begins, in order: an object ends before the next one.
    starts: Vec<u64>,
    bodies: HashMap<u32, Option<Arc<Body>>>,
    streams: HashMap<u32, Option<Arc<ObjectStream>>>,
    held: u64,
    root: u32,
    /// Pages, as the root of their tree counts them.
    pub(super) pages: u32,
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
            entries: HashMap::new(),
            starts: vec![source.size()],
            bodies: HashMap::new(),
            streams: HashMap::new(),
            held: 0,
            root: 0,
            pages: 0,
        };
        let Some(trailer) = file.sections()? else { return Ok(None) };
        file.starts.sort_unstable();
        let Object::Ref(root, _) = *trailer.get("Root") else { return Ok(None) };
        if !trailer.get("Encrypt").is_null() {
            return Ok(None);
        }
        file.root = root;
        let Some(catalog) = file.body(root)? else { return Ok(None) };
        let Some(catalog) = catalog.object.dict() else { return Ok(None) };
        let Some(pages) = file.resolved(catalog.get("Pages"))? else { return Ok(None) };
        let count = pages.dict().and_then(|pages| pages.get("Count").unsigned());
        file.pages = count.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        Ok((file.pages > 0).then_some(file))
    }

    /// Reads all sections, the newest first; answers the newest trailer.
    fn sections(&mut self) -> Result<Option<Dict>> {
        let size = self.source.size();
        let from = size.saturating_sub(TAIL);
        let tail = self.source.read_vec(from, size - from)?;
        let Some(at) = tail.windows(9).rposition(|w| w == b"startxref") else { return Ok(None) };
        let start = Lexer::file(&tail, at + 9).object().and_then(|n| n.unsigned());
        let (mut todo, mut seen, mut newest) = (vec![start], HashSet::new(), None);
        while let Some(next) = todo.pop() {
            let Some(at) = next.filter(|at| *at < size) else { return Ok(None) };
            self.interrupt.check()?;
            if !seen.insert(at) {
                continue;
            }
            if seen.len() > MAX_SECTIONS {
                return Ok(None);
            }
            self.starts.push(at);
            let Some(trailer) = self.section(at)? else { return Ok(None) };
            // What the hybrid section adds is looked up before what is older.
            for key in ["Prev", "XRefStm"] {
                if !trailer.get(key).is_null() {
                    todo.push(trailer.get(key).unsigned());
                }
            }
            newest.get_or_insert(trailer);
        }
        Ok(newest)
    }

    /// One section, as a table or as a stream.
    fn section(&mut self, at: u64) -> Result<Option<Dict>> {
        let mut length = SECTION;
        loop {
            let bytes = self.source.read_vec(at, length.min(self.source.size() - at))?;
            let whole = at + length >= self.source.size();
            let trailer = match bytes.starts_with(b"xref") {
                true => self.table(&bytes),
                false => self.table_stream(&bytes),
            };
            if trailer.is_some() || whole || length >= MAX_TABLE {
                return Ok(trailer);
            }
            length *= 8;
        }
    }

    fn add(&mut self, number: u64, entry: Entry) {
        let Ok(number) = u32::try_from(number) else { return };
        if let Entry::At(at) = entry {
            self.starts.push(at);
        }
        // What is newer was read before.
        self.entries.entry(number).or_insert(entry);
    }

    fn table(&mut self, bytes: &[u8]) -> Option<Dict> {
        let mut lexer = Lexer::file(bytes, 4);
        let mut entries = Vec::new();
        while !lexer.eat(b"trailer") {
            let (first, count) = (lexer.object()?.unsigned()?, lexer.object()?.unsigned()?);
            if entries.len() as u64 + count > MAX_ENTRIES {
                return None;
            }
            for i in 0..count {
                let (at, generation) = (lexer.object()?.unsigned()?, lexer.object()?.unsigned()?);
                let used = lexer.eat(b"n");
                if !used && !lexer.eat(b"f") {
                    return None;
                }
                // A generation other than 0 is seen where numbers are used again, which nobody does.
                if used && generation != 0 {
                    return None;
                }
                entries.push((first + i, if used { Entry::At(at) } else { Entry::Free }));
            }
        }
        let trailer = lexer.object()?;
        entries.into_iter().for_each(|(number, entry)| self.add(number, entry));
        trailer.dict().cloned()
    }

    fn table_stream(&mut self, bytes: &[u8]) -> Option<Dict> {
        let Indirect { object, stream, .. } = indirect(bytes)?;
        let dict = object.dict()?;
        if dict.get("Type").name()? != b"XRef" {
            return None;
        }
        let start = stream?;
        let length = usize::try_from(dict.get("Length").unsigned()?).ok()?;
        let data = unfiltered(dict, bytes.get(start..start.checked_add(length)?)?, MAX_TABLE)?;
        let widths: Vec<u64> = dict.get("W").array()?.iter().map_while(Object::unsigned).collect();
        let [kind, second, third] = widths[..] else { return None };
        if [kind, second, third].iter().any(|w| *w > 8) {
            return None;
        }
        let whole = [Object::Number(0.0), dict.get("Size").clone()];
        let ranges = dict.get("Index").array().unwrap_or(&whole);
        let row = usize::try_from(kind + second + third).ok().filter(|n| *n > 0)?;
        let mut rows = data.chunks_exact(row);
        let big = |bytes: &[u8]| bytes.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        for range in ranges.chunks_exact(2) {
            let (first, count) = (range[0].unsigned()?, range[1].unsigned()?);
            for (number, row) in (first..).zip(rows.by_ref().take(usize::try_from(count).ok()?)) {
                let (a, rest) = row.split_at(kind as usize);
                let (b, c) = rest.split_at(second as usize);
                let entry = match if kind == 0 { 1 } else { big(a) } {
                    0 => Entry::Free,
                    1 => Entry::At(big(b)),
                    2 => Entry::In(u32::try_from(big(b)).ok()?, u32::try_from(big(c)).ok()?),
                    _ => return None,
                };
                self.add(number, entry);
            }
        }
        Some(dict.clone())
    }

    /// An object by its number. `None` if it is not there or not as it should be.
    pub(super) fn body(&mut self, number: u32) -> Result<Option<Arc<Body>>> {
        if let Some(known) = self.bodies.get(&number) {
            return Ok(known.clone());
        }
        // What refers to itself while it is looked up is nothing.
        self.bodies.insert(number, None);
        self.interrupt.check()?;
        let body = match self.entries.get(&number).copied() {
            Some(Entry::At(at)) => self.body_at(number, at)?,
            Some(Entry::In(stream, index)) => self.body_in(number, stream, index)?,
            Some(Entry::Free) | None => None,
        };
        let body = body.map(Arc::new);
        self.bodies.insert(number, body.clone());
        Ok(body)
    }

    fn body_at(&mut self, number: u32, at: u64) -> Result<Option<Body>> {
        let after = self.starts.partition_point(|start| *start <= at);
        let Some(end) = self.starts.get(after).copied() else { return Ok(None) };
        self.held += end - at;
        if self.held > MAX_HELD {
            return Ok(None);
        }
        let bytes = self.source.read_vec(at, end - at)?;
        let found = indirect(&bytes).filter(|found| found.number == number);
        Ok(found.map(|Indirect { object, stream, .. }| Body { bytes, object, stream, is_whole: true }))
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
        if !matches!(self.entries.get(&number), Some(Entry::At(_))) {
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

    /// The root of the document.
    pub(super) fn catalog(&mut self) -> Result<Option<Arc<Body>>> {
        self.body(self.root)
    }

    /// `object`, or what it refers to.
    pub(super) fn resolved(&mut self, object: &Object) -> Result<Option<Object>> {
        match object {
            Object::Ref(number, _) => Ok(self.body(*number)?.map(|body| body.object.clone())),
            object => Ok(Some(object.clone())),
        }
    }

    /// The unfiltered bytes of a stream, at most `max`; `None` if it is none, or packed in a way not known here.
    pub(super) fn data(&mut self, body: &Body, max: u64) -> Result<Option<Vec<u8>>> {
        let Some(dict) = body.object.dict() else { return Ok(None) };
        let length = self.resolved(dict.get("Length"))?.and_then(|n| n.unsigned());
        let raw = length.and_then(|length| body.stream(length));
        Ok(raw.and_then(|raw| unfiltered(dict, raw, max)))
    }

    /// The page of this index, from 0. `None` if the way to it is not as it should be.
    pub(super) fn leaf(&mut self, page: u32) -> Result<Option<Leaf>> {
        let Some(catalog) = self.body(self.root)? else { return Ok(None) };
        let Some(Object::Ref(mut number, _)) = catalog.object.dict().map(|catalog| catalog.get("Pages").clone()) else {
            return Ok(None);
        };
        let (mut skip, mut inherited) = (page, Vec::<(&'static str, Object, Vec<u8>)>::new());
        for _ in 0..MAX_LEVELS {
            let Some(body) = self.body(number)? else { return Ok(None) };
            let Some(dict) = body.object.dict() else { return Ok(None) };
            let Some(kids) = self.resolved(dict.get("Kids"))? else { return Ok(None) };
            let Some(kids) = kids.array() else {
                let is_page = dict.get("Type").name() == Some(b"Page") && skip == 0;
                return Ok(is_page.then(|| Leaf { number, dict: dict.clone(), inherited }));
            };
            for key in INHERITED {
                if let Some(raw) = raw_value(&body.bytes, body.is_whole, key) {
                    inherited.retain(|(known, ..)| *known != key);
                    inherited.push((key, dict.get(key).clone(), raw));
                }
            }
            let mut next = None;
            for kid in kids {
                let Object::Ref(kid, _) = *kid else { return Ok(None) };
                // Leaves before the page are not read: only a kid that could be passed over whole is looked into.
                let pages = match skip {
                    0 => 1,
                    _ => self.pages_below(kid)?,
                };
                if skip < pages {
                    next = Some(kid);
                    break;
                }
                skip -= pages;
            }
            match next {
                Some(kid) => number = kid,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    fn pages_below(&mut self, number: u32) -> Result<u32> {
        let Some(body) = self.body(number)? else { return Ok(0) };
        let count = body.object.dict().map(|dict| dict.get("Count").unsigned());
        Ok(count.map_or(0, |count| count.and_then(|n| u32::try_from(n).ok()).unwrap_or(1)))
    }
}

/// The bytes of the value of `key` in the outermost dictionary of an object.
pub(super) fn raw_value(bytes: &[u8], is_whole: bool, key: &str) -> Option<Vec<u8>> {
    let mut lexer = Lexer::file(bytes, 0);
    if is_whole {
        lexer.object()?;
        lexer.object()?;
        if !lexer.eat(b"obj") {
            return None;
        }
    }
    if !lexer.eat(b"<<") {
        return None;
    }
    while !lexer.eat(b">>") {
        let name = lexer.object()?;
        let start = lexer.at;
        lexer.object()?;
        if name.name()? == key.as_bytes() {
            return bytes.get(start..lexer.at).map(<[u8]>::to_vec);
        }
    }
    None
}

/// What `raw` is behind its filters, of which Flate is the one known here; at most `max` bytes.
fn unfiltered(dict: &Dict, raw: &[u8], max: u64) -> Option<Vec<u8>> {
    let one = |object: &Object| match object {
        Object::Array(items) if items.len() <= 1 => items.first().cloned().unwrap_or(Object::Null),
        other => other.clone(),
    };
    match one(dict.get("Filter")) {
        Object::Null => return (raw.len() as u64 <= max).then(|| raw.to_vec()),
        Object::Name(name) if name == b"FlateDecode" => {}
        _ => return None,
    }
    let mut data = Vec::new();
    let mut inflate = flate2::read::ZlibDecoder::new(raw).take(max + 1);
    inflate.read_to_end(&mut data).ok().filter(|n| *n as u64 <= max)?;
    match one(dict.get("DecodeParms")) {
        Object::Null => Some(data),
        Object::Dict(parms) => unpredicted(&parms, data),
        _ => None,
    }
}

/// Undoes the predictors of PNG on rows of bytes, as tables have them.
fn unpredicted(parms: &Dict, data: Vec<u8>) -> Option<Vec<u8>> {
    let number = |key: &str, default: u64| if parms.get(key).is_null() { Some(default) } else { parms.get(key).unsigned() };
    match number("Predictor", 1)? {
        1 => return Some(data),
        10..=15 if number("Colors", 1)? == 1 && number("BitsPerComponent", 8)? == 8 => {}
        _ => return None,
    }
    let columns = usize::try_from(number("Columns", 1)?).ok().filter(|n| (1..=1 << 16).contains(n))?;
    let (mut out, mut above) = (Vec::with_capacity(data.len()), vec![0u8; columns]);
    for row in data.chunks(columns + 1) {
        let (&kind, row) = row.split_first()?;
        let mut left = 0u8;
        let mut corner = 0u8;
        for (x, byte) in row.iter().enumerate() {
            let up = above[x];
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => {
                    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
                    let p = a + b - c;
                    let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
                    if pa <= pb && pa <= pc { left } else if pb <= pc { up } else { corner }
                }
                _ => return None,
            };
            corner = up;
            left = byte.wrapping_add(guess);
            above[x] = left;
        }
        out.extend_from_slice(&above[..row.len()]);
    }
    Some(out)
}
