//! Date axes: a slot for each day, month or year of the range, with or without a value.

use crate::number_format::{DateSystem, calendar};
use crate::xml::Element;

use crate::chart::element::number;

/// Slots of an axis; a longer axis is not a date axis.
const MAX_SLOTS: f64 = 1e7;

/// Date labels, before those without room are dropped.
const MAX_LABELS: usize = 400;

/// Unit of a date axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Days,
    Months,
    Years,
}

/// A date axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dates {
    /// Day of the first slot.
    first: f64,
    unit: Unit,
    system: DateSystem,
    /// Number of slots.
    pub(crate) slots: f64,
    /// Slots between labels, if specified.
    step: Option<usize>,
}

impl Dates {
    /// The date axis (`c:dateAx`) of points on these days, from `min` to `max` if given. `None` without days.
    pub(crate) fn of(
        axis: Element<'_>,
        days: &[Option<f64>],
        (min, max): (Option<f64>, Option<f64>),
        system: DateSystem,
    ) -> Option<Self> {
        let mut days: Vec<f64> = days.iter().flatten().map(|day| day.floor()).collect();
        days.sort_by(f64::total_cmp);
        let (first, last) = (min.unwrap_or(*days.first()?), max.unwrap_or(*days.last()?));
        let nearest = days.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > 0.0).fold(f64::INFINITY, f64::min);
        let unit = match unit(axis.val("c:baseTimeUnit")) {
            Some(unit) => unit,
            None if nearest < 28.0 => Unit::Days,
            None if nearest < 365.0 => Unit::Months,
            None => Unit::Years,
        };
        let mut dates = Self { first, unit, system, slots: 1.0, step: None };
        dates.slots = dates.position(last) + 1.0;
        dates.step = number(axis, "c:majorUnit").filter(|n| *n > 0.0).map(|n| {
            let days = |unit: Unit| match unit {
                Unit::Days => 1.0,
                Unit::Months => 30.4375,
                Unit::Years => 365.25,
            };
            let of = axis.val("c:majorTimeUnit").map_or(unit, |name| self::unit(Some(name)).unwrap_or(Unit::Days));
            (n * days(of) / days(unit)).round().clamp(1.0, MAX_SLOTS) as usize
        });
        (1.0..MAX_SLOTS).contains(&dates.slots).then_some(dates)
    }

    /// The slot of a day.
    pub(crate) fn position(&self, day: f64) -> f64 {
        let at = match self.unit {
            Unit::Days => day - self.first,
            Unit::Months => (months(day, self.system) - months(self.first, self.system)) as f64,
            Unit::Years => {
                let year = |day: f64| calendar(day, self.system).0;
                (year(day) - year(self.first)) as f64
            }
        };
        at.floor().clamp(-MAX_SLOTS, MAX_SLOTS)
    }

    /// Slots with labels, and their days.
    pub(crate) fn labelled(&self) -> Vec<(f64, f64)> {
        let step = self.step.unwrap_or(1).max((self.slots / MAX_LABELS as f64).ceil() as usize);
        let (year, month, date) = calendar(self.first, self.system);
        let day = |slot: i64| match self.unit {
            Unit::Days => self.first + slot as f64,
            Unit::Months => day_of(year, i64::from(month) - 1 + slot, date, self.system),
            Unit::Years => day_of(year + slot, i64::from(month) - 1, date, self.system),
        };
        (0..self.slots as usize).step_by(step).map(|slot| (slot as f64, day(slot as i64))).collect()
    }

    /// Slots between ticks.
    pub(crate) fn step(&self) -> f64 {
        self.step.map_or(1.0, |n| n as f64)
    }
}

fn unit(name: Option<&str>) -> Option<Unit> {
    match name? {
        "days" => Some(Unit::Days),
        "months" => Some(Unit::Months),
        "years" => Some(Unit::Years),
        _ => None,
    }
}

/// Months since the year 0.
fn months(day: f64, system: DateSystem) -> i64 {
    let (year, month, _) = calendar(day, system);
    year * 12 + i64::from(month)
}

/// The serial number of a date. Months count from 0 and can exceed a year; a day beyond the end of its month is the
/// last day.
fn day_of(year: i64, month: i64, date: u32, system: DateSystem) -> f64 {
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 if is_leap => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    };
    // Years start in March (H. Hinnant, "chrono-compatible date algorithms").
    let shifted = if month < 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 10) % 12) + 2) / 5 + i64::from(date.clamp(1, length)) - 1;
    let of_era = shifted.rem_euclid(400);
    let since_1970 = shifted.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let epoch = match system {
        DateSystem::From1900 => 25_569,
        DateSystem::From1904 => 24_107,
    };
    (since_1970 + epoch) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::xml::Document;

    fn dates(inner: &str, days: &[f64]) -> Option<Dates> {
        let xml =
            format!("<c:dateAx xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'>{inner}</c:dateAx>");
        let days: Vec<Option<f64>> = days.iter().copied().map(Some).collect();
        testing::with_context(|cx| {
            let document = Document::parse(xml.as_bytes(), cx).unwrap();
            Dates::of(document.root(), &days, (None, None), DateSystem::From1900)
        })
        .0
    }

    #[test]
    fn calendar_days_round_trip() {
        for day in [61.0, 366.0, 36_526.0, 43_889.0, 43_890.0, 44_000.0, 73_050.0] {
            let (year, month, date) = calendar(day, DateSystem::From1900);
            assert_eq!(day_of(year, i64::from(month) - 1, date, DateSystem::From1900), day);
        }
    }

    #[test]
    fn months_without_a_value_have_a_slot() {
        // January 2020, February 2020, December 2020.
        let dates = dates("", &[43_831.0, 43_862.0, 44_166.0]).unwrap();
        assert_eq!(dates.slots, 12.0);
        assert_eq!(dates.position(43_862.0), 1.0);
        let labels = dates.labelled();
        assert_eq!(labels.len(), 12);
        assert_eq!(labels[2], (2.0, 43_891.0));
    }

    #[test]
    fn a_given_unit_spaces_the_labels() {
        let unit = "<c:baseTimeUnit val='days'/><c:majorUnit val='1'/><c:majorTimeUnit val='months'/>";
        let labels = dates(unit, &[43_831.0, 43_922.0]).unwrap().labelled();
        assert_eq!(labels.iter().map(|(slot, _)| *slot as i32).collect::<Vec<_>>(), [0, 30, 60, 90]);
    }

    #[test]
    fn axes_without_days_or_with_too_many_are_no_date_axes() {
        assert_eq!(dates("", &[]), None);
        assert_eq!(dates("<c:baseTimeUnit val='days'/>", &[-1e300, 1e300]), None);
    }
}
