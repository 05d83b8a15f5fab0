//! What values look like: one file a kind of chart.

mod area;
mod bar;
mod bubble;
mod curve;
mod line;
pub(super) mod marker;
pub(super) mod pie;
pub(super) mod radar;
mod scatter;
mod stock;

use crate::error::Result;

use super::drawing::Drawing;
use super::model::{Group, Kind};
use super::plane::{Pair, Plane};

/// Draws what stands between axes.
pub(super) fn draw(drawing: &mut Drawing<'_>, pair: &Pair<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let before = drawing.nodes.len();
    match group.kind {
        Kind::Bar => bar::draw(drawing, group, plane),
        Kind::Line => line::draw(drawing, group, plane),
        Kind::Area => area::draw(drawing, group, plane),
        Kind::Scatter => scatter::draw(drawing, group, plane),
        Kind::Bubble => bubble::draw(drawing, group, plane),
        Kind::Stock => stock::draw(drawing, group, plane),
        Kind::Pie | Kind::Doughnut | Kind::Radar | Kind::Surface => {
            drawing.scene.page.missed("surface chart");
            Ok(())
        }
    }?;
    // Values beyond the ends of an axis that the file gives are cut off there.
    let is_given = |axis: Option<&super::model::Axis<'_>>| axis.is_some_and(|a| a.min.is_some() || a.max.is_some());
    if !matches!(group.kind, Kind::Bar) && (is_given(pair.first) || is_given(pair.second)) {
        let mut area = plane.area;
        // Half a marker may stand beyond.
        (area.x, area.y, area.width, area.height) = (area.x - 4.0, area.y - 4.0, area.width + 8.0, area.height + 8.0);
        drawing.clip_from(before, area);
    }
    Ok(())
}
