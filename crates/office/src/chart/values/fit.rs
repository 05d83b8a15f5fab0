//! Least-squares curves for trend lines (ECMA-376 part 1, 21.2.3.50).
//!
//! All types but the moving average are polynomials, some of them in logarithms of x or y. Numbers are scaled to about
//! 1 first, so that sixth-order polynomials of dates stay accurate.

/// The highest polynomial order of the format.
pub(crate) const MAX_ORDER: usize = 6;

/// Coefficients of the highest order.
const ROOM: usize = MAX_ORDER + 1;

/// Curve types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A polynomial of this order; 1 is a straight line.
    Polynomial(usize),
    /// y = a · e^(b x).
    Exponential,
    /// y = a + b · ln x.
    Logarithmic,
    /// y = a · x^b.
    Power,
}

/// A fitted curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    shape: Shape,
    /// Scaled x is (x - `middle`)
    middle: f64,
    /// / `unit`.
    unit: f64,
    /// Coefficients by power of the scaled x.
    factors: [f64; ROOM],
    /// Coefficient of determination, R²: 1 if the curve goes through every point.
    pub(crate) r_squared: f64,
}

impl Curve {
    /// Fits a curve to `points`, through `intercept` at x = 0 if given. `None` with too few points, or for logarithms
    /// of numbers that have none.
    pub(crate) fn through(shape: Shape, points: &[(f64, f64)], intercept: Option<f64>) -> Option<Self> {
        let (x_log, y_log) = shape.logarithms();
        let bent = |value: f64, log: bool| if log { value.ln() } else { value };
        let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (bent(*x, x_log), bent(*y, y_log))).collect();
        if points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
            return None;
        }
        let intercept = intercept.filter(|_| !x_log).map(|y| bent(y, y_log)).filter(|y| y.is_finite());
        let order = match shape {
            Shape::Polynomial(order) => order.clamp(1, MAX_ORDER),
            _ => 1,
        };
        let (low, high) = points.iter().fold((f64::MAX, f64::MIN), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
        // With a fixed intercept, 0 must stay 0.
        let middle = if intercept.is_some() { 0.0 } else { (low + high) / 2.0 };
        let unit = (low - middle).abs().max((high - middle).abs());
        if points.len() < 2 || !unit.is_finite() || unit <= 0.0 {
            return None;
        }
        let first = usize::from(intercept.is_some());
        let row = |x: f64| {
            let mut row = [0.0; ROOM];
            row.iter_mut()
                .enumerate()
                .take(order + 1)
                .for_each(|(n, cell)| *cell = ((x - middle) / unit).powi(n as i32));
            row
        };
        let count = order + 1 - first;
        if points.len() < count {
            return None;
        }
        let mut factors = [0.0; ROOM];
        factors[0] = intercept.unwrap_or(0.0);
        let base = factors[0];
        let rows = points.iter().map(|(x, y)| (row(*x), y - base));
        let found = least_squares(rows, first, count)?;
        factors[first..first + count].copy_from_slice(&found[..count]);
        let mut curve = Self { shape, middle, unit, factors, r_squared: 0.0 };
        let mean = points.iter().map(|(_, y)| y).sum::<f64>() / points.len() as f64;
        let of = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(|p| f(p).powi(2)).sum::<f64>();
        let (all, left) = (of(&|(_, y)| y - mean), of(&|(x, y)| y - curve.bent_at(*x)));
        curve.r_squared = if all > 0.0 { 1.0 - left / all } else { 1.0 };
        Some(curve)
    }

    /// The value at `x`; `None` where it is undefined.
    pub(crate) fn at(&self, x: f64) -> Option<f64> {
        let (x_log, y_log) = self.shape.logarithms();
        let y = self.bent_at(if x_log { x.ln() } else { x });
        let y = if y_log { y.exp() } else { y };
        y.is_finite().then_some(y)
    }

    fn bent_at(&self, x: f64) -> f64 {
        let x = (x - self.middle) / self.unit;
        self.factors.iter().rev().fold(0.0, |sum, factor| sum * x + factor)
    }

    /// Coefficients by power of the unscaled x.
    pub(crate) fn unscaled(&self) -> [f64; ROOM] {
        // Horner's scheme on polynomials: each step multiplies by (x - middle) / unit.
        let mut all = [0.0; ROOM];
        for factor in self.factors.iter().rev() {
            let mut next = [0.0; ROOM];
            for n in 0..ROOM {
                let below = if n > 0 { all[n - 1] } else { 0.0 };
                next[n] = (below - all[n] * self.middle) / self.unit;
            }
            next[0] += factor;
            all = next;
        }
        all
    }
}

impl Shape {
    /// Whether x and y are replaced by their logarithms.
    fn logarithms(self) -> (bool, bool) {
        match self {
            Self::Polynomial(_) => (false, false),
            Self::Exponential => (false, true),
            Self::Logarithmic => (true, false),
            Self::Power => (true, true),
        }
    }
}

/// Solves for `count` columns from `first` on by least squares: normal equations and elimination.
fn least_squares(rows: impl Iterator<Item = ([f64; ROOM], f64)>, first: usize, count: usize) -> Option<[f64; ROOM]> {
    let mut sums = [[0.0; ROOM + 1]; ROOM];
    for (row, right) in rows {
        for a in 0..count {
            for b in 0..count {
                sums[a][b] += row[first + a] * row[first + b];
            }
            sums[a][ROOM] += row[first + a] * right;
        }
    }
    for column in 0..count {
        let largest = (column..count).max_by(|a, b| sums[*a][column].abs().total_cmp(&sums[*b][column].abs()))?;
        sums.swap(column, largest);
        let pivot = sums[column];
        if pivot[column].abs() < 1e-12 {
            return None;
        }
        for (_, row) in sums.iter_mut().enumerate().take(count).filter(|(n, _)| *n != column) {
            let share = row[column] / pivot[column];
            row.iter_mut().zip(pivot).for_each(|(cell, of_pivot)| *cell -= share * of_pivot);
        }
    }
    let mut factors = [0.0; ROOM];
    for n in 0..count {
        factors[n] = sums[n][ROOM] / sums[n][n];
    }
    factors.iter().all(|f| f.is_finite()).then_some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(f: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (1..=9).map(|n| (f64::from(n), f(f64::from(n)))).collect()
    }

    type Function = fn(f64) -> f64;

    #[test]
    fn curves_are_recovered_from_their_points() {
        let cases: [(Shape, Function); 5] = [
            (Shape::Polynomial(1), |x| 3.0 * x - 7.0),
            (Shape::Polynomial(3), |x| 0.5 * x * x * x - x + 2.0),
            (Shape::Exponential, |x| 2.0 * (0.3 * x).exp()),
            (Shape::Logarithmic, |x| 4.0 + 3.0 * x.ln()),
            (Shape::Power, |x| 2.0 * x.powf(1.5)),
        ];
        for (shape, f) in cases {
            let curve = Curve::through(shape, &points(f), None).unwrap();
            assert!((curve.at(12.0).unwrap() - f(12.0)).abs() < 1e-6 * f(12.0).abs(), "{shape:?}");
            assert!((curve.r_squared - 1.0).abs() < 1e-9, "{shape:?}");
        }
    }

    #[test]
    fn a_given_intercept_is_kept() {
        let curve = Curve::through(Shape::Polynomial(1), &points(|x| 3.0 * x + 5.0), Some(0.0)).unwrap();
        assert!(curve.at(0.0).unwrap().abs() < 1e-9);
        assert!(curve.r_squared < 1.0);
    }

    #[test]
    fn coefficients_are_for_unscaled_x() {
        let curve = Curve::through(Shape::Polynomial(2), &points(|x| 2.0 * x * x - 3.0 * x + 1.0), None).unwrap();
        let written = curve.unscaled();
        for (found, expected) in written.iter().zip([1.0, -3.0, 2.0, 0.0]) {
            assert!((found - expected).abs() < 1e-9, "{written:?}");
        }
    }

    #[test]
    fn points_without_a_curve_have_none() {
        assert_eq!(Curve::through(Shape::Polynomial(1), &[(1.0, 1.0)], None), None);
        assert_eq!(Curve::through(Shape::Polynomial(1), &[(1.0, 1.0), (1.0, 2.0)], None), None);
        assert_eq!(Curve::through(Shape::Exponential, &[(1.0, 1.0), (2.0, -1.0)], None), None);
        assert_eq!(Curve::through(Shape::Polynomial(6), &points(|x| x)[..4], None), None);
        for value in [1e300, -1e300, 1e-300, 0.0] {
            let all = [(value, value), (0.0, value), (1.0, -value)];
            for order in 1..=6 {
                if let Some(curve) = Curve::through(Shape::Polynomial(order), &all, None) {
                    assert!(curve.at(value).is_none_or(f64::is_finite));
                }
            }
        }
    }
}
