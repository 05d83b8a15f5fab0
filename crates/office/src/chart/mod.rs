//! Charts (`c:chartSpace`), of documents, sheets and presentations alike, as nodes of a page.
//!
//! A chart part is read into a [`model`]; [`layout`] finds a place for its title, legend and plot area and draws axes
//! around what [`plot`] draws of the values. Values are those that the file has cached: no formula and no workbook is
//! looked into. What has three dimensions is drawn flat.
//!
//! | file | what it does |
//! |---|---|
//! | [`read`], [`model`], [`data`] | what the file says; values as they are stacked |
//! | [`scale`], [`dates`], [`plane`] | from values to places |
//! | [`axes`], [`tick_words`], [`levels`] | lines, ticks and words of axes |
//! | [`layout`], [`cartesian`], [`legend`], [`data_table`], [`labels`] | what stands where |
//! | [`style`], [`swatch`], [`lettering`] | fills, lines and fonts where the file leaves them open |
//! | [`plot`] | each kind of chart |
//! | [`trend`], [`fit`], [`error_bars`] | what is drawn at the values of a series beside themselves |
//! | [`upon`] | shapes that a person drew upon it |

mod axes;
mod cartesian;
mod data;
mod data_table;
mod dates;
mod drawing;
mod error_bars;
mod fit;
mod labels;
mod layout;
mod legend;
mod lettering;
mod levels;
mod model;
mod plane;
mod plot;
mod read;
mod scale;
mod style;
mod swatch;
#[cfg(test)]
mod tests;
mod tick_words;
mod trend;
mod upon;

use crate::drawingml::color::{ColorMap, Palette};
use crate::drawingml::scene::Scene;
use crate::drawingml::theme::Theme;
use crate::package::Relationships;
use crate::xml::{Document, Element};
use thumbling_core::error::Result;
use thumbling_page::tree::{Node, Rect};

/// The chart that `reference` (`c:chart`, `cx:chart`) of the part at hand names, in `area` (pt on the page). One that
/// cannot be read is noted, and not drawn.
pub fn referred(scene: &Scene<'_>, reference: Element<'_>, area: Rect) -> Vec<Node> {
    let name = reference.attr("r:id").and_then(|id| scene.relationships.part(id));
    name.and_then(|name| part(scene, name, area).ok()).unwrap_or_else(|| {
        scene.page.missed("chart that cannot be read");
        Vec::new()
    })
}

/// The chart that a part of the package is, in `area` (pt on the page), with what it refers to and its own colour map.
/// Errors are those of reading the part.
fn part(scene: &Scene<'_>, name: &str, area: Rect) -> Result<Vec<Node>> {
    let document = scene.package.xml(name, scene.cx)?;
    let relationships = scene.package.relationships(name, scene.cx)?;
    let root = document.root();
    let map = root.child("c:clrMapOvr").map(ColorMap::of);
    // A chart that was pasted with its looks brings the theme of where it came from.
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

/// The chart that the element `c:chartSpace` is, in `area` (pt on the page). What could not be drawn in time is left
/// out; the caller's next look at the interrupt says so.
pub fn nodes(scene: &Scene<'_>, chart: Element<'_>, area: Rect) -> Vec<Node> {
    let is_fine = [area.x, area.y, area.width, area.height].iter().all(|n| n.is_finite());
    if !is_fine || area.width < 1.0 || area.height < 1.0 {
        return Vec::new();
    }
    let Ok(model) = read::chart(scene, chart) else { return Vec::new() };
    let mut drawing = drawing::Drawing::new(scene, &model, area);
    if layout::draw(&mut drawing).is_ok() {
        scene.page.drew();
    }
    let mut nodes = drawing.nodes;
    if let Some(reference) = chart.child("c:userShapes") {
        nodes.extend(upon::shapes(scene, reference, area));
    }
    nodes
}
