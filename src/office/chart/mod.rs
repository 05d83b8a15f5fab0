//! Charts (`c:chartSpace`), of documents, sheets and presentations alike, as nodes of a page.
//!
//! A chart part is read into a [`model`]; [`layout`] finds a place for its title, legend and plot area and draws axes
//! around what [`plot`] draws of the values. Values are those that the file has cached: no formula and no workbook is
//! looked into. What has three dimensions is drawn flat.
//!
//! | file | what it does |
//! |---|---|
//! | [`read`], [`model`], [`data`] | what the file says; values as they are stacked |
//! | [`scale`], [`plane`], [`axes`] | from values to places; lines, ticks and words of axes |
//! | [`layout`], [`legend`], [`labels`] | what stands where |
//! | [`style`], [`lettering`] | fills, lines and fonts where the file leaves them open |
//! | [`plot`] | each kind of chart |

mod axes;
mod data;
mod drawing;
mod labels;
mod layout;
mod legend;
mod lettering;
mod model;
mod plane;
mod plot;
mod read;
mod scale;
mod style;
#[cfg(test)]
mod tests;

use crate::office::drawingml::scene::Scene;
use crate::office::xml::Element;
use crate::page::tree::{Node, Rect};

/// The chart that the element `c:chartSpace` is, in `area` (pt on the page). What could not be drawn in time is left
/// out; the caller's next look at the interrupt says so.
pub(crate) fn nodes(scene: &Scene<'_>, chart: Element<'_>, area: Rect) -> Vec<Node> {
    let is_fine = [area.x, area.y, area.width, area.height].iter().all(|n| n.is_finite());
    if !is_fine || area.width < 1.0 || area.height < 1.0 {
        return Vec::new();
    }
    let Ok(model) = read::chart(scene, chart) else { return Vec::new() };
    let mut drawing = drawing::Drawing::new(scene, &model, area);
    if layout::draw(&mut drawing).is_ok() {
        scene.page.drew();
    }
    // Shapes that a person drew upon the chart.
    if chart.child("c:userShapes").is_some() {
        scene.page.missed("shapes upon a chart");
    }
    drawing.nodes
}
