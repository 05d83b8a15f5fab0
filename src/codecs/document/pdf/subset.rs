//! A document of one page, built from the parts of a document that this page needs.
//!
//! hayro needs a document as one slice. If the cross-references of a file can be read by ranges, it gets a subset
//! instead of the whole: the objects that the page refers to, byte for byte, under a page tree of one page. References
//! that lead away from the page are omitted; readers treat them as null (ISO 32000-2, 7.3.10).

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::file::File;
use super::page_tree::{PageNode, raw_value};
use super::syntax::{Dict, Object};
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Limits;

/// Most objects of one page; pages with more are left to the engine.
const MAX_OBJECTS: usize = 1 << 16;

/// Keys that lead away from the page: to its parent, to other pages, to actions.
pub(super) const AWAY: &[&[u8]] = &[
    b"Parent",
    b"P",
    b"Dest",
    b"A",
    b"AA",
    b"B",
    b"Popup",
    b"IRT",
    b"Prev",
    b"Next",
    b"Thumb",
    b"PieceInfo",
    b"Metadata",
    b"Pg",
    b"StructParent",
    b"StructParents",
    b"StructTreeRoot",
    b"Outlines",
    b"Names",
    b"Dests",
    b"First",
    b"Last",
];

/// The numbers of the objects that `object` refers to and that belong to the page.
fn references(object: &Object, out: &mut Vec<u32>) {
    match object {
        Object::Ref(number, _) => out.push(*number),
        Object::Array(items) => items.iter().for_each(|item| references(item, out)),
        Object::Dict(dict) => {
            // Without a type, keys are names chosen by the document: of pictures, of fonts.
            let is_typed = dict.has("Type") || dict.has("Subtype");
            let kept = dict.0.iter().filter(|(key, _)| !is_typed || !AWAY.contains(&key.as_slice()));
            kept.for_each(|(_, value)| references(value, out));
        }
        _ => {}
    }
}

/// Nesting of forms that is drawn in time however often each form draws the next.
const MAX_FORMS: u32 = 10;

/// A document of one page.
pub(super) struct Subset {
    pub(super) bytes: Vec<u8>,
    /// Whether forms draw themselves, or one another through many levels, which PDFium follows past any deadline.
    pub(super) is_tangled: bool,
}

/// References between objects, and which objects are forms.
#[derive(Default)]
struct Graph {
    references: HashMap<u32, Vec<u32>>,
    forms: HashSet<u32>,
    /// Levels of forms below each object; `None` while they are counted.
    levels: HashMap<u32, Option<u32>>,
}

impl Graph {
    fn is_tangled(&mut self, page: u32) -> bool {
        self.levels_below(page, 0).is_none_or(|levels| levels > MAX_FORMS)
    }

    /// `None` for a form that refers to itself, or for endless chains of references.
    fn levels_below(&mut self, number: u32, depth: u32) -> Option<u32> {
        const MAX_DEPTH: u32 = 200;
        if depth > MAX_DEPTH {
            return None;
        }
        match self.levels.get(&number) {
            Some(Some(known)) => return Some(*known),
            Some(None) if self.forms.contains(&number) => return None,
            // Other cycles are harmless: they draw nothing.
            Some(None) => return Some(0),
            None => {}
        }
        self.levels.insert(number, None);
        let below = self.references.get(&number).cloned().unwrap_or_default();
        let mut levels = 0;
        for next in below {
            levels = levels.max(self.levels_below(next, depth + 1)?);
        }
        levels += u32::from(self.forms.contains(&number));
        self.levels.insert(number, Some(levels));
        Some(levels)
    }
}

/// A document that contains only page `node` of `file`. `None` if a part of it cannot be read by ranges. `limit` if it
/// has a picture that decodes to more than `limits` allow: PDFium would work on it past any deadline.
pub(super) fn subset(file: &mut File, node: &PageNode, limits: &Limits) -> Result<Option<Subset>> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let (mut offsets, mut seen, mut todo) = (Vec::<(u32, usize)>::new(), HashSet::new(), vec![node.number]);
    for (_, value, _) in &node.inherited {
        references(value, &mut todo);
    }
    let optional_content = file.optional_content()?;
    if let Some((value, _)) = &optional_content {
        references(value, &mut todo);
    }
    let mut graph = Graph::default();
    while let Some(number) = todo.pop() {
        if !seen.insert(number) {
            continue;
        }
        if seen.len() > MAX_OBJECTS {
            return Ok(None);
        }
        let Some(body) = file.body(number)? else {
            // Missing objects are null for the engine as well; broken ones it may repair.
            match file.is_broken {
                true => return Ok(None),
                false => continue,
            }
        };
        if let Some(dict) = body.object.dict() {
            check_picture(file, dict, limits)?;
        }
        offsets.push((number, out.len()));
        if !body.is_whole {
            out.extend(format!("{number} 0 obj\n").bytes());
        }
        out.extend(&body.bytes);
        out.extend(if body.is_whole { b"\n".as_slice() } else { b"\nendobj\n" });
        let mut found = Vec::new();
        references(&body.object, &mut found);
        todo.extend(&found);
        graph.references.insert(number, found);
        if body.object.dict().is_some_and(|dict| dict.get("Subtype").name() == Some(b"Form")) {
            graph.forms.insert(number);
        }
        // Its stream ends where its length says, and the length may be an object of its own; both were read.
    }
    // Replaces its own parent, where PDFium looks for inherited values.
    let parent = match node.dict.get("Parent") {
        Object::Ref(parent, _) => *parent,
        _ => 0,
    };
    let last = seen.iter().max().map_or(parent, |number| parent.max(*number));
    let Some(catalog) = last.checked_add(2) else { return Ok(None) };
    let tree = if parent == 0 { last + 1 } else { parent };
    if seen.contains(&tree) {
        return Ok(None);
    }
    offsets.push((tree, out.len()));
    out.extend(format!("{tree} 0 obj\n<</Type/Pages/Count 1/Kids[{} 0 R]", node.number).bytes());
    for (key, _, raw) in &node.inherited {
        out.extend(format!("/{key} ").bytes());
        out.extend(raw);
    }
    out.extend(b">>\nendobj\n");
    offsets.push((catalog, out.len()));
    out.extend(format!("{catalog} 0 obj\n<</Type/Catalog/Pages {tree} 0 R").bytes());
    if let Some((_, raw)) = optional_content {
        out.extend(b"/OCProperties ");
        out.extend(raw);
    }
    out.extend(b">>\nendobj\n");
    let start = out.len();
    offsets.sort_unstable();
    let mut table = "xref\n".to_owned();
    for (number, at) in &offsets {
        // Writing to a string cannot fail.
        let _ = write!(table, "{number} 1\n{at:010} 00000 n \n");
    }
    let _ = write!(table, "trailer\n<</Size {}/Root {catalog} 0 R>>\nstartxref\n{start}\n%%EOF\n", catalog + 1);
    out.extend(table.bytes());
    Ok(Some(Subset { bytes: out, is_tangled: graph.is_tangled(node.number) }))
}

/// Checks the limits for the samples of a picture: its pixels, and the bytes that they are packed in.
fn check_picture(file: &mut File, dict: &Dict, limits: &Limits) -> Result<()> {
    if dict.get("Subtype").name() != Some(b"Image") {
        return Ok(());
    }
    let mut number = |key| file.resolved(dict.get(key)).map(|found| found.and_then(|n| n.unsigned()));
    let (width, height) = (number("Width")?.unwrap_or(0), number("Height")?.unwrap_or(0));
    let (bits, pixels) = (number("BitsPerComponent")?.unwrap_or(1), width.saturating_mul(height));
    // One sample with a palette; three for unresolved colour spaces.
    let samples = match dict.get("ColorSpace") {
        Object::Name(name) if name == b"DeviceGray" => 1,
        Object::Name(name) if name == b"DeviceCMYK" => 4,
        Object::Name(_) => 3,
        _ => 1,
    };
    let bytes = pixels.saturating_mul(bits).saturating_mul(samples) / 8;
    match pixels > limits.max_pixels || bytes > limits.max_memory {
        true => Err(Error::limit(format!("a picture of {width}x{height} px, {bytes} bytes"))),
        false => Ok(()),
    }
}

impl File {
    /// Which optional parts of pages are shown, from the catalog: parsed, and as in the file.
    fn optional_content(&mut self) -> Result<Option<(Object, Vec<u8>)>> {
        let Some(body) = self.catalog()? else { return Ok(None) };
        let value = body.object.dict().map(|catalog| catalog.get("OCProperties").clone());
        let raw = raw_value(&body.bytes, body.is_whole, "OCProperties");
        Ok(value.zip(raw))
    }
}
