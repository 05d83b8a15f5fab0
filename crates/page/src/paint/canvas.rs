//! The render target: pixels and clip.

use std::rc::Rc;

use tiny_skia::{FillRule, Mask, Path, Pixmap, Transform};

use crate::layout::Typesetter;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};

use super::glyphs::GlyphCache;

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
    /// How many nodes enclose what is painted.
    pub(super) depth: u32,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(pixmap: Pixmap, typesetter: Typesetter<'a>, cx: &'a Context<'a>) -> Self {
        let bounds = [0, 0, pixmap.width() as i32, pixmap.height() as i32];
        Self { pixmap, clip: Clip { bounds, mask: None }, glyphs: GlyphCache::take(), typesetter, cx, depth: 0 }
    }

    pub(super) fn warn(&self) {
        self.typesetter.warnings().for_each(|warning| self.cx.warn(warning));
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
