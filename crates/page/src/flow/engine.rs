//! Places blocks in a column: paragraphs line by line, and what is anchored in them.

use crate::layout::Typesetter;
use crate::tree::{Point, Rect};
use thumbling_core::error::Result;

use super::border::{Frame, Neighbours};
use super::column::{Above, Column, Layers};
use super::glyphs;
use super::line::{Breaker, End};
use super::metrics::MetricsCache;
use super::model::{Block, Break, Inline, LineNumbers, Paragraph, ParagraphStyle};
use super::shape::{BoxContent, Shaped, shape};

/// Nesting of stories: tables in cells, text boxes in text boxes.
const MAX_DEPTH: u32 = 24;
/// Footnotes of one row.
const MAX_NOTES: usize = 100;
/// Height of a story that does not break.
pub(super) const ENDLESS: f32 = 1e6;

/// Geometry of the page, for positions of drawings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sheet {
    pub(super) width: f32,
    pub(super) height: f32,
    /// The text area.
    pub(super) text: Rect,
    /// Line pitch of the grid.
    pub(super) grid: Option<f32>,
}

/// What happened to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is placed.
    Done,
    /// The rest, from this cluster or row on, goes to the next column or page.
    Rest(usize, Reason),
}

/// Why a block continues elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The column is full.
    Full,
    /// A column break.
    Column,
    /// A page break.
    Page,
}

/// A story laid out on its own.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) layers: Layers,
    pub(super) bottom: f32,
    pub(super) widest: f32,
    pub(super) is_empty: bool,
}

/// Lays out stories.
pub(super) struct Engine<'t, 'a> {
    pub(super) typesetter: &'t mut Typesetter<'a>,
    pub(super) metrics: MetricsCache,
    pub(super) sheet: Sheet,
    /// Footnotes of cells that are laid out and not placed yet, each with its height.
    pub(super) cell_notes: Vec<(Layers, f32)>,
    pub(super) line_numbers: Option<LineNumbers>,
    pub(super) depth: u32,
    /// Whether lines are turned afterwards, but not their ideographs.
    pub(super) is_vertical: bool,
    /// Depth of tables whose widths are being measured.
    pub(super) measuring: u32,
}

impl<'t, 'a> Engine<'t, 'a> {
    pub(super) fn new(typesetter: &'t mut Typesetter<'a>) -> Self {
        Self {
            typesetter,
            metrics: MetricsCache::default(),
            sheet: Sheet::default(),
            cell_notes: Vec::new(),
            line_numbers: None,
            depth: 0,
            is_vertical: false,
            measuring: 0,
        }
    }

    /// Places a block from its cluster or row `from` on.
    pub(super) fn block(
        &mut self,
        column: &mut Column,
        block: &Block,
        around: Neighbours<'_>,
        from: usize,
    ) -> Result<Outcome> {
        self.typesetter.check()?;
        match block {
            Block::Paragraph(paragraph) => self.paragraph(column, paragraph, around, from),
            Block::Table(table) => self.table(column, table, from),
            Block::Section(_) => Ok(Outcome::Done),
        }
    }

    /// The height after which the rest of a story is not on the page, wherever it starts.
    pub(super) fn longest(&self) -> f32 {
        (self.sheet.height * 2.0).max(500.0)
    }

    /// Lays out blocks down a column of their own, at most to `bottom`.
    pub(super) fn story(&mut self, blocks: &[Block], left: f32, width: f32, top: f32, bottom: f32) -> Result<Story> {
        if self.depth >= MAX_DEPTH {
            return Ok(Story { bottom: top, is_empty: true, ..Story::default() });
        }
        self.depth += 1;
        let mut column = Column::new(left, width.max(1.0), top, bottom);
        let filled = self.fill(&mut column, blocks);
        self.depth -= 1;
        filled?;
        let bottom = column.end();
        Ok(Story { bottom, widest: column.widest, is_empty: column.is_empty, layers: column.layers })
    }

    /// Places blocks until the column is full. Breaks mean nothing in a story without pages.
    fn fill(&mut self, column: &mut Column, blocks: &[Block]) -> Result<()> {
        for (n, block) in blocks.iter().enumerate() {
            let above = n.checked_sub(1).and_then(|n| blocks.get(n));
            let around = Neighbours { above, below: blocks.get(n + 1) };
            let mut from = 0;
            loop {
                match self.block(column, block, around, from)? {
                    Outcome::Done => break,
                    Outcome::Rest(next, Reason::Page | Reason::Column) if next > from => from = next,
                    Outcome::Rest(..) => return Ok(()),
                }
            }
        }
        Ok(())
    }

    fn paragraph(
        &mut self,
        column: &mut Column,
        paragraph: &Paragraph,
        around: Neighbours<'_>,
        from: usize,
    ) -> Result<Outcome> {
        let style = &paragraph.style;
        if style.page_break_before && from == 0 && column.has_notes && !column.is_empty {
            return Ok(Outcome::Rest(0, Reason::Page));
        }
        let shaped = self.shaped(paragraph)?;
        let frame = Frame::of(style, around, from);
        let start = column.mark();
        let mut y = column.y;
        if from == 0 {
            y += column.space(style);
        }
        let gap_top = if frame.joins_above { column.y } else { y };
        y += frame.above;
        if from == 0 {
            for float in &shaped.floats {
                self.float(column, float, y)?;
            }
            if column.has_notes {
                let notes = std::mem::take(&mut self.cell_notes);
                notes.into_iter().for_each(|(note, height)| column.add_note(note, height));
            }
        }
        let breaker =
            Breaker { shaped: &shaped, style, width: column.width, grid: self.sheet.grid.filter(|_| style.snap) };
        let items_start = column.layers.text.len();
        let (top, mut at) = (y, from);
        // Marks before each line, to give lines back.
        let mut lines = Vec::new();
        let outcome = loop {
            self.typesetter.check()?;
            let exclusions = std::mem::take(&mut column.exclusions);
            let free = |top: f32, bottom: f32| {
                super::column::free(&exclusions, (column.left, column.width), (top, bottom), style.right_to_left)
            };
            let line = breaker.line(at, y, &free);
            column.exclusions = exclusions;
            let mark = column.mark();
            self.notes(column, &shaped, at..line.next)?;
            let bottom = line.top + line.height + frame.below;
            if bottom > column.limit() + 0.1 {
                column.restore(mark);
                if column.is_empty && lines.is_empty() {
                    // Something has to be placed, even if it is cut off.
                    self.place(column, &shaped, style, &line)?;
                    (column.is_empty, column.y) = (false, bottom);
                    let is_last = line.end == End::Paragraph;
                    return Ok(if is_last { Outcome::Done } else { Outcome::Rest(line.next, Reason::Full) });
                }
                let (kept, next) = self.kept(&breaker, style, &lines, at, column);
                if kept < lines.len() {
                    let (mark, line_start): (super::column::Mark, usize) = lines.swap_remove(kept);
                    column.restore(mark);
                    y = column.y;
                    at = line_start;
                }
                if kept == 0 && from == 0 {
                    column.restore(start);
                    return Ok(Outcome::Rest(0, Reason::Full));
                }
                break Outcome::Rest(next.unwrap_or(at), Reason::Full);
            }
            lines.push((mark, at));
            self.place(column, &shaped, style, &line)?;
            y = line.top + line.height;
            column.y = y;
            at = line.next;
            match line.end {
                End::Paragraph => break Outcome::Done,
                End::Break(Break::Page) if column.bottom < ENDLESS => break Outcome::Rest(at, Reason::Page),
                End::Break(Break::Column) if column.bottom < ENDLESS => break Outcome::Rest(at, Reason::Column),
                End::Soft | End::Break(_) => {
                    if at >= shaped.clusters.len() && line.end == End::Soft {
                        break Outcome::Done;
                    }
                }
            }
        };
        column.is_empty = false;
        let is_done = outcome == Outcome::Done;
        let below = if is_done { frame.below } else { 0.0 };
        column.y = y + below;
        frame.paint(column, style, (if from == 0 { gap_top } else { top }, y + below), items_start, is_done);
        column.above = Above {
            after: if is_done { style.after } else { 0.0 },
            kind: style.kind,
            contextual: style.contextual,
            is_paragraph: true,
        };
        Ok(outcome)
    }

    /// Shapes a paragraph and lays out its equations.
    fn shaped<'p>(&mut self, paragraph: &'p Paragraph) -> Result<Shaped<'p>> {
        let mut equations = Vec::new();
        for inline in &paragraph.content {
            if let Inline::Math(math, style) = inline {
                equations.push(self.math(math, style, 0)?);
            }
        }
        shape(self.typesetter, &mut self.metrics, paragraph, equations)
    }

    /// Places the number of a line in the margin.
    fn line_number(&mut self, column: &mut Column, line: &super::line::Line) -> Result<()> {
        let Some(numbers) = self.line_numbers.clone() else { return Ok(()) };
        let number = column.next_line;
        column.next_line += 1;
        if !number.is_multiple_of(numbers.step.max(1)) {
            return Ok(());
        }
        let text = Inline::Text(number.to_string(), numbers.style.clone());
        let paragraph = Paragraph { content: vec![text], style: ParagraphStyle::default(), mark: numbers.style };
        let shaped = self.shaped(&paragraph)?;
        let own = &paragraph.style;
        let breaker = Breaker { shaped: &shaped, style: own, width: 200.0, grid: None };
        let mut laid = breaker.line(0, 0.0, &|_, _| (vec![(0.0, 200.0)], None));
        laid.top = line.top + line.baseline - laid.baseline;
        let width: f32 = shaped.clusters.iter().map(|c| c.advance).sum();
        let left = column.left - numbers.distance - width;
        let (items, _) = glyphs::items(&shaped, own, &laid, (left, 200.0), false);
        column.layers.text.extend(items);
        Ok(())
    }

    /// How many lines stay above a break, and the cluster that the rest starts with.
    fn kept(
        &self,
        breaker: &Breaker<'_, '_>,
        style: &ParagraphStyle,
        lines: &[(super::column::Mark, usize)],
        at: usize,
        column: &Column,
    ) -> (usize, Option<usize>) {
        let mut kept = lines.len();
        if style.keep_lines {
            return (0, None);
        }
        if style.widow_control && kept > 0 {
            let free = |_: f32, _: f32| (vec![(0.0, column.width)], None);
            // One line alone below takes another one with it.
            if breaker.line(at, column.y, &free).end == End::Paragraph {
                kept -= 1;
            }
            if kept < 2 && lines.first().is_some_and(|l| l.1 == 0) {
                kept = 0;
            }
        }
        (kept, (kept == lines.len()).then_some(at))
    }

    /// Places a line.
    fn place(
        &mut self,
        column: &mut Column,
        shaped: &Shaped<'_>,
        style: &ParagraphStyle,
        line: &super::line::Line,
    ) -> Result<()> {
        let (items, objects) = glyphs::items(shaped, style, line, (column.left, column.width), self.is_vertical);
        column.layers.text.extend(items);
        for object in objects {
            let Point { x, y } = object.at;
            let items = match shaped.objects.get(object.index).map(|o| &o.content) {
                Some(BoxContent::Drawing(drawing)) => self.drawing(drawing, Point { x, y: y - drawing.height })?,
                Some(BoxContent::Items(items)) => {
                    let mut items = items.clone();
                    items.iter_mut().for_each(|item| item.shift(x, y));
                    items
                }
                None => continue,
            };
            column.layers.text.extend(items);
        }
        if column.has_notes && !style.is_unnumbered {
            self.line_number(column, line)?;
        }
        let end = line.stretches.iter().map(|s| s.from + s.width).fold(0.0, f32::max);
        column.widest = column.widest.max(end + style.indent_end);
        Ok(())
    }

    /// Lays out the footnotes whose marks are in these clusters, at the bottom of the column or of the one around it.
    fn notes(&mut self, column: &mut Column, shaped: &Shaped<'_>, range: std::ops::Range<usize>) -> Result<()> {
        for (at, blocks) in &shaped.notes {
            if *at < range.start.max(1) || *at > range.end || (*at == range.start && range.start > 0) {
                continue;
            }
            let (left, width) = match column.has_notes {
                true => (column.left, column.width),
                false => (self.sheet.text.x, self.sheet.text.width),
            };
            let longest = self.longest();
            let story = self.story(blocks, left, width, 0.0, longest)?;
            match column.has_notes {
                true => column.add_note(story.layers, story.bottom),
                false if self.cell_notes.len() < MAX_NOTES => self.cell_notes.push((story.layers, story.bottom)),
                false => {}
            }
        }
        Ok(())
    }
}
