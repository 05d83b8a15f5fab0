//! A column that is filled from the top: the items placed in it, and the floats that text flows around.

use crate::layout::Item;
use crate::tree::Rect;

use super::model::{ParagraphStyle, Side};

/// Height above footnotes that the separator takes, pt.
pub(super) const SEPARATOR: f32 = 10.0;

/// Items in painting order: behind the text, the text, in front of it.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// With their order.
    pub(super) behind: Vec<(i64, Vec<Item>)>,
    pub(super) text: Vec<Item>,
    /// With their order.
    pub(super) front: Vec<(i64, Vec<Item>)>,
}

impl Layers {
    /// Adds `other`, moved down by `dy`.
    pub(super) fn append(&mut self, mut other: Self, dx: f32, dy: f32) {
        other.shift(dx, dy);
        self.behind.append(&mut other.behind);
        self.text.append(&mut other.text);
        self.front.append(&mut other.front);
    }

    pub(super) fn shift(&mut self, dx: f32, dy: f32) {
        if dx == 0.0 && dy == 0.0 {
            return;
        }
        let around = self.behind.iter_mut().chain(&mut self.front).flat_map(|(_, items)| items);
        around.chain(&mut self.text).for_each(|item| item.shift(dx, dy));
    }

    /// All items in painting order.
    pub(super) fn into_items(mut self) -> Vec<Item> {
        self.behind.sort_by_key(|(z, _)| *z);
        self.front.sort_by_key(|(z, _)| *z);
        let behind = self.behind.into_iter().flat_map(|(_, items)| items);
        behind.chain(self.text).chain(self.front.into_iter().flat_map(|(_, items)| items)).collect()
    }
}

/// An area that text flows around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exclusion {
    pub(super) area: Rect,
    /// `None` if there is text only above and below.
    pub(super) side: Option<Side>,
}

/// What the block above contributes to the space between blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Above {
    pub(super) after: f32,
    pub(super) kind: u32,
    pub(super) contextual: bool,
    pub(super) is_paragraph: bool,
}

/// A column.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) left: f32,
    pub(super) width: f32,
    pub(super) bottom: f32,
    /// Bottom of what is placed.
    pub(super) y: f32,
    pub(super) above: Above,
    /// Whether nothing is placed yet.
    pub(super) is_empty: bool,
    pub(super) exclusions: Vec<Exclusion>,
    pub(super) layers: Layers,
    /// Footnotes, from their top.
    pub(super) notes: Vec<Layers>,
    pub(super) note_heights: Vec<f32>,
    pub(super) notes_height: f32,
    /// Right end of the widest line, from the left edge.
    pub(super) widest: f32,
    /// Number of the next line, where lines are numbered.
    pub(super) next_line: u32,
    /// Whether it is a column of the page: notes are placed at its bottom.
    pub(super) has_notes: bool,
}

/// A state of a column to return to.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    y: f32,
    above: Above,
    is_empty: bool,
    lengths: [usize; 5],
    notes_height: f32,
    next_line: u32,
}

impl Column {
    pub(super) fn new(left: f32, width: f32, top: f32, bottom: f32) -> Self {
        Self { left, width, bottom, y: top, is_empty: true, ..Self::default() }
    }

    pub(super) fn mark(&self) -> Mark {
        let layers = &self.layers;
        let lengths =
            [layers.behind.len(), layers.text.len(), layers.front.len(), self.exclusions.len(), self.notes.len()];
        let (y, above) = (self.y, self.above.clone());
        let (notes_height, next_line) = (self.notes_height, self.next_line);
        Mark { y, above, is_empty: self.is_empty, lengths, notes_height, next_line }
    }

    /// Removes everything placed since `mark`.
    pub(super) fn restore(&mut self, mark: Mark) {
        let [behind, text, front, exclusions, notes] = mark.lengths;
        self.layers.behind.truncate(behind);
        self.layers.text.truncate(text);
        self.layers.front.truncate(front);
        self.exclusions.truncate(exclusions);
        self.notes.truncate(notes);
        self.note_heights.truncate(notes);
        self.next_line = mark.next_line;
        (self.y, self.above, self.is_empty, self.notes_height) = (mark.y, mark.above, mark.is_empty, mark.notes_height);
    }

    /// Adds a footnote of this height, and the separator above the first.
    pub(super) fn add_note(&mut self, note: Layers, height: f32) {
        self.notes_height += height + if self.notes.is_empty() { SEPARATOR } else { 0.0 };
        self.notes.push(note);
        self.note_heights.push(height);
    }

    /// The lowest place for text.
    pub(super) fn limit(&self) -> f32 {
        self.bottom - self.notes_height
    }

    /// Space above a paragraph.
    pub(super) fn space(&self, style: &ParagraphStyle) -> f32 {
        let above = &self.above;
        let is_same = above.is_paragraph && above.kind == style.kind;
        let before = if style.contextual && is_same { 0.0 } else { style.before };
        let after = if above.contextual && is_same { 0.0 } else { above.after };
        if style.collapse { before.max(after) } else { before + after }
    }

    /// The bottom with the space below the last block.
    pub(super) fn end(&self) -> f32 {
        self.y + self.above.after
    }
}

/// Free intervals between two heights, from the edge where lines start, and the next height at which there may be more
/// space.
pub(super) fn free(
    exclusions: &[Exclusion],
    (left, width): (f32, f32),
    (top, bottom): (f32, f32),
    is_rtl: bool,
) -> (Vec<(f32, f32)>, Option<f32>) {
    let right = left + width;
    let mut intervals = vec![(left, right)];
    let mut below: Option<f32> = None;
    for Exclusion { area, side } in exclusions {
        let (from, to) = (area.x, area.x + area.width);
        let meets = area.y < bottom - 0.01 && area.y + area.height > top + 0.01 && from < right && to > left;
        if !meets {
            continue;
        }
        let end = area.y + area.height;
        below = Some(below.map_or(end, |b| b.min(end)));
        let side = match side {
            Some(Side::Largest) if from - left >= right - to => Some(Side::Left),
            Some(Side::Largest) => Some(Side::Right),
            side => *side,
        };
        let taken = match side {
            None => (left, right),
            Some(Side::Left) => (from, right),
            Some(Side::Right) => (left, to),
            Some(_) => (from, to),
        };
        intervals = intervals
            .into_iter()
            .flat_map(|(a, b)| [(a, b.min(taken.0)), (a.max(taken.1), b)])
            .filter(|(a, b)| b - a > 0.01)
            .collect();
    }
    // From the edge where lines start.
    let mut intervals: Vec<(f32, f32)> = match is_rtl {
        true => intervals.into_iter().map(|(a, b)| (right - b, right - a)).collect(),
        false => intervals.into_iter().map(|(a, b)| (a - left, b - left)).collect(),
    };
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
    (intervals, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(side: Option<Side>) -> Column {
        let area = Rect::new(40.0, 10.0, 20.0, 30.0);
        Column { exclusions: vec![Exclusion { area, side }], ..Column::new(10.0, 100.0, 0.0, 500.0) }
    }

    fn intervals(column: &Column, top: f32, bottom: f32, is_rtl: bool) -> (Vec<(f32, f32)>, Option<f32>) {
        free(&column.exclusions, (column.left, column.width), (top, bottom), is_rtl)
    }

    #[test]
    fn text_flows_on_the_sides_that_a_drawing_leaves() {
        let both = column(Some(Side::Both));
        assert_eq!(intervals(&both, 0.0, 10.0, false), (vec![(0.0, 100.0)], None));
        assert_eq!(intervals(&both, 15.0, 20.0, false), (vec![(0.0, 30.0), (50.0, 100.0)], Some(40.0)));
        assert_eq!(intervals(&both, 15.0, 20.0, true).0, [(0.0, 50.0), (70.0, 100.0)]);
        assert_eq!(intervals(&column(Some(Side::Largest)), 15.0, 20.0, false).0, [(50.0, 100.0)]);
        assert!(intervals(&column(None), 15.0, 20.0, false).0.is_empty());
    }

    #[test]
    fn the_larger_space_applies_between_paragraphs() {
        let mut column = column(None);
        column.above = Above { after: 10.0, kind: 1, contextual: false, is_paragraph: true };
        let style = ParagraphStyle { before: 6.0, kind: 2, ..ParagraphStyle::default() };
        assert_eq!(column.space(&style), 10.0);
        assert_eq!(column.space(&ParagraphStyle { collapse: false, ..style.clone() }), 16.0);
        column.above.contextual = true;
        assert_eq!(column.space(&ParagraphStyle { kind: 1, ..style }), 6.0);
    }
}
