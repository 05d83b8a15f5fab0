//! Error bars (`c:errBars`, ECMA-376 part 1, 21.2.2.55): how far from a value the truth may be.

use crate::drawingml::scene::Scene;
use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::tree::Point;

use super::drawing::Drawing;
use super::model::Series;
use super::plane::{First, Plane};
use super::plot::Spot;
use super::read::{self, flag, number};

/// Half of the length of the line across an end, pt.
const CAP: f32 = 2.5;

/// Width of a line that does not say it, pt.
const WIDTH: f32 = 0.75;

/// Error bars of one direction.
#[derive(Debug, Clone)]
pub(super) struct ErrorBars<'a> {
    element: Element<'a>,
    /// Whether they lie along x.
    along_x: bool,
    /// Of each point.
    reaches: Vec<Reach>,
}

/// How far a bar reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reach {
    /// Where it is measured from, if that is not the value.
    from: Option<f64>,
    minus: f64,
    plus: f64,
}

/// Reads the error bars of a series whose x and values are these.
pub(super) fn read<'a>(
    scene: &Scene<'_>,
    element: Element<'a>,
    x: Option<&Vec<Option<f64>>>,
    values: &[Option<f64>],
) -> Result<ErrorBars<'a>> {
    let along_x = element.val("c:errDir") == Some("x");
    let count = values.len();
    let of_direction = if along_x { x.map_or(&[][..], |x| x.as_slice()) } else { values };
    let amount = number(element, "c:val").unwrap_or(0.0).abs();
    let known: Vec<f64> = of_direction.iter().flatten().copied().collect();
    let (mean, deviation) = spread(&known);
    let same = |from: Option<f64>, amount: f64| vec![Reach { from, minus: amount, plus: amount }; count];
    let mut reaches = match element.val("c:errValType") {
        Some("percentage") => {
            let of = |v: &Option<f64>| v.unwrap_or(0.0).abs() * amount / 100.0;
            of_direction.iter().map(|v| Reach { from: None, minus: of(v), plus: of(v) }).collect()
        }
        // The deviation is that from the mean, and stands there.
        Some("stdDev") => same(Some(mean), deviation * amount),
        Some("stdErr") => same(None, deviation / (known.len().max(1) as f64).sqrt()),
        Some("cust") => {
            let (plus, _) = read::numbers(scene, element.child("c:plus"))?;
            let (minus, _) = read::numbers(scene, element.child("c:minus"))?;
            // One number is that of every point.
            let at = |side: &[Option<f64>], n: usize| {
                let n = if side.len() == 1 { 0 } else { n };
                side.get(n).copied().flatten().unwrap_or(0.0)
            };
            (0..count).map(|n| Reach { from: None, minus: at(&minus, n), plus: at(&plus, n) }).collect()
        }
        _ => same(None, amount),
    };
    for reach in &mut reaches {
        match element.val("c:errBarType") {
            Some("plus") => reach.minus = 0.0,
            Some("minus") => reach.plus = 0.0,
            _ => {}
        }
    }
    Ok(ErrorBars { element, along_x, reaches })
}

/// The mean of values, and how far they stand from it (of a sample).
fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mean = values.iter().map(|v| v / count).sum::<f64>();
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    (mean, if deviation.is_finite() { deviation } else { 0.0 })
}

/// The lowest and the highest value that the error bars of a point show, if it has any along the axis of values.
pub(super) fn reach(series: &Series<'_>, point: usize, value: f64) -> Option<(f64, f64)> {
    let bars = series.error_bars.iter().find(|bars| !bars.along_x)?;
    let reach = bars.reaches.get(point)?;
    let from = reach.from.unwrap_or(value);
    Some((from - reach.minus, from + reach.plus))
}

/// Draws the error bars of a series at its points.
pub(super) fn draw(
    drawing: &mut Drawing<'_>,
    series: &Series<'_>,
    plane: &Plane,
    spots: &[Option<Spot>],
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
                (true, First::Numbers(scale)) => {
                    (spot.x, &|x| plane.point(scale.within(x), plane.second.share(spot.top)))
                }
                (true, First::Names(_)) => continue,
            };
            let from = reach.from.unwrap_or(own);
            let (low, high) = (at(from - reach.minus), at(from + reach.plus));
            drawing.line(&[low, high], stroke.clone());
            // Lines across the ends, not at the value itself.
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
