//! Text layout: from text as data to positioned glyphs.
//!
//! A [`Typesetter`] lays a body out into [`Item`]s: glyph runs, lines and fills in points. Its context comes from a
//! pool, so that shaping plans and loaded fonts are reused by the next page.

mod body;
pub(crate) mod context;
mod extent;
mod flow;
mod font_stacks;
mod inline_content;
mod paragraph;
pub(crate) mod scripts;
mod table;
mod tabs;
mod vertical;

use std::collections::BTreeSet;
use std::sync::Arc;

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::Result;

use super::style::{Color, Fill, Stroke};
use super::text::TextEffects;
use super::tree::{Node, Point, Rect, Transform};

/// Something to paint, in the coordinates of the laid out body.
#[derive(Debug, Clone)]
pub enum Item {
    /// Glyphs of one font, size and colour.
    Glyphs(GlyphRun),
    /// A filled rectangle.
    Fill(Rect, Fill),
    /// A straight line.
    Line(Point, Point, Stroke),
    /// A node of the tree, placed with its origin at the point.
    Node(Point, Box<Node>),
    /// Items clipped to the rectangle.
    Clip(Rect, Vec<Item>),
    /// Items with a transform.
    Turned(Transform, Vec<Item>),
}

/// Glyphs of one font, size and colour, on one baseline.
#[derive(Debug, Clone)]
pub struct GlyphRun {
    /// Content of the font file and index of the face.
    pub font: parley::FontData,
    /// Font size, pt per em.
    pub size: f32,
    /// Normalised variation coordinates.
    pub coords: Arc<[i16]>,
    /// Whether bold is synthesised.
    pub embolden: bool,
    /// Synthesised slant, degrees.
    pub skew: f32,
    /// Colour of the glyphs.
    pub color: Color,
    /// Fill, outline and shadow, if not plain.
    pub effects: Option<Arc<TextEffects>>,
    /// Glyph ids, each with the position of its origin.
    pub glyphs: Vec<(u32, Point)>,
}

impl Item {
    pub(crate) fn shift(&mut self, dx: f32, dy: f32) {
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

/// Lays out text. Not shared between threads: [`Typesetter::new`] takes a context from a pool, and dropping returns it.
pub struct Typesetter<'a> {
    context: Option<Box<context::Context>>,
    interrupt: &'a Interrupt,
    /// Whether East Asian characters are rotated upright in rotated lines.
    upright: bool,
    /// ISO 15924 tags of scripts without a font.
    pub(crate) missing: BTreeSet<[u8; 4]>,
}

impl<'a> Typesetter<'a> {
    /// A typesetter that stops when `interrupt` does.
    pub fn new(interrupt: &'a Interrupt) -> Self {
        Self { context: Some(context::take()), interrupt, upright: false, missing: BTreeSet::new() }
    }

    /// Warnings about scripts that could not be drawn.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.missing
            .iter()
            .map(|script| format!("no font for {}: its text is shown as boxes", scripts::script_name(*script)))
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.interrupt.check()
    }

    pub(crate) fn context(&mut self) -> &mut context::Context {
        self.context.get_or_insert_with(context::take)
    }
}

impl Drop for Typesetter<'_> {
    fn drop(&mut self) {
        if let Some(context) = self.context.take() {
            context::release(context);
        }
    }
}

#[cfg(test)]
mod tests;
