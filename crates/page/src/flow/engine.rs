//! Places blocks in a column: paragraphs line by line, and what is anchored in them.

use std::borrow::Cow;

use crate::layout::{Item, Typesetter};
use crate::style::{Fill, Stroke};
use crate::text::{Anchor, TextDirection};
use crate::tree::{Insets, Node, Outline, Point, Rect, Transform, turned};
use thumbling_core::error::Result;

use super::column::{Above, Column, Exclusion, Layers};
use super::glyphs;
use super::line::{Breaker, End};
use super::metrics::MetricsCache;
use super::model::{
    Block, Break, Drawing, Float, Inline, LineNumbers, Origin, Paragraph, ParagraphStyle, Part, Place, TextFrame, Wrap,
};
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

/// The paragraphs around a paragraph.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Neighbours<'b> {
    pub(super) above: Option<&'b Block>,
    pub(super) below: Option<&'b Block>,
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
        if number % numbers.step.max(1) != 0 {
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

    /// Places an anchored drawing of a paragraph whose text starts at `y`.
    fn float(&mut self, column: &mut Column, float: &Float, y: f32) -> Result<()> {
        let drawing = self.fitted(&float.drawing)?;
        let sheet = self.sheet;
        let text = sheet.text;
        let (right, bottom) = (text.x + text.width, text.y + text.height);
        let (from, extent) = match float.x.0 {
            Origin::Page => (0.0, sheet.width),
            Origin::Margin => (text.x, text.width),
            Origin::LeftMargin => (0.0, text.x),
            Origin::RightMargin => (right, sheet.width - right),
            _ => (column.left, column.width),
        };
        let x = placed(float.x.1, from, extent, drawing.width);
        let (from, extent) = match float.y.0 {
            Origin::Page => (0.0, sheet.height),
            Origin::Margin => (text.y, text.height),
            Origin::TopMargin => (0.0, text.y),
            Origin::BottomMargin => (bottom, sheet.height - bottom),
            _ => (y, 0.0),
        };
        let y = placed(float.y.1, from, extent, drawing.height);
        let outer = std::mem::replace(&mut self.is_vertical, false);
        let items = self.drawing(&drawing, Point { x, y });
        self.is_vertical = outer;
        let mut items = items?;
        if outer {
            // Drawings stay upright where the text is turned.
            let (width, height) = (drawing.width, drawing.height);
            let middle = (x + width / 2.0, y + height / 2.0);
            let back = Transform::from_translate(-middle.0, -middle.1)
                .post_concat(Transform::from_row(0.0, -1.0, 1.0, 0.0, middle.0, middle.1));
            items = vec![Item::Turned(back, items)];
        }
        let layer = if float.behind { &mut column.layers.behind } else { &mut column.layers.front };
        layer.push((float.z, items));
        let side = match float.wrap {
            Wrap::None => return Ok(()),
            Wrap::Square(side) => Some(side),
            Wrap::TopAndBottom => None,
        };
        let Insets { left, top, right, bottom } = float.distance;
        let area = Rect::new(x - left, y - top, drawing.width + left + right, drawing.height + top + bottom);
        column.exclusions.push(Exclusion { area, side });
        Ok(())
    }

    /// A drawing in the size of its text, if it takes that: frames, floating tables, text boxes.
    fn fitted<'d>(&mut self, drawing: &'d Drawing) -> Result<Cow<'d, Drawing>> {
        let (shape, frame) = match drawing.parts.as_slice() {
            [Part::Text(frame)] => (None, frame),
            [Part::Node(Node::Shape(shape)), Part::Text(frame)] => (Some(shape), frame),
            _ => return Ok(Cow::Borrowed(drawing)),
        };
        if !(frame.grows || frame.shrinks || frame.fits) || frame.rotation != 0.0 {
            return Ok(Cow::Borrowed(drawing));
        }
        let insets = frame.insets;
        let wide = (frame.bounds.width - insets.left - insets.right).max(1.0);
        let longest = self.longest();
        let notes = self.cell_notes.len();
        let story = self.story(&frame.blocks, 0.0, wide, 0.0, longest)?;
        // They are collected when the text is placed.
        self.cell_notes.truncate(notes);
        let mut frame = frame.clone();
        if frame.shrinks {
            frame.bounds.width = (story.widest + 0.1).min(wide).max(1.0) + insets.left + insets.right;
        }
        let needed = story.bottom + insets.top + insets.bottom;
        let before = frame.bounds.height;
        frame.bounds.height = if frame.fits { needed } else { before.max(needed) };
        let mut parts = Vec::new();
        if let Some(shape) = shape {
            let mut shape = shape.clone();
            let ratio = frame.bounds.height / before.max(0.1);
            shape.bounds.height *= ratio;
            if let Outline::Paths(paths) = &mut shape.outline {
                for outline in paths {
                    let scaled = outline.path.clone().transform(Transform::from_scale(1.0, ratio));
                    outline.path = scaled.unwrap_or_else(|| outline.path.clone());
                }
            }
            parts.push(Part::Node(Node::Shape(shape)));
        }
        let (width, height) = match drawing.parts.len() {
            1 if !frame.fits => (frame.bounds.width, frame.bounds.height),
            _ => (drawing.width, drawing.height + frame.bounds.height - before),
        };
        parts.push(Part::Text(frame));
        Ok(Cow::Owned(Drawing { width, height, parts }))
    }

    /// The items of a drawing with its top left at `at`.
    pub(super) fn drawing(&mut self, drawing: &Drawing, at: Point) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        for part in &drawing.parts {
            match part {
                Part::Node(_) => items.extend(glyphs::node(part, at)),
                Part::Text(frame) => items.extend(self.frame(frame, at)?),
            }
        }
        Ok(items)
    }

    /// The text of a box.
    fn frame(&mut self, frame: &TextFrame, at: Point) -> Result<Vec<Item>> {
        let bounds = Rect { x: frame.bounds.x + at.x, y: frame.bounds.y + at.y, ..frame.bounds };
        let content = bounds.inset(frame.insets);
        let mut items = self.boxed(&frame.blocks, content, frame.anchor, frame.direction)?;
        if frame.clipped {
            items = vec![Item::Clip(bounds, items)];
        }
        if frame.rotation != 0.0 {
            items = vec![Item::Turned(turned(bounds, frame.rotation, (false, false)), items)];
        }
        Ok(items)
    }

    /// Text in a rectangle, with lines in any direction.
    pub(super) fn boxed(
        &mut self,
        blocks: &[Block],
        area: Rect,
        anchor: Anchor,
        direction: TextDirection,
    ) -> Result<Vec<Item>> {
        let is_turned =
            !matches!(direction, TextDirection::Horizontal | TextDirection::Stacked | TextDirection::StackedLeftward);
        let (width, height) = if is_turned { (area.height, area.width) } else { (area.width, area.height) };
        let (left, top) = if is_turned { (0.0, 0.0) } else { (area.x, area.y) };
        let bottom = top + (height * 4.0).max(2000.0);
        let outer = std::mem::replace(&mut self.is_vertical, direction == TextDirection::EastAsian);
        let story = self.story(blocks, left, width, top, bottom);
        self.is_vertical = outer;
        let story = story?;
        let spare = height - (story.bottom - top);
        let dy = match anchor {
            Anchor::Top => 0.0,
            Anchor::Middle => spare / 2.0,
            Anchor::Bottom => spare,
        };
        let mut layers = story.layers;
        layers.shift(0.0, dy);
        let items = layers.into_items();
        if !is_turned {
            return Ok(items);
        }
        let transform = match direction {
            TextDirection::CounterClockwise => Transform::from_row(0.0, -1.0, 1.0, 0.0, area.x, area.y + area.height),
            _ => Transform::from_row(0.0, 1.0, -1.0, 0.0, area.x + area.width, area.y),
        };
        Ok(vec![Item::Turned(transform, items)])
    }
}

fn placed(place: Place, from: f32, extent: f32, size: f32) -> f32 {
    from + match place {
        Place::At(pt) => pt,
        Place::Share(share) => extent * share,
        Place::Start => 0.0,
        Place::Center => (extent - size) / 2.0,
        Place::End => extent - size,
    }
}

/// Borders and shading of a paragraph.
struct Frame {
    padding: Insets,
    /// Space that lines and padding take above and below the text.
    above: f32,
    below: f32,
    joins_above: bool,
    joins_below: bool,
}

impl Frame {
    fn of(style: &ParagraphStyle, around: Neighbours<'_>, from: usize) -> Self {
        let joins = |other: Option<&Block>| {
            let Some(Block::Paragraph(other)) = other else { return false };
            has_frame(style) && same_frame(style, &other.style)
        };
        let (joins_above, joins_below) = (joins(around.above), joins(around.below));
        let thickness = |line: &Option<Stroke>, padding: f32| line.as_ref().map_or(0.0, |l| l.width + padding);
        let [_, top, _, bottom] = &style.borders;
        let between = if joins_above { thickness(&style.between, style.padding.top) } else { 0.0 };
        let above = if joins_above || from > 0 { between } else { thickness(top, style.padding.top) };
        let below = if joins_below { 0.0 } else { thickness(bottom, style.padding.bottom) };
        Self { padding: style.padding, above, below, joins_above, joins_below }
    }

    /// Paints borders and shading from `top` to `bottom`, below the items from `start` on.
    fn paint(
        &self,
        column: &mut Column,
        style: &ParagraphStyle,
        (top, bottom): (f32, f32),
        start: usize,
        is_done: bool,
    ) {
        if !has_frame(style) {
            return;
        }
        let before = style.indent_start + style.first_line.min(0.0);
        let (start_edge, end_edge) = (before, style.indent_end);
        let (left, right) = if style.right_to_left { (end_edge, start_edge) } else { (start_edge, end_edge) };
        let has = |n: usize| if style.borders[n].is_some() { 1.0 } else { 0.0 };
        let x = column.left + left - self.padding.left * has(0);
        let width = column.width - left - right + self.padding.left * has(0) + self.padding.right * has(2);
        let area = Rect::new(x, top, width.max(0.0), (bottom - top).max(0.0));
        let mut items = Vec::new();
        if let Some(color) = style.shading {
            items.push(Item::Fill(area, Fill::Solid(color)));
        }
        let corner = |x: f32, y: f32| Point { x, y };
        let (right, bottom) = (area.x + area.width, area.y + area.height);
        let [left_line, top_line, right_line, bottom_line] = &style.borders;
        let top_line = if self.joins_above { &style.between } else { top_line };
        let sides = [
            (left_line, corner(area.x, top), corner(area.x, bottom)),
            (top_line, corner(area.x, top), corner(right, top)),
            (right_line, corner(right, top), corner(right, bottom)),
        ];
        for (line, from, to) in sides {
            items.extend(line.as_ref().map(|line| Item::Line(from, to, line.clone())));
        }
        if is_done && !self.joins_below {
            let line = bottom_line.as_ref();
            items.extend(line.map(|l| Item::Line(corner(area.x, bottom), corner(right, bottom), l.clone())));
        }
        column.layers.text.splice(start..start, items);
    }
}

fn has_frame(style: &ParagraphStyle) -> bool {
    style.shading.is_some() || style.borders.iter().any(Option::is_some)
}

/// Whether two paragraphs have one frame together.
fn same_frame(a: &ParagraphStyle, b: &ParagraphStyle) -> bool {
    let line = |s: &Option<Stroke>| {
        s.as_ref().map(|s| (s.width.to_bits(), if let Fill::Solid(color) = s.fill { Some(color) } else { None }))
    };
    let indents = |s: &ParagraphStyle| (s.indent_start + s.first_line.min(0.0), s.indent_end);
    let same_lines = a.borders.iter().zip(&b.borders).all(|(a, b)| line(a) == line(b));
    same_lines && has_frame(b) && indents(a) == indents(b) && a.borders.iter().any(Option::is_some)
        || a.shading.is_some() && a.shading == b.shading && same_lines && indents(a) == indents(b)
}
