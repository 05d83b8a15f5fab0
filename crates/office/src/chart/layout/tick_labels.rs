//! Tick labels: the text of categories, dates and numbers along an axis.

use crate::number_format::NumberFormat;
use crate::xml::Element;
use thumbling_page::tree::Rect;

use crate::chart::drawing::Drawing;
use crate::chart::drawing::text_style::TextRole;
use crate::chart::element::{number, own_format};
use crate::chart::layout::plane::{AxisPair, Categories, Plane};
use crate::chart::model::Axis;
use crate::chart::values::scale::Scale;

/// Line height, in font sizes.
const LINE: f32 = 1.2;

/// Labels by position, and the share of the axis that each has.
pub(crate) type Entries = (Vec<(f32, String)>, f32);

/// How many major steps both axes have room for.
pub(crate) fn steps(drawing: &Drawing<'_>, pair: &AxisPair<'_>, area: Rect) -> (usize, usize) {
    let room = |axis: Option<&Axis<'_>>, vertical: bool, range: (f64, f64), source: &str| {
        let Some(axis) = axis else { return 10 };
        let size = drawing.text_style(TextRole::Label, &[axis.element.child("c:txPr")]).run.size * LINE;
        let format = number_format(axis).unwrap_or_else(|| NumberFormat::parse(source));
        let length = |value: f64| format.number(value, drawing.chart.dates).chars().take(40).count();
        // A digit is about half as wide as it is high.
        let longest = length(range.0.round()).max(length(range.1.round())) as f32;
        let each = if vertical { size } else { size * (longest * 0.45 + 0.6) };
        ((if vertical { area.height } else { area.width }) / each.max(1.0)) as usize
    };
    let (x, y) = pair.ranges(drawing.chart.blanks);
    let source = if pair.is_percent() { "0%" } else { format_of(pair, false) };
    (room(pair.first, pair.turned(), x, format_of(pair, true)), room(pair.second, !pair.turned(), y, source))
}

/// Labels of a category axis; without room for all, every nth.
pub(crate) fn of_categories(
    drawing: &Drawing<'_>,
    pair: &AxisPair<'_>,
    axis: &Axis<'_>,
    plane: &Plane,
    names: &Categories,
) -> Entries {
    if let Some(all) = names.dated() {
        let format = number_format(axis).unwrap_or_else(|| NumberFormat::parse(format_of(pair, true)));
        let entries = all.into_iter().map(|(share, day)| (share, format.number(day, drawing.chart.dates)));
        let entries: Vec<_> = entries.collect();
        let slot = 1.0 / entries.len().max(1) as f32;
        return (entries, slot);
    }
    let texts = pair.categories();
    let text = |n: usize| texts.get(n).cloned().unwrap_or_else(|| (n + 1).to_string());
    let every = every(drawing, axis, plane, names.count, pair.turned());
    let entries = (0..names.count).step_by(every).map(|n| (names.share(n), text(n))).collect();
    (entries, names.slot() * every as f32)
}

/// The label interval: the file's, or what there is room for.
fn every(drawing: &Drawing<'_>, axis: &Axis<'_>, plane: &Plane, count: usize, vertical: bool) -> usize {
    if let Some(given) = axis.element.val("c:tickLblSkip").and_then(|v| v.parse::<usize>().ok()) {
        return given.clamp(1, count.max(1));
    }
    let size = drawing.text_style(TextRole::Label, &[axis.element.child("c:txPr")]).run.size * LINE;
    let length = if vertical { plane.area.height } else { plane.area.width };
    ((count as f32 * size / length.max(1.0)).ceil() as usize).clamp(1, count.max(1))
}

/// The number format of the axis, unless it is linked to the values.
pub(crate) fn number_format(axis: &Axis<'_>) -> Option<NumberFormat> {
    Some(NumberFormat::parse(own_format(axis.element.child("c:numFmt")?)?))
}

fn format_of<'a>(pair: &AxisPair<'a>, of_x: bool) -> &'a str {
    let series = pair.groups.iter().flat_map(|g| &g.series).next();
    series.map_or("General", |s| if of_x { s.category_format } else { s.format })
}

/// Labels of a numeric axis.
pub(crate) fn of_values(
    drawing: &Drawing<'_>,
    pair: &AxisPair<'_>,
    axis: &Axis<'_>,
    scale: &Scale,
    is_first: bool,
) -> Entries {
    let source = if pair.is_percent() && !is_first { "0%" } else { format_of(pair, is_first) };
    let format = number_format(axis).unwrap_or_else(|| NumberFormat::parse(source));
    let unit = axis.element.child("c:dispUnits").map_or(1.0, |units| unit(units).0);
    let ticks = scale.ticks();
    let slot = 1.0 / (ticks.len().max(2) - 1) as f32;
    let entry = |value: &f64| (scale.share(*value), format.number(*value / unit, drawing.chart.dates));
    (ticks.iter().map(entry).collect(), slot)
}

/// Divisor and name of the display unit (`c:dispUnits`).
pub(crate) fn unit(units: Element<'_>) -> (f64, Option<&'static str>) {
    let (unit, name) = match units.val("c:builtInUnit") {
        Some("hundreds") => (1e2, "Hundreds"),
        Some("thousands") => (1e3, "Thousands"),
        Some("tenThousands") => (1e4, "x 10000"),
        Some("hundredThousands") => (1e5, "x 100000"),
        Some("millions") => (1e6, "Millions"),
        Some("tenMillions") => (1e7, "x 10000000"),
        Some("hundredMillions") => (1e8, "x 100000000"),
        Some("billions") => (1e9, "Billions"),
        Some("trillions") => (1e12, "Trillions"),
        _ => return (number(units, "c:custUnit").filter(|n| *n > 0.0).unwrap_or(1.0), None),
    };
    (unit, Some(name))
}
