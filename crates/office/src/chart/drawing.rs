//! What is gathered while a chart is drawn, and the ways in which it is drawn into: paths, boxes, words.

use std::cell::{Cell, RefCell};

use crate::drawingml::scene::Scene;
use thumbling_core::error::Result;
use thumbling_page::layout::Typesetter;
use thumbling_page::style::{Fill, Stroke};
use thumbling_page::text::{Align, Anchor, Block, Body, Paragraph};
use thumbling_page::tree::{
    Group, Node, Outline, OutlinePath, Path, PathBuilder, PathFill, Point, Rect, Shape, Transform,
};

use super::model::Chart;

/// Boxes, lines and words of one chart that are drawn: more can hardly be told apart.
const MAX_NODES: usize = 20_000;

/// Labels of values that are set.
const MAX_LABELS: usize = 1000;

/// Wider than any line of words.
const ENDLESS: f32 = 1e5;

/// A chart that is being drawn.
pub(super) struct Drawing<'a> {
    /// What it is resolved against.
    pub(super) scene: &'a Scene<'a>,
    /// What is drawn.
    pub(super) chart: &'a Chart<'a>,
    /// Its place on the page.
    pub(super) area: Rect,
    typesetter: RefCell<Typesetter<'a>>,
    drawn: usize,
    labels: Cell<usize>,
    /// The lowest first.
    pub(super) nodes: Vec<Node>,
}

/// Words that are set in a way, and how large they are.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// The words.
    pub(super) body: Body,
    /// Pt, before they are turned.
    pub(super) width: f32,
    /// Pt, before they are turned.
    pub(super) height: f32,
    /// Degrees clockwise.
    pub(super) rotation: f32,
}

impl Words {
    /// How much room they take upright, turned as they are.
    pub(super) fn extent(&self) -> (f32, f32) {
        let (sin, cos) = self.rotation.to_radians().sin_cos();
        ((self.width * cos).abs() + (self.height * sin).abs(), (self.width * sin).abs() + (self.height * cos).abs())
    }
}

impl<'a> Drawing<'a> {
    /// An empty drawing.
    pub(super) fn new(scene: &'a Scene<'a>, chart: &'a Chart<'a>, area: Rect) -> Self {
        let typesetter = RefCell::new(Typesetter::new(scene.cx.interrupt()));
        Self { scene, chart, area, typesetter, drawn: 0, labels: Cell::new(0), nodes: Vec::new() }
    }

    /// Nothing more is drawn if this is an error: time is up.
    pub(super) fn check(&self) -> Result<()> {
        self.scene.cx.check()
    }

    /// Sets paragraphs, in lines of at most `width` pt if given.
    pub(super) fn words(&self, paragraphs: Vec<Paragraph>, width: Option<f32>, rotation: f32) -> Result<Words> {
        let wrap = width.is_some();
        let mut body = Body { wrap, blocks: paragraphs.into_iter().map(Block::Paragraph).collect(), ..Body::default() };
        // Measured from the left, where widths are exact.
        align(&mut body, Align::Left);
        let (w, h) = self.typesetter.borrow_mut().measure(&body, width.unwrap_or(ENDLESS).max(1.0))?;
        align(&mut body, Align::Center);
        body.wrap = wrap;
        body.anchor = Anchor::Middle;
        Ok(Words {
            body,
            width: if w.is_finite() { w } else { 0.0 },
            height: if h.is_finite() { h } else { 0.0 },
            rotation,
        })
    }

    /// Whether one more label of a value is set.
    pub(super) fn has_room_for_label(&self) -> bool {
        self.labels.set(self.labels.get() + 1);
        if self.labels.get() == MAX_LABELS + 1 {
            self.scene.page.missed("labels of a chart");
        }
        self.labels.get() <= MAX_LABELS
    }

    fn push(&mut self, node: Node) {
        self.drawn += 1;
        match self.drawn {
            1..=MAX_NODES => self.nodes.push(node),
            n if n == MAX_NODES + 1 => self.scene.page.missed("values of a chart"),
            _ => {}
        }
    }

    /// Draws words with their middle here.
    pub(super) fn put(&mut self, words: Words, middle: Point) {
        // A little wider than measured, so that no line breaks by rounding.
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

    /// Draws a box.
    pub(super) fn rect(&mut self, bounds: Rect, fill: Fill, stroke: Option<Stroke>) {
        self.outlined(bounds, Outline::Rect, fill, stroke);
    }

    /// Draws a box of any outline.
    pub(super) fn outlined(&mut self, bounds: Rect, outline: Outline, fill: Fill, stroke: Option<Stroke>) {
        let is_seen = !matches!(fill, Fill::None) || stroke.is_some();
        if is_seen && is_fine(bounds) {
            self.push(Node::Shape(Box::new(Shape { bounds, outline, fill, stroke, ..Shape::default() })));
        }
    }

    /// Draws a path in the coordinates of the page.
    pub(super) fn path(&mut self, path: Option<Path>, fill: Fill, stroke: Option<Stroke>) {
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

    /// Draws a line through points.
    pub(super) fn line(&mut self, points: &[Point], stroke: Option<Stroke>) {
        if stroke.is_some() {
            self.path(polyline(points, false), Fill::None, stroke);
        }
    }

    /// Clips what has been drawn since there were `from` nodes.
    pub(super) fn clip_from(&mut self, from: usize, clip: Rect) {
        let children = self.nodes.split_off(from.min(self.nodes.len()));
        if !children.is_empty() {
            self.nodes.push(Node::Group(Group { clip: clip.path(), ..Group::new(children) }));
        }
    }
}

/// A path from point to point.
pub(super) fn polyline(points: &[Point], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (n, p) in points.iter().enumerate() {
        if n == 0 { path.move_to(p.x, p.y) } else { path.line_to(p.x, p.y) }
    }
    if closed && !points.is_empty() {
        path.close();
    }
    path.finish()
}

/// Whether it can be painted.
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
