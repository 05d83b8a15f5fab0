//! Lays a body out in its box: insets, anchor, autofit, columns, direction.

use crate::text::{Anchor, TextDirection, TextFit};
use crate::tree::{Body, Insets, Rect, Transform};
use thumbling_core::error::Result;

use super::flow::{Scale, Slab, height};
use super::{Item, Typesetter};

impl Typesetter<'_> {
    /// Lays a body out in the box `area`. Items are in the coordinates of the parent of the box.
    pub fn body(&mut self, body: &Body, area: Rect) -> Result<Vec<Item>> {
        if body.blocks.is_empty() {
            return Ok(Vec::new());
        }
        let mut items = match body.direction {
            TextDirection::Horizontal => self.upright(body, area)?,
            TextDirection::Stacked | TextDirection::StackedLeftward => self.stacked(body, area)?,
            TextDirection::EastAsian | TextDirection::Mongolian => {
                self.upright = true;
                let items = self.turned(body, area);
                self.upright = false;
                items?
            }
            TextDirection::Clockwise | TextDirection::CounterClockwise => self.turned(body, area)?,
        };
        if body.turn != 0.0 {
            items = vec![Item::Turned(crate::tree::turned(area, body.turn, (false, false)), items)];
        }
        if body.clipped {
            items = vec![Item::Clip(area, items)];
        }
        Ok(items)
    }

    /// Lays out lines that run along the height of the box.
    fn turned(&mut self, body: &Body, area: Rect) -> Result<Vec<Item>> {
        // Lay out in a box with swapped sides, then rotate it into place.
        let swapped = Rect::new(0.0, 0.0, area.height, area.width);
        let inner = self.upright(&turned_insets(body), swapped)?;
        let transform = match body.direction {
            TextDirection::CounterClockwise => Transform::from_row(0.0, -1.0, 1.0, 0.0, area.x, area.y + area.height),
            _ => Transform::from_row(0.0, 1.0, -1.0, 0.0, area.x + area.width, area.y),
        };
        Ok(vec![Item::Turned(transform, inner)])
    }

    /// Height of a body in a box of `width` pt, including insets.
    pub(super) fn body_height(&mut self, body: &Body, width: f32, limit: f32, scale: Scale) -> Result<f32> {
        let insets = body.insets;
        if !matches!(body.direction, TextDirection::Horizontal) {
            // The height is the length of the longest line.
            let slabs = self.flow(&body.blocks, f32::MAX / 4.0, limit, false, scale)?;
            return Ok(slabs.iter().map(|s| s.right).fold(0.0, f32::max) + insets.top + insets.bottom);
        }
        let content = (width - insets.left - insets.right).max(1.0);
        let slabs = self.flow(&body.blocks, content, limit, body.wrap, scale)?;
        Ok(height(&slabs) + insets.top + insets.bottom)
    }

    /// Width of the longest line and height of the text, without insets, if lines can be `width` pt long.
    pub fn measure(&mut self, body: &Body, width: f32) -> Result<(f32, f32)> {
        let slabs = self.flow(&body.blocks, width, f32::MAX / 4.0, body.wrap, Scale::default())?;
        Ok((slabs.iter().map(|s| s.right - s.left).fold(0.0, f32::max), height(&slabs)))
    }

    fn upright(&mut self, body: &Body, area: Rect) -> Result<Vec<Item>> {
        let content = area.inset(body.insets);
        let columns = f32::from(body.columns.max(1));
        let gaps = body.column_gap * (columns - 1.0);
        let width = ((content.width - gaps) / columns).max(1.0);
        let is_one = columns < 2.0;
        // Middle and bottom anchors need the whole text. Otherwise stop below the box, with a margin for
        // boxes that overflow.
        let limit = if body.anchor == Anchor::Top && body.clipped {
            content.height * columns
        } else {
            (content.height * columns).max(200.0) * 8.0
        };
        let mut slabs = match body.fit {
            TextFit::Fill => return self.filling(body, content),
            TextFit::Overflow => self.flow(&body.blocks, width, limit, body.wrap, Scale::default())?,
            TextFit::Scaled { scale, less } => {
                let scale = Scale { size: scale.clamp(0.05, 4.0), spacing: (1.0 - less).clamp(0.2, 1.0) };
                self.flow(&body.blocks, width, limit, body.wrap, scale)?
            }
        };
        if !is_one {
            into_columns(&mut slabs, content.height, width + body.column_gap, body);
        }
        let is_reversed = body.direction == TextDirection::Mongolian;
        if is_reversed {
            let whole = height(&slabs);
            slabs.iter_mut().for_each(|slab| slab.top = whole - slab.top - slab.height);
        }
        let free = content.height - if is_one { height(&slabs) } else { content.height };
        let dy = match body.anchor {
            Anchor::Middle => free / 2.0,
            Anchor::Top if is_reversed => free,
            Anchor::Bottom if !is_reversed => free,
            Anchor::Top | Anchor::Bottom => 0.0,
        };
        let mut dx = 0.0;
        if body.centered || !body.wrap {
            let (left, right) =
                slabs.iter().fold((f32::MAX, f32::MIN), |(left, right), s| (left.min(s.left), right.max(s.right)));
            if body.centered && left < right {
                dx = (content.width - (left + right)) / 2.0;
            }
        }
        let mut items = Vec::new();
        for slab in slabs {
            for mut item in slab.items {
                item.shift(content.x + dx, content.y + dy + slab.top);
                items.push(item);
            }
        }
        Ok(items)
    }
}

impl Typesetter<'_> {
    /// Lays out unwrapped lines and stretches the whole onto `content`.
    fn filling(&mut self, body: &Body, content: Rect) -> Result<Vec<Item>> {
        // First pass for the width, second pass in that width for alignment.
        let (width, _) = self.measure(&Body { wrap: false, ..body.clone() }, content.width)?;
        let slabs = self.flow(&body.blocks, width.max(1.0), f32::MAX / 4.0, false, Scale::default())?;
        let scale = |to: f32, from: f32| (to / from.max(1e-3)).clamp(0.01, 100.0);
        let stretch = Transform::from_scale(scale(content.width, width), scale(content.height, height(&slabs)));
        let mut items = Vec::new();
        for slab in slabs {
            for mut item in slab.items {
                item.shift(0.0, slab.top);
                items.push(item);
            }
        }
        Ok(vec![Item::Turned(stretch.post_translate(content.x, content.y), items)])
    }
}

/// Distributes slabs to columns of `height` pt, `step` pt apart.
fn into_columns(slabs: &mut [Slab], height: f32, step: f32, body: &Body) {
    let last = f32::from(body.columns.max(1)) - 1.0;
    let (mut column, mut column_top) = (0.0f32, 0.0f32);
    for slab in slabs {
        if slab.top > column_top && slab.top + slab.height > column_top + height + 0.5 {
            column += 1.0;
            column_top = slab.top;
        }
        slab.top -= column_top;
        let place = if body.columns_leftward { last - column } else { column };
        slab.items.iter_mut().for_each(|item| item.shift(place * step, 0.0));
    }
}

/// Insets relative to the rotated box.
fn turned_insets(body: &Body) -> Body {
    let i = body.insets;
    let insets = match body.direction {
        TextDirection::CounterClockwise => Insets { left: i.bottom, top: i.left, right: i.top, bottom: i.right },
        _ => Insets { left: i.top, top: i.right, right: i.bottom, bottom: i.left },
    };
    Body { insets, ..body.clone() }
}
