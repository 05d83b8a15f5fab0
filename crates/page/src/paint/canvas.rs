//! The render target: pixels and clip.

use std::rc::Rc;

use tiny_skia::{FillRule, Mask, Path, Pixmap, Transform};

use crate::layout::{Item, Typesetter};
use crate::style::Fill;
use crate::tree::{Group, Node, Page, Rect};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};

use super::effects::EffectTarget;
use super::extent;
use super::glyphs::GlyphCache;

/// Nesting depth of groups; trees are walked recursively.
const MAX_DEPTH: u32 = 64;

/// The clip region.
#[derive(Clone)]
pub(super) struct Clip {
    /// Bounding rectangle: left, top, right, bottom, px.
    pub(super) bounds: [i32; 4],
    /// Coverage of every pixel, unless the clip is a rectangle of whole pixels.
    pub(super) mask: Option<Rc<Mask>>,
}

pub(super) struct Canvas<'a> {
    pub(super) pixmap: Pixmap,
    pub(super) clip: Clip,
    pub(super) glyphs: GlyphCache,
    pub(super) typesetter: Typesetter<'a>,
    pub(super) cx: &'a Context<'a>,
    depth: u32,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(pixmap: Pixmap, typesetter: Typesetter<'a>, cx: &'a Context<'a>) -> Self {
        let bounds = [0, 0, pixmap.width() as i32, pixmap.height() as i32];
        Self { pixmap, clip: Clip { bounds, mask: None }, glyphs: GlyphCache::take(), typesetter, cx, depth: 0 }
    }

    pub(super) fn warn(&self) {
        self.typesetter.warnings().for_each(|warning| self.cx.warn(warning));
    }

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

    /// Paints with the clip restricted to `path`.
    pub(super) fn clipped(
        &mut self,
        path: &Path,
        transform: Transform,
        paint: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let before = self.clip.clone();
        let Some(path) = path.clone().transform(transform) else { return Ok(()) };
        let b = path.bounds();
        let [left, top, right, bottom] = before.bounds;
        let is_rect = path.len() == 5 && transform.kx == 0.0 && transform.ky == 0.0 && is_rectangle(&path);
        let edges = if is_rect {
            // Axis-aligned rectangles clip at whole pixels: cells and frames need no mask.
            [b.left().round(), b.top().round(), b.right().round(), b.bottom().round()]
        } else {
            [b.left().floor(), b.top().floor(), b.right().ceil(), b.bottom().ceil()]
        };
        let edges = edges.map(|n| n as i32);
        self.clip.bounds = [edges[0].max(left), edges[1].max(top), edges[2].min(right), edges[3].min(bottom)];
        let [left, top, right, bottom] = self.clip.bounds;
        let painted = if left < right && top < bottom {
            if !is_rect {
                let mut mask = match &before.mask {
                    Some(mask) => (**mask).clone(),
                    None => {
                        let mut mask = self.empty_mask()?;
                        mask.data_mut().fill(255);
                        mask
                    }
                };
                mask.intersect_path(&path, FillRule::Winding, true, Transform::identity());
                self.clip.mask = Some(Rc::new(mask));
            }
            paint(self)
        } else {
            Ok(())
        };
        self.clip = before;
        painted
    }

    /// The mask for a path with these bounds; `None` if the path is entirely clipped.
    pub(super) fn mask_for(&self, bounds: tiny_skia::Rect) -> Option<Option<Rc<Mask>>> {
        let [left, top, right, bottom] = self.clip.bounds.map(|n| n as f32);
        let is_outside =
            bounds.right() < left || bounds.left() > right || bounds.bottom() < top || bounds.top() > bottom;
        if is_outside {
            return None;
        }
        let (width, height) = (self.pixmap.width() as f32, self.pixmap.height() as f32);
        let is_inside = (bounds.left() >= left || left <= 0.0)
            && (bounds.top() >= top || top <= 0.0)
            && (bounds.right() <= right || right >= width)
            && (bounds.bottom() <= bottom || bottom >= height);
        if is_inside {
            return Some(self.clip.mask.clone());
        }
        let mut mask = match &self.clip.mask {
            Some(mask) => (**mask).clone(),
            None => {
                let mut mask = self.empty_mask().ok()?;
                mask.data_mut().fill(255);
                mask
            }
        };
        let (row, [left, top, right, bottom]) = (mask.width() as usize, self.clip.bounds.map(|n| n.max(0) as usize));
        for (y, line) in mask.data_mut().chunks_exact_mut(row).enumerate() {
            if y < top || y >= bottom {
                line.fill(0);
            } else {
                line[..left.min(row)].fill(0);
                line[right.min(row)..].fill(0);
            }
        }
        Some(Some(Rc::new(mask)))
    }

    fn empty_mask(&self) -> Result<Mask> {
        Mask::new(self.pixmap.width(), self.pixmap.height()).ok_or_else(|| Error::limit("a clip too large"))
    }
}

fn is_rectangle(path: &Path) -> bool {
    let points = path.points();
    let b = path.bounds();
    points.len() == 4
        && points.iter().all(|p| (p.x == b.left() || p.x == b.right()) && (p.y == b.top() || p.y == b.bottom()))
}
