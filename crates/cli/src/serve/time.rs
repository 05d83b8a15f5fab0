//! Time formats of the APIs: RFC 3339, and KooDrive's `yyyyMMdd'T'HHmmss'Z'`.

/// Unix time in seconds as RFC 3339 in UTC, with microseconds as in Cloudreve.
pub fn rfc3339(unix: u64) -> String {
    let (days, second) = (unix / 86_400, unix % 86_400);
    let (year, month, day) = civil(days as i64);
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.000000+00:00")
}

/// Parses `yyyyMMdd'T'HHmmss'Z'` to Unix time in seconds; `None` for any other format, or a date that does not exist.
pub fn compact(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let form = bytes.len() == 16 && bytes[8] == b'T' && bytes[15] == b'Z';
    if !form || bytes.iter().enumerate().any(|(i, b)| i != 8 && i != 15 && !b.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (h, m, s) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let days = days(year, month, day);
    let real = civil(days) == (year, month, day) && h < 24 && m < 60 && s < 60;
    real.then_some(days * 86_400 + h * 3600 + m * 60 + s)
}

/// Year, month and day of a day since 1970: Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// The inverse: `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = year - i64::from(month <= 2);
    let (era, yoe) = (y.div_euclid(400), y.rem_euclid(400));
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_formatted_and_parsed() {
        assert_eq!(rfc3339(1_749_530_110), "2025-06-10T04:35:10.000000+00:00");
        assert_eq!(compact("20250610T043510Z"), Some(1_749_530_110));
        assert_eq!(compact("20240229T000000Z"), Some(1_709_164_800));
    }

    #[test]
    fn invalid_times_are_refused() {
        for wrong in [
            "",
            "20250610T043510",
            "2025-06-10T04:35:10Z",
            "20250230T000000Z",
            "20251301T000000Z",
            "20250610T250000Z",
            "20250610t043510z",
            "2025061é043510Z",
            "+0250610T043510Z",
        ] {
            assert_eq!(compact(wrong), None, "{wrong}");
        }
    }
}
