//! Shapes, connectors and pictures: place, outline, fill, line, shadow, text.

use crate::office::xml::Element;
use crate::page::style::Fill;
use crate::page::tree::{Node, Outline, Rect, Shape};

use super::geometry;
use super::text::RunProperties;
use super::transform::{Frame, Placed};
use super::tree::Tree;

impl<'a> Tree<'a, '_> {
    /// The shape, connector or picture that `element` is; none if it has no place.
    pub(super) fn shape(&self, element: Element<'a>, frame: Frame) -> Option<Node> {
        let scene = &self.scene;
        let bases = self.host.bases(element);
        let own = element.child_of("spPr");
        // The nearest of the shape and those it takes after that says it.
        let properties: Vec<Element<'a>> =
            own.into_iter().chain(bases.iter().filter_map(|base| base.child_of("spPr"))).collect();
        let placed = properties.iter().find_map(|p| Placed::of(p.child("a:xfrm")?))?;
        let placed = frame.placed(placed);
        let size = (placed.bounds.width, placed.bounds.height);
        let style = element.child_of("style").or_else(|| bases.iter().find_map(|base| base.child_of("style")));
        let reference = |name: &str| style.and_then(|style| style.child(name));

        let form = properties
            .iter()
            .find_map(|p| p.children().find(|c| c.is("a:prstGeom") || c.is("a:custGeom")))
            .and_then(|form| geometry::of(form, size));
        let is_connector = element.local_name() == "cxnSp";
        let is_picture = element.local_name() == "pic";
        let fill = match element.child_of("blipFill").filter(|_| is_picture) {
            Some(picture) => scene.picture_fill(picture, size).unwrap_or_default(),
            None => properties
                .iter()
                .find_map(|p| scene.fill(*p, size))
                .or_else(|| reference("a:fillRef").and_then(|r| scene.fill_reference(r, size)))
                .unwrap_or_default(),
        };
        let line = properties.iter().find_map(|p| p.child("a:ln"));
        let stroke = scene.line(line, reference("a:lnRef"));
        let effects = properties.iter().copied().find(|p| p.child("a:effectLst").is_some());
        let shadow = scene.shadow(effects, reference("a:effectRef"));

        let mut inherited = self.host.text(element, &bases);
        if let Some(reference) = reference("a:fontRef") {
            inherited.style = RunProperties::of_reference(reference, &scene.palette);
        }
        let text = self
            .host
            .foreign_text(element)
            .or_else(|| scene.text(element.child_of("txBody").filter(|_| !is_connector)?, &inherited));
        let has_look = !matches!(fill, Fill::None) || stroke.is_some() || text.is_some();
        if has_look {
            scene.page.drew();
        }
        let (outline, mut text_area) = match form {
            Some(form) => (Outline::Paths(form.paths), form.text),
            None => (Outline::Rect, None),
        };
        // Diagrams say where the text of a shape goes.
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
                shadow,
                opacity: None,
                text_area,
                text,
            }))
        })
    }
}
