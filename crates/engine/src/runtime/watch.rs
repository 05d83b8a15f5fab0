//! Whether a worker is stuck: inside the host's drive, or inside a decoder that ignores its deadline.
//!
//! Only time spent there counts. A worker that waits in line for memory, for the disk or for the database is not stuck.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::port::clock::{self, Clock};

/// Where a worker is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The drive does not answer.
    Drive,
    /// The decoder does not end.
    Decoder,
}

impl Stuck {
    /// Detail of the failure, for logs.
    pub(crate) const fn detail(self) -> &'static str {
        match self {
            Self::Drive => "the drive did not answer in time",
            Self::Decoder => "the decoder did not stop at its deadline",
        }
    }
}

#[derive(Debug, Default)]
struct State {
    /// Calls of the drive in progress. A decoder may read on several threads.
    calls: usize,
    /// When the drive was last called or last answered, steady ms.
    heard: i64,
    /// How long a decoder may go on without reading, ms; `None` outside of a decoder, or without a limit.
    decoding: Option<i64>,
    /// Time spent inside the drive so far, ms.
    inside: i64,
    /// Whether a read has failed.
    failed: bool,
}

/// What the drive has contributed to a failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DriveShare {
    /// Time spent inside the drive.
    pub(crate) time: Duration,
    /// Whether a read has failed.
    pub(crate) failed: bool,
}

/// The watch over the worker of one job. Clones watch the same worker.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

impl Watch {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        clock::steady_ms(&*self.clock)
    }

    /// A call of the drive begins.
    pub(crate) fn begin_call(&self) {
        let now = self.now();
        let mut state = self.state();
        if state.calls == 0 {
            state.heard = now;
        }
        state.calls += 1;
    }

    /// A call of the drive ends.
    pub(crate) fn end_call(&self) {
        let now = self.now();
        let mut state = self.state();
        state.inside = state.inside.saturating_add(now.saturating_sub(state.heard));
        (state.calls, state.heard) = (state.calls.saturating_sub(1), now);
    }

    /// A read has failed.
    pub(crate) fn note_failure(&self) {
        self.state().failed = true;
    }

    /// A decoder runs until the guard is dropped, and may go on for `limit` without reading.
    pub(crate) fn decode(&self, limit: Option<Duration>) -> Decoding<'_> {
        let now = self.now();
        let mut state = self.state();
        (state.heard, state.decoding) = (now, limit.map(clock::millis));
        (state.inside, state.failed) = (0, false);
        drop(state);
        Decoding(self)
    }

    /// What the drive has contributed since the last decoder began.
    pub(crate) fn drive_share(&self) -> DriveShare {
        let state = self.state();
        DriveShare { time: Duration::from_millis(state.inside.max(0) as u64), failed: state.failed }
    }

    /// Where the worker is stuck, if the drive may take `timeout` for an answer.
    pub(crate) fn stuck(&self, timeout: Duration) -> Option<Stuck> {
        let now = self.now();
        let state = self.state();
        let silent = now.saturating_sub(state.heard);
        match state.decoding {
            _ if state.calls > 0 => (silent > clock::millis(timeout)).then_some(Stuck::Drive),
            Some(limit) => (silent > limit).then_some(Stuck::Decoder),
            None => None,
        }
    }

    /// What is left of `timeout` for the call of the drive in progress.
    pub(crate) fn remaining(&self, timeout: Duration) -> Duration {
        let now = self.now();
        let state = self.state();
        let elapsed = if state.calls > 0 { now.saturating_sub(state.heard).max(0) } else { 0 };
        timeout.saturating_sub(Duration::from_millis(elapsed as u64))
    }
}

/// A decoder is running.
pub(crate) struct Decoding<'a>(&'a Watch);

impl Drop for Decoding<'_> {
    fn drop(&mut self) {
        self.0.state().decoding = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::SystemTime;

    #[derive(Debug, Default)]
    struct Manual(AtomicU64);

    impl Clock for Manual {
        fn wall(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn steady(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    const TIMEOUT: Duration = Duration::from_millis(100);

    fn watch() -> (Watch, impl Fn(u64)) {
        let clock = Arc::new(Manual::default());
        let passed = clock.clone();
        (Watch::new(clock), move |ms| {
            passed.0.fetch_add(ms, Ordering::SeqCst);
        })
    }

    #[test]
    fn only_time_inside_the_drive_counts() {
        let (watch, pass) = watch();
        pass(10_000);
        assert_eq!(watch.stuck(TIMEOUT), None);
        watch.begin_call();
        pass(60);
        assert_eq!((watch.stuck(TIMEOUT), watch.remaining(TIMEOUT)), (None, Duration::from_millis(40)));
        watch.end_call();
        pass(10_000);
        assert_eq!((watch.stuck(TIMEOUT), watch.remaining(TIMEOUT)), (None, TIMEOUT));
        watch.begin_call();
        pass(101);
        assert_eq!((watch.stuck(TIMEOUT), watch.remaining(TIMEOUT)), (Some(Stuck::Drive), Duration::ZERO));
    }

    #[test]
    fn any_answer_of_several_concurrent_calls_is_a_sign_of_life() {
        let (watch, pass) = watch();
        watch.begin_call();
        watch.begin_call();
        pass(90);
        watch.end_call();
        pass(90);
        assert_eq!(watch.stuck(TIMEOUT), None);
        pass(20);
        assert_eq!(watch.stuck(TIMEOUT), Some(Stuck::Drive));
    }

    #[test]
    fn a_decoder_is_stuck_after_its_own_limit() {
        let (watch, pass) = watch();
        let decoding = watch.decode(Some(Duration::from_millis(500)));
        pass(400);
        assert_eq!(watch.stuck(TIMEOUT), None);
        watch.begin_call();
        watch.end_call();
        pass(400);
        assert_eq!(watch.stuck(TIMEOUT), None);
        pass(101);
        assert_eq!(watch.stuck(TIMEOUT), Some(Stuck::Decoder));
        drop(decoding);
        assert_eq!(watch.stuck(TIMEOUT), None);
        let _unlimited = watch.decode(None);
        pass(100_000_000);
        assert_eq!(watch.stuck(TIMEOUT), None);
    }

    #[test]
    fn the_share_of_the_drive_counts_from_the_start_of_the_decoder() {
        let (watch, pass) = watch();
        watch.begin_call();
        pass(50);
        watch.end_call();
        watch.note_failure();
        let _decoding = watch.decode(None);
        assert_eq!(watch.drive_share(), DriveShare::default());
        watch.begin_call();
        pass(70);
        watch.end_call();
        pass(1000);
        assert_eq!(watch.drive_share(), DriveShare { time: Duration::from_millis(70), failed: false });
    }

    #[test]
    fn the_longest_timeout_never_elapses() {
        let (watch, pass) = watch();
        watch.begin_call();
        pass(1 << 60);
        assert_eq!(watch.stuck(Duration::MAX), None);
    }
}
