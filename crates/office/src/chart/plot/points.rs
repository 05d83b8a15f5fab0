//! Positions of the values of a series.

use crate::chart::layout::plane::Plane;
use crate::chart::model::Series;

/// Position of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlottedPoint {
    /// Position on the first axis, 0 to 1.
    pub(crate) first: f32,
    /// On a category axis, counted from 1.
    pub(crate) x: f64,
    pub(crate) value: f64,
    /// The end on the value axis: the value, or the sum of a stack.
    pub(crate) top: f64,
}

/// The positions of all values of a series on a category axis.
pub(super) fn spots(series: &Series<'_>, spans: &[Option<(f64, f64)>], plane: &Plane) -> Vec<Option<PlottedPoint>> {
    let spot = |(n, span): (usize, &Option<(f64, f64)>)| {
        let (_, top) = (*span)?;
        let x = plane.x_of(n);
        Some(PlottedPoint { first: plane.first_share(x), x, value: series.values.get(n).copied().flatten()?, top })
    };
    spans.iter().enumerate().map(spot).collect()
}
