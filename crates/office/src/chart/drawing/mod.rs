//! Collects the page nodes of one chart. Submodules resolve fills, lines, text styles, markers and legend keys.
//!
//! Knows nothing about axes or chart types; coordinates are points on the page.

pub(crate) mod legend_key;
pub(crate) mod marker;
mod style;
pub(crate) mod text_style;

use std::cell::{Cell, RefCell};

use crate::drawingml::scene::Scene;
use thumbling_core::error::Result;
use thumbling_page::layout::Typesetter;
use thumbling_page::style::{Fill, Stroke};
use thumbling_page::text::{Align, Anchor};
use thumbling_page::tree::{
    Block, Body, Group, Node, Outline, OutlinePath, Paragraph, Path, PathBuilder, PathFill, Point, Rect, Shape,
    Transform,
};

use crate::chart::model::Chart;

/// Nodes drawn for one chart: more cannot be told apart in a thumbnail.
const MAX_NODES: usize = 20_000;

/// Data labels drawn.
const MAX_LABELS: usize = 1000;

/// Wider than any line of text, pt.
const ENDLESS: f32 = 1e5;

/// A chart that is being drawn.
pub(crate) struct Drawing<'a> {
    /// Theme, fonts and package that the chart refers to.
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) chart: &'a Chart<'a>,
    /// Area on the page.
    pub(crate) area: Rect,
    typesetter: RefCell<Typesetter<'a>>,
    drawn: usize,
    labels: Cell<usize>,
    /// From back to front.
    pub(crate) nodes: Vec<Node>,
}

/// Text with its measured size.
#[derive(Debug, Clone)]
pub(crate) struct TextLayout {
    pub(crate) body: Body,
    /// Before rotation, pt.
    pub(crate) width: f32,
    /// Before rotation, pt.
    pub(crate) height: f32,
    /// Degrees clockwise.
    pub(crate) rotation: f32,
}

impl TextLayout {
    /// Width and height of the rotated text, pt.
    pub(crate) fn extent(&self) -> (f32, f32) {
        let (sin, cos) = self.rotation.to_radians().sin_cos();
        ((self.width * cos).abs() + (self.height * sin).abs(), (self.width * sin).abs() + (self.height * cos).abs())
    }
}

impl<'a> Drawing<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>, chart: &'a Chart<'a>, area: Rect) -> Self {
        let typesetter = RefCell::new(Typesetter::new(scene.cx.interrupt()));
        Self { scene, chart, area, typesetter, drawn: 0, labels: Cell::new(0), nodes: Vec::new() }
    }

    /// Error once the deadline has passed or the request is cancelled.
    pub(crate) fn check(&self) -> Result<()> {
        self.scene.cx.check()
    }

    /// Lays out paragraphs, in lines of at most `width` pt if given.
    pub(crate) fn words(&self, paragraphs: Vec<Paragraph>, width: Option<f32>, rotation: f32) -> Result<TextLayout> {
        let wrap = width.is_some();
        let mut body = Body { wrap, blocks: paragraphs.into_iter().map(Block::Paragraph).collect(), ..Body::default() };
        // Left-aligned text has exact widths.
        align(&mut body, Align::Left);
        let (w, h) = self.typesetter.borrow_mut().measure(&body, width.unwrap_or(ENDLESS).max(1.0))?;
        align(&mut body, Align::Center);
        body.wrap = wrap;
        body.anchor = Anchor::Middle;
        Ok(TextLayout {
            body,
            width: if w.is_finite() { w } else { 0.0 },
            height: if h.is_finite() { h } else { 0.0 },
            rotation,
        })
    }

    /// Counts one data label; false beyond the limit.
    pub(crate) fn has_room_for_label(&self) -> bool {
        self.labels.set(self.labels.get() + 1);
        if self.labels.get() == MAX_LABELS + 1 {
            self.scene.page.missed("data labels beyond the limit");
        }
        self.labels.get() <= MAX_LABELS
    }

    fn push(&mut self, node: Node) {
        self.drawn += 1;
        match self.drawn {
            1..=MAX_NODES => self.nodes.push(node),
            n if n == MAX_NODES + 1 => self.scene.page.missed("chart values beyond the limit"),
            _ => {}
        }
    }

    /// Draws text centred on `middle`.
    pub(crate) fn put(&mut self, words: TextLayout, middle: Point) {
        // Rounding must not break a line that fitted when measured.
        let width = words.width + 1.0;
        let bounds = Rect::new(middle.x - width / 2.0, middle.y - words.height / 2.0, width, words.height);
        if !is_fine(bounds) {
            return;
        }
        if words.rotation == 0.0 {
            self.push(Node::Text(Box::new(words.body), bounds));
        } else {
            self.push(Node::Shape(Box::new(Shape {
                bounds,
                rotation: words.rotation,
                outline: Outline::None,
                text: Some(words.body),
                ..Shape::default()
            })));
        }
    }

    /// Draws a rectangle.
    pub(crate) fn rect(&mut self, bounds: Rect, fill: Fill, stroke: Option<Stroke>) {
        self.outlined(bounds, Outline::Rect, fill, stroke);
    }

    /// Draws a shape with any outline.
    pub(crate) fn outlined(&mut self, bounds: Rect, outline: Outline, fill: Fill, stroke: Option<Stroke>) {
        let is_seen = !matches!(fill, Fill::None) || stroke.is_some();
        if is_seen && is_fine(bounds) {
            self.push(Node::Shape(Box::new(Shape { bounds, outline, fill, stroke, ..Shape::default() })));
        }
    }

    /// Draws a path in page coordinates.
    pub(crate) fn path(&mut self, path: Option<Path>, fill: Fill, stroke: Option<Stroke>) {
        let Some(path) = path else { return };
        let b = path.bounds();
        let bounds = Rect::new(b.left(), b.top(), b.width(), b.height());
        if matches!(fill, Fill::None) && stroke.is_none() || !is_fine(bounds) {
            return;
        }
        let Some(path) = path.transform(Transform::from_translate(-bounds.x, -bounds.y)) else { return };
        let outline = Outline::Paths(vec![OutlinePath { path, fill: PathFill::Normal, stroked: true }]);
        self.push(Node::Shape(Box::new(Shape { bounds, outline, fill, stroke, ..Shape::default() })));
    }

    /// Draws a polyline.
    pub(crate) fn line(&mut self, points: &[Point], stroke: Option<Stroke>) {
        if stroke.is_some() {
            self.path(polyline(points, false), Fill::None, stroke);
        }
    }

    /// Clips all nodes from index `from` on to `area`.
    pub(crate) fn clip_from(&mut self, from: usize, clip: Rect) {
        let children = self.nodes.split_off(from.min(self.nodes.len()));
        if !children.is_empty() {
            self.nodes.push(Node::Group(Group { clip: clip.path(), ..Group::new(children) }));
        }
    }
}

/// A path through `points`; `None` if it cannot be drawn.
pub(crate) fn polyline(points: &[Point], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (n, p) in points.iter().enumerate() {
        if n == 0 { path.move_to(p.x, p.y) } else { path.line_to(p.x, p.y) }
    }
    if closed && !points.is_empty() {
        path.close();
    }
    path.finish()
}

/// Whether the renderer accepts these bounds.
fn is_fine(bounds: Rect) -> bool {
    [bounds.x, bounds.y, bounds.width, bounds.height].iter().all(|n| n.is_finite() && n.abs() < 1e6)
}

fn align(body: &mut Body, align: Align) {
    for block in &mut body.blocks {
        if let Block::Paragraph(paragraph) = block {
            paragraph.style.align = align;
        }
    }
}
