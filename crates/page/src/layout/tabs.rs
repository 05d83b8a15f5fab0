//! Tab stops. parley does not support them: a tab is an inline box whose width is set once its line is known.

use parley::{Layout, PositionedLayoutItem};

use crate::text::{ParagraphStyle, TabAlign, TabStop};

use super::context::Brush;
use super::inline_content::is_tab;

/// Most times to re-break lines after widening tabs.
const ROUNDS: usize = 3;

/// Widens the tabs of a paragraph to their stops and re-breaks its lines.
pub(super) fn set(layout: &mut Layout<Brush>, style: &ParagraphStyle, max: Option<f32>, first_line: f32, text: &str) {
    for _ in 0..ROUNDS {
        let mut widths = widths(layout, style, first_line, text);
        // In mixed directions, the visual order of tabs differs from the logical one.
        widths.sort_by_key(|(id, _)| *id);
        let mut changed = false;
        for found in layout.inline_boxes_mut().filter(|b| is_tab(b.id)) {
            let Ok(place) = widths.binary_search_by_key(&found.id, |(id, _)| *id) else { continue };
            let (_, width) = widths[place];
            if (found.width - width).abs() > 0.01 {
                (found.width, changed) = (width, true);
            }
        }
        if !changed {
            break;
        }
        layout.break_all_lines(max);
    }
}

/// The width that each tab needs with the current line breaks.
fn widths(layout: &Layout<Brush>, style: &ParagraphStyle, first_line: f32, text: &str) -> Vec<(u64, f32)> {
    let mut found = Vec::new();
    for (n, line) in layout.lines().enumerate() {
        // Stops are measured from the edge of the box.
        let mut x = style.indent_start + if n == 0 { first_line } else { 0.0 };
        let items: Vec<_> = line.items().collect();
        for (i, item) in items.iter().enumerate() {
            match item {
                PositionedLayoutItem::GlyphRun(run) => x += run.advance(),
                PositionedLayoutItem::InlineBox(b) if is_tab(b.id) => {
                    let stop = next_stop(style, x);
                    let behind = items[i + 1..]
                        .iter()
                        .take_while(|item| !matches!(item, PositionedLayoutItem::InlineBox(b) if is_tab(b.id)));
                    let before_stop = match stop.align {
                        TabAlign::Start => 0.0,
                        TabAlign::Center => behind.map(advance).sum::<f32>() / 2.0,
                        TabAlign::End => behind.map(advance).sum(),
                        TabAlign::Decimal => behind.map(|item| until_point(item, text)).sum(),
                    };
                    let width = (stop.position - before_stop - x).max(0.0);
                    found.push((b.id, width));
                    x += width;
                }
                PositionedLayoutItem::InlineBox(b) => x += b.width,
            }
        }
    }
    found
}

fn next_stop(style: &ParagraphStyle, x: f32) -> TabStop {
    // A tab always advances, if only slightly.
    let is_ahead = |stop: &&TabStop| stop.position > x + 0.5;
    if let Some(stop) = style.tabs.iter().find(is_ahead) {
        return *stop;
    }
    let step = if style.default_tab > 0.5 { style.default_tab } else { 36.0 };
    let mut position = ((x + 0.5) / step).floor() * step + step;
    // The indent of a hanging paragraph is a tab stop.
    if x + 0.5 < style.indent_start && style.indent_start < position {
        position = style.indent_start;
    }
    TabStop { position, align: TabAlign::Start, leader: None }
}

fn advance(item: &PositionedLayoutItem<'_, Brush>) -> f32 {
    match item {
        PositionedLayoutItem::GlyphRun(run) => run.advance(),
        PositionedLayoutItem::InlineBox(b) => b.width,
    }
}

/// Width of an item before its decimal point, estimated by the share of characters.
fn until_point(item: &PositionedLayoutItem<'_, Brush>, text: &str) -> f32 {
    let PositionedLayoutItem::GlyphRun(run) = item else { return advance(item) };
    let text = text.get(run.run().text_range()).unwrap_or_default();
    match text.rfind(['.', ',']) {
        Some(at) => run.advance() * text[..at].chars().count() as f32 / text.chars().count().max(1) as f32,
        None => run.advance(),
    }
}
