//! The first page of a document: sections, columns, headers, footers, notes.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::layout::{Item, Typesetter};
use crate::style::{Color, Fill, Stroke};
use crate::text::Anchor;
use crate::tree::{Point, Rect, Transform};
use thumbling_core::error::Result;

use super::border::Neighbours;
use super::column::{Column, Layers, Mark, SEPARATOR};
use super::engine::{Engine, Outcome, Reason, Sheet};
use super::model::{Block, PageBorders, Section, SectionStart, Source};

/// Blocks that a chain of `keep_next` can take to the next page.
const MAX_CHAIN: usize = 40;
/// Steps to find the height of balanced columns.
const STEPS: u32 = 8;

/// A page that is laid out.
#[derive(Debug, Default)]
pub struct LaidPage {
    /// Pt.
    pub width: f32,
    /// Pt.
    pub height: f32,
    /// Background of the page, over white.
    pub background: Fill,
    /// What is on it, bottommost first.
    pub items: Vec<Item>,
}

/// Lays out the first page, pulling no more blocks than it takes.
pub fn first_page(source: &mut dyn Source, typesetter: &mut Typesetter<'_>) -> Result<LaidPage> {
    let mut engine = Engine::new(typesetter);
    let mut feed = Feed { source, ahead: VecDeque::new(), is_over: false };
    let Some(block) = feed.next()? else { return Ok(LaidPage { width: 612.0, height: 792.0, ..LaidPage::default() }) };
    let Block::Section(section) = &*block else {
        return Ok(LaidPage { width: 612.0, height: 792.0, ..LaidPage::default() });
    };
    let mut page = Layers::default();
    let mut text = around(&mut engine, section, &mut page)?;
    let upright = text;
    let (mut width, mut height) = (section.width, section.height);
    if section.is_vertical {
        // The text is laid out on a page on its side, and turned.
        text = Rect::new(text.y, width - text.x - text.width, text.height, text.width);
        (width, height) = (height, width);
    }
    engine.is_vertical = section.is_vertical;
    engine.sheet = Sheet { width, height, text, grid: section.grid };
    let mut body = Layers::default();
    let mut top = text.y;
    let mut current = block.clone();
    while let Block::Section(section) = &*current.clone() {
        engine.sheet.grid = section.grid;
        engine.line_numbers.clone_from(&section.line_numbers);
        let mut filler = Filler::new(section, Rect { y: top, height: text.y + text.height - top, ..text });
        filler.column.next_line = section.line_numbers.as_ref().map_or(1, |n| n.start);
        let end = filler.fill(&mut engine, &mut feed)?;
        match end {
            Filled::Section(next) => {
                // Columns above a continuous section have equal heights.
                if filler.columns.len() > 1 {
                    filler.balance(&mut engine)?;
                }
                top = filler.bottom();
                body.append(filler.into_layers(section), 0.0, 0.0);
                current = next;
                // A line more would be below the page.
                if top > text.y + text.height - 1.0 {
                    break;
                }
            }
            Filled::Page | Filled::End => {
                let is_alone = top == text.y;
                let bottom = filler.bottom();
                let mut layers = filler.into_layers(section);
                if is_alone {
                    let spare = (text.y + text.height - bottom).max(0.0);
                    let dy = match section.anchor {
                        Anchor::Top => 0.0,
                        Anchor::Middle => spare / 2.0,
                        Anchor::Bottom => spare,
                    };
                    layers.text.iter_mut().for_each(|item| item.shift(0.0, dy));
                }
                body.append(layers, 0.0, 0.0);
                break;
            }
        }
    }
    let Block::Section(section) = &*block else { return Ok(LaidPage::default()) };
    let mut items = page.into_items();
    match section.is_vertical {
        true => {
            let turn = Transform::from_row(0.0, 1.0, -1.0, 0.0, section.width, 0.0);
            items.push(Item::Turned(turn, body.into_items()));
        }
        false => items.extend(body.into_items()),
    }
    if let Some(borders) = &section.borders {
        items.extend(page_borders(borders, section, upright));
    }
    let background = section.background.clone();
    Ok(LaidPage { width: section.width, height: section.height, background, items })
}

/// Lays out header and footer; returns the area between them.
fn around(engine: &mut Engine<'_, '_>, section: &Section, page: &mut Layers) -> Result<Rect> {
    let margins = section.margins;
    let (left, width) = (margins.left, (section.width - margins.left - margins.right).max(10.0));
    let (mut top, mut bottom) = (margins.top.abs(), section.height - margins.bottom.abs());
    let text = Rect::new(left, top, width, (bottom - top).max(1.0));
    engine.sheet = Sheet { width: section.width, height: section.height, text, grid: None };
    let longest = engine.longest();
    if !section.header.is_empty() {
        let story = engine.story(&section.header, left, width, section.header_distance, longest)?;
        if margins.top >= 0.0 {
            top = top.max(story.bottom.min(section.height * 0.8));
        }
        page.append(story.layers, 0.0, 0.0);
    }
    if !section.footer.is_empty() {
        // Twice, because what is anchored in it may be placed on the page.
        let height = engine.story(&section.footer, left, width, 0.0, longest)?.bottom;
        let from = section.height - section.footer_distance - height;
        let story = engine.story(&section.footer, left, width, from, from + longest)?;
        if margins.bottom >= 0.0 {
            bottom = bottom.min(from.max(section.height * 0.2));
        }
        page.append(story.layers, 0.0, 0.0);
    }
    Ok(Rect::new(left, top, width, (bottom - top).max(1.0)))
}

fn page_borders(borders: &PageBorders, section: &Section, text: Rect) -> Vec<Item> {
    let d = borders.distance;
    let (left, top, right, bottom) = match borders.from_text {
        true => (text.x - d.left, text.y - d.top, text.x + text.width + d.right, text.y + text.height + d.bottom),
        false => (d.left, d.top, section.width - d.right, section.height - d.bottom),
    };
    let at = |x: f32, y: f32| Point { x, y };
    let lines = &borders.lines;
    let sides = [
        (&lines.left, at(left, top), at(left, bottom)),
        (&lines.top, at(left, top), at(right, top)),
        (&lines.right, at(right, top), at(right, bottom)),
        (&lines.bottom, at(left, bottom), at(right, bottom)),
    ];
    sides.into_iter().filter_map(|(line, from, to)| Some(Item::Line(from, to, line.clone()?))).collect()
}

/// Blocks with a look ahead.
struct Feed<'s> {
    source: &'s mut dyn Source,
    ahead: VecDeque<Rc<Block>>,
    is_over: bool,
}

impl Feed<'_> {
    fn peek(&mut self) -> Result<Option<Rc<Block>>> {
        if self.ahead.is_empty() && !self.is_over {
            match self.source.next_block()? {
                Some(block) => self.ahead.push_back(Rc::new(block)),
                None => self.is_over = true,
            }
        }
        Ok(self.ahead.front().cloned())
    }

    fn next(&mut self) -> Result<Option<Rc<Block>>> {
        self.peek()?;
        Ok(self.ahead.pop_front())
    }
}

/// Why a section's part of the page is complete.
enum Filled {
    /// The page is full, or the rest starts on another.
    Page,
    /// The document ends.
    End,
    /// A continuous section follows.
    Section(Rc<Block>),
}

/// Fills the columns of one section on the page.
struct Filler {
    area: Rect,
    /// Left edges and widths, in reading order.
    columns: Vec<(f32, f32)>,
    index: usize,
    column: Column,
    finished: Vec<Column>,
    /// Blocks in the current column, each with the state before it.
    placed: Vec<(Rc<Block>, Mark)>,
    /// All blocks so far.
    all: Vec<Rc<Block>>,
}

impl Filler {
    fn new(section: &Section, area: Rect) -> Self {
        let mut columns = Vec::new();
        let mut x = 0.0;
        for column in &section.columns {
            columns.push((x, column.width.max(1.0)));
            x += column.width + column.gap;
        }
        if columns.len() <= 1 || section.is_vertical {
            columns = vec![(0.0, area.width)];
        }
        let place = |(x, width): (f32, f32)| match section.right_to_left {
            true => (area.x + area.width - x - width, width),
            false => (area.x + x, width),
        };
        let columns: Vec<(f32, f32)> = columns.into_iter().map(place).collect();
        let column = Self::column(&columns, 0, area, Vec::new());
        Self { area, columns, index: 0, column, finished: Vec::new(), placed: Vec::new(), all: Vec::new() }
    }

    fn column(columns: &[(f32, f32)], index: usize, area: Rect, exclusions: Vec<super::column::Exclusion>) -> Column {
        let (left, width) = columns.get(index).copied().unwrap_or((area.x, area.width));
        let column = Column::new(left, width, area.y, area.y + area.height);
        Column { has_notes: true, exclusions, ..column }
    }

    /// Starts the next column; `false` if there is none.
    fn advance(&mut self) -> bool {
        if self.index + 1 >= self.columns.len() {
            return false;
        }
        self.index += 1;
        let mut next = Self::column(&self.columns, self.index, self.area, self.column.exclusions.clone());
        next.next_line = self.column.next_line;
        self.finished.push(std::mem::replace(&mut self.column, next));
        self.placed.clear();
        true
    }

    fn fill(&mut self, engine: &mut Engine<'_, '_>, feed: &mut Feed<'_>) -> Result<Filled> {
        let mut above: Option<Rc<Block>> = None;
        while let Some(block) = feed.next()? {
            if let Block::Section(section) = &*block {
                return Ok(match section.start {
                    SectionStart::Continuous => Filled::Section(block.clone()),
                    SectionStart::Page => Filled::Page,
                });
            }
            let below = feed.peek()?;
            if self.columns.len() > 1 {
                self.all.push(block.clone());
            }
            if !self.block(engine, &block, above.as_deref(), below.as_deref(), feed)? {
                return Ok(Filled::Page);
            }
            above = Some(block);
        }
        Ok(Filled::End)
    }

    /// Places a block, in several columns if necessary; `false` if the page is complete.
    fn block(
        &mut self,
        engine: &mut Engine<'_, '_>,
        block: &Rc<Block>,
        above: Option<&Block>,
        below: Option<&Block>,
        feed: &mut Feed<'_>,
    ) -> Result<bool> {
        let mut from = 0;
        loop {
            let mark = self.column.mark();
            let around = Neighbours { above, below };
            match engine.block(&mut self.column, block, around, from)? {
                Outcome::Done => {
                    self.placed.push((block.clone(), mark));
                    return Ok(true);
                }
                Outcome::Rest(next, Reason::Full) => {
                    if next == 0 && self.take_back(block, feed) {
                        return Ok(self.advance());
                    }
                    if !self.advance() {
                        return Ok(false);
                    }
                    from = next;
                }
                Outcome::Rest(next, Reason::Column) => {
                    if !self.advance() {
                        return Ok(false);
                    }
                    // The rest may be only the end of the paragraph.
                    from = next;
                }
                Outcome::Rest(..) => return Ok(false),
            }
        }
    }

    /// Takes back blocks that stay with `block`, which does not fit; whether there are any.
    fn take_back(&mut self, block: &Rc<Block>, feed: &mut Feed<'_>) -> bool {
        let keeps = |block: &Block| matches!(block, Block::Paragraph(p) if p.style.keep_next);
        let count = self.placed.iter().rev().take_while(|(block, _)| keeps(block)).count();
        // A chain that fills the column breaks anyway.
        if count == 0 || count == self.placed.len() || count > MAX_CHAIN {
            return false;
        }
        feed.ahead.push_front(block.clone());
        for _ in 0..count {
            if let Some((block, mark)) = self.placed.pop() {
                self.column.restore(mark);
                feed.ahead.push_front(block);
            }
        }
        self.all.truncate(self.all.len().saturating_sub(count + 1));
        true
    }

    /// Lays the blocks out again in columns of the least height in which they fit.
    fn balance(&mut self, engine: &mut Engine<'_, '_>) -> Result<()> {
        let blocks = self.all.clone();
        let (mut low, mut high) = (0.0f32, self.area.height);
        let mut best: Option<Self> = None;
        for _ in 0..STEPS {
            let height = (low + high) / 2.0;
            let mut trial = Self {
                area: Rect { height, ..self.area },
                columns: self.columns.clone(),
                index: 0,
                column: Self::column(&self.columns, 0, Rect { height, ..self.area }, Vec::new()),
                finished: Vec::new(),
                placed: Vec::new(),
                all: Vec::new(),
            };
            let mut queue = Queue(blocks.iter().map(|b| (**b).clone()).collect());
            let mut feed = Feed { source: &mut queue, ahead: VecDeque::new(), is_over: false };
            match trial.fill(engine, &mut feed)? {
                Filled::End => {
                    high = height;
                    best = Some(trial);
                }
                Filled::Page | Filled::Section(_) => low = height,
            }
        }
        if let Some(best) = best {
            *self = best;
        }
        Ok(())
    }

    /// Bottom of the lowest column.
    fn bottom(&self) -> f32 {
        self.finished.iter().chain([&self.column]).map(Column::end).fold(self.area.y, f32::max)
    }

    fn into_layers(self, section: &Section) -> Layers {
        let mut layers = Layers::default();
        let bottom = self.bottom();
        if let Some(stroke) = section.separator.as_ref().filter(|_| self.columns.len() > 1) {
            for pair in self.columns.windows(2).take(self.finished.len()) {
                let x = (pair[0].0 + pair[0].1 + pair[1].0) / 2.0;
                let line = Item::Line(Point { x, y: self.area.y }, Point { x, y: bottom }, stroke.clone());
                layers.text.push(line);
            }
        }
        for mut column in self.finished.into_iter().chain([self.column]) {
            let mut y = column.bottom - column.notes_height;
            let notes = std::mem::take(&mut column.notes);
            let heights = std::mem::take(&mut column.note_heights);
            if !notes.is_empty() {
                let line_y = y + SEPARATOR / 2.0;
                let to = Point { x: column.left + column.width.min(144.0), y: line_y };
                let line = Item::Line(Point { x: column.left, y: line_y }, to, Stroke::new(Color::BLACK, 0.6));
                column.layers.text.push(line);
                y += SEPARATOR;
            }
            for (note, height) in notes.into_iter().zip(heights) {
                column.layers.append(note, 0.0, y);
                y += height;
            }
            layers.append(column.layers, 0.0, 0.0);
        }
        layers
    }
}

/// Blocks in memory.
struct Queue(VecDeque<Block>);

impl Source for Queue {
    fn next_block(&mut self) -> Result<Option<Block>> {
        Ok(self.0.pop_front())
    }
}
