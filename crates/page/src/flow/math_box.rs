//! A laid out part of an equation.

use crate::layout::Item;
use crate::style::{Color, Join, Stroke};
use crate::tree::Point;

/// A part that is laid out. Its items are relative to the left end of its baseline.
#[derive(Debug, Clone, Default)]
pub(super) struct MathBox {
    pub(super) width: f32,
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) items: Vec<Item>,
}

impl MathBox {
    /// Adds `other` with its baseline start at `x`, `y`.
    pub(super) fn put(&mut self, mut other: Self, x: f32, y: f32) {
        other.items.iter_mut().for_each(|item| item.shift(x, y));
        self.items.append(&mut other.items);
        self.ascent = self.ascent.max(other.ascent - y);
        self.descent = self.descent.max(other.descent + y);
        self.width = self.width.max(x + other.width);
    }

    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), color: Color, width: f32) {
        let at = |(x, y): (f32, f32)| Point { x, y };
        let stroke = Stroke { join: Join::Round, ..Stroke::new(color, width) };
        self.items.push(Item::Line(at(from), at(to), stroke));
    }
}
