//! Sections (`w:sectPr`): page size, margins, columns, headers and footers.
//!
//! A section is described at its end, which for most documents is the end of the file. [`Sections`] looks for that
//! description in the bytes of the main part, without parsing what is before it.

use std::io::{BufRead, Read};

use crate::package::Package;
use crate::xml::{Document, Element, number};
use thumbling_core::decode::Context;
use thumbling_core::error::{Result, tolerate};
use thumbling_page::flow::{Column, LineNumbers, PageBorders, Section, SectionStart};
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::table::Borders;
use thumbling_page::text::Anchor;
use thumbling_page::tree::Insets;

use super::document::{Inherited, Part, Word};
use super::story::Story;
use super::{numbering, value};

/// Bytes read at a time.
const CHUNK: usize = 1 << 16;
/// Largest description of a section, and largest start tag of the root, bytes.
const MAX_TAG: usize = 1 << 18;
/// Columns of a section.
const MAX_COLUMNS: usize = 45;

/// The descriptions of sections, in order.
pub(super) struct Sections<'a> {
    reader: Box<dyn BufRead + 'a>,
    /// Bytes that are not searched yet.
    buffer: Vec<u8>,
    /// The start tag of the root, with its namespaces.
    root: Vec<u8>,
    is_over: bool,
    cx: &'a Context<'a>,
}

impl<'a> Sections<'a> {
    pub(super) fn open(package: &'a Package, name: &str, cx: &'a Context<'a>) -> Result<Self> {
        let reader = package.reader(name, cx)?;
        let mut sections = Self { reader, buffer: Vec::new(), root: Vec::new(), is_over: false, cx };
        sections.find_root()?;
        Ok(sections)
    }

    fn more(&mut self) -> Result<()> {
        self.cx.check()?;
        let start = self.buffer.len();
        let read = (&mut self.reader).take(CHUNK as u64).read_to_end(&mut self.buffer);
        // Damage ends the part; the reader of the text reports it.
        self.is_over |= read.is_err() || self.buffer.len() == start;
        Ok(())
    }

    fn find_root(&mut self) -> Result<()> {
        while !self.is_over && self.buffer.len() < MAX_TAG {
            self.more()?;
            let is_name = |at: usize| self.buffer.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
            let start = (0..self.buffer.len()).find(|at| self.buffer[*at] == b'<' && is_name(*at));
            let Some(start) = start else { continue };
            if let Some(end) = self.buffer[start..].iter().position(|b| *b == b'>') {
                self.root = self.buffer[start..=start + end].to_vec();
                self.buffer.drain(..=start + end);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next description.
    pub(super) fn next(&mut self) -> Result<Option<Document>> {
        loop {
            if let Some(start) = find(&self.buffer) {
                self.buffer.drain(..start);
                return self.element();
            }
            // A tag may be cut off at the end of what is read.
            let keep = self.buffer.len().saturating_sub(64);
            self.buffer.drain(..keep);
            if self.is_over {
                return Ok(None);
            }
            self.more()?;
        }
    }

    /// Parses the description at the start of the buffer.
    fn element(&mut self) -> Result<Option<Document>> {
        let end = loop {
            if let Some(end) = element_end(&self.buffer) {
                break end;
            }
            if self.is_over || self.buffer.len() > MAX_TAG {
                self.buffer.clear();
                return Ok(None);
            }
            self.more()?;
        };
        let element: Vec<u8> = self.buffer.drain(..end).collect();
        let name: Vec<u8> = self
            .root
            .iter()
            .skip(1)
            .copied()
            .take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/'))
            .collect();
        let xml = [&self.root[..], &element, b"</", &name, b">"].concat();
        tolerate(Document::parse(&xml[..], self.cx))
    }
}

/// The start of the next `sectPr` tag.
fn find(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|b| *b == b'<') {
        let start = from + at;
        if is_tag(&bytes[start + 1..]) {
            return Some(start);
        }
        from = start + 1;
    }
    None
}

/// Whether a tag of this name follows, with any prefix.
fn is_tag(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(24)];
    let end = head.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
    let Some(name) = end.map(|end| &head[..end]) else { return false };
    let local = name.iter().rposition(|b| *b == b':').map_or(name, |colon| &name[colon + 1..]);
    local == b"sectPr"
}

/// The end of the element that starts the bytes; it may contain the description that it replaced.
fn element_end(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0u32, 0);
    loop {
        let start = at + bytes.get(at..)?.iter().position(|b| *b == b'<')?;
        let end = start + bytes[start..].iter().position(|b| *b == b'>')? + 1;
        if bytes.get(start + 1) == Some(&b'/') {
            if is_tag(&bytes[start + 2..]) {
                depth = depth.saturating_sub(1);
            }
        } else if is_tag(&bytes[start + 1..]) && bytes.get(end.saturating_sub(2)) != Some(&b'/') {
            depth += 1;
        }
        if depth == 0 {
            return Some(end);
        }
        at = end;
    }
}

/// Size and margins of a page without a description.
fn plain() -> Section {
    Section {
        width: 612.0,
        height: 792.0,
        margins: Insets::all(72.0),
        header_distance: 36.0,
        footer_distance: 36.0,
        columns: Vec::new(),
        right_to_left: false,
        separator: None,
        grid: None,
        anchor: Anchor::Top,
        start: SectionStart::Page,
        header: Vec::new(),
        footer: Vec::new(),
        borders: None,
        line_numbers: None,
        background: Fill::None,
        is_vertical: false,
    }
}

/// Page size of a section, pt.
pub(super) fn size(description: Option<Element<'_>>) -> (f32, f32) {
    let size = description.and_then(|d| d.child("w:pgSz"));
    let side = |name: &str, or: f32| size.and_then(|s| value::attr(s, name)).filter(|n| *n > 1.0).unwrap_or(or);
    // Word allows up to 22 inches.
    (side("w:w", 612.0).clamp(7.2, 4000.0), side("w:h", 792.0).clamp(7.2, 4000.0))
}

impl Word<'_> {
    /// The section that `description` (`w:sectPr`) describes, with header and footer of its first page.
    pub(super) fn section(&self, description: Option<Element<'_>>, is_first: bool) -> Result<Section> {
        let mut section = plain();
        (section.width, section.height) = size(description);
        let Some(description) = description else {
            self.text_width.set(section.width - section.margins.left - section.margins.right);
            return Ok(section);
        };
        if let Some(margins) = description.child("w:pgMar") {
            let length = |name: &str, or: f32| value::attr(margins, name).unwrap_or(or);
            let gutter = length("w:gutter", 0.0).max(0.0);
            section.margins = Insets {
                left: length("w:left", 72.0),
                top: length("w:top", 72.0),
                right: length("w:right", 72.0),
                bottom: length("w:bottom", 72.0),
            };
            match self.settings.gutter_at_top {
                true => section.margins.top += gutter,
                false if description.child("w:rtlGutter").is_some_and(value::is_on) => section.margins.right += gutter,
                false => section.margins.left += gutter,
            }
            section.header_distance = length("w:header", 36.0).max(0.0);
            section.footer_distance = length("w:footer", 36.0).max(0.0);
        }
        let width = (section.width - section.margins.left - section.margins.right).max(10.0);
        self.text_width.set(width);
        section.right_to_left = description.child("w:bidi").is_some_and(value::is_on);
        if let Some(columns) = description.child("w:cols") {
            section.columns = columns_of(columns, width);
            let is_separated = columns.flag("w:sep") == Some(true);
            section.separator = is_separated.then(|| Stroke::new(Color::BLACK, 0.5));
        }
        if section.columns.len() <= 1 {
            section.columns = vec![Column { width, gap: 0.0 }];
        }
        section.start = match description.child("w:type").and_then(|t| t.attr("w:val")) {
            Some("continuous" | "nextColumn") => SectionStart::Continuous,
            _ => SectionStart::Page,
        };
        let direction = description.child("w:textDirection").and_then(|t| t.attr("w:val"));
        section.is_vertical = matches!(direction, Some("tbRl" | "tbRlV" | "rl" | "rlV"));
        section.anchor = match description.child("w:vAlign").and_then(|t| t.attr("w:val")) {
            Some("center") => Anchor::Middle,
            Some("bottom") => Anchor::Bottom,
            _ => Anchor::Top,
        };
        section.grid = description.child("w:docGrid").and_then(|grid| {
            let snaps = matches!(grid.attr("w:type"), Some("lines" | "linesAndChars" | "snapToChars"));
            value::attr(grid, "w:linePitch").filter(|_| snaps)
        });
        section.background = self.background.get().map_or(Fill::None, Fill::Solid);
        section.borders = description.child("w:pgBorders").and_then(|b| self.page_borders(b));
        section.line_numbers = description.child("w:lnNumType").and_then(|n| self.line_numbers(n));
        if is_first {
            self.number(description);
            let story = |kind: &str| self.around(description, kind);
            (section.header, section.footer) = (story("w:headerReference")?, story("w:footerReference")?);
        }
        Ok(section)
    }

    fn line_numbers(&self, element: Element<'_>) -> Option<LineNumbers> {
        let step = element.number::<u32>("w:countBy").filter(|n| *n > 0)?;
        let mut run = self.styles.base.run.clone();
        if let Some(id) = self.styles.default_paragraph() {
            run.merge_style(&self.style(id).run);
        }
        Some(LineNumbers {
            step,
            start: element.number::<u32>("w:start").unwrap_or(0).saturating_add(1).min(1 << 20),
            distance: value::attr(element, "w:distance").filter(|d| *d > 0.0).unwrap_or(18.0),
            style: run.styles(None).latin,
        })
    }

    /// The number of the first page.
    fn number(&self, description: Element<'_>) {
        let numbers = description.child("w:pgNumType");
        let start = numbers.and_then(|n| n.number::<u32>("w:start")).unwrap_or(1);
        let format = numbers.and_then(|n| n.attr("w:fmt")).unwrap_or("decimal");
        *self.page_number.borrow_mut() = numbering::formatted(start, format);
    }

    /// The blocks of the header or footer of the first page.
    fn around(&self, description: Element<'_>, kind: &str) -> Result<Vec<thumbling_page::flow::Block>> {
        let has_title = description.child("w:titlePg").is_some_and(value::is_on);
        let start = description.child("w:pgNumType").and_then(|n| n.number::<u32>("w:start")).unwrap_or(1);
        let is_even = self.settings.even_and_odd && start.is_multiple_of(2);
        let wanted = match (has_title, is_even) {
            (true, _) => "first",
            (false, true) => "even",
            (false, false) => "default",
        };
        let reference = description.children().find(|c| c.is(kind) && c.attr("w:type").unwrap_or("default") == wanted);
        let name = reference.and_then(|r| self.relationships.part(r.attr("r:id")?));
        let Some(name) = name else {
            // Where other pages have one, ordinary pages have a blank one.
            let is_used = |c: Element<'_>| c.attr("w:type") != Some("even") || self.settings.even_and_odd;
            let has_any = !has_title && description.children().any(|c| c.is(kind) && is_used(c));
            return if has_any { self.blank() } else { Ok(Vec::new()) };
        };
        let Some(part) = tolerate(Part::read(self.package, name, self.cx))? else { return Ok(Vec::new()) };
        Story::new(self, &part.relationships).blocks(part.document.root(), &Inherited::default())
    }

    /// An empty paragraph.
    fn blank(&self) -> Result<Vec<thumbling_page::flow::Block>> {
        const XML: &str =
            "<w:hdr xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:p/></w:hdr>";
        let document = Document::parse(XML.as_bytes(), self.cx)?;
        Story::new(self, self.relationships).blocks(document.root(), &Inherited::default())
    }

    fn page_borders(&self, element: Element<'_>) -> Option<PageBorders> {
        // Only pages after the first.
        if element.attr("w:display") == Some("notFirstPage") {
            return None;
        }
        let palette = self.palette();
        let side = |name: &str| element.child(name);
        let line = |name: &str| side(name).and_then(|s| value::border(s, &palette));
        let space = |name: &str| side(name).and_then(|s| number::<f32>(s.attr("w:space")?)).unwrap_or(0.0);
        let lines = Borders {
            left: line("w:left"),
            top: line("w:top"),
            right: line("w:right"),
            bottom: line("w:bottom"),
            ..Borders::default()
        };
        let distance =
            Insets { left: space("w:left"), top: space("w:top"), right: space("w:right"), bottom: space("w:bottom") };
        Some(PageBorders { lines, distance, from_text: element.attr("w:offsetFrom") != Some("page") })
    }
}

fn columns_of(columns: Element<'_>, width: f32) -> Vec<Column> {
    let count = columns.number::<usize>("w:num").unwrap_or(1).clamp(1, MAX_COLUMNS);
    let gap = value::attr(columns, "w:space").unwrap_or(36.0).max(0.0);
    let own: Vec<Column> = columns
        .children_of("w:col")
        .take(MAX_COLUMNS)
        .map(|c| Column {
            width: value::attr(c, "w:w").unwrap_or(0.0),
            gap: value::attr(c, "w:space").unwrap_or(0.0).max(0.0),
        })
        .collect();
    if columns.flag("w:equalWidth") == Some(false) && own.len() > 1 && own.iter().all(|c| c.width > 1.0) {
        return own;
    }
    let each = (width - gap * (count as f32 - 1.0)) / count as f32;
    (0..count).map(|_| Column { width: each.max(5.0), gap }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_ends_after_the_one_that_it_replaced() {
        let xml = b"<w:sectPr><w:sectPrChange><w:sectPr/></w:sectPrChange></w:sectPr><w:p/>";
        assert_eq!(find(b"<w:p/><w:sectPrChange/><w:sectPr w:rsidR='1'>"), Some(23));
        assert_eq!(element_end(xml).map(|end| &xml[end..]), Some(&b"<w:p/>"[..]));
        assert_eq!(element_end(b"<sectPr/>x"), Some(9));
        assert_eq!(element_end(b"<w:sectPr><w:a>"), None);
    }
}
