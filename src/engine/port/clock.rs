//! Two clocks: the wall's, which people read and which may jump, and a steady one, which leases live by.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the engine gets the time from. Hosts have no need of their own; tests do.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day. May jump by days either way: only expiries, ages and retries are told by it.
    fn wall(&self) -> SystemTime;

    /// Time that only goes forward, the same in every process of this machine until it is started again.
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

    // Shared by no other process, which is no harm: there the lock of an owner tells the living from the dead.
    #[cfg(not(unix))]
    fn steady(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// Milliseconds since 1970 by the wall's clock.
pub(crate) fn wall_ms(clock: &dyn Clock) -> i64 {
    ms_of(clock.wall())
}

/// Milliseconds of the steady clock.
pub(crate) fn steady_ms(clock: &dyn Clock) -> i64 {
    clock.steady().as_millis().min(i64::MAX as u128) as i64
}

/// Milliseconds since 1970; 0 for what was before.
pub(crate) fn ms_of(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().min(i64::MAX as u128) as i64
}

/// The time so many milliseconds after 1970.
pub(crate) fn time_of(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(ms.max(0) as u64)
}
