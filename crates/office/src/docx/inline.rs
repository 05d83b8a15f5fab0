//! Inline content: runs, fields, notes, equations.

use std::sync::Arc;

use crate::drawingml::text::symbol;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::flow::{Break, Inline, Math};
use thumbling_page::text::{RunStyle, TabAlign, TabStop};

use super::content::{Content, Field};
use super::document::Inherited;
use super::numbering::formatted;
use super::run::{RunProperties, RunStyles};
use super::story::{MAX_DEPTH, Story};
use super::value;

/// Characters kept of one paragraph.
const MAX_CHARACTERS: usize = 1 << 15;
/// Fields open at once.
const MAX_FIELDS: usize = 64;

impl Story<'_> {
    /// Reads the inline content of `parent`.
    pub(super) fn inlines(&self, parent: Element<'_>, content: &mut Content<'_>, depth: u32) -> Result<()> {
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

    pub(super) fn picture_bullet(&self, id: u32, size: f32) -> Option<thumbling_page::flow::Drawing> {
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
