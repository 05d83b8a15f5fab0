//! Places drawings: anchored ones beside the text, and the text in their boxes.

use std::borrow::Cow;

use crate::layout::Item;
use crate::text::{Anchor, TextDirection};
use crate::tree::{Insets, Node, Outline, Point, Rect, Transform, turned};
use thumbling_core::error::Result;

use super::column::{Column, Exclusion};
use super::engine::Engine;
use super::glyphs;
use super::model::{Block, Drawing, Float, Origin, Part, Place, TextFrame, Wrap};

impl Engine<'_, '_> {
    /// Places an anchored drawing of a paragraph whose text starts at `y`.
    pub(super) fn float(&mut self, column: &mut Column, float: &Float, y: f32) -> Result<()> {
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
