//! The port for time: a wall clock, which may jump, and a steady clock, which measures leases.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The engine's source of time. Hosts use [`SystemClock`]; tests bring their own.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day. It may jump either way by days, so only expiries, ages and retries depend on it.
    fn wall(&self) -> SystemTime;

    /// A clock that never goes back, and is the same in every process until the machine restarts.
    fn steady(&self) -> Duration;
}

/// The system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    #[cfg(unix)]
    fn steady(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        Duration::new(now.tv_sec.max(0) as u64, now.tv_nsec.clamp(0, 999_999_999) as u32)
    }

    // Not shared between processes. Leases of a live owner may then look expired to others; owner locks still tell the
    // living from the dead.
    #[cfg(not(unix))]
    fn steady(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// `duration` in milliseconds; saturates at `i64::MAX`.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Wall time, milliseconds since 1970.
pub(crate) fn wall_ms(clock: &dyn Clock) -> i64 {
    unix_ms(clock.wall())
}

/// Steady time, milliseconds.
pub(crate) fn steady_ms(clock: &dyn Clock) -> i64 {
    millis(clock.steady())
}

/// Milliseconds since 1970; 0 for earlier times.
pub(crate) fn unix_ms(time: SystemTime) -> i64 {
    millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// The time `ms` milliseconds after 1970; the epoch itself if the system cannot represent it.
pub(crate) fn time_from_ms(ms: i64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_millis(ms.max(0) as u64)).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_saturate_in_milliseconds() {
        assert_eq!(millis(Duration::MAX), i64::MAX);
        assert_eq!(millis(Duration::from_millis(1500)), 1500);
    }
}
