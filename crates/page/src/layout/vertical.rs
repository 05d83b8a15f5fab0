//! Vertical text: East Asian characters upright in rotated lines, and stacked letters.

use std::collections::HashSet;

use parley::GlyphRun as ParleyRun;

use crate::text::{Align, Anchor, ParagraphStyle, TextDirection, TextFit};
use crate::tree::{Block, Body, Inline, Paragraph, Rect, Transform};
use thumbling_core::error::Result;

use super::context::Brush;
use super::flow::{Scale, Slab, height};
use super::{GlyphRun, Item, Typesetter};

/// Height of the centre of an ideograph above the baseline, as a fraction of the font size.
const MIDDLE: f32 = 0.38;

/// Whether a character is upright in vertical lines: U, Tu and Tr of Unicode Standard Annex 50. (Fonts have vertical
/// forms for Tr, which are not used.)
fn is_upright(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{A4CF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE10}'..='\u{FE6F}' | '\u{FF01}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE7}'
        | '\u{1F000}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Adds the glyphs of a run, rotating upright characters back about their centres.
pub(super) fn turned_back(shaped: &ParleyRun<'_, Brush>, text: &str, run: GlyphRun, items: &mut Vec<Item>) {
    let upright: HashSet<u32> = shaped
        .run()
        .clusters()
        .filter(|cluster| text.get(cluster.text_range()).and_then(|t| t.chars().next()).is_some_and(is_upright))
        .flat_map(|cluster| cluster.glyphs().map(|glyph| glyph.id).collect::<Vec<_>>())
        .collect();
    let mut lying = Vec::new();
    for (glyph, (id, at)) in shaped.glyphs().zip(run.glyphs.iter().copied()) {
        if !upright.contains(&id) {
            lying.push((id, at));
            continue;
        }
        let (x, y) = (at.x + glyph.advance / 2.0, at.y - run.size * MIDDLE);
        let back = Transform::from_translate(-x, -y).post_concat(Transform::from_row(0.0, -1.0, 1.0, 0.0, x, y));
        items.push(Item::Turned(back, vec![Item::Glyphs(GlyphRun { glyphs: vec![(id, at)], ..run.clone() })]));
    }
    if !lying.is_empty() {
        items.push(Item::Glyphs(GlyphRun { glyphs: lying, ..run }));
    }
}

/// The stacked letters of one line.
struct Column {
    slabs: Vec<Slab>,
    width: f32,
}

impl Typesetter<'_> {
    /// Lays out stacked letters: one column per line, continued in another where the box ends.
    pub(super) fn stacked(&mut self, body: &Body, area: Rect) -> Result<Vec<Item>> {
        let content = area.inset(body.insets);
        let scale = match body.fit {
            TextFit::Overflow | TextFit::Fill => Scale::default(),
            TextFit::Scaled { scale, less } => Scale { size: scale.clamp(0.05, 4.0), spacing: (1.0 - less).max(0.2) },
        };
        let mut columns: Vec<Column> = Vec::new();
        for line in body.blocks.iter().flat_map(lines) {
            let style = line.style.clone();
            for slab in self.flow(&[Block::Paragraph(apart(line))], f32::MAX / 4.0, f32::MAX / 4.0, false, scale)? {
                let is_full = |column: &Column| height(&column.slabs) + slab.height > content.height + 0.5;
                if slab.top == 0.0 || columns.last().is_none_or(is_full) {
                    // As wide as its widest letter, and at least the line pitch.
                    columns.push(Column { slabs: Vec::new(), width: slab.height });
                }
                let Some(column) = columns.last_mut() else { continue };
                let top = height(&column.slabs);
                column.width = column.width.max(slab.right - slab.left);
                column.slabs.push(Slab { top, ..slab });
            }
            if let Some(column) = columns.last_mut() {
                let free = (content.height - height(&column.slabs)).max(0.0);
                let down = match style.align {
                    Align::Center => free / 2.0,
                    Align::End | Align::Right => free,
                    _ => 0.0,
                };
                column.slabs.iter_mut().for_each(|slab| slab.top += down);
            }
        }
        let is_leftward = body.direction == TextDirection::StackedLeftward;
        let free = content.width - columns.iter().map(|column| column.width).sum::<f32>();
        let before = match body.anchor {
            Anchor::Top => 0.0,
            Anchor::Middle => free / 2.0,
            Anchor::Bottom => free,
        };
        let mut x = if is_leftward { content.x + content.width - before } else { content.x + before };
        let mut items = Vec::new();
        for column in columns {
            if is_leftward {
                x -= column.width;
            }
            for slab in column.slabs {
                let dx = x + (column.width - slab.right - slab.left) / 2.0;
                items.extend(slab.items.into_iter().map(|mut item| {
                    item.shift(dx, content.y + slab.top);
                    item
                }));
            }
            if !is_leftward {
                x += column.width;
            }
        }
        Ok(items)
    }
}

/// Splits a block at its line breaks; tables have no lines.
fn lines(block: &Block) -> Vec<Paragraph> {
    let Block::Paragraph(paragraph) = block else { return Vec::new() };
    let mut lines = vec![Paragraph { content: Vec::new(), ..paragraph.clone() }];
    for inline in &paragraph.content {
        let Inline::Text(text, style) = inline else { continue };
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                lines.push(Paragraph { content: Vec::new(), ..paragraph.clone() });
            }
            if let Some(line) = lines.last_mut() {
                line.content.push(Inline::Text(part.to_owned(), style.clone()));
            }
        }
    }
    lines
}

/// Puts every character on a line of its own, left-aligned; the caller centres it in the column.
fn apart(line: Paragraph) -> Paragraph {
    let content: Vec<Inline> = line
        .content
        .into_iter()
        .map(|inline| match inline {
            Inline::Text(text, style) => Inline::Text(text.chars().flat_map(|c| [c, '\n']).collect(), style),
            object => object,
        })
        .collect();
    let mut line = Paragraph { content, ..line };
    if let Some(Inline::Text(text, _)) = line.content.last_mut() {
        text.pop();
    }
    line.style = ParagraphStyle {
        align: Align::Left,
        indent_start: 0.0,
        indent_end: 0.0,
        first_line: 0.0,
        bullet: None,
        ..line.style
    };
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ideographs_are_upright_and_letters_are_not() {
        assert!("日本かな한글「」、ー（".chars().all(is_upright));
        assert!(!"abc1é(".chars().any(is_upright));
    }
}
