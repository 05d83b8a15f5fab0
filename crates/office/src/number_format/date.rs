//! Dates and times, as numbers of days.

use super::section::Part;

/// The epoch of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateSystem {
    /// 1 is 1 January 1900.
    #[default]
    From1900,
    /// 0 is 1 January 1904.
    From1904,
}

/// The last day of the year 9999.
const MAX_DAY: f64 = 2_958_466.0;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Formats a date. Numbers that are no dates look like in Excel.
pub(super) fn written(parts: &[Part], twelve_hours: bool, value: f64, dates: DateSystem) -> String {
    if !(0.0..MAX_DAY).contains(&value) {
        return "#".repeat(8);
    }
    let fraction = parts.iter().find_map(|p| if let Part::Fraction(n) = p { Some(*n) } else { None }).unwrap_or(0);
    // Counted in the smallest unit shown, so that 59.9996 seconds do not become 60.
    let unit = 10f64.powi(fraction as i32);
    let ticks = (value * 86_400.0 * unit).round();
    let seconds = (ticks / unit).floor();
    let behind = ticks - seconds * unit;
    let (day, second) = ((seconds / 86_400.0).floor(), seconds.rem_euclid(86_400.0) as u32);
    let (year, month, date) = calendar(day, dates);
    let weekday = match dates {
        DateSystem::From1900 => (day as i64 - 1).rem_euclid(7),
        DateSystem::From1904 => (day as i64 + 5).rem_euclid(7),
    };
    let hours = second / 3600;
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Literal(words) => out.push_str(words),
            Part::Date('y' | 'e', n) => match n {
                1 | 2 => out.push_str(&format!("{:02}", year % 100)),
                _ => out.push_str(&format!("{year:04}")),
            },
            Part::Date('m', n) => {
                let name = MONTHS[(month as usize - 1).min(11)];
                match n {
                    1 => out.push_str(&month.to_string()),
                    2 => out.push_str(&format!("{month:02}")),
                    3 => out.push_str(&name[..3]),
                    5 => out.push_str(&name[..1]),
                    _ => out.push_str(name),
                }
            }
            Part::Date('d', n) => {
                let name = DAYS[weekday as usize % 7];
                match n {
                    1 => out.push_str(&date.to_string()),
                    2 => out.push_str(&format!("{date:02}")),
                    3 => out.push_str(&name[..3]),
                    _ => out.push_str(name),
                }
            }
            Part::Date('h', n) => {
                let hour = if twelve_hours { (hours + 11) % 12 + 1 } else { hours };
                out.push_str(&padded(f64::from(hour), *n));
            }
            Part::Date('n', n) => out.push_str(&padded(f64::from(second / 60 % 60), *n)),
            Part::Date(_, n) => out.push_str(&padded(f64::from(second % 60), *n)),
            Part::Elapsed('h', n) => out.push_str(&padded((seconds / 3600.0).floor(), *n)),
            Part::Elapsed('m', n) => out.push_str(&padded((seconds / 60.0).floor(), *n)),
            Part::Elapsed(_, n) => out.push_str(&padded(seconds, *n)),
            Part::Fraction(n) => out.push_str(&format!(".{behind:0n$.0}")),
            Part::Half(is_long) => {
                out.push(if hours < 12 { 'A' } else { 'P' });
                out.push_str(if *is_long { "M" } else { "" });
            }
            _ => {}
        }
    }
    out
}

fn padded(value: f64, digits: usize) -> String {
    let digits = digits.min(2);
    format!("{value:0digits$.0}")
}

/// Year, month and day of a serial number.
pub fn calendar(day: f64, dates: DateSystem) -> (i64, u32, u32) {
    let day = day.clamp(0.0, MAX_DAY) as i64;
    // Like Lotus 1-2-3, Excel treats 1900 as a leap year: 29 February is day 60.
    let since_1970 = match (dates, day) {
        (DateSystem::From1900, 0) => return (1900, 1, 0),
        (DateSystem::From1900, 60) => return (1900, 2, 29),
        (DateSystem::From1900, 1..60) => day - 25_568,
        (DateSystem::From1900, _) => day - 25_569,
        (DateSystem::From1904, _) => day - 24_107,
    };
    // Days since 1 March in eras of 400 years (H. Hinnant, "chrono-compatible date algorithms").
    let shifted = since_1970 + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month as u32, date as u32)
}
