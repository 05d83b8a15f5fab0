//! Stories: blocks of the body, of cells, headers, notes and text boxes.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crate::drawingml::scene::Scene;
use crate::drawingml::text::symbol;
use crate::package::Relationships;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::flow::{Block, Break, Float, Inline, Math, Paragraph};
use thumbling_page::style::Fill;
use thumbling_page::text::{Align, LineSpacing, RunStyle, TabAlign, TabStop};

use super::document::{Inherited, Word};
use super::numbering::formatted;
use super::paragraph::ParagraphProperties;
use super::run::{RunProperties, RunStyles};
use super::{frame, value};

/// Nesting of stories and of containers in paragraphs.
const MAX_DEPTH: u32 = 24;
/// Characters kept of one paragraph.
const MAX_CHARACTERS: usize = 1 << 15;
/// Fields open at once.
const MAX_FIELDS: usize = 64;

/// A complex field that is open.
#[derive(Debug, Default)]
struct Field {
    instruction: String,
    has_result: bool,
    /// Whether its value is already shown, so that its cached result is not.
    is_shown: bool,
}

/// Reads the blocks of one part.
pub(super) struct Story<'a> {
    pub(super) word: &'a Word<'a>,
    pub(super) relationships: &'a Relationships,
    fields: RefCell<Vec<Field>>,
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

/// A paragraph being read.
struct Content<'s> {
    inlines: Vec<Inline>,
    characters: usize,
    base: &'s RunProperties,
    inherited: &'s Inherited,
    background: Option<thumbling_page::style::Color>,
    /// Tab stops that position tabs ask for.
    stops: Vec<TabStop>,
    /// Whether it has equations on lines of their own, which are centred.
    is_display: bool,
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
        if text_is_hidden(&run) {
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

    /// Reads the inline content of `parent`.
    fn inlines(&self, parent: Element<'_>, content: &mut Content<'_>, depth: u32) -> Result<()> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        for child in parent.children() {
            match child.name() {
                "w:r" => self.run(child, content)?,
                "w:fldSimple" => {
                    let instruction = child.attr("w:instr").unwrap_or_default();
                    match self.computed(instruction) {
                        Some(text) if self.shows_text() => {
                            let first = child.children().find(|c| c.is("w:r"));
                            let styles = self.run_properties(first, content).styles(content.background);
                            self.text(&text, &styles, None, content);
                        }
                        _ => self.inlines(child, content, depth + 1)?,
                    }
                }
                "w:hyperlink" | "w:ins" | "w:moveTo" | "w:smartTag" | "w:customXml" | "w:sdt" | "w:sdtContent"
                | "w:dir" | "w:bdo" => self.inlines(child, content, depth + 1)?,
                "m:oMath" | "m:oMathPara" => self.formula(child, content),
                _ => {}
            }
        }
        Ok(())
    }

    fn run_properties(&self, run: Option<Element<'_>>, content: &Content<'_>) -> RunProperties {
        let mut properties = content.base.clone();
        if let Some(own) = run.and_then(|r| r.child("w:rPr")) {
            if let Some(style) = own.child("w:rStyle").and_then(|s| s.attr("w:val")) {
                properties.merge_style(&self.word.style(style).run);
            }
            let mut direct = RunProperties::default();
            direct.apply(own, &self.word.resolver());
            properties.merge(&direct);
        }
        if properties.color.is_none() && content.inherited.color.is_some() {
            properties.color = Some(content.inherited.color);
        }
        properties
    }

    fn run(&self, run: Element<'_>, content: &mut Content<'_>) -> Result<()> {
        let properties = self.run_properties(Some(run), content);
        let styles = properties.styles(content.background);
        let is_hidden = properties.is_hidden();
        let family = properties.family().to_owned();
        for child in run.children() {
            match child.name() {
                "w:fldChar" => {
                    self.field(child, &styles, content);
                    continue;
                }
                "w:instrText" => {
                    if let Some(field) = self.fields.borrow_mut().last_mut().filter(|f| f.instruction.len() < 4096) {
                        field.instruction.push_str(child.text());
                    }
                    continue;
                }
                _ => {}
            }
            if is_hidden || !self.shows_text() || content.characters > MAX_CHARACTERS {
                continue;
            }
            match child.name() {
                "w:t" => {
                    let text = child.text();
                    let text = match child.attr("xml:space") {
                        Some("preserve") => text,
                        _ => text.trim_matches([' ', '\t', '\n', '\r']),
                    };
                    self.text(text, &styles, Some(&family), content);
                }
                "w:tab" => content.inlines.push(Inline::Tab(styles.latin.clone())),
                "w:ptab" => {
                    let width = self.word.text_width.get();
                    let (position, align) = match child.attr("w:alignment") {
                        Some("center") => (width / 2.0, TabAlign::Center),
                        Some("right") => (width, TabAlign::End),
                        _ => (0.0, TabAlign::Start),
                    };
                    if position > 0.0 {
                        content.stops.push(TabStop { position, align, leader: None });
                    }
                    content.inlines.push(Inline::Tab(styles.latin.clone()));
                }
                "w:br" => {
                    let kind = match child.attr("w:type") {
                        Some("page") => Break::Page,
                        Some("column") => Break::Column,
                        _ => Break::Line,
                    };
                    content.inlines.push(Inline::Break(kind, styles.latin.clone()));
                }
                "w:cr" => content.inlines.push(Inline::Break(Break::Line, styles.latin.clone())),
                "w:noBreakHyphen" => self.text("\u{2011}", &styles, None, content),
                "w:sym" => {
                    let code = child.attr("w:char").and_then(|c| u32::from_str_radix(c.trim(), 16).ok());
                    let text = code.and_then(char::from_u32).map(String::from).unwrap_or_default();
                    let font = child.attr("w:font").unwrap_or_default();
                    let text = match symbol::is_symbol(font) {
                        true => symbol::to_unicode(text, None, font),
                        false => text,
                    };
                    self.text(&text, &styles, None, content);
                }
                "w:pgNum" => self.text(&self.word.page_number.borrow().clone(), &styles, None, content),
                "w:footnoteReference" => self.footnote(child, &styles, content)?,
                "w:endnoteReference" => {
                    let seen = self.word.endnotes_seen.get().saturating_add(1);
                    self.word.endnotes_seen.set(seen);
                    self.text(&formatted(seen, "lowerRoman"), &styles, None, content);
                }
                "w:footnoteRef" | "w:endnoteRef" => {
                    if let Some(mark) = self.note.clone() {
                        self.text(&mark, &styles, None, content);
                    }
                }
                "w:ruby" => self.ruby(child, content)?,
                "w:drawing" => content.inlines.extend(self.drawing(child, &styles.latin)?),
                "w:pict" | "w:object" => content.inlines.extend(self.legacy(child, &styles.latin)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn text(&self, text: &str, styles: &RunStyles, family: Option<&str>, content: &mut Content<'_>) {
        let room = MAX_CHARACTERS.saturating_sub(content.characters);
        let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
        let text = &text[..end];
        if text.is_empty() {
            return;
        }
        content.characters += text.len();
        let converted;
        let text = match family {
            Some(family) if symbol::is_symbol(family) => {
                converted = symbol::to_unicode(text.to_owned(), None, family);
                &converted
            }
            // Other fonts of symbols, such as bar codes: what the letters stand for.
            Some(_) if text.contains(is_private) => {
                let plain = |c: char| if is_private(c) { char::from((c as u32 & 0xFF) as u8) } else { c };
                converted = text.chars().map(plain).collect();
                &converted
            }
            _ => text,
        };
        let inlines = &mut content.inlines;
        styles.split(text, |part, style| push_text(inlines, part, style));
    }

    /// Whether text is shown: not in the instruction of a field, nor where its value is shown already.
    pub(super) fn shows_text(&self) -> bool {
        self.fields.borrow().iter().all(|field| field.has_result && !field.is_shown)
    }

    fn field(&self, element: Element<'_>, styles: &RunStyles, content: &mut Content<'_>) {
        match element.attr("w:fldCharType") {
            Some("begin") => {
                let mut fields = self.fields.borrow_mut();
                if fields.len() < MAX_FIELDS {
                    fields.push(Field::default());
                }
                drop(fields);
                if let Some(check) = element.path(&["w:ffData", "w:checkBox"]) {
                    let state = check.child("w:checked").or_else(|| check.child("w:default"));
                    let mark = if state.is_some_and(value::is_on) { "\u{2612}" } else { "\u{2610}" };
                    push_text(&mut content.inlines, mark, &styles.latin);
                }
            }
            Some("separate") => {
                let shown = self.finish_instruction();
                if let Some(text) = shown {
                    self.text(&text, styles, None, content);
                }
            }
            Some("end") => {
                // A field without a result is computed.
                let has_result = self.fields.borrow().last().is_none_or(|f| f.has_result);
                let shown = if has_result { None } else { self.finish_instruction() };
                self.fields.borrow_mut().pop();
                if let Some(text) = shown {
                    self.text(&text, styles, None, content);
                }
            }
            _ => {}
        }
    }

    /// The instruction of the innermost field is complete; returns its value if it is computed.
    fn finish_instruction(&self) -> Option<String> {
        let instruction = {
            let mut fields = self.fields.borrow_mut();
            let field = fields.last_mut()?;
            field.has_result = true;
            std::mem::take(&mut field.instruction)
        };
        let text = self.computed(&instruction).filter(|_| self.shows_text())?;
        self.fields.borrow_mut().last_mut()?.is_shown = true;
        Some(text)
    }

    /// The value of a field that depends on the page.
    fn computed(&self, instruction: &str) -> Option<String> {
        let name = instruction.split_whitespace().next()?;
        name.eq_ignore_ascii_case("PAGE").then(|| self.word.page_number.borrow().clone())
    }

    fn footnote(&self, reference: Element<'_>, styles: &RunStyles, content: &mut Content<'_>) -> Result<()> {
        let word = self.word;
        let has_mark = reference.flag("w:customMarkFollows") == Some(true);
        let mut mark = None;
        if !has_mark {
            let seen = word.notes_seen.get().saturating_add(1);
            word.notes_seen.set(seen);
            mark = Some(seen.to_string());
            self.text(&seen.to_string(), styles, None, content);
        }
        // No notes in notes.
        if self.note.is_some() {
            return Ok(());
        }
        let (Some(part), Some(id)) = (word.footnotes(), reference.attr("w:id")) else { return Ok(()) };
        let note = part.document.root().children_of("w:footnote").find(|n| n.attr("w:id") == Some(id));
        if let Some(note) = note {
            let mut story = Story::new(word, &part.relationships);
            story.note = Some(mark.unwrap_or_default());
            content.inlines.push(Inline::Note(story.blocks(note, &Inherited::default())?));
        }
        Ok(())
    }

    fn formula(&self, element: Element<'_>, content: &mut Content<'_>) {
        if !self.shows_text() {
            return;
        }
        let first = element.descendant("m:r");
        let run = self.run_properties(first.filter(|r| r.child("w:rPr").is_some()), content);
        let style = run.styles(content.background).latin;
        let style = Arc::new(RunStyle { italic: true, ..(*style).clone() });
        let is_display = element.is("m:oMathPara");
        let equations: Vec<Element<'_>> = match is_display {
            true => element.children_of("m:oMath").collect(),
            false => vec![element],
        };
        for equation in equations {
            if is_display && !content.inlines.is_empty() {
                content.inlines.push(Inline::Break(Break::Line, style.clone()));
            }
            content.is_display |= is_display;
            content.inlines.push(Inline::Math(Box::new(super::math::read(equation, &style)), style.clone()));
        }
    }

    /// Text with its reading above.
    fn ruby(&self, ruby: Element<'_>, content: &mut Content<'_>) -> Result<()> {
        let mut part = |name: &str| -> Result<Option<Math>> {
            let Some(part) = ruby.child(name) else { return Ok(None) };
            let before = content.inlines.len();
            self.inlines(part, content, 1)?;
            let texts = content.inlines.drain(before..).filter_map(|inline| match inline {
                Inline::Text(text, style) => Some(Math::Text(text, style)),
                _ => None,
            });
            Ok(Some(Math::Row(texts.collect())))
        };
        let (above, base) = (part("w:rt")?, part("w:rubyBase")?);
        if let Some(base) = base {
            let style = self.run_properties(None, content).styles(content.background).latin;
            let math = Math::Limits { base: Box::new(base), below: None, above: above.map(Box::new) };
            content.inlines.push(Inline::Math(Box::new(math), style));
        }
        Ok(())
    }

    fn picture_bullet(&self, id: u32, size: f32) -> Option<thumbling_page::flow::Drawing> {
        let bullet = self.word.numbering.picture(id)?;
        let data = bullet.descendant("v:imagedata")?;
        let scene = self.word.scene(self.word.numbering_relationships());
        let picture = scene.picture(data.attr("r:id")?, (size, size))?;
        let side = size * 0.8;
        let ratio = picture.0.width() as f32 / picture.0.height().max(1) as f32;
        Some(super::picture::drawing(picture, side * ratio.clamp(0.1, 10.0), side))
    }
}

/// Whether a character is in the private area that fonts of symbols use.
fn is_private(c: char) -> bool {
    ('\u{f020}'..='\u{f0ff}').contains(&c)
}

fn text_is_hidden(run: &RunProperties) -> bool {
    run.is_hidden()
}

fn push_text(inlines: &mut Vec<Inline>, text: &str, style: &Arc<RunStyle>) {
    // Files split words into runs of equal properties.
    if let Some(Inline::Text(last, known)) = inlines.last_mut()
        && (Arc::ptr_eq(known, style) || same(known, style))
    {
        last.push_str(text);
        return;
    }
    inlines.push(Inline::Text(text.to_owned(), style.clone()));
}

fn same(a: &RunStyle, b: &RunStyle) -> bool {
    (a.size, a.weight, a.italic, a.color, a.underline, a.strike, a.caps, a.baseline, a.spacing)
        == (b.size, b.weight, b.italic, b.color, b.underline, b.strike, b.caps, b.baseline, b.spacing)
        && (a.underline_color, a.highlight, a.kerning, a.stretch)
            == (b.underline_color, b.highlight, b.kerning, b.stretch)
        && a.fonts == b.fonts
        && a.effects.is_none()
        && b.effects.is_none()
}

/// The fill of a page or cell.
pub(super) fn solid(color: Option<thumbling_page::style::Color>) -> Fill {
    color.map_or(Fill::None, Fill::Solid)
}

/// Shared by those who inherit nothing.
pub(super) fn rc<T>(value: T) -> Rc<T> {
    Rc::new(value)
}
