//! Shapes, connectors and pictures: position, outline, fill, line, effects, text.

use crate::xml::Element;
use thumbling_page::style::{Fill, Gradient};
use thumbling_page::tree::{Node, Outline, Rect, Shape};

use super::geometry;
use super::paint::effect;
use super::shape_tree::Tree;
use super::text::RunProperties;
use super::transform::{Frame, Placed};

impl<'a> Tree<'a, '_> {
    /// Reads a shape, connector or picture; `None` without a position.
    pub(crate) fn shape(&self, element: Element<'a>, frame: Frame) -> Option<Node> {
        let scene = &self.scene;
        let bases = self.host.bases(element);
        let own = element.child_of("spPr");
        // From the shape to the most general one it inherits from.
        let properties: Vec<Element<'a>> =
            own.into_iter().chain(bases.iter().filter_map(|base| base.child_of("spPr"))).collect();
        let placed = properties.iter().find_map(|p| Placed::of(p.child("a:xfrm")?))?;
        let placed = frame.placed(placed);
        let size = (placed.bounds.width, placed.bounds.height);
        // A shape's style precedes the properties of shapes that it inherits from.
        let layers: Vec<Layer<'a>> = std::iter::once(element).chain(bases.iter().copied()).map(Layer::of).collect();
        let font = layers.iter().find_map(|layer| layer.style?.child("a:fontRef"));

        let form = properties
            .iter()
            .find_map(|p| p.children().find(|c| c.is("a:prstGeom") || c.is("a:custGeom")))
            .and_then(|form| geometry::of(form, size));
        let is_connector = element.local_name() == "cxnSp";
        let is_picture = element.local_name() == "pic";
        let fill = match element.child_of("blipFill").filter(|_| is_picture) {
            Some(picture) => scene.picture_fill(picture, size).unwrap_or_default(),
            None => self.shape_fill(element, &layers, placed.bounds),
        };
        let line = layers.iter().find_map(|layer| {
            let own = layer.properties.and_then(|p| p.child("a:ln"));
            let reference = layer.style.and_then(|s| s.child("a:lnRef"));
            (own.is_some() || reference.is_some()).then_some((own, reference))
        });
        let stroke = line.and_then(|(own, reference)| scene.line(own, reference));
        let effects = layers.iter().find_map(|layer| {
            let own = layer.properties.filter(|p| effect::has_own(*p));
            let reference = layer.style.and_then(|s| s.child("a:effectRef"));
            (own.is_some() || reference.is_some()).then(|| scene.effects(own, reference))
        });
        let effects = effects.flatten();

        let mut inherited = self.host.text(element, &bases);
        if let Some(reference) = font {
            inherited.style = RunProperties::of_reference(reference, &scene.palette);
        }
        let text = self
            .host
            .foreign_text(element)
            .or_else(|| scene.text(element.child_of("txBody").filter(|_| !is_connector)?, &inherited))
            .map(|mut body| {
                // Upright text is rotated back.
                if element.path(&["p:txBody", "a:bodyPr"]).and_then(|b| b.flag("upright")) == Some(true) {
                    body.turn -= placed.rotation;
                }
                body
            });
        let has_look = !matches!(fill, Fill::None) || stroke.is_some() || text.is_some();
        if has_look {
            scene.page.drew();
        }
        let (outline, mut text_area) = match form {
            Some(form) => (Outline::Paths(form.paths), form.text),
            None => (Outline::Rect, None),
        };
        // In diagrams, the text area has its own transform.
        if let Some(area) = element.child("dsp:txXfrm").and_then(Placed::of).map(|own| frame.placed(own).bounds) {
            text_area = Some(Rect { x: area.x - placed.bounds.x, y: area.y - placed.bounds.y, ..area });
        }
        has_look.then(|| {
            Node::Shape(Box::new(Shape {
                bounds: placed.bounds,
                rotation: placed.rotation,
                flip_h: placed.flip_h,
                flip_v: placed.flip_v,
                outline,
                fill,
                stroke,
                effects,
                opacity: None,
                text_area,
                text,
            }))
        })
    }

    /// The fill of a shape at `bounds`.
    fn shape_fill(&self, element: Element<'a>, layers: &[Layer<'a>], bounds: Rect) -> Fill {
        let scene = &self.scene;
        let size = (bounds.width, bounds.height);
        if element.flag("useBgFill") == Some(true) {
            return scene.page.background_at(bounds);
        }
        let fill = layers.iter().find_map(|layer| {
            let reference = || scene.fill_reference(layer.style?.child("a:fillRef")?, size);
            let own = layer.properties.and_then(|p| scene.fill(p, size));
            // A gradient without stops takes those of the style, and keeps its direction.
            let direction = layer
                .properties
                .and_then(|p| p.children().find(|c| c.is("a:gradFill") && c.child("a:gsLst").is_none()));
            match direction.map(|d| (d, reference())) {
                Some((direction, Some(Fill::Gradient(gradient)))) => {
                    Some(Fill::Gradient(Gradient { kind: super::paint::fill::gradient_kind(direction), ..gradient }))
                }
                _ => own.or_else(reference),
            }
        });
        fill.unwrap_or_default()
    }
}

/// Properties and style of one shape.
struct Layer<'a> {
    properties: Option<Element<'a>>,
    style: Option<Element<'a>>,
}

impl<'a> Layer<'a> {
    fn of(shape: Element<'a>) -> Self {
        Self { properties: shape.child_of("spPr"), style: shape.child_of("style") }
    }
}
