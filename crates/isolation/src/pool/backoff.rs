//! The delay after workers could not be started: it doubles up to a minute.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub struct Backoff {
    failed: Option<(Instant, Duration)>,
}

impl Backoff {
    /// How long to wait before the next attempt; `None` for no time.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let (until, _) = self.failed?;
        Some(until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    pub fn failed(&mut self, now: Instant) {
        let delay = self.failed.map_or(FIRST, |(_, delay)| (delay * 2).min(LONGEST));
        self.failed = Some((now + delay, delay));
    }

    pub fn succeeded(&mut self) {
        self.failed = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_to_a_minute_and_ends_with_a_success() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        assert_eq!(backoff.left(now), None);
        let mut delays = Vec::new();
        for _ in 0..12 {
            backoff.failed(now);
            delays.push(backoff.left(now).unwrap().as_millis());
        }
        assert_eq!(delays[..4], [100, 200, 400, 800]);
        assert_eq!(delays[11], 60_000);
        assert_eq!(backoff.left(now + Duration::from_secs(61)), None);
        backoff.succeeded();
        assert_eq!(backoff.left(now), None);
    }
}
