//! Points by two numbers.

use crate::error::Result;
use crate::page::tree::Point;

use super::super::data;
use super::super::drawing::Drawing;
use super::super::model::{Blanks, Group};
use super::super::plane::{First, Plane};
use super::super::read::flag;
use super::line;

pub(super) fn draw(drawing: &mut Drawing<'_>, group: &Group<'_>, plane: &Plane) -> Result<()> {
    let First::Numbers(x) = &plane.first else { return Ok(()) };
    let style = group.element.val("c:scatterStyle");
    let of_style = matches!(style, Some("smooth" | "smoothMarker"));
    let blanks = drawing.chart.blanks;
    for series in &group.series {
        drawing.check()?;
        let place = |n: usize| {
            let value = series.values.get(n).copied().flatten().or((blanks == Blanks::Zero).then_some(0.0))?;
            Some(plane.point(x.share(data::x_of(series, n)?), plane.second.share(value)))
        };
        let points: Vec<Option<Point>> = (0..series.values.len()).map(place).collect();
        let smooth = flag(series.element, "c:smooth").unwrap_or(of_style);
        line::through(drawing, group, series, &points, smooth, blanks == Blanks::Span)?;
    }
    Ok(())
}
