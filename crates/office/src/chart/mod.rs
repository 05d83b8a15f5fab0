//! Charts (`c:chartSpace`) of documents, sheets and presentations, as nodes of a page.
//!
//! Only cached values are read: no formula is evaluated, no embedded workbook opened. 3-D charts are drawn flat.
//!
//! | module | contents |
//! |---|---|
//! | [`element`] | values of child elements |
//! | [`model`] | what the file says, as data |
//! | [`read`] | from elements to the model |
//! | [`values`] | stacked values, scales, dates, fitted curves |
//! | [`drawing`] | page nodes of one chart: fills, lines, text styles, markers, legend keys |
//! | [`layout`] | positions of axes, tick labels, data labels, data tables |
//! | [`plot`] | the series of each chart type, with error bars and trend lines |
//! | [`compose`] | the whole chart: title, legend, plot area |
//! | [`user_shapes`] | shapes drawn on top of a chart |
//!
//! Imports only point up this table, from later to earlier modules.

mod compose;
mod drawing;
mod element;
mod layout;
mod model;
mod plot;
mod read;
#[cfg(test)]
mod tests;
mod user_shapes;
mod values;

use crate::drawingml::scene::Scene;
use crate::drawingml::theme::Theme;
use crate::drawingml::theme::color::ColorMap;
use crate::drawingml::theme::palette::Palette;
use crate::package::Relationships;
use crate::xml::{Document, Element};
use thumbling_core::error::Result;
use thumbling_page::tree::{Node, Rect};

/// Draws the chart that `reference` (`c:chart`, `cx:chart`) names in `area` (pt on the page). A chart that cannot be
/// read is reported as missed.
pub fn referred(scene: &Scene<'_>, reference: Element<'_>, area: Rect) -> Vec<Node> {
    let name = reference.attr("r:id").and_then(|id| scene.relationships.part(id));
    name.and_then(|name| part(scene, name, area).ok()).unwrap_or_else(|| {
        scene.page.missed("unreadable chart");
        Vec::new()
    })
}

/// Draws a chart part in `area` (pt on the page), with its own relationships and colour map.
fn part(scene: &Scene<'_>, name: &str, area: Rect) -> Result<Vec<Node>> {
    let document = scene.package.xml(name, scene.cx)?;
    let relationships = scene.package.relationships(name, scene.cx)?;
    let root = document.root();
    let map = root.child("c:clrMapOvr").map(ColorMap::of);
    // A chart pasted with its source formatting has its own theme.
    let theme = relationships.part_of_kind("themeOverride").and_then(|name| scene.package.xml(name, scene.cx).ok());
    let is_whole = |d: &Document| ["a:clrScheme", "a:fontScheme"].iter().all(|name| d.root().child(name).is_some());
    let theme = theme.filter(is_whole).map(|document| Theme::of(document, Relationships::default()));
    let palette = Palette {
        theme: theme.as_ref().unwrap_or(scene.palette.theme),
        map: map.as_ref().unwrap_or(scene.palette.map),
        ..scene.palette
    };
    Ok(nodes(&Scene { relationships: &relationships, palette, ..*scene }, root, area))
}

/// Draws a `c:chartSpace` in `area` (pt on the page). If time runs out the chart is incomplete, and the caller's next
/// check of the interrupt fails.
pub fn nodes(scene: &Scene<'_>, chart: Element<'_>, area: Rect) -> Vec<Node> {
    let is_fine = [area.x, area.y, area.width, area.height].iter().all(|n| n.is_finite());
    if !is_fine || area.width < 1.0 || area.height < 1.0 {
        return Vec::new();
    }
    let Ok(model) = read::chart(scene, chart) else { return Vec::new() };
    let mut drawing = drawing::Drawing::new(scene, &model, area);
    if compose::draw(&mut drawing).is_ok() {
        scene.page.drew();
    }
    let mut nodes = drawing.nodes;
    if let Some(reference) = chart.child("c:userShapes") {
        nodes.extend(user_shapes::draw(scene, reference, area));
    }
    nodes
}
