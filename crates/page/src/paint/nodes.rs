//! Paints the nodes of a page, and the items of laid out text.

use tiny_skia::Transform;

use crate::layout::Item;
use crate::style::Fill;
use crate::tree::{Group, Node, Page, Rect};
use thumbling_core::error::{Error, Result};

use super::canvas::Canvas;
use super::effects::EffectTarget;
use super::extent;

/// Nesting depth of groups; trees are walked recursively.
const MAX_DEPTH: u32 = 64;

impl Canvas<'_> {
    pub(super) fn background(&mut self, page: &Page, transform: Transform) -> Result<()> {
        let all = Rect::new(0.0, 0.0, page.width, page.height);
        match (&page.background, all.path()) {
            (Fill::None, _) | (_, None) => Ok(()),
            (fill, Some(path)) => self.fill(&path, fill, all, transform),
        }
    }

    pub(super) fn nodes(&mut self, nodes: &[Node], transform: Transform) -> Result<()> {
        nodes.iter().try_for_each(|node| self.node(node, transform))
    }

    fn node(&mut self, node: &Node, transform: Transform) -> Result<()> {
        self.cx.check()?;
        if self.depth >= MAX_DEPTH {
            return Err(Error::limit(format!("groups nested deeper than {MAX_DEPTH}")));
        }
        self.depth += 1;
        let painted = match node {
            Node::Shape(shape) => self.shape(shape, transform),
            Node::Group(group) => self.group(group, transform),
            Node::Text(body, area) => {
                let items = self.typesetter.body(body, *area);
                items.and_then(|items| self.items(&items, transform))
            }
            Node::Table(table, at) => {
                let items = self.typesetter.table_items(table, *at);
                items.and_then(|items| self.items(&items, transform))
            }
        };
        self.depth -= 1;
        painted
    }

    pub(super) fn items(&mut self, items: &[Item], transform: Transform) -> Result<()> {
        for item in items {
            match item {
                Item::Glyphs(run) => self.glyphs(run, transform)?,
                Item::Fill(rect, fill) => {
                    if let Some(path) = rect.path() {
                        self.fill(&path, fill, *rect, transform)?;
                    }
                }
                Item::Line(from, to, stroke) => self.line(*from, *to, stroke, transform)?,
                Item::Node(at, node) => self.node(node, transform.pre_translate(at.x, at.y))?,
                Item::Turned(own, items) => self.items(items, transform.pre_concat(*own))?,
                Item::Clip(rect, items) => {
                    let Some(path) = rect.path() else { continue };
                    self.clipped(&path, transform, |canvas| canvas.items(items, transform))?;
                }
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &Group, transform: Transform) -> Result<()> {
        let transform = transform.pre_concat(group.transform);
        let is_plain = group.opacity >= 1.0 && group.effects.is_none();
        let paint = |canvas: &mut Self| match is_plain {
            true => canvas.nodes(&group.children, transform),
            false => canvas.group_as_one(group, transform),
        };
        match &group.clip {
            Some(path) => self.clipped(path, transform, paint),
            None => paint(self),
        }
    }

    /// Paints a group with opacity or effects as one layer.
    fn group_as_one(&mut self, group: &Group, transform: Transform) -> Result<()> {
        let Some(area) = extent::nodes(&group.children, transform) else { return Ok(()) };
        let children =
            |canvas: &mut Self, moved: Transform| canvas.nodes(&group.children, transform.post_concat(moved));
        let Some(effects) = &group.effects else { return self.faded(group.opacity, area, children) };
        let place = EffectTarget::around(&group.children, transform);
        let affected = |canvas: &mut Self, moved: Transform| {
            let place = EffectTarget { transform: place.transform.post_concat(moved), ..place };
            let area = extent::shifted(area, moved);
            canvas.affected(effects, &place, area, |c, m| children(c, moved.post_concat(m)), |_, _| Ok(()))
        };
        match group.opacity {
            opacity if opacity < 1.0 => self.faded(opacity, extent::EVERYWHERE, affected),
            _ => affected(self, Transform::identity()),
        }
    }
}
