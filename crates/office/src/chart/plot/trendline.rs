//! Draws trend lines and their equations (`c:trendline`, ECMA-376 part 1, 21.2.2.211).

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::style::{Fill, Stroke};
use thumbling_page::tree::Point;

use crate::chart::drawing::text_style::TextRole;
use crate::chart::drawing::{Drawing, polyline};
use crate::chart::element::{flag, number};
use crate::chart::layout::plane::Plane;
use crate::chart::model::{Group, Series};
use crate::chart::plot::points::PlottedPoint;
use crate::chart::values::fit::{Curve, MAX_ORDER, Shape};
use crate::chart::values::trendline;

/// Segments of a drawn curve.
const PIECES: usize = 96;

/// Default line width, pt.
const WIDTH: f32 = 1.0;

/// Names and lines of a series' trend lines in the legend.
pub(crate) fn legend_entries(
    drawing: &Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
) -> Vec<(String, Option<Stroke>)> {
    let name_of_series = series.shown_name();
    let named = |trend: Element<'_>| {
        let own = trend.child("c:name").map(|n| n.text().to_owned()).filter(|n| !n.is_empty());
        let kind = match trend.val("c:trendlineType") {
            Some("exp") => "Expon.".to_owned(),
            Some("log") => "Log.".to_owned(),
            Some("poly") => "Poly.".to_owned(),
            Some("power") => "Power".to_owned(),
            Some("movingAvg") => format!("{} per. Mov. Avg.", trendline::period(trend)),
            _ => "Linear".to_owned(),
        };
        (own.unwrap_or_else(|| format!("{kind} ({name_of_series})")), look(drawing, trend))
    };
    trendline::of(group, series).map(named).collect()
}

fn look(drawing: &Drawing<'_>, trend: Element<'_>) -> Option<Stroke> {
    drawing.stroke(&[trend.child("c:spPr")], drawing.other_line(WIDTH))
}

/// Draws the trend lines of a series.
pub(crate) fn draw(
    drawing: &mut Drawing<'_>,
    group: &Group<'_>,
    series: &Series<'_>,
    plane: &Plane,
    spots: &[Option<PlottedPoint>],
) -> Result<()> {
    for trend in trendline::of(group, series) {
        drawing.check()?;
        let known: Vec<(f64, f64)> = spots.iter().flatten().map(|s| (s.x, s.value)).collect();
        let stroke = look(drawing, trend);
        let place = |(x, y): (f64, f64)| plane.point(plane.first_share(x), plane.second.share(y));
        if trend.val("c:trendlineType") == Some("movingAvg") {
            let averages = trendline::averages(&known, trendline::period(trend));
            drawing.line(&averages.into_iter().map(place).collect::<Vec<_>>(), stroke);
            continue;
        }
        let Some(curve) = Curve::through(trendline::shape(trend), &known, number(trend, "c:intercept")) else {
            continue;
        };
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

/// Draws the equation and R² of a trend line at its end.
fn label(drawing: &mut Drawing<'_>, trend: Element<'_>, curve: &Curve, end: Point) -> Result<()> {
    let own = trend.child("c:trendlineLbl");
    let mut lines = Vec::new();
    if flag(trend, "c:dispEq").unwrap_or(false) {
        lines.push(equation(trendline::shape(trend), curve));
    }
    if flag(trend, "c:dispRSqr").unwrap_or(false) {
        lines.push(format!("R² = {}", short(curve.r_squared)));
    }
    if lines.is_empty() {
        return Ok(());
    }
    let rich = own.and_then(|l| l.path(&["c:tx", "c:rich"]));
    let text_style = drawing.text_style(TextRole::Label, &[rich, own.and_then(|l| l.child("c:txPr"))]);
    let words = match rich {
        Some(rich) => drawing.words(drawing.rich(rich, &text_style), None, 0.0)?,
        None => drawing.plain(&lines.join("\n"), &text_style, None, 0.0)?,
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

/// The equation, as text.
fn equation(shape: Shape, curve: &Curve) -> String {
    let factors = curve.unscaled();
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

/// A number with about five digits.
fn short(value: f64) -> String {
    let whole = value.abs().max(1e-9).log10().floor();
    if !(-5.0..10.0).contains(&whole) && value != 0.0 {
        return format!("{value:.1E}");
    }
    let text = format!("{value:.*}", (4.0 - whole.max(0.0)).max(0.0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_formatted() {
        let points: Vec<(f64, f64)> = (1..6).map(|n| (f64::from(n), 2.0 * f64::from(n) - 3.5)).collect();
        let curve = Curve::through(Shape::Polynomial(1), &points, None).unwrap();
        assert_eq!(equation(Shape::Polynomial(1), &curve), "y = 2x - 3.5");
    }

    #[test]
    fn numbers_have_five_digits() {
        for (value, text) in [(0.63571, "0.6357"), (1234.567, "1234.6"), (-2.0, "-2"), (0.0, "0"), (1e12, "1.0E12")] {
            assert_eq!(short(value), text);
        }
    }
}
