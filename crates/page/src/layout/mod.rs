//! From text as data to glyphs at their places.
//!
//! A [`Typesetter`] lays a body out into [`Item`]s: glyph runs, rules and fills in points. It is taken from a pool, so
//! that shaping plans and fonts once loaded serve the next page too.

mod body;
mod context;
mod extent;
mod flow;
mod paragraph;
mod stacks;
mod table;
mod tabs;
mod vertical;

use std::collections::BTreeSet;
use std::sync::Arc;

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::Result;

use super::style::{Color, Fill, Stroke};
use super::text::Look;
use super::tree::{Node, Point, Rect, Transform};

/// Something to paint, in the coordinates of what was laid out.
#[derive(Debug, Clone)]
pub enum Item {
    /// Glyphs of one font, size and colour.
    Glyphs(GlyphRun),
    /// A filled rectangle.
    Fill(Rect, Fill),
    /// A straight line.
    Line(Point, Point, Stroke),
    /// A node of the tree, whose own coordinates start at the point.
    Node(Point, Box<Node>),
    /// Items of which only what lies in the rectangle is painted.
    Clip(Rect, Vec<Item>),
    /// Items in coordinates of their own.
    Turned(Transform, Vec<Item>),
}

/// Glyphs of one font, size and colour, on one baseline.
#[derive(Debug, Clone)]
pub struct GlyphRun {
    /// The font's bytes and the index of the face.
    pub font: parley::FontData,
    /// Pt a em.
    pub size: f32,
    /// Normalised coordinates of a variable font.
    pub coords: Arc<[i16]>,
    /// Whether the glyphs are made bold by us.
    pub embolden: bool,
    /// Degrees by which the glyphs are slanted by us.
    pub skew: f32,
    /// Their colour.
    pub color: Color,
    /// What else is painted of them.
    pub look: Option<Arc<Look>>,
    /// Glyph id, and the place of its origin.
    pub glyphs: Vec<(u32, Point)>,
}

impl Item {
    fn shift(&mut self, dx: f32, dy: f32) {
        let move_by = |p: &mut Point| (p.x, p.y) = (p.x + dx, p.y + dy);
        match self {
            Self::Glyphs(run) => run.glyphs.iter_mut().for_each(|(_, p)| move_by(p)),
            Self::Fill(rect, _) => (rect.x, rect.y) = (rect.x + dx, rect.y + dy),
            Self::Line(from, to, _) => {
                move_by(from);
                move_by(to);
            }
            Self::Node(at, _) => move_by(at),
            Self::Clip(rect, items) => {
                (rect.x, rect.y) = (rect.x + dx, rect.y + dy);
                items.iter_mut().for_each(|item| item.shift(dx, dy));
            }
            Self::Turned(transform, _) => *transform = transform.post_translate(dx, dy),
        }
    }
}

/// Lays text out. Not shared between threads; taken from a pool by [`Typesetter::new`] and given back when dropped.
pub struct Typesetter<'a> {
    context: Option<Box<context::Context>>,
    interrupt: &'a Interrupt,
    /// Whether East Asian characters are turned back, since the lines they stand in are turned.
    upright: bool,
    /// ISO 15924 tags of the scripts for which no font was found.
    missing: BTreeSet<[u8; 4]>,
}

impl<'a> Typesetter<'a> {
    /// A typesetter that stops when `interrupt` says so.
    pub fn new(interrupt: &'a Interrupt) -> Self {
        Self { context: Some(context::take()), interrupt, upright: false, missing: BTreeSet::new() }
    }

    /// What the caller should know: the scripts that could not be drawn.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.missing
            .iter()
            .map(|script| format!("no font for {}: its text is shown as boxes", stacks::script_name(*script)))
    }

    fn check(&self) -> Result<()> {
        self.interrupt.check()
    }

    fn context(&mut self) -> &mut context::Context {
        self.context.get_or_insert_with(context::take)
    }
}

impl Drop for Typesetter<'_> {
    fn drop(&mut self) {
        if let Some(context) = self.context.take() {
            context::give_back(context);
        }
    }
}

#[cfg(test)]
mod tests;
