//! Points by two numbers.

use thumbling_core::error::Result;
use thumbling_page::tree::Point;

use super::super::data;
use super::super::drawing::Drawing;
use super::super::model::{Blanks, Group};
use super::super::plane::{First, Plane};
use super::super::read::flag;
use super::{Spot, line};

pub(super) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let First::Numbers(x) = &plane.first else { return Ok(()) };
    let style = group.element.val("c:scatterStyle");
    let of_style = matches!(style, Some("smooth" | "smoothMarker"));
    let blanks = drawing.chart.blanks;
    for series in &group.series {
        drawing.check()?;
        let spot = |n: usize| {
            let value = series.values.get(n).copied().flatten().or((blanks == Blanks::Zero).then_some(0.0))?;
            let at = data::x_of(series, n)?;
            Some(Spot { first: x.share(at), x: at, value, top: value })
        };
        let spots: Vec<Option<Spot>> = (0..series.values.len()).map(spot).collect();
        let place = |spot: &Option<Spot>| spot.map(|s| plane.point(s.first, plane.second.share(s.top)));
        let points: Vec<Option<Point>> = spots.iter().map(place).collect();
        super::beside(drawing, group, series, plane, &spots)?;
        let smooth = flag(series.element, "c:smooth").unwrap_or(of_style);
        line::through(drawing, group, series, &points, smooth, blanks == Blanks::Span)?;
    }
    Ok(())
}
