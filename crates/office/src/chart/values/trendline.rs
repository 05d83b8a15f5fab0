//! Trend lines as numbers: curve type, forecast and moving averages (`c:trendline`, ECMA-376 part 1, 21.2.2.211).

use super::fit::{MAX_ORDER, Shape};
use crate::chart::element::number;
use crate::chart::model::{Group, Grouping, Kind, Series};
use crate::xml::Element;

/// Trend lines drawn per series.
const MAX_TRENDS: usize = 8;

/// The trend lines of a series, if its chart type can have any.
pub(crate) fn of<'a>(group: &Group<'a>, series: &Series<'a>) -> impl Iterator<Item = Element<'a>> {
    let can = group.grouping == Grouping::Apart
        && matches!(group.kind, Kind::Bar | Kind::Line | Kind::Area | Kind::Scatter | Kind::Bubble | Kind::Stock);
    series.element.children_of("c:trendline").take(if can { MAX_TRENDS } else { 0 })
}

/// Points in a moving average.
pub(crate) fn period(trend: Element<'_>) -> usize {
    number(trend, "c:period").map_or(2, |n| n.clamp(2.0, 255.0) as usize)
}

/// The longest forecast before and after a series' points, in units of x.
pub(crate) fn forecast(group: &Group<'_>, series: &Series<'_>) -> (f64, f64) {
    let far = |trend: Element<'_>, name: &str| number(trend, name).unwrap_or(0.0).clamp(0.0, 1e6);
    of(group, series).fold((0.0, 0.0), |(before, behind), trend| {
        (before.max(far(trend, "c:backward")), behind.max(far(trend, "c:forward")))
    })
}

pub(crate) fn shape(trend: Element<'_>) -> Shape {
    match trend.val("c:trendlineType") {
        Some("exp") => Shape::Exponential,
        Some("log") => Shape::Logarithmic,
        Some("power") => Shape::Power,
        Some("poly") => {
            Shape::Polynomial(number(trend, "c:order").map_or(2, |n| n.clamp(2.0, MAX_ORDER as f64) as usize))
        }
        _ => Shape::Polynomial(1),
    }
}

/// Moving averages over `period` points, each at its last point.
pub(crate) fn averages(points: &[(f64, f64)], period: usize) -> Vec<(f64, f64)> {
    let mean = |window: &[(f64, f64)]| {
        let sum: f64 = window.iter().map(|(_, y)| y / window.len() as f64).sum();
        window.last().map(|(x, _)| (*x, sum))
    };
    points.windows(period).filter_map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_averages_cover_their_period() {
        let points = [(1.0, 2.0), (2.0, 4.0), (3.0, 9.0)];
        assert_eq!(averages(&points, 2), [(2.0, 3.0), (3.0, 6.5)]);
        assert!(averages(&points, 4).is_empty());
    }
}
