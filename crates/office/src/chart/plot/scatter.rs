//! Scatter charts.

use thumbling_core::error::Result;
use thumbling_page::tree::Point;

use super::points::PlottedPoint;
use super::{line, overlays};
use crate::chart::drawing::Drawing;
use crate::chart::element::flag;
use crate::chart::layout::plane::{FirstAxis, Plane};
use crate::chart::model::{Blanks, Group};
use crate::chart::values;

pub(crate) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let FirstAxis::Numbers(x) = &plane.first else { return Ok(()) };
    let style = group.element.val("c:scatterStyle");
    let of_style = matches!(style, Some("smooth" | "smoothMarker"));
    let blanks = drawing.chart.blanks;
    for series in &group.series {
        drawing.check()?;
        let spot = |n: usize| {
            let value = series.values.get(n).copied().flatten().or((blanks == Blanks::Zero).then_some(0.0))?;
            let at = values::x_of(series, n)?;
            Some(PlottedPoint { first: x.share(at), x: at, value, top: value })
        };
        let spots: Vec<Option<PlottedPoint>> = (0..series.values.len()).map(spot).collect();
        let place = |spot: &Option<PlottedPoint>| spot.map(|s| plane.point(s.first, plane.second.share(s.top)));
        let points: Vec<Option<Point>> = spots.iter().map(place).collect();
        overlays::draw(drawing, group, series, plane, &spots)?;
        let smooth = flag(series.element, "c:smooth").unwrap_or(of_style);
        line::through(drawing, group, series, &points, smooth, blanks == Blanks::Span)?;
    }
    Ok(())
}
