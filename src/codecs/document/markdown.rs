//! Markdown: headings, lists, tables, quotes and code, on a portrait page.

use std::mem;

use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::text::charset;
use crate::text::{self, INK, PAGE, expanded};
use thumbling_core::decode::{Context, FormatEntry};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;
use thumbling_page::document::Document;
use thumbling_page::fonts::MONO;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::table::{Borders, RowHeight};
use thumbling_page::text::{
    Align, Bullet, FontSet, LineBreaks, LineSpacing, ParagraphStyle, RunStyle, Strike, Underline,
};
use thumbling_page::tree::{Block, Body, Cell, Inline, Insets, Page, Paragraph, Row, Table};

const FORMAT: Format = Format::document("markdown");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["text/markdown", "text/x-markdown"],
    score,
    open: |source, cx| Ok(Box::new(Document { format: FORMAT, page: page(source, cx)?, pages: 1 })),
};

const MARGIN: f32 = 26.0;
const TYPE: f32 = 12.5;
const CODE_TYPE: f32 = 10.8;
const QUIET: Color = Color::hex(0x57606A);
const LINK: Color = Color::hex(0x0969DA);
const SHADE: Color = Color::hex(0xF2F4F7);
const RULE: Color = Color::hex(0xD0D7DE);
/// Most blocks that are created: more than a page shows.
const MAX_BLOCKS: usize = 60;
/// Indent of a level of lists or quotes, pt.
const INDENT: f32 = 20.0;

fn score(peek: &Peek<'_>) -> Score {
    let is_named = ["md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd"].contains(&peek.extension);
    match is_named && charset::is_unclaimed_text(peek) {
        true => Score(Score::PLAUSIBLE.0 + 2),
        false => Score::NONE,
    }
}

fn page(source: &Source, cx: &Context<'_>) -> Result<Page> {
    let head = text::head(source, cx)?;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut writer = Writer::new(head.sans(TYPE, INK));
    for event in Parser::new_ext(&head.text, options) {
        cx.check()?;
        if writer.blocks.len() > MAX_BLOCKS {
            break;
        }
        writer.event(event);
    }
    writer.end_paragraph();
    Ok(text::page(writer.blocks, PAGE, MARGIN))
}

/// A table in progress: the alignment of its columns, and the cells of its rows.
type OpenTable = (Vec<Alignment>, Vec<Vec<Vec<Inline>>>);

/// Converts events to blocks.
struct Writer {
    blocks: Vec<Block>,
    base: RunStyle,
    /// The style of the current text, and the styles to return to.
    styles: Vec<RunStyle>,
    content: Vec<Inline>,
    /// Numbers of the open lists; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// The marker of the item that has just started.
    mark: Option<String>,
    quotes: usize,
    heading: Option<HeadingLevel>,
    code: Option<String>,
    table: Option<OpenTable>,
    is_metadata: bool,
}

impl Writer {
    fn new(base: RunStyle) -> Self {
        Self {
            blocks: Vec::new(),
            styles: vec![base.clone()],
            base,
            content: Vec::new(),
            lists: Vec::new(),
            mark: None,
            quotes: 0,
            heading: None,
            code: None,
            table: None,
            is_metadata: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None if self.is_metadata => {}
                None => self.text(&text),
            },
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                let style = self.style();
                let fonts = FontSet { latin: MONO.into(), ..style.fonts.clone() };
                let size = style.size * 0.88;
                self.content
                    .push(Inline::Text(text.to_string(), RunStyle { fonts, size, highlight: Some(SHADE), ..style }));
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.text("\n"),
            Event::Rule => self.rule(),
            Event::TaskListMarker(done) => self.mark = Some(if done { "☑" } else { "☐" }.to_owned()),
            // Mostly badges and layout; the text between tags comes as text events.
            Event::Html(html) | Event::InlineHtml(html) => {
                if html.starts_with("<br") {
                    self.text("\n");
                } else if !html.starts_with("<!--") {
                    let words = without_tags(&html);
                    if !words.trim().is_empty() {
                        self.text(words.trim());
                        self.end_paragraph();
                    }
                }
            }
            Event::FootnoteReference(_) => {}
        }
    }

    fn style(&self) -> RunStyle {
        self.styles.last().unwrap_or(&self.base).clone()
    }

    fn text(&mut self, text: &str) {
        if !(self.content.is_empty() && text.trim().is_empty()) {
            self.content.push(Inline::Text(text.to_owned(), self.style()));
        }
    }

    fn push_style(&mut self, change: impl FnOnce(&mut RunStyle)) {
        let mut style = self.style();
        change(&mut style);
        self.styles.push(style);
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.end_paragraph();
                self.heading = Some(level);
                self.push_style(|s| {
                    s.weight = 700;
                    s.size = match level {
                        HeadingLevel::H1 => 23.0,
                        HeadingLevel::H2 => 18.5,
                        HeadingLevel::H3 => 15.5,
                        _ => 13.5,
                    };
                });
            }
            Tag::BlockQuote(_) => {
                self.end_paragraph();
                self.quotes += 1;
                self.push_style(|s| s.color = QUIET);
            }
            Tag::CodeBlock(_) => {
                self.end_paragraph();
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.end_paragraph();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_paragraph();
                self.mark = match self.lists.last_mut() {
                    Some(Some(n)) => {
                        *n += 1;
                        Some(format!("{}.", *n - 1))
                    }
                    _ => Some(if self.lists.len() > 1 { "◦" } else { "•" }.to_owned()),
                };
            }
            Tag::Table(alignments) => {
                self.end_paragraph();
                self.table = Some((alignments, Vec::new()));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some((_, rows)) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            Tag::TableCell => self.content.clear(),
            Tag::Emphasis => self.push_style(|s| s.italic = true),
            Tag::Strong => self.push_style(|s| s.weight = 700),
            Tag::Strikethrough => self.push_style(|s| s.strike = Strike::Single),
            Tag::Link { .. } => self.push_style(|s| (s.color, s.underline) = (LINK, Underline::None)),
            // The alternative text of a picture.
            Tag::Image { .. } => self.push_style(|s| s.color = QUIET),
            Tag::MetadataBlock(_) => self.is_metadata = true,
            Tag::Paragraph | Tag::HtmlBlock | Tag::FootnoteDefinition(_) => self.end_paragraph(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.end_paragraph();
                self.heading = None;
                self.styles.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.end_paragraph();
                self.quotes = self.quotes.saturating_sub(1);
                self.styles.pop();
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(_) => {
                self.end_paragraph();
                self.lists.pop();
            }
            TagEnd::Table => self.end_table(),
            TagEnd::TableCell => {
                let content = mem::take(&mut self.content);
                if let Some(row) = self.table.as_mut().and_then(|(_, rows)| rows.last_mut()) {
                    row.push(content);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                self.styles.pop();
            }
            TagEnd::MetadataBlock(_) => self.is_metadata = false,
            TagEnd::Paragraph | TagEnd::Item | TagEnd::HtmlBlock => self.end_paragraph(),
            _ => {}
        }
    }

    /// The indent of a block inside the open lists and quotes.
    fn indent(&self) -> f32 {
        INDENT * self.lists.len() as f32 + 14.0 * self.quotes as f32
    }

    fn end_paragraph(&mut self) {
        if self.table.is_some() || self.content.is_empty() {
            return;
        }
        let content = mem::take(&mut self.content);
        let mut style = ParagraphStyle {
            line_spacing: LineSpacing::Multiple(1.06),
            space_after: if self.lists.is_empty() { 8.0 } else { 3.5 },
            collapse: true,
            indent_start: self.indent(),
            ..ParagraphStyle::default()
        };
        if let Some(mark) = self.mark.take() {
            style.first_line = -15.0;
            style.bullet = Some(Bullet { text: mark, style: self.base.clone(), picture: None });
        }
        if self.quotes > 0 {
            style.borders[0] = Some(Stroke::new(RULE, 3.0));
            style.indent_start -= 12.0;
            style.padding.left = 12.0;
        }
        if let Some(level) = self.heading {
            (style.space_before, style.space_after) = (13.0, 7.0);
            style.line_spacing = LineSpacing::Multiple(0.95);
            if matches!(level, HeadingLevel::H1 | HeadingLevel::H2) {
                style.borders[3] = Some(Stroke::new(RULE, 1.0));
                style.padding.bottom = 4.0;
            }
        }
        self.blocks.push(Block::Paragraph(Paragraph { content, style, end_style: self.base.clone() }));
    }

    fn end_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        let fonts = FontSet { latin: MONO.into(), ..self.base.fonts.clone() };
        let style = RunStyle { fonts, size: CODE_TYPE, ..self.base.clone() };
        let lines = code.trim_end().split('\n').take(text::MAX_LINES);
        let text = lines.map(|line| expanded(line, 4)).collect::<Vec<_>>().join("\n");
        let indent = self.indent();
        let paragraph = ParagraphStyle {
            shading: Some(SHADE),
            padding: Insets { left: 9.0, top: 7.0, right: 4.0, bottom: 7.0 },
            indent_start: indent,
            space_before: 3.0,
            space_after: 9.0,
            collapse: true,
            breaks: LineBreaks::Never,
            line_spacing: LineSpacing::Multiple(1.1),
            ..ParagraphStyle::default()
        };
        self.blocks.push(Block::Paragraph(Paragraph { style: paragraph, ..Paragraph::plain(text, style) }));
    }

    fn rule(&mut self) {
        self.end_paragraph();
        let small = RunStyle { size: 3.0, ..self.base.clone() };
        let mut rule = Paragraph::plain("", small);
        rule.style.borders[3] = Some(Stroke::new(RULE, 1.5));
        (rule.style.space_before, rule.style.space_after, rule.style.collapse) = (6.0, 10.0, true);
        self.blocks.push(Block::Paragraph(rule));
    }

    fn end_table(&mut self) {
        let Some((alignments, rows)) = self.table.take() else { return };
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        let words = |c: usize, of: fn(&str) -> usize| {
            let text = |i: &Inline| if let Inline::Text(text, _) = i { of(text) } else { 0 };
            let cell = |row: &Vec<Vec<Inline>>| row.get(c).map_or(0, |cell| cell.iter().map(text).sum());
            rows.iter().map(cell).max().unwrap_or(0) as f32 * TYPE * 0.56 + 14.0
        };
        // At least as wide as the longest word, if possible; the rest is distributed by content.
        let longest = |text: &str| text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        let least: Vec<f32> = (0..columns).map(|c| words(c, longest).clamp(24.0, 150.0)).collect();
        let most: Vec<f32> = (0..columns).map(|c| words(c, |text| text.chars().count()).max(least[c])).collect();
        let room = PAGE.0 - 2.0 * MARGIN - self.indent();
        let (fixed, wished) = (least.iter().sum::<f32>(), most.iter().sum::<f32>());
        let share = ((room - fixed) / (wished - fixed).max(1.0)).clamp(0.0, 1.0);
        let squeeze = (room / fixed).min(1.0);
        let widths = least.iter().zip(&most).map(|(least, most)| (least + (most - least) * share) * squeeze).collect();
        let line = Stroke::new(RULE, 1.0);
        let rows = rows.into_iter().enumerate().map(|(n, row)| {
            let cells = row.into_iter().enumerate().map(|(column, content)| {
                let align = match alignments.get(column) {
                    Some(Alignment::Center) => Align::Center,
                    Some(Alignment::Right) => Align::Right,
                    _ => Align::Start,
                };
                self.cell(n, column, content, (align, squeeze.max(0.8)), &line)
            });
            Row { height: RowHeight::AtLeast(0.0), cells: cells.collect() }
        });
        let rows = rows.collect();
        self.blocks.push(Block::Table(Table { columns: widths, rows, indent: self.indent(), ..Table::default() }));
        // Space below: tables have none of their own.
        let mut gap = Paragraph::plain("", RunStyle { size: 5.0, ..self.base.clone() });
        gap.style.collapse = true;
        self.blocks.push(Block::Paragraph(gap));
    }

    fn cell(
        &self,
        row: usize,
        column: usize,
        content: Vec<Inline>,
        (align, squeeze): (Align, f32),
        line: &Stroke,
    ) -> Cell {
        let content = content.into_iter().map(|inline| match inline {
            Inline::Text(text, style) => {
                let weight = if row == 0 { 700 } else { style.weight };
                Inline::Text(text, RunStyle { size: style.size * 0.94 * squeeze, weight, ..style })
            }
            object => object,
        });
        let style = ParagraphStyle { align, ..ParagraphStyle::default() };
        let paragraph = Paragraph { content: content.collect(), style, end_style: self.base.clone() };
        let insets = Insets { left: 6.0, top: 3.5, right: 6.0, bottom: 3.5 };
        let body = Body { blocks: vec![Block::Paragraph(paragraph)], insets, wrap: true, ..Body::default() };
        let fill = if row > 0 && row.is_multiple_of(2) { Fill::Solid(Color::hex(0xF6F8FA)) } else { Fill::None };
        Cell { column, fill, borders: Borders::all(line), body, ..Cell::default() }
    }
}

/// The text of a piece of HTML.
fn without_tags(html: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => words.push(c),
            _ => {}
        }
    }
    words.replace("&nbsp;", " ").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(markdown: &str) -> Vec<Block> {
        let mut writer = Writer::new(RunStyle::default());
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        Parser::new_ext(markdown, options).for_each(|event| writer.event(event));
        writer.end_paragraph();
        writer.blocks
    }

    fn paragraph(block: &Block) -> (&Paragraph, String) {
        let Block::Paragraph(paragraph) = block else { panic!("no paragraph") };
        let text = paragraph.content.iter().map(|i| if let Inline::Text(text, _) = i { text.as_str() } else { "" });
        (paragraph, text.collect())
    }

    #[test]
    fn headings_are_larger_and_bold() {
        let blocks = blocks("# Title\n\nWords\n");
        let Inline::Text(_, style) = &paragraph(&blocks[0]).0.content[0] else { panic!("no text") };
        assert!(style.size > 20.0 && style.weight == 700);
        assert_eq!(paragraph(&blocks[1]).1, "Words");
    }

    #[test]
    fn items_have_marks_and_numbers() {
        let blocks = blocks("- a\n- b\n  1. c\n  2. d\n- [x] done\n");
        let marks: Vec<_> = blocks.iter().map(|b| paragraph(b).0.style.bullet.as_ref().unwrap().text.clone()).collect();
        assert_eq!(marks, ["•", "•", "1.", "2.", "☑"]);
        assert!(paragraph(&blocks[2]).0.style.indent_start > paragraph(&blocks[0]).0.style.indent_start);
    }

    #[test]
    fn a_table_has_its_rows_and_alignment() {
        let blocks = blocks("| a | b |\n|---|--:|\n| 1 | 2 |\n");
        let Block::Table(table) = &blocks[0] else { panic!("no table") };
        assert_eq!((table.columns.len(), table.rows.len()), (2, 2));
        let Block::Paragraph(cell) = &table.rows[1].cells[1].body.blocks[0] else { panic!("no paragraph") };
        assert_eq!(cell.style.align, Align::Right);
    }

    #[test]
    fn code_keeps_its_lines_and_front_matter_is_left_out() {
        let blocks = blocks("---\ntitle: x\n---\n\n```\na\n  b\n```\n");
        assert_eq!(blocks.len(), 1);
        assert_eq!(paragraph(&blocks[0]).1, "a\n  b");
    }
}
