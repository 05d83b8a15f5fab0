//! Drawings (`w:drawing`): pictures, shapes with text, groups, charts and diagrams, in lines or anchored.

use std::sync::Arc;

use crate::chart;
use crate::drawingml::scene::{EMU, Scene};
use crate::drawingml::shape_tree::{Host, Tree};
use crate::drawingml::text::Inherited as ShapeText;
use crate::drawingml::transform::{Frame, Placed};
use crate::xml::{Element, number};
use thumbling_core::error::Result;
use thumbling_page::flow::{Drawing, Float, Inline, Origin, Part, Place, Side, TextFrame, Wrap};
use thumbling_page::style::Fill;
use thumbling_page::text::{Anchor, RunStyle, TextDirection};
use thumbling_page::tree::{Insets, Node, Rect, Shape};

use super::document::Inherited;
use super::story::Story;

/// Largest side, pt.
const FAR: f32 = 5000.0;
/// Nesting of groups.
const MAX_DEPTH: u32 = 16;

/// Shapes of text documents inherit nothing, and their text is not DrawingML.
pub(super) struct Plain;

impl<'a> Host<'a> for Plain {
    fn bases(&self, _shape: Element<'a>) -> Vec<Element<'a>> {
        Vec::new()
    }

    fn text(&self, _shape: Element<'a>, _bases: &[Element<'a>]) -> ShapeText<'a> {
        ShapeText::default()
    }
}

fn length(element: Element<'_>, name: &str) -> Option<f32> {
    element.number::<f32>(name).map(|n| (n / EMU).clamp(-FAR, FAR))
}

impl Story<'_> {
    /// The drawings in `w:drawing`.
    pub(super) fn drawing(&self, element: Element<'_>, style: &Arc<RunStyle>) -> Result<Vec<Inline>> {
        let mut inlines = Vec::new();
        for child in element.children() {
            let extent = child.child("wp:extent");
            let side = |name: &str| extent.and_then(|e| length(e, name)).unwrap_or(0.0).max(0.0);
            let (width, height) = (side("cx"), side("cy"));
            let is_hidden = child.child("wp:docPr").and_then(|p| p.flag("hidden")) == Some(true);
            if is_hidden || !matches!(child.name(), "wp:inline" | "wp:anchor") {
                continue;
            }
            let Some(data) = child.path(&["a:graphic", "a:graphicData"]) else { continue };
            let parts = self.parts(data, (width, height))?;
            let drawing = Drawing { width, height, parts };
            inlines.push(match child.name() {
                "wp:anchor" => Inline::Float(Box::new(float(child, drawing))),
                _ => Inline::Object(Box::new(drawing), style.clone()),
            });
        }
        Ok(inlines)
    }

    /// The parts of a graphic of this size.
    fn parts(&self, data: Element<'_>, (width, height): (f32, f32)) -> Result<Vec<Part>> {
        let scene = self.scene();
        let area = Rect::new(0.0, 0.0, width, height);
        let mut parts = Vec::new();
        for content in data.children() {
            match content.local_name() {
                "pic" | "wsp" => {
                    let own = content.child_of("spPr").and_then(|p| p.child("a:xfrm")).and_then(Placed::of);
                    match own {
                        Some(own) => self.shape(content, Frame::onto(own.bounds, area), &mut parts)?,
                        None => parts.extend(fallback(&scene, content, area)),
                    }
                }
                "wgp" | "lockedCanvas" => {
                    let properties = content.child_of("grpSpPr");
                    let own = properties.and_then(|p| p.child("a:xfrm")).and_then(Placed::of);
                    let frame = own.map_or_else(Frame::default, |own| Frame::onto(own.bounds, area));
                    self.group(content, frame, &mut parts, 0)?;
                }
                "wpc" => self.shapes(content, Frame::default(), &mut parts, 0)?,
                "chart" => parts.extend(chart::referred(&scene, content, area).into_iter().map(Part::Node)),
                "relIds" => {
                    let mut nodes = Vec::new();
                    Tree::new(scene, &Plain).diagram(content, area, &mut nodes)?;
                    parts.extend(nodes.into_iter().map(Part::Node));
                }
                _ => scene.page.missed("unknown object"),
            }
        }
        Ok(parts)
    }

    fn group(&self, group: Element<'_>, frame: Frame, parts: &mut Vec<Part>, depth: u32) -> Result<()> {
        let frame = frame.group(group.child_of("grpSpPr").and_then(|p| p.child("a:xfrm")));
        self.shapes(group, frame, parts, depth)
    }

    fn shapes(&self, parent: Element<'_>, frame: Frame, parts: &mut Vec<Part>, depth: u32) -> Result<()> {
        if depth > MAX_DEPTH {
            self.word.state.missed("deeply nested group");
            return Ok(());
        }
        for child in parent.children() {
            self.word.cx.check()?;
            self.scene().gather(512)?;
            match child.local_name() {
                "wsp" | "sp" | "pic" | "cxnSp" => self.shape(child, frame, parts)?,
                "wgp" | "grpSp" => self.group(child, frame, parts, depth + 1)?,
                "graphicFrame" => {
                    let placed = child.child_of("xfrm").and_then(Placed::of).map(|own| frame.placed(own));
                    let chart = child.path(&["a:graphic", "a:graphicData"]).and_then(|d| d.child_of("chart"));
                    if let Some((placed, chart)) = placed.zip(chart) {
                        let nodes = chart::referred(&self.scene(), chart, placed.bounds);
                        parts.extend(nodes.into_iter().map(Part::Node));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A shape and its text.
    fn shape(&self, element: Element<'_>, frame: Frame, parts: &mut Vec<Part>) -> Result<()> {
        let scene = self.scene();
        let placed = element.child_of("spPr").and_then(|p| p.child("a:xfrm")).and_then(Placed::of);
        let Some(placed) = placed.map(|own| frame.placed(own)) else { return Ok(()) };
        let node = Tree::new(scene, &Plain).shape(element, frame);
        let mut area = Rect { x: 0.0, y: 0.0, ..placed.bounds };
        let mut background = None;
        if let Some(Node::Shape(shape)) = &node {
            area = shape.text_area.unwrap_or(area);
            if let Fill::Solid(color) = shape.fill {
                background = (color.a > 127).then_some(color);
            }
        }
        parts.extend(node.map(Part::Node));
        let Some(text) = element.child_of("txbx").and_then(|t| t.child("w:txbxContent")) else { return Ok(()) };
        let color = element.child_of("style").and_then(|s| s.child("a:fontRef")).and_then(|f| scene.palette.within(f));
        let width = Some((area.width - 14.4).max(10.0));
        let blocks = self.blocks(text, &Inherited { table: None, color, background, width })?;
        let properties = element.child_of("bodyPr");
        let attr = |name: &str| properties.and_then(|p| p.attr(name));
        let inset = |name: &str, or: f32| attr(name).and_then(number::<f32>).map_or(or, |n| (n / EMU).clamp(-FAR, FAR));
        let turn = attr("rot").and_then(number::<f32>).unwrap_or(0.0) / 60_000.0;
        let is_upright = matches!(attr("upright"), Some("1" | "true"));
        let flip = if placed.flip_v { 180.0 } else { 0.0 };
        parts.push(Part::Text(TextFrame {
            bounds: Rect { x: area.x + placed.bounds.x, y: area.y + placed.bounds.y, ..area },
            insets: Insets {
                left: inset("lIns", 7.2),
                top: inset("tIns", 3.6),
                right: inset("rIns", 7.2),
                bottom: inset("bIns", 3.6),
            },
            anchor: match attr("anchor") {
                Some("ctr") => Anchor::Middle,
                Some("b") => Anchor::Bottom,
                _ => Anchor::Top,
            },
            rotation: if is_upright { turn } else { (placed.rotation + flip + turn) % 360.0 },
            direction: match attr("vert") {
                Some("vert") => TextDirection::Clockwise,
                Some("vert270") => TextDirection::CounterClockwise,
                Some("eaVert") => TextDirection::EastAsian,
                _ => TextDirection::Horizontal,
            },
            fits: properties.is_some_and(|p| p.child("a:spAutoFit").is_some())
                && attr("vert").is_none_or(|v| v == "horz"),
            blocks,
            ..TextFrame::default()
        }));
        self.word.state.drew();
        Ok(())
    }
}

/// A picture without a position of its own.
fn fallback(scene: &Scene<'_>, element: Element<'_>, area: Rect) -> Option<Part> {
    let fill = scene.picture_fill(element.child_of("blipFill")?, (area.width, area.height))?;
    scene.page.drew();
    Some(Part::Node(Node::Shape(Box::new(Shape { bounds: area, fill, ..Shape::default() }))))
}

/// An anchored drawing (`wp:anchor`).
fn float(anchor: Element<'_>, drawing: Drawing) -> Float {
    let place = |name: &str, or: Origin| {
        let Some(position) = anchor.child(name) else { return (or, Place::Start) };
        let origin = match position.attr("relativeFrom").unwrap_or_default() {
            "page" => Origin::Page,
            "margin" => Origin::Margin,
            "column" | "character" => Origin::Column,
            "paragraph" | "line" => Origin::Paragraph,
            "leftMargin" | "insideMargin" => Origin::LeftMargin,
            "rightMargin" | "outsideMargin" => Origin::RightMargin,
            "topMargin" => Origin::TopMargin,
            "bottomMargin" => Origin::BottomMargin,
            _ => or,
        };
        let place = match position.child("wp:align").map(|a| a.text().trim()) {
            Some("center") => Place::Center,
            Some("right" | "bottom" | "outside") => Place::End,
            Some(_) => Place::Start,
            None => {
                let share = ["wp14:pctPosHOffset", "wp14:pctPosVOffset"].iter().find_map(|n| position.child(n));
                let offset = position.child("wp:posOffset").and_then(|o| number::<f32>(o.text()));
                match (offset, share.and_then(|s| number::<f32>(s.text()))) {
                    (Some(offset), _) => Place::At((offset / EMU).clamp(-FAR, FAR)),
                    (None, Some(share)) => Place::Share((share / 100_000.0).clamp(-10.0, 10.0)),
                    (None, None) => Place::Start,
                }
            }
        };
        (origin, place)
    };
    let (mut x, mut y) = (place("wp:positionH", Origin::Column), place("wp:positionV", Origin::Paragraph));
    if anchor.flag("simplePos") == Some(true)
        && let Some(position) = anchor.child("wp:simplePos")
    {
        x = (Origin::Page, Place::At(length(position, "x").unwrap_or(0.0)));
        y = (Origin::Page, Place::At(length(position, "y").unwrap_or(0.0)));
    }
    let wrap = anchor.children().find_map(|child| {
        let side = || match child.attr("wrapText") {
            Some("left") => Side::Left,
            Some("right") => Side::Right,
            Some("largest") => Side::Largest,
            _ => Side::Both,
        };
        Some(match child.name() {
            "wp:wrapNone" => Wrap::None,
            "wp:wrapSquare" | "wp:wrapTight" | "wp:wrapThrough" => Wrap::Square(side()),
            "wp:wrapTopAndBottom" => Wrap::TopAndBottom,
            _ => return None,
        })
    });
    let distance = |name: &str| length(anchor, name).unwrap_or(0.0).max(0.0);
    let wrap = wrap.unwrap_or_default();
    let is_behind = anchor.flag("behindDoc").unwrap_or(false);
    Float {
        drawing,
        x,
        y,
        wrap,
        distance: Insets {
            left: distance("distL"),
            top: distance("distT"),
            right: distance("distR"),
            bottom: distance("distB"),
        },
        behind: is_behind,
        z: anchor.number::<i64>("relativeHeight").unwrap_or(0),
    }
}
