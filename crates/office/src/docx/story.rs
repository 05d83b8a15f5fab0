//! Stories: blocks of the body, of cells, headers, notes and text boxes.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::drawingml::scene::Scene;
use crate::drawingml::text::symbol;
use crate::package::Relationships;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::flow::{Block, Float, Inline, Paragraph};
use thumbling_page::style::Fill;
use thumbling_page::text::{Align, LineSpacing};

use super::content::{Content, Field};
use super::document::{Inherited, Word};
use super::frame;
use super::paragraph::ParagraphProperties;
use super::run::RunProperties;

/// Nesting of stories and of containers in paragraphs.
pub(super) const MAX_DEPTH: u32 = 24;

/// Reads the blocks of one part.
pub(super) struct Story<'a> {
    pub(super) word: &'a Word<'a>,
    pub(super) relationships: &'a Relationships,
    pub(super) fields: RefCell<Vec<Field>>,
    depth: Cell<u32>,
    /// The number of the footnote that this story is.
    pub(super) note: Option<String>,
}

/// Blocks as they are read, with frames and floating tables moved into the paragraph after them.
#[derive(Default)]
pub(super) struct Collector {
    pub(super) ready: VecDeque<Block>,
    floats: Vec<Float>,
    /// Paragraphs of one frame and what describes it.
    frame: Option<(frame::FrameProperties, Vec<Block>)>,
}

impl Collector {
    pub(super) fn paragraph(&mut self, mut paragraph: Paragraph, frame: Option<frame::FrameProperties>) {
        if let Some(frame) = frame {
            let block = Block::Paragraph(Box::new(paragraph));
            match &mut self.frame {
                Some((open, blocks)) if *open == frame => blocks.push(block),
                _ => {
                    self.close_frame();
                    self.frame = Some((frame, vec![block]));
                }
            }
            return;
        }
        self.close_frame();
        let floats = self.floats.drain(..).map(|float| Inline::Float(Box::new(float)));
        paragraph.content.splice(0..0, floats);
        self.ready.push_back(Block::Paragraph(Box::new(paragraph)));
    }

    pub(super) fn block(&mut self, block: Block) {
        if self.frame.is_some() || !self.floats.is_empty() {
            self.finish();
        }
        self.ready.push_back(block);
    }

    pub(super) fn float(&mut self, float: Float) {
        self.close_frame();
        self.floats.push(float);
    }

    fn close_frame(&mut self) {
        if let Some((frame, blocks)) = self.frame.take() {
            self.floats.push(frame.float(blocks));
        }
    }

    /// Anchors what is left in a paragraph without height.
    pub(super) fn finish(&mut self) {
        self.close_frame();
        if self.floats.is_empty() {
            return;
        }
        let content = self.floats.drain(..).map(|float| Inline::Float(Box::new(float))).collect();
        let mut paragraph = Paragraph { content, ..Paragraph::default() };
        paragraph.style.spacing = LineSpacing::Exact(0.5);
        self.ready.push_back(Block::Paragraph(Box::new(paragraph)));
    }
}

impl<'a> Story<'a> {
    pub(super) fn new(word: &'a Word<'a>, relationships: &'a Relationships) -> Self {
        Self { word, relationships, fields: RefCell::default(), depth: Cell::new(0), note: None }
    }

    pub(super) fn scene(&self) -> Scene<'a> {
        self.word.scene(self.relationships)
    }

    /// The blocks among the children of `parent`.
    pub(super) fn blocks(&self, parent: Element<'_>, inherited: &Inherited) -> Result<Vec<Block>> {
        let mut collector = Collector::default();
        self.collect(parent, inherited, &mut collector)?;
        collector.finish();
        Ok(collector.ready.into())
    }

    fn collect(&self, parent: Element<'_>, inherited: &Inherited, collector: &mut Collector) -> Result<()> {
        if self.depth.get() >= MAX_DEPTH {
            self.word.state.missed("deeply nested text");
            return Ok(());
        }
        self.depth.set(self.depth.get() + 1);
        let read = self.collect_children(parent, inherited, collector);
        self.depth.set(self.depth.get() - 1);
        read
    }

    fn collect_children(&self, parent: Element<'_>, inherited: &Inherited, collector: &mut Collector) -> Result<()> {
        for child in parent.children() {
            self.word.cx.check()?;
            match child.name() {
                "w:p" => self.add_paragraph(child, inherited, collector)?,
                "w:tbl" => self.add_table(child, inherited, collector)?,
                "w:sdt" | "w:sdtContent" | "w:customXml" | "w:ins" | "w:moveTo" | "w:smartTag" => {
                    self.collect(child, inherited, collector)?;
                }
                "w:altChunk" => self.word.state.missed("embedded document"),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn add_paragraph(&self, p: Element<'_>, inherited: &Inherited, collector: &mut Collector) -> Result<()> {
        if let Some((paragraph, frame)) = self.paragraph(p, inherited)? {
            collector.paragraph(paragraph, frame);
        }
        Ok(())
    }

    /// Reads `w:p`; `None` if it is hidden.
    fn paragraph(
        &self,
        p: Element<'_>,
        inherited: &Inherited,
    ) -> Result<Option<(Paragraph, Option<frame::FrameProperties>)>> {
        let word = self.word;
        let resolver = word.resolver();
        let direct = p.child("w:pPr");
        let id = direct.and_then(|d| d.child("w:pStyle")?.attr("w:val"));
        let id = id.filter(|id| word.styles.kind(id) > 0).or(word.styles.default_paragraph());
        let style = id.map(|id| word.style(id)).unwrap_or_default();
        let mut properties = word.styles.base.paragraph.clone();
        let mut base = word.styles.base.run.clone();
        if let Some(table) = &inherited.table {
            properties.merge(&table.paragraph);
            base.merge_style(&table.run);
        }
        properties.merge(&style.paragraph);
        base.merge_style(&style.run);
        if let Some(direct) = direct {
            let mut own = ParagraphProperties::default();
            own.apply(direct, &resolver.palette);
            let number = own.list.number.or(if own.list.level.is_some() { properties.list.number } else { None });
            if let Some(number) = number {
                let level = own.list.level.or(properties.list.level).unwrap_or(0);
                if let Some(indents) = word.numbering.indents(number, level) {
                    properties.apply(indents, &resolver.palette);
                } else if own.list.number == Some(0) {
                    // Without a list, its indents go too.
                    properties.apply_no_list();
                }
            }
            properties.merge(&own);
        }
        let mut mark = base.clone();
        if let Some(own) = direct.and_then(|d| d.child("w:rPr")) {
            if let Some(style) = own.child("w:rStyle").and_then(|s| s.attr("w:val")) {
                mark.merge_style(&word.style(style).run);
            }
            mark.apply(own, &resolver);
        }
        let background = properties.shading.flatten().or(inherited.background);
        let (characters, stops) = (0, Vec::new());
        let mut content =
            Content { inlines: Vec::new(), characters, base: &base, inherited, background, stops, is_display: false };
        self.inlines(p, &mut content, 0)?;
        let Content { mut inlines, stops, is_display, .. } = content;
        let mark_properties = direct.and_then(|d| d.child("w:rPr"));
        let is_deleted = mark_properties.is_some_and(|p| p.child("w:del").is_some() || p.child("w:moveFrom").is_some());
        if inlines.is_empty() && (mark.is_hidden() || is_deleted) {
            return Ok(None);
        }
        let mark_style = mark.styles(background).latin;
        let mut style = properties.style(&word.settings, mark_style.size);
        style.kind = id.map_or(0, |id| word.styles.kind(id));
        if is_display && inlines.iter().all(|i| matches!(i, Inline::Math(..) | Inline::Break(..))) {
            style.align = Align::Center;
        }
        style.tabs.extend(stops);
        style.tabs.sort_by(|a, b| a.position.total_cmp(&b.position));
        if let Some(number) = properties.list.number.filter(|n| *n > 0)
            && !(inlines.is_empty() && direct.is_some_and(|d| d.child("w:sectPr").is_some()))
        {
            let label = self.label(number, properties.list.level.unwrap_or(0), &base, &mark, background);
            inlines.splice(0..0, label);
        }
        let weight = inlines.len() * size_of::<Inline>() + size_of::<Paragraph>() + 256;
        self.scene().gather(weight)?;
        let frame = direct.and_then(|d| d.child("w:framePr")).and_then(|f| frame::FrameProperties::of(f, &style));
        word.state.drew();
        Ok(Some((Paragraph { content: inlines, style, mark: mark_style }, frame)))
    }

    /// The number or bullet of a list item.
    fn label(
        &self,
        number: u32,
        level: usize,
        base: &RunProperties,
        mark: &RunProperties,
        background: Option<thumbling_page::style::Color>,
    ) -> Vec<Inline> {
        let word = self.word;
        let Some(label) = word.numbering.next(number, level) else { return Vec::new() };
        // The paragraph mark's own properties apply to its number, except underlines.
        let _ = base;
        let mut run = mark.clone();
        run.clear_decorations();
        if let Some(own) = label.level.child("w:rPr") {
            run.apply(own, &word.resolver());
        }
        let styles = run.styles(background);
        let align = match label.level.child("w:lvlJc").and_then(|j| j.attr("w:val")) {
            Some("right" | "end") => Align::End,
            Some("center") => Align::Center,
            _ => Align::Start,
        };
        let mut inlines = Vec::new();
        let picture = label.level.child("w:lvlPicBulletId").and_then(|p| p.number::<u32>("w:val"));
        let picture = picture.and_then(|id| self.picture_bullet(id, styles.latin.size));
        let family = run.family();
        let text = match label.is_bullet || symbol::is_symbol(family) {
            true => symbol::to_unicode(label.text, None, family),
            false => label.text,
        };
        match picture {
            Some(drawing) => inlines.push(Inline::Object(Box::new(drawing), styles.latin.clone())),
            None if text.is_empty() => {}
            None => {
                let mut parts = Vec::new();
                styles.split(&text, |part, style| parts.push((part.to_owned(), style.clone())));
                inlines.extend(parts.into_iter().map(|(part, style)| Inline::Number(part, style, align)));
            }
        }
        if run.is_hidden() {
            return Vec::new();
        }
        match label.level.child("w:suff").and_then(|s| s.attr("w:val")) {
            Some("nothing") => {}
            Some("space") => inlines.push(Inline::Text(" ".to_owned(), styles.latin.clone())),
            _ if inlines.is_empty() => {}
            _ => inlines.push(Inline::Tab(styles.latin.clone())),
        }
        inlines
    }
}

/// The fill of a page or cell.
pub(super) fn solid(color: Option<thumbling_page::style::Color>) -> Fill {
    color.map_or(Fill::None, Fill::Solid)
}

/// Shared by those who inherit nothing.
pub(super) fn rc<T>(value: T) -> Rc<T> {
    Rc::new(value)
}
