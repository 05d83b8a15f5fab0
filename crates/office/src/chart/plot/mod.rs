//! Draws the series of each chart type, one file per type. Error bars and trend lines are drawn with their series.

mod area;
mod bar;
mod bar_fill;
mod bubble;
mod curve;
mod error_bars;
mod line;
mod overlays;
pub(crate) mod pie;
pub(crate) mod pie_of_pie;
mod points;
pub(crate) mod radar;
mod scatter;
mod sector;
mod stock;
pub(crate) mod surface;
pub(crate) mod trendline;

use thumbling_core::error::Result;

use crate::chart::drawing::Drawing;
use crate::chart::layout::plane::{AxisPair, Plane};
use crate::chart::model::{Group, Kind};

/// Draws a group on its axes.
pub(crate) fn draw(drawing: &mut Drawing<'_>, pair: &AxisPair<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let before = drawing.nodes.len();
    match group.kind {
        Kind::Bar => bar::draw(drawing, group, plane),
        Kind::Line => line::draw(drawing, group, plane),
        Kind::Area => area::draw(drawing, group, plane),
        Kind::Scatter => scatter::draw(drawing, group, plane),
        Kind::Bubble => bubble::draw(drawing, group, plane),
        Kind::Stock => stock::draw(drawing, group, plane),
        Kind::Pie | Kind::Doughnut | Kind::Radar | Kind::Surface => {
            drawing.scene.page.missed("chart type that has no axes");
            Ok(())
        }
    }?;
    // Values beyond a fixed axis range are clipped.
    let is_given =
        |axis: Option<&crate::chart::model::Axis<'_>>| axis.is_some_and(|a| a.min.is_some() || a.max.is_some());
    if !matches!(group.kind, Kind::Bar) && (is_given(pair.first) || is_given(pair.second)) {
        let mut area = plane.area;
        // Half a marker can extend beyond the area.
        (area.x, area.y, area.width, area.height) = (area.x - 4.0, area.y - 4.0, area.width + 8.0, area.height + 8.0);
        drawing.clip_from(before, area);
    }
    Ok(())
}
