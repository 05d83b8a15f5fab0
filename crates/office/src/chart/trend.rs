//! Trend lines of series (`c:trendline`, ECMA-376 part 1, 21.2.2.211): where the values of a series tend to.

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::tree::Point;

use super::drawing::{Drawing, polyline};
use super::fit::{Curve, MAX_ORDER, Shape};
use super::lettering::Role;
use super::model::{Group, Grouping, Kind, Series};
use super::plane::Plane;
use super::plot::Spot;
use super::read::{flag, number};

/// Trend lines of one series that are drawn.
const MAX_TRENDS: usize = 8;

/// Pieces that a curve is drawn in.
const PIECES: usize = 96;

/// Width of a line that does not say it, pt.
const WIDTH: f32 = 1.0;

/// The trend lines of a series; kinds of charts that have none say so.
fn of<'a>(group: &Group<'a>, series: &Series<'a>) -> impl Iterator<Item = Element<'a>> {
    let can = group.grouping == Grouping::Apart
        && matches!(group.kind, Kind::Bar | Kind::Line | Kind::Area | Kind::Scatter | Kind::Bubble | Kind::Stock);
    series.element.children_of("c:trendline").take(if can { MAX_TRENDS } else { 0 })
}

/// What the legend calls the trend lines of a series, and what they look like.
pub(super) fn listed(drawing: &Drawing<'_>, group: &Group<'_>, series: &Series<'_>) -> Vec<(String, Option<Stroke>)> {
    let name_of_series = series.shown_name();
    let named = |trend: Element<'_>| {
        let own = trend.child("c:name").map(|n| n.text().to_owned()).filter(|n| !n.is_empty());
        let kind = match trend.val("c:trendlineType") {
            Some("exp") => "Expon.".to_owned(),
            Some("log") => "Log.".to_owned(),
            Some("poly") => "Poly.".to_owned(),
            Some("power") => "Power".to_owned(),
            Some("movingAvg") => format!("{} per. Mov. Avg.", period(trend)),
            _ => "Linear".to_owned(),
        };
        (own.unwrap_or_else(|| format!("{kind} ({name_of_series})")), look(drawing, trend))
    };
    of(group, series).map(named).collect()
}

fn look(drawing: &Drawing<'_>, trend: Element<'_>) -> Option<Stroke> {
    drawing.stroke(&[trend.child("c:spPr")], drawing.other_line(WIDTH))
}

fn period(trend: Element<'_>) -> usize {
    number(trend, "c:period").map_or(2, |n| n.clamp(2.0, 255.0) as usize)
}

/// How far beyond the last, and before the first point the trend lines of a series go, in units of x.
pub(super) fn beyond(group: &Group<'_>, series: &Series<'_>) -> (f64, f64) {
    let far = |trend: Element<'_>, name: &str| number(trend, name).unwrap_or(0.0).clamp(0.0, 1e6);
    of(group, series).fold((0.0, 0.0), |(before, behind), trend| {
        (before.max(far(trend, "c:backward")), behind.max(far(trend, "c:forward")))
    })
}

/// Draws the trend lines of a series through its points.
pub(super) fn draw(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    plane: &Plane,
    spots: &[Option<Spot>],
) -> Result<()> {
    for trend in of(group, series) {
        drawing.check()?;
        let known: Vec<(f64, f64)> = spots.iter().flatten().map(|s| (s.x, s.value)).collect();
        let stroke = look(drawing, trend);
        let place = |(x, y): (f64, f64)| plane.point(plane.first_share(x), plane.second.share(y));
        if trend.val("c:trendlineType") == Some("movingAvg") {
            let averages = averages(&known, period(trend));
            drawing.line(&averages.into_iter().map(place).collect::<Vec<_>>(), stroke);
            continue;
        }
        let Some(curve) = Curve::through(shape(trend), &known, number(trend, "c:intercept")) else { continue };
        let far = |name: &str| number(trend, name).unwrap_or(0.0).clamp(0.0, 1e6);
        let low = known.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min) - far("c:backward");
        let high = known.iter().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max) + far("c:forward");
        let at = |n: usize| {
            let x = low + (high - low) * n as f64 / PIECES as f64;
            Some(place((x, curve.at(x)?)))
        };
        let points: Vec<Point> = (0..=PIECES).filter_map(at).collect();
        let before = drawing.nodes.len();
        drawing.path(polyline(&points, false), Fill::None, stroke);
        drawing.clip_from(before, plane.area);
        if let Some(end) = points.last() {
            label(drawing, trend, &curve, *end)?;
        }
    }
    Ok(())
}

fn shape(trend: Element<'_>) -> Shape {
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

/// The mean of each point and those before it, `period` together, at that point.
fn averages(points: &[(f64, f64)], period: usize) -> Vec<(f64, f64)> {
    let mean = |window: &[(f64, f64)]| {
        let sum: f64 = window.iter().map(|(_, y)| y / window.len() as f64).sum();
        window.last().map(|(x, _)| (*x, sum))
    };
    points.windows(period).filter_map(mean).collect()
}

/// The equation of a curve, and how well it fits, at its end.
fn label(drawing: &mut Drawing<'_>, trend: Element<'_>, curve: &Curve, end: Point) -> Result<()> {
    let own = trend.child("c:trendlineLbl");
    let mut lines = Vec::new();
    if flag(trend, "c:dispEq").unwrap_or(false) {
        lines.push(equation(shape(trend), curve));
    }
    if flag(trend, "c:dispRSqr").unwrap_or(false) {
        lines.push(format!("R² = {}", short(curve.likeness)));
    }
    if lines.is_empty() {
        return Ok(());
    }
    let rich = own.and_then(|l| l.path(&["c:tx", "c:rich"]));
    let lettering = drawing.lettering(Role::Plain, &[rich, own.and_then(|l| l.child("c:txPr"))]);
    let words = match rich {
        Some(rich) => drawing.words(drawing.rich(rich, &lettering), None, 0.0)?,
        None => drawing.plain(&lines.join("\n"), &lettering, None, 0.0)?,
    };
    let layout = own.and_then(|l| l.path(&["c:layout", "c:manualLayout"]));
    let moved = |name: &str| layout.and_then(|l| number(l, name)).unwrap_or(0.0).clamp(-1.0, 1.0) as f32;
    let area = drawing.area;
    let middle = Point {
        x: (end.x - words.width / 2.0 + moved("c:x") * area.width).clamp(
            area.x + words.width / 2.0,
            (area.x + area.width - words.width / 2.0).max(area.x + words.width / 2.0),
        ),
        y: end.y - words.height / 2.0 - 4.0 + moved("c:y") * area.height,
    };
    drawing.put(words, middle);
    Ok(())
}

/// A curve as it is written.
fn equation(shape: Shape, curve: &Curve) -> String {
    let factors = curve.written();
    let (a, b) = (factors[0], factors[1]);
    let signed = |value: f64| format!("{} {}", if value < 0.0 { "-" } else { "+" }, short(value.abs()));
    match shape {
        Shape::Exponential => format!("y = {}e^({}x)", short(a.exp()), short(b)),
        Shape::Power => format!("y = {}x^{}", short(a.exp()), short(b)),
        Shape::Logarithmic => format!("y = {}ln(x) {}", short(b), signed(a)),
        Shape::Polynomial(order) => {
            const POWERS: [&str; MAX_ORDER + 1] = ["", "x", "x²", "x³", "x⁴", "x⁵", "x⁶"];
            let mut text = format!("y = {}{}", short(factors[order]), POWERS[order]);
            for n in (0..order).rev() {
                text += &format!(" {}{}", signed(factors[n]), POWERS[n]);
            }
            text
        }
    }
}

/// A number in about five digits.
fn short(value: f64) -> String {
    let whole = value.abs().max(1e-9).log10().floor();
    if !(-5.0..10.0).contains(&whole) && value != 0.0 {
        return format!("{value:.1E}");
    }
    let text = format!("{value:.*}", (4.0 - whole.max(0.0)).max(0.0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

impl Drawing<'_> {
    /// The line of what has no colour by its series: trend lines, error bars, lines between series.
    pub(super) fn other_line(&self, width: f32) -> Option<Stroke> {
        let role = if self.chart.style > 40 { "bg1" } else { "tx1" };
        Some(Stroke::new(self.scene.palette.scheme(role).unwrap_or(Color::BLACK), width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_written_as_people_do() {
        let points: Vec<(f64, f64)> = (1..6).map(|n| (f64::from(n), 2.0 * f64::from(n) - 3.5)).collect();
        let curve = Curve::through(Shape::Polynomial(1), &points, None).unwrap();
        assert_eq!(equation(Shape::Polynomial(1), &curve), "y = 2x - 3.5");
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(0.63571, "0.6357"), (1234.567, "1234.6"), (-2.0, "-2"), (0.0, "0"), (1e12, "1.0E12")] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn an_average_moves_along() {
        let points = [(1.0, 2.0), (2.0, 4.0), (3.0, 9.0)];
        assert_eq!(averages(&points, 2), [(2.0, 3.0), (3.0, 6.5)]);
        assert!(averages(&points, 4).is_empty());
    }
}
