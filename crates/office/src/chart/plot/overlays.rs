//! Error bars and trend lines, drawn with their series.

use thumbling_core::error::Result;

use super::points::PlottedPoint;
use super::{error_bars, trendline};
use crate::chart::drawing::Drawing;
use crate::chart::layout::plane::Plane;
use crate::chart::model::{Group, Grouping, Series};

/// Draws error bars and trend lines of a series.
pub(super) fn draw(
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
