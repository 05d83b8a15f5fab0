//! Two small synchronisation primitives.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A counter of notifications that threads can wait on without missing one.
#[derive(Default)]
pub(crate) struct Signal {
    count: Mutex<u64>,
    notified: Condvar,
}

impl Signal {
    /// The number of notifications so far.
    pub(crate) fn count(&self) -> u64 {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everyone who waits.
    pub(crate) fn notify(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.notified.notify_all();
    }

    /// Waits up to `timeout` until the count differs from `seen`.
    pub(crate) fn wait(&self, seen: u64, timeout: Duration) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.notified.wait_timeout_while(count, timeout, |count| *count == seen));
    }
}

/// Counts running threads.
#[derive(Default)]
pub(crate) struct WaitGroup {
    running: Mutex<usize>,
    ended: Condvar,
}

impl WaitGroup {
    /// A thread starts.
    pub(crate) fn add(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    /// A thread has ended.
    pub(crate) fn done(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.ended.notify_all();
    }

    /// Waits up to `timeout` until no thread is running.
    pub(crate) fn wait(&self, timeout: Duration) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.ended.wait_timeout_while(running, timeout, |running| *running > 0));
    }
}
