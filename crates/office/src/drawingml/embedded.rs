//! Embedded OLE objects, shown by their picture.
//!
//! The picture is in the object (`p:pic`). Office 2007 stored it in a VML drawing beside the slide, under the object's
//! id.

use crate::xml::Element;
use thumbling_page::style::{Fill, PictureFill, PictureMode};
use thumbling_page::tree::{Node, Shape};

use super::scene::Scene;
use super::shape_tree::Tree;
use super::transform::{Frame, Placed};

impl<'a> Tree<'a, '_> {
    /// The picture of `object` (`p:oleObj`) in a frame at `placed`.
    pub(super) fn embedded(&self, object: Element<'a>, placed: Placed, frame: Frame) -> Option<Node> {
        let drawn = match object.child("p:pic") {
            // A picture without a position fills the frame.
            Some(picture) => self.shape(picture, frame).or_else(|| {
                let size = (placed.bounds.width, placed.bounds.height);
                Some(at(placed, self.scene.picture_fill(picture.child_of("blipFill")?, size)?))
            }),
            None => self.scene.legacy_picture(object.attr("spid")?, placed),
        };
        if drawn.is_none() {
            self.scene.page.missed("embedded object without a picture");
        }
        drawn
    }
}

impl Scene<'_> {
    /// The picture of shape `id` in the VML drawings of this part (ECMA-376 part 4, 19.1).
    fn legacy_picture(&self, id: &str, placed: Placed) -> Option<Node> {
        let name = self.relationships.part_of_kind("vmlDrawing")?;
        let drawing = self.package.xml(name, self.cx).ok()?;
        let shape = drawing.root().children().find(|shape| shape.attr("id") == Some(id))?;
        let data = shape.child("v:imagedata")?;
        let relationships = self.package.relationships(name, self.cx).ok()?;
        let scene = Scene { relationships: &relationships, ..*self };
        let crop = ["cropleft", "croptop", "cropright", "cropbottom"].map(|side| data.attr(side).map_or(0.0, fraction));
        let whole = |side: f32, cut: f32| side / (1.0 - cut).clamp(0.02, 50.0);
        let shown = (whole(placed.bounds.width, crop[0] + crop[2]), whole(placed.bounds.height, crop[1] + crop[3]));
        let picture = scene.picture(data.attr("o:relid")?, shown)?;
        let mode = PictureMode::Stretch { crop, onto: [0.0; 4] };
        self.page.drew();
        Some(at(placed, Fill::Picture(PictureFill { picture, mode, opacity: 1.0 })))
    }
}

fn at(placed: Placed, fill: Fill) -> Node {
    let Placed { bounds, rotation, flip_h, flip_v } = placed;
    Node::Shape(Box::new(Shape { bounds, rotation, flip_h, flip_v, fill, ..Shape::default() }))
}

/// A VML fraction: `0.25`, or `16384f` of 65,536.
fn fraction(text: &str) -> f32 {
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|n| n.is_finite()).unwrap_or(0.0);
    match text.trim().strip_suffix('f') {
        Some(parts) => number(parts) / 65_536.0,
        None => number(text),
    }
    .clamp(-10.0, 0.98)
}
