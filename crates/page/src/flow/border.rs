//! Borders and shading of paragraphs, which join between paragraphs that have the same.

use crate::layout::Item;
use crate::style::{Fill, Stroke};
use crate::tree::{Insets, Point, Rect};

use super::column::Column;
use super::model::{Block, ParagraphStyle};

/// The paragraphs around a paragraph.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Neighbours<'b> {
    pub(super) above: Option<&'b Block>,
    pub(super) below: Option<&'b Block>,
}

/// Borders and shading of a paragraph.
pub(super) struct Frame {
    padding: Insets,
    /// Space that lines and padding take above and below the text.
    pub(super) above: f32,
    pub(super) below: f32,
    pub(super) joins_above: bool,
    joins_below: bool,
}

impl Frame {
    pub(super) fn of(style: &ParagraphStyle, around: Neighbours<'_>, from: usize) -> Self {
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
    pub(super) fn paint(
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
