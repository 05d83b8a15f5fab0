//! Draws the series of each chart type, one file per type. Error bars and trend lines are drawn with their series.

mod area;
mod bar;
mod bar_fill;
mod bubble;
mod curve;
mod error_bars;
mod line;
pub(crate) mod pie;
pub(crate) mod pie_of_pie;
pub(crate) mod radar;
mod scatter;
mod sector;
mod stock;
pub(crate) mod surface;
pub(crate) mod trendline;

use thumbling_core::error::Result;

use crate::chart::drawing::Drawing;
use crate::chart::layout::plane::{AxisPair, Plane};
use crate::chart::model::{Group, Grouping, Kind, Series};

/// Position of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlottedPoint {
    /// Position on the first axis, 0 to 1.
    pub(crate) first: f32,
    /// On a category axis, counted from 1.
    pub(crate) x: f64,
    pub(crate) value: f64,
    /// The end on the value axis: the value, or the sum of a stack.
    pub(crate) top: f64,
}

/// The positions of all values of a series on a category axis.
fn spots(series: &Series<'_>, spans: &[Option<(f64, f64)>], plane: &Plane) -> Vec<Option<PlottedPoint>> {
    let spot = |(n, span): (usize, &Option<(f64, f64)>)| {
        let (_, top) = (*span)?;
        let x = plane.x_of(n);
        Some(PlottedPoint { first: plane.first_share(x), x, value: series.values.get(n).copied().flatten()?, top })
    };
    spans.iter().enumerate().map(spot).collect()
}

/// Draws error bars and trend lines of a series.
fn draw_overlays(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    plane: &Plane,
    spots: &[Option<PlottedPoint>],
) -> Result<()> {
    if group.grouping != Grouping::Percent {
        error_bars::draw(drawing, series, plane, spots)?;
    }
    trendline::draw(drawing, group, series, plane, spots)
}

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
