//! Shapes that a user drew on a chart (`cdr:wsDr`, ECMA-376 part 1, 21.3).
//!
//! An anchor gives the position of each shape, in shares of the chart. The shape's own `a:xfrm` is from when it was
//! drawn, and only positions the children of a group relative to each other.

use crate::drawingml::scene::{EMU, Scene};
use crate::drawingml::shape_tree::{DefaultHost, Tree};
use crate::drawingml::transform::{Frame, Placed};
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::tree::{Node, Rect};

use crate::chart::element::content;

/// Anchors read.
const MAX_ANCHORS: usize = 1000;

/// The shapes of the part that `reference` (`c:userShapes`) names, over the chart in `area`.
pub(crate) fn draw(scene: &Scene<'_>, reference: Element<'_>, area: Rect) -> Vec<Node> {
    let name = reference.attr("r:id").and_then(|id| scene.relationships.part(id));
    name.and_then(|name| of_part(scene, name, area).ok()).unwrap_or_else(|| {
        scene.page.missed("shapes on a chart");
        Vec::new()
    })
}

fn of_part(scene: &Scene<'_>, name: &str, area: Rect) -> Result<Vec<Node>> {
    let document = scene.package.xml(name, scene.cx)?;
    let relationships = scene.package.relationships(name, scene.cx)?;
    let inner = Scene { relationships: &relationships, ..*scene };
    let host = DefaultHost { lists: &[] };
    let mut tree = Tree::new(inner, &host);
    let mut nodes = Vec::new();
    for anchor in document.root().children().take(MAX_ANCHORS) {
        scene.cx.check()?;
        let (Some(to), Some(shape)) = (place(anchor, area), anchor.children().find_map(own_place)) else { continue };
        nodes.extend(tree.nodes(anchor, Frame::onto(shape, to), &|_| true)?);
    }
    Ok(nodes)
}

/// Bounds of an anchor on the page.
fn place(anchor: Element<'_>, area: Rect) -> Option<Rect> {
    let corner = |name: &str| {
        let corner = anchor.child(name)?;
        let share = |name: &str| Some(content(corner, name)?.clamp(-10.0, 10.0) as f32);
        Some((area.x + share("cdr:x")? * area.width, area.y + share("cdr:y")? * area.height))
    };
    let (x, y) = corner("cdr:from")?;
    if anchor.is("cdr:relSizeAnchor") {
        let (right, bottom) = corner("cdr:to")?;
        return Some(Rect::new(x.min(right), y.min(bottom), (right - x).abs(), (bottom - y).abs()));
    }
    let size = anchor.child("cdr:ext")?;
    let length = |name: &str| Some((size.number::<f32>(name)? / EMU).clamp(0.0, 1e5));
    Some(Rect::new(x, y, length("cx")?, length("cy")?))
}

/// Bounds by the shape's own transform; of a shape on its side, the area that it covers.
fn own_place(shape: Element<'_>) -> Option<Rect> {
    let properties = shape.children().find(|c| matches!(c.local_name(), "spPr" | "grpSpPr"));
    let xfrm = properties.and_then(|p| p.child("a:xfrm")).or_else(|| shape.child_of("xfrm"))?;
    let Placed { bounds, rotation, .. } = Placed::of(xfrm)?;
    let is_aside = (45.0..135.0).contains(&rotation.rem_euclid(180.0));
    let Rect { x, y, width, height } = bounds;
    Some(match is_aside {
        true => Rect::new(x + (width - height) / 2.0, y + (height - width) / 2.0, height, width),
        false => bounds,
    })
}
