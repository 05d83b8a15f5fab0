//! Values before they are drawn: stacking, missing values, ranges. Submodules have numeric scales, date axes and fitted
//! curves.

pub(crate) mod dates;
pub(crate) mod fit;
pub(crate) mod scale;
pub(crate) mod trendline;

use crate::chart::model::{Blanks, Group, Grouping, Kind};

/// Start and end of each value of each series; `None` where nothing is drawn.
pub(crate) fn spans(group: &Group<'_>, blanks: Blanks) -> Vec<Vec<Option<(f64, f64)>>> {
    let length = group.series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    let is_stacked = group.grouping != Grouping::Apart;
    // Negative bars stack downward; lines and areas do not.
    let is_bar = group.kind == Kind::Bar;
    let mut above = vec![0.0; length];
    let mut below = vec![0.0; length];
    let totals: Vec<f64> = (0..length)
        .map(|n| group.series.iter().filter_map(|s| s.values.get(n).copied().flatten()).map(f64::abs).sum())
        .collect();
    let mut all = Vec::with_capacity(group.series.len());
    for series in &group.series {
        let spans = (0..length).map(|n| {
            let value = series.values.get(n).copied().flatten();
            let is_filled = blanks == Blanks::Zero || is_stacked || group.kind == Kind::Area;
            let mut value = value.or((is_filled && !is_bar).then_some(0.0))?;
            if group.grouping == Grouping::Percent {
                value = if totals[n] > 0.0 { value / totals[n] } else { 0.0 };
            }
            if !is_stacked {
                return Some((0.0, value));
            }
            let base = if is_bar && value < 0.0 { &mut below[n] } else { &mut above[n] };
            let from = *base;
            *base += value;
            Some((from, *base))
        });
        all.push(spans.collect());
    }
    all
}

/// The value range of a group; the first is larger than the second if it is empty.
pub(crate) fn range(group: &Group<'_>, blanks: Blanks) -> (f64, f64) {
    let nothing = (f64::INFINITY, f64::NEG_INFINITY);
    let spans = spans(group, blanks);
    let range = spans.iter().flatten().flatten().fold(nothing, |(low, high), (from, to)| match group.grouping {
        Grouping::Apart => (low.min(*to), high.max(*to)),
        _ => (low.min(*to).min(*from), high.max(*to).max(*from)),
    });
    if group.grouping == Grouping::Percent {
        return range;
    }
    // Ranges include error bars.
    let reaches =
        group.series.iter().zip(&spans).flat_map(|(series, spans)| {
            spans.iter().enumerate().filter_map(|(n, span)| series.error_range(n, (*span)?.1))
        });
    reaches.fold(range, |(low, high), (from, to)| (low.min(from), high.max(to)))
}

/// The x range of a group.
pub(crate) fn x_range(group: &Group<'_>) -> (f64, f64) {
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for series in &group.series {
        let (before, behind) = trendline::forecast(group, series);
        for n in 0..series.values.len() {
            if let Some(x) = x_of(series, n) {
                range = (range.0.min(x - before), range.1.max(x + behind));
            }
        }
    }
    range
}

/// The x of a point; its index if the file has none.
pub(crate) fn x_of(series: &crate::chart::model::Series<'_>, point: usize) -> Option<f64> {
    match &series.x {
        Some(x) => x.get(point).copied().flatten(),
        None => Some(point as f64 + 1.0),
    }
}
