//! Numeric axes: range, steps, and the position of a value.

use crate::chart::model::{Axis, Crosses};

/// Ticks drawn.
const MAX_TICKS: usize = 200;

/// Most major steps, even if there is room for more.
const MAX_STEPS: usize = 10;

/// A numeric axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// Value at the low end.
    pub(crate) min: f64,
    /// Value at the high end, larger than `min`.
    pub(crate) max: f64,
    /// Distance of ticks; on a logarithmic axis, the base.
    pub(crate) major: f64,
    log: Option<f64>,
    reversed: bool,
}

impl Scale {
    /// The scale for values in `range`, with at most `steps` major steps.
    pub(crate) fn new(axis: Option<&Axis<'_>>, range: (f64, f64), steps: usize, percent: bool) -> Self {
        let reversed = axis.is_some_and(|a| a.reversed);
        let (given_min, given_max) = (axis.and_then(|a| a.min), axis.and_then(|a| a.max));
        let (low, high) = if range.0 <= range.1 { range } else { (0.0, 1.0) };
        if let Some(base) = axis.and_then(|a| a.log) {
            return Self::logarithmic(base, given_min, given_max, (low, high), reversed);
        }
        let (mut min, mut max) = (given_min.unwrap_or(low), given_max.unwrap_or(high));
        // Zero is included unless all values are far from it relative to their range. Then half of the range is added
        // below (Microsoft's article 214075, "How Chart Axis Limits Are Calculated").
        let spare = (high - low) / 2.0;
        if given_min.is_none() && min > 0.0 {
            min = if min < max * 5.0 / 6.0 || max <= min { 0.0 } else { min - spare };
        }
        if given_max.is_none() && max < 0.0 {
            max = if max > low * 5.0 / 6.0 || max <= low { 0.0 } else { max + spare };
        }
        let beyond = match min > 0.0 || max < 0.0 {
            true => high - low,
            false => max - min,
        } / 20.0;
        if max <= min {
            match (given_min, given_max) {
                (None, Some(_)) => min = max - max.abs().max(1.0),
                _ => max = min + min.abs().max(1.0),
            }
        }
        let steps = steps.clamp(2, MAX_STEPS);
        let given = axis.and_then(|a| a.major).filter(|m| (max - min) / m < 10_000.0);
        let mut major = given.unwrap_or_else(|| nice((max - min) / steps as f64));
        // Rounding outward can produce too many steps.
        for _ in 0..4 {
            let (mut from, mut to) = (min, max);
            if given_min.is_none() {
                from = down(min, major);
                if !percent && min < 0.0 && min - from < beyond {
                    from -= major;
                }
            }
            if given_max.is_none() {
                to = -down(-max, major);
                if !percent && max > 0.0 && to - max < beyond {
                    to += major;
                }
            }
            if given.is_some() || ((to - from) / major).round() as usize <= steps {
                (min, max) = (from, to);
                break;
            }
            major = nice(major * 1.01);
            (min, max) = (given_min.unwrap_or(min), given_max.unwrap_or(max));
        }
        if max <= min {
            max = min + major;
        }
        Self { min, max, major, log: None, reversed }
    }

    fn logarithmic(base: f64, min: Option<f64>, max: Option<f64>, range: (f64, f64), reversed: bool) -> Self {
        let power = |value: f64, up: bool| {
            let exponent = value.max(1e-300).log(base);
            base.powf(if up { (exponent - 1e-9).ceil() } else { (exponent + 1e-9).floor() })
        };
        let min = min.filter(|m| *m > 0.0).unwrap_or_else(|| power(if range.0 > 0.0 { range.0 } else { 1.0 }, false));
        let max = max.filter(|m| *m > min).unwrap_or_else(|| power(range.1, true).max(min * base));
        Self { min, max, major: base, log: Some(base), reversed }
    }

    /// The position of a value: 0 at the start of the axis, 1 at its end, and beyond.
    pub(crate) fn share(&self, value: f64) -> f32 {
        let share = match self.log {
            Some(_) if value <= 0.0 => -1.0,
            Some(_) => (value / self.min).ln() / (self.max / self.min).ln(),
            None => (value - self.min) / (self.max - self.min),
        };
        let share = if share.is_finite() { share.clamp(-10.0, 11.0) as f32 } else { 0.0 };
        if self.reversed { 1.0 - share } else { share }
    }

    /// The same, clamped to the axis.
    pub(crate) fn within(&self, value: f64) -> f32 {
        self.share(value).clamp(0.0, 1.0)
    }

    /// Values of major ticks.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        if self.log.is_some() {
            let mut at = self.min;
            while at <= self.max * 1.000_001 && ticks.len() < MAX_TICKS {
                ticks.push(at);
                at *= self.major;
            }
            return ticks;
        }
        // From the low end if that is fixed, else at multiples of the step, which include both ends.
        for n in 0..MAX_TICKS {
            let at = self.min + n as f64 * self.major;
            if at > self.max + self.major * 1e-6 {
                break;
            }
            // Summation errors must not show as a number other than zero.
            ticks.push(if at.abs() < self.major * 1e-9 { 0.0 } else { at });
        }
        ticks
    }

    /// Values of minor ticks, `given` apart if specified.
    pub(crate) fn minor_ticks(&self, given: Option<f64>) -> Vec<f64> {
        // Steps of two are halved twice, others divided by five, so that minor steps are round too.
        let digit = self.major / 10f64.powf(self.major.log10().floor());
        let parts = given.map_or(if (digit - 2.0).abs() < 1e-6 { 4.0 } else { 5.0 }, |g| (self.major / g).round());
        let parts = parts.clamp(1.0, 100.0) as usize;
        let between = |at: f64| -> Vec<f64> {
            match self.log {
                Some(base) => (2..base.min(10.0) as usize).map(|n| at * n as f64).collect(),
                None => (1..parts).map(|n| at + self.major * n as f64 / parts as f64).collect(),
            }
        };
        let all = self.ticks().into_iter().flat_map(between);
        all.filter(|value| *value <= self.max).take(MAX_TICKS * 2).collect()
    }

    /// The value at which the other axis crosses.
    pub(crate) fn crossing(&self, crosses: Crosses) -> f64 {
        match crosses {
            Crosses::Zero if self.log.is_some() => self.min,
            Crosses::Zero => 0f64.clamp(self.min, self.max),
            Crosses::Min => self.min,
            Crosses::Max => self.max,
            Crosses::At(value) => value.clamp(self.min, self.max),
        }
    }
}

/// The smallest of 1, 2, 5, 10 … that is not below `step`.
fn nice(step: f64) -> f64 {
    if !step.is_finite() || step <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let power = if power > 0.0 { power } else { f64::MIN_POSITIVE };
    let digit = step / power;
    power * [1.0, 2.0, 5.0].into_iter().find(|n| digit <= n * 1.000_001).unwrap_or(10.0)
}

/// The largest multiple of `step` that is not above `value`.
fn down(value: f64, step: f64) -> f64 {
    ((value / step) + 1e-9).floor() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(low: f64, high: f64) -> (f64, f64, f64) {
        let scale = Scale::new(None, (low, high), 10, false);
        (scale.min, scale.max, scale.major)
    }

    #[test]
    fn axes_end_at_round_numbers_beyond_the_values() {
        assert_eq!(auto(1.8, 4.5), (0.0, 5.0, 0.5));
        assert_eq!(auto(1.8, 5.0), (0.0, 6.0, 1.0));
        assert_eq!(auto(0.0, 97.0), (0.0, 120.0, 20.0));
        assert_eq!(auto(-30.0, 50.0), (-40.0, 60.0, 10.0));
    }

    #[test]
    fn zero_is_excluded_if_values_are_far_from_it() {
        let (min, max, _) = auto(95.0, 99.0);
        assert!(min > 90.0 && max < 101.0);
        assert_eq!(auto(50.0, 99.0).0, 0.0);
        assert_eq!(auto(65.0, 70.0), (62.0, 71.0, 1.0));
        assert_eq!(auto(-70.0, -65.0), (-71.0, -62.0, 1.0));
    }

    #[test]
    fn positions_are_finite() {
        for (low, high) in
            [(0.0, 0.0), (5.0, 5.0), (-5.0, -5.0), (1e300, 1e300), (-1e300, 1e300), (1e-300, 2e-300), (2.0, 1.0)]
        {
            let scale = Scale::new(None, (low, high), 10, false);
            assert!(scale.max > scale.min, "{low} to {high}");
            assert!(scale.ticks().len() <= MAX_TICKS);
            for value in [low, high, 0.0, 1e308, -1e308] {
                assert!(scale.share(value).is_finite());
            }
        }
    }

    #[test]
    fn minor_steps_are_round() {
        let scale = Scale::new(None, (0.0, 97.0), 10, false);
        assert_eq!(scale.minor_ticks(None)[..4], [5.0, 10.0, 15.0, 25.0]);
        assert_eq!(scale.minor_ticks(Some(10.0))[..2], [10.0, 30.0]);
    }

    #[test]
    fn percentage_axes_end_at_the_whole() {
        let scale = Scale::new(None, (0.0, 1.0), 10, true);
        assert_eq!((scale.min, scale.max, scale.major), (0.0, 1.0, 0.1));
    }
}
