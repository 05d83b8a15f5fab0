//! Flows blocks down a column: paragraphs and tables become slabs, between which a page or column can break.

use crate::style::Fill;
use crate::text::ParagraphStyle;
use crate::tree::{Block, Paragraph, Point, Rect};
use thumbling_core::error::Result;

use super::{Item, Typesetter};

/// A line of text or a row of a table: a unit without breaks inside.
#[derive(Debug, Clone, Default)]
pub struct Slab {
    /// Distance from the top of the column, pt.
    pub top: f32,
    /// Pt.
    pub height: f32,
    /// Distance of the baseline of a line from the top of the slab.
    pub baseline: f32,
    /// Left end of the content, from the left of the column.
    pub left: f32,
    /// Right end of the content.
    pub right: f32,
    /// Items relative to the top of the slab.
    pub items: Vec<Item>,
}

/// Factors of autofit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Factor of font sizes and related lengths.
    pub size: f32,
    /// Reduction of line spacing.
    pub spacing: f32,
}

impl Default for Scale {
    fn default() -> Self {
        Self { size: 1.0, spacing: 1.0 }
    }
}

impl Typesetter<'_> {
    /// Lays blocks out down a column of `width` pt. Stops when `limit` pt are filled; the last slab can exceed it.
    pub fn flow(&mut self, blocks: &[Block], width: f32, limit: f32, wrap: bool, scale: Scale) -> Result<Vec<Slab>> {
        let mut slabs: Vec<Slab> = Vec::new();
        let (mut y, mut space_above) = (0.0f32, 0.0f32);
        for (n, block) in blocks.iter().enumerate() {
            if y > limit {
                break;
            }
            match block {
                Block::Paragraph(paragraph) => {
                    let style = &paragraph.style;
                    let before = style.space_before * scale.size * scale.spacing;
                    y += match (n == 0, style.collapse) {
                        // No space above the first paragraph.
                        (true, _) => 0.0,
                        (false, true) => before.max(space_above),
                        (false, false) => before + space_above,
                    };
                    let laid = self.framed(paragraph, width, limit - y, wrap, scale)?;
                    for mut slab in laid {
                        slab.top += y;
                        slabs.push(slab);
                    }
                    y = slabs.last().map_or(y, |s| s.top + s.height);
                    space_above = style.space_after * scale.size * scale.spacing;
                }
                Block::Table(table) => {
                    y += std::mem::take(&mut space_above);
                    let rows = self.table(table, width, limit - y, scale)?;
                    let above = y;
                    for mut slab in rows {
                        slab.top += above;
                        y = y.max(slab.top + slab.height);
                        slabs.push(slab);
                    }
                }
            }
        }
        Ok(slabs)
    }

    /// A paragraph with its shading and borders.
    fn framed(&mut self, paragraph: &Paragraph, width: f32, limit: f32, wrap: bool, scale: Scale) -> Result<Vec<Slab>> {
        let style = &paragraph.style;
        let is_plain = style.shading.is_none() && style.borders.iter().all(Option::is_none);
        if is_plain {
            return self.paragraph(paragraph, width, wrap, scale);
        }
        let padding = style.padding;
        let inner = Paragraph {
            style: ParagraphStyle {
                indent_start: style.indent_start + padding.left,
                indent_end: style.indent_end + padding.right,
                ..style.clone()
            },
            ..paragraph.clone()
        };
        let mut slabs = self.paragraph(&inner, width, wrap, scale)?;
        let (left, right) = (style.indent_start, width - style.indent_end);
        let last = slabs.len().saturating_sub(1);
        let mut top = 0.0;
        for (n, slab) in slabs.iter_mut().enumerate() {
            let above = if n == 0 { padding.top } else { 0.0 };
            let below = if n == last { padding.bottom } else { 0.0 };
            slab.items.iter_mut().for_each(|item| item.shift(0.0, above));
            (slab.baseline, slab.height) = (slab.baseline + above, slab.height + above + below);
            (slab.top, top) = (top, top + slab.height);
            if top > limit + slab.height {
                break;
            }
            let area = Rect::new(left, 0.0, (right - left).max(0.0), slab.height);
            let mut frame = Vec::new();
            if let Some(color) = style.shading {
                // Adjacent slabs overlap slightly, so that no seam is visible.
                let overlap = if n == last { 0.0 } else { 0.3 };
                frame.push(Item::Fill(Rect { height: area.height + overlap, ..area }, Fill::Solid(color)));
            }
            let corner = |x: f32, y: f32| Point { x, y };
            let sides = [
                (0, true, corner(left, 0.0), corner(left, area.height)),
                (1, n == 0, corner(left, 0.0), corner(right, 0.0)),
                (2, true, corner(right, 0.0), corner(right, area.height)),
                (3, n == last, corner(left, area.height), corner(right, area.height)),
            ];
            for (side, is_drawn, from, to) in sides {
                if let Some(stroke) = style.borders[side].as_ref().filter(|_| is_drawn) {
                    frame.push(Item::Line(from, to, stroke.clone()));
                }
            }
            slab.items.splice(0..0, frame);
        }
        Ok(slabs)
    }
}

/// Height of the slabs, from the top of the column.
pub fn height(slabs: &[Slab]) -> f32 {
    slabs.iter().map(|s| s.top + s.height).fold(0.0, f32::max)
}
