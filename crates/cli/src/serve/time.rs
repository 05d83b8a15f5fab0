//! Time formats of the APIs: RFC 3339, and KooDrive's `yyyyMMdd'T'HHmmss'Z'`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// RFC 3339 in UTC, with microseconds as in Cloudreve.
const RFC3339: &str = "%Y-%m-%dT%H:%M:%S%.6f+00:00";
const COMPACT: &str = "%Y%m%dT%H%M%SZ";

/// Unix time in seconds as RFC 3339. Times after 9999 become the last one that jiff knows.
pub fn rfc3339(unix: u64) -> String {
    let time = i64::try_from(unix).ok().and_then(|unix| Timestamp::from_second(unix).ok());
    time.unwrap_or(Timestamp::MAX).strftime(RFC3339).to_string()
}

/// Parses `yyyyMMdd'T'HHmmss'Z'` to Unix time in seconds; `None` for any other format, or a date that does not exist.
pub fn compact(text: &str) -> Option<i64> {
    let time = DateTime::strptime(COMPACT, text).ok()?;
    // The parser also takes signs, spaces and missing leading zeros.
    if time.strftime(COMPACT).to_string() != text {
        return None;
    }
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_formatted_and_parsed() {
        assert_eq!(rfc3339(1_749_530_110), "2025-06-10T04:35:10.000000+00:00");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000+00:00");
        assert_eq!(compact("20250610T043510Z"), Some(1_749_530_110));
        assert_eq!(compact("20240229T000000Z"), Some(1_709_164_800));
    }

    #[test]
    fn times_beyond_the_calendar_become_its_last_one() {
        for beyond in [1 << 40, u64::MAX] {
            assert!(rfc3339(beyond).starts_with("9999-12-30T"), "{}", rfc3339(beyond));
        }
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
            // Leap seconds: Unix time has none.
            "20161231T235960Z",
            "20250610t043510z",
            "2025061é043510Z",
            "+0250610T043510Z",
            "20250610T 43510Z",
            " 20250610T043510Z",
            "2025610T043510Z",
        ] {
            assert_eq!(compact(wrong), None, "{wrong}");
        }
    }
}
