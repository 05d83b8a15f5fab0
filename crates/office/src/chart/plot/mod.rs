//! What values look like: one file a kind of chart.

mod area;
mod bar;
mod bar_fill;
mod bubble;
mod curve;
mod line;
pub(super) mod marker;
pub(super) mod of_pie;
pub(super) mod pie;
pub(super) mod radar;
mod scatter;
mod sector;
mod stock;
pub(super) mod surface;

use thumbling_core::error::Result;

use super::drawing::Drawing;
use super::error_bars;
use super::model::{Group, Grouping, Kind, Series};
use super::plane::{Pair, Plane};
use super::trend;

/// Where a value of a series is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// Its share of the first axis.
    pub(super) first: f32,
    /// Its x; among names, they are counted from 1.
    pub(super) x: f64,
    /// The value itself.
    pub(super) value: f64,
    /// Where on the axis of values it ends: the value, or more where it is stacked.
    pub(super) top: f64,
}

/// The spots of a series of names.
fn spots(series: &Series<'_>, spans: &[Option<(f64, f64)>], plane: &Plane) -> Vec<Option<Spot>> {
    let spot = |(n, span): (usize, &Option<(f64, f64)>)| {
        let (_, top) = (*span)?;
        let x = plane.x_of(n);
        Some(Spot { first: plane.first_share(x), x, value: series.values.get(n).copied().flatten()?, top })
    };
    spans.iter().enumerate().map(spot).collect()
}

/// Draws what a series has at its values beside these: error bars and trend lines.
fn beside(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    plane: &Plane,
    spots: &[Option<Spot>],
) -> Result<()> {
    if group.grouping != Grouping::Percent {
        error_bars::draw(drawing, series, plane, spots)?;
    }
    trend::draw(drawing, group, series, plane, spots)
}

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
            drawing.scene.page.missed("chart of another kind between axes");
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
