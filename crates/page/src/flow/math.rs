//! Lays out equations: fractions, scripts, roots, limits, fences, matrices.
//!
//! Every part becomes a box with its baseline at 0; boxes are put beside and above each other. Sizes of scripts are those
//! of their text.

use crate::layout::Item;
use crate::text::RunStyle;
use crate::tree::Transform;
use thumbling_core::error::Result;

use super::engine::Engine;
use super::line::Breaker;
use super::math_box::MathBox;
use super::model::{Inline, Math, Paragraph, ParagraphStyle};
use super::{glyphs, shape};

/// Height of the axis on which fractions and fences are centred, in font sizes.
const AXIS: f32 = 0.25;
/// Nesting of parts.
const MAX_DEPTH: u32 = 32;

impl Engine<'_, '_> {
    /// Lays out an equation in the size of `style`.
    pub(super) fn math(&mut self, math: &Math, style: &RunStyle, depth: u32) -> Result<MathBox> {
        self.typesetter.check()?;
        if depth > MAX_DEPTH {
            return Ok(MathBox::default());
        }
        let size = style.size;
        let thick = size * 0.05;
        match math {
            Math::Text(text, style) => self.word(text, style),
            Math::Row(parts) => {
                let mut row = MathBox::default();
                for part in parts {
                    let part = self.math(part, style, depth + 1)?;
                    let x = row.width;
                    row.put(part, x, 0.0);
                }
                Ok(row)
            }
            Math::Fraction { top, bottom, has_bar } => {
                let (top, bottom) = (self.math(top, style, depth + 1)?, self.math(bottom, style, depth + 1)?);
                let (width, pad) = (top.width.max(bottom.width) + size * 0.2, size * 0.1);
                let axis = -AXIS * size;
                let (upper, lower) = (axis - size * 0.12 - top.descent, axis + size * 0.12 + bottom.ascent);
                let (top_x, bottom_x) = ((width - top.width) / 2.0 + pad, (width - bottom.width) / 2.0 + pad);
                let mut whole = MathBox { width: width + 2.0 * pad, ..MathBox::default() };
                whole.put(top, top_x, upper);
                whole.put(bottom, bottom_x, lower);
                if *has_bar {
                    whole.line((pad, axis), (pad + width, axis), style.color, thick);
                }
                Ok(whole)
            }
            Math::Scripts { base, below, above } => {
                let mut whole = self.math(base, style, depth + 1)?;
                let (x, ascent, descent) = (whole.width, whole.ascent, whole.descent);
                if let Some(above) = above {
                    let above = self.math(above, style, depth + 1)?;
                    let raise = (ascent - size * 0.45).max(size * 0.33);
                    whole.put(above, x, -raise);
                }
                if let Some(below) = below {
                    let below = self.math(below, style, depth + 1)?;
                    let fall = (descent - size * 0.05).max(size * 0.16);
                    whole.put(below, x, fall);
                }
                Ok(whole)
            }
            Math::Limits { base, below, above } => {
                let base = self.math(base, style, depth + 1)?;
                let below = below.as_ref().map(|b| self.math(b, style, depth + 1)).transpose()?;
                let above = above.as_ref().map(|a| self.math(a, style, depth + 1)).transpose()?;
                let widths = [Some(&base), below.as_ref(), above.as_ref()];
                let width = widths.into_iter().flatten().map(|b| b.width).fold(0.0, f32::max);
                let (rise, fall) = (base.ascent, base.descent);
                let mut whole = MathBox { width, ..MathBox::default() };
                let x = (width - base.width) / 2.0;
                whole.put(base, x, 0.0);
                if let Some(above) = above {
                    let (x, y) = ((width - above.width) / 2.0, -rise - above.descent);
                    whole.put(above, x, y);
                }
                if let Some(below) = below {
                    let (x, y) = ((width - below.width) / 2.0, fall + below.ascent);
                    whole.put(below, x, y);
                }
                Ok(whole)
            }
            Math::Radical { degree, body } => {
                let body = self.math(body, style, depth + 1)?;
                let degree = degree.as_ref().map(|d| self.math(d, style, depth + 1)).transpose()?;
                let (top, bottom) = (-body.ascent - size * 0.08, body.descent);
                let start = degree.as_ref().map_or(0.0, |d| (d.width - size * 0.25).max(0.0));
                let (foot, hook) = (start + size * 0.32, (bottom + top) / 2.0 + size * 0.1);
                let x = start + size * 0.6;
                let mut whole = MathBox { ascent: -top + thick, ..MathBox::default() };
                let width = body.width;
                whole.put(body, x, 0.0);
                let color = style.color;
                whole.line((start, hook + size * 0.05), (start + size * 0.12, hook), color, thick);
                whole.line((start + size * 0.12, hook), (foot, bottom), color, thick * 1.6);
                whole.line((foot, bottom), (x - size * 0.05, top), color, thick);
                whole.line((x - size * 0.05, top), (x + width + size * 0.05, top), color, thick);
                if let Some(degree) = degree {
                    whole.put(degree, 0.0, hook - size * 0.1);
                }
                whole.width += size * 0.1;
                Ok(whole)
            }
            Math::Fenced { open, close, separator, parts } => {
                let parts: Vec<MathBox> =
                    parts.iter().map(|p| self.math(p, style, depth + 1)).collect::<Result<_>>()?;
                let rise = parts.iter().map(|p| p.ascent).fold(0.0, f32::max);
                let fall = parts.iter().map(|p| p.descent).fold(0.0, f32::max);
                let mut whole = MathBox::default();
                let mut add = |engine: &mut Self, text: &str| -> Result<()> {
                    if !text.is_empty() {
                        let fence = engine.stretched(text, style, rise, fall)?;
                        let x = whole.width;
                        whole.put(fence, x, 0.0);
                    }
                    Ok(())
                };
                add(self, open)?;
                let count = parts.len();
                for (n, part) in parts.into_iter().enumerate() {
                    let x = whole.width;
                    whole.put(part, x, 0.0);
                    if n + 1 < count {
                        let fence = self.stretched(separator, style, rise, fall)?;
                        let x = whole.width;
                        whole.put(fence, x, 0.0);
                    }
                }
                let fence = match close.is_empty() {
                    true => MathBox::default(),
                    false => self.stretched(close, style, rise, fall)?,
                };
                let x = whole.width;
                whole.put(fence, x, 0.0);
                Ok(whole)
            }
            Math::Matrix { rows, is_left } => self.matrix(rows, *is_left, style, depth),
            Math::Bar { body, is_above } => {
                let mut body = self.math(body, style, depth + 1)?;
                let y = if *is_above { -body.ascent } else { body.descent };
                let width = body.width;
                body.line((0.0, y), (width, y), style.color, thick);
                Ok(body)
            }
            Math::Accent { body, mark } => {
                let body = self.math(body, style, depth + 1)?;
                let mark = self.word(mark, style)?;
                let (width, rise) = (body.width, body.ascent);
                let mut whole = body;
                // Marks are drawn at the height of lower case letters.
                let y = (-(rise - size * 0.75)).min(0.0);
                let x = (width - mark.width) / 2.0;
                whole.put(mark, x, y);
                whole.width = width;
                Ok(whole)
            }
        }
    }

    fn matrix(&mut self, rows: &[Vec<Math>], is_left: bool, style: &RunStyle, depth: u32) -> Result<MathBox> {
        let mut laid: Vec<Vec<MathBox>> = Vec::new();
        for row in rows {
            laid.push(row.iter().map(|cell| self.math(cell, style, depth + 1)).collect::<Result<_>>()?);
        }
        let size = style.size;
        let columns = laid.iter().map(Vec::len).max().unwrap_or(0);
        let width = |n: usize| laid.iter().filter_map(|r| r.get(n)).map(|c| c.width).fold(0.0, f32::max);
        let widths: Vec<f32> = (0..columns).map(width).collect();
        let extent = |row: &[MathBox]| {
            let rise = row.iter().map(|c| c.ascent).fold(size * 0.6, f32::max);
            (rise, row.iter().map(|c| c.descent).fold(size * 0.2, f32::max))
        };
        let gap = size * 0.15;
        let height: f32 = laid.iter().map(|row| extent(row)).map(|(a, d)| a + d + gap).sum::<f32>() - gap;
        let mut whole = MathBox::default();
        let mut y = -AXIS * size - height / 2.0;
        for row in laid {
            let (rise, fall) = extent(&row);
            let mut x = 0.0;
            for (n, cell) in row.into_iter().enumerate() {
                let dx = if is_left { 0.0 } else { (widths[n] - cell.width) / 2.0 };
                whole.put(cell, x + dx, y + rise);
                x += widths[n] + if is_left { 0.0 } else { size * 0.8 };
            }
            y += rise + fall + gap;
        }
        Ok(whole)
    }

    /// A fence around parts of this extent.
    fn stretched(&mut self, text: &str, style: &RunStyle, rise: f32, fall: f32) -> Result<MathBox> {
        let plain = RunStyle { italic: false, ..style.clone() };
        let fence = self.word(text, &plain)?;
        let (natural, wanted) = (style.size, rise + fall);
        if wanted <= natural * 1.25 {
            return Ok(fence);
        }
        let factor = wanted / natural;
        // The middle of a fence is on the axis.
        let middle = (fall - rise) / 2.0;
        let transform = Transform::from_translate(0.0, AXIS * style.size).post_scale(1.0, factor);
        let items = vec![Item::Turned(transform.post_translate(0.0, middle), fence.items)];
        Ok(MathBox { width: fence.width, ascent: rise, descent: fall, items })
    }

    /// A word on the baseline.
    fn word(&mut self, text: &str, style: &RunStyle) -> Result<MathBox> {
        let style = std::sync::Arc::new(style.clone());
        let content = vec![Inline::Text(text.to_owned(), style.clone())];
        let paragraph = Paragraph { content, style: ParagraphStyle::default(), mark: style.clone() };
        let shaped = shape::shape(self.typesetter, &mut self.metrics, &paragraph, Vec::new())?;
        let breaker = Breaker { shaped: &shaped, style: &paragraph.style, width: 1e6, grid: None };
        let mut line = breaker.line(0, 0.0, &|_, _| (vec![(0.0, 1e6)], None));
        // Equations use the extent of letters, not of lines.
        line.top = -line.baseline;
        let width = shaped.clusters.iter().map(|c| c.advance).sum();
        let (items, _) = glyphs::items(&shaped, &paragraph.style, &line, (0.0, 1e6), false);
        Ok(MathBox { width, ascent: style.size * 0.75, descent: style.size * 0.22, items })
    }
}
