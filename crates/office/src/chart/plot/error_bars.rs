//! Draws error bars (`c:errBars`, ECMA-376 part 1, 21.2.2.55).

use thumbling_core::error::Result;
use thumbling_page::tree::Point;

use crate::chart::drawing::Drawing;
use crate::chart::element::flag;
use crate::chart::layout::plane::{FirstAxis, Plane};
use crate::chart::model::Series;
use crate::chart::plot::points::PlottedPoint;

/// Half the length of an end cap, pt.
const CAP: f32 = 2.5;

/// Default line width, pt.
const WIDTH: f32 = 0.75;

/// Draws the error bars of a series.
pub(crate) fn draw(
    drawing: &mut Drawing<'_>,
    series: &Series<'_>,
    plane: &Plane,
    spots: &[Option<PlottedPoint>],
) -> Result<()> {
    for bars in &series.error_bars {
        let stroke = drawing.stroke(&[bars.element.child("c:spPr")], drawing.other_line(WIDTH));
        let has_caps = !flag(bars.element, "c:noEndCap").unwrap_or(drawing.chart.absent);
        for (n, spot) in spots.iter().enumerate() {
            if n % 64 == 0 {
                drawing.check()?;
            }
            let (Some(spot), Some(reach)) = (spot, bars.reaches.get(n)) else { continue };
            let (own, at): (f64, &dyn Fn(f64) -> Point) = match (bars.along_x, &plane.first) {
                (false, _) => (spot.top, &|value| plane.point(spot.first, plane.second.within(value))),
                (true, FirstAxis::Numbers(scale)) => {
                    (spot.x, &|x| plane.point(scale.within(x), plane.second.share(spot.top)))
                }
                (true, FirstAxis::Categories(_)) => continue,
            };
            let from = reach.from.unwrap_or(own);
            let (low, high) = (at(from - reach.minus), at(from + reach.plus));
            drawing.line(&[low, high], stroke.clone());
            // A bar of length zero has no cap.
            for (end, amount) in [(low, reach.minus), (high, reach.plus)] {
                if !has_caps || amount == 0.0 {
                    continue;
                }
                let (dx, dy) = if bars.along_x != plane.turned { (0.0, CAP) } else { (CAP, 0.0) };
                let across = [Point { x: end.x - dx, y: end.y - dy }, Point { x: end.x + dx, y: end.y + dy }];
                drawing.line(&across, stroke.clone());
            }
        }
    }
    Ok(())
}
