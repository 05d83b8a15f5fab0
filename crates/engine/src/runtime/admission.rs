//! Memory admission: how much all running jobs may decode at once.
//!
//! Every job holds a *grant* of bytes, and the sum of all grants stays within the engine's budget. Grants start small. A
//! decoder that needs more is refused, and the job restarts with a larger grant, which is cheap because decoders reserve
//! memory before they decode. Requests are served first come, first served, so small files cannot starve a large one.
//!
//! The grant of a worker that is stuck is returned: what it holds is beyond the budget until it comes back, but a drive that
//! hangs on a few files must not take the memory of all others. There is a limit to the number of stuck workers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Size of the first grant, bytes: enough for most photos, which are decoded at a reduced scale.
pub(crate) const FIRST_GRANT: u64 = 16 << 20;

#[derive(Default)]
struct State {
    granted: u64,
    waiting: VecDeque<u64>,
    next: u64,
    closed: bool,
}

/// The memory budget of one engine.
pub(crate) struct Admission {
    budget: u64,
    state: Mutex<State>,
    changed: Condvar,
}

/// Memory that one job may use; returned to the budget when dropped.
pub(crate) struct Grant<'a> {
    admission: &'a Admission,
    bytes: u64,
    held: Held,
}

/// What is still held of a grant, bytes. Clones are of the same grant.
#[derive(Debug, Clone)]
pub(crate) struct Held(Arc<AtomicU64>);

impl Admission {
    pub(crate) fn new(budget: u64) -> Self {
        Self { budget, state: Mutex::default(), changed: Condvar::new() }
    }

    /// The sum that all grants stay within, bytes.
    pub(crate) fn budget(&self) -> u64 {
        self.budget
    }

    /// Waits for a grant of `bytes`, capped at the whole budget. `None` once closed.
    pub(crate) fn grant(&self, bytes: u64) -> Option<Grant<'_>> {
        let bytes = bytes.min(self.budget);
        let mut state = self.lock();
        let ticket = state.next;
        state.next += 1;
        state.waiting.push_back(ticket);
        while !state.closed && (state.waiting.front() != Some(&ticket) || state.granted + bytes > self.budget) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.retain(|waiting| *waiting != ticket);
        let granted = !state.closed;
        if granted {
            state.granted += bytes;
            metrics::gauge!(crate::observe::MEMORY_GRANTED).set(state.granted as f64);
        }
        drop(state);
        // The next in line may fit too.
        self.changed.notify_all();
        // Only if granted: dropping a grant returns its bytes.
        granted.then(|| Grant { admission: self, bytes, held: Held(Arc::new(AtomicU64::new(bytes))) })
    }

    /// Returns a grant to the budget, unless that has been done.
    pub(crate) fn release(&self, held: &Held) {
        let bytes = held.0.swap(0, Ordering::SeqCst);
        let mut state = self.lock();
        state.granted -= bytes;
        metrics::gauge!(crate::observe::MEMORY_GRANTED).set(state.granted as f64);
        drop(state);
        self.changed.notify_all();
    }

    /// Grants nothing from now on.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant<'_> {
    /// Its size, bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// To return it from another thread.
    pub(crate) fn held(&self) -> Held {
        self.held.clone()
    }
}

impl Drop for Grant<'_> {
    fn drop(&mut self) {
        self.admission.release(&self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_sum_of_grants_stays_within_the_budget() {
        let (admission, held, most) = (Admission::new(100), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|s| {
            for i in 0..8u64 {
                let (admission, held, most) = (&admission, &held, &most);
                s.spawn(move || {
                    for round in 0..50 {
                        let grant = admission.grant(10 + (i * 13 + round) % 90).unwrap();
                        most.fetch_max(
                            held.fetch_add(grant.bytes(), Ordering::SeqCst) + grant.bytes(),
                            Ordering::SeqCst,
                        );
                        std::thread::yield_now();
                        held.fetch_sub(grant.bytes(), Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((50..=100).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn small_files_do_not_starve_a_large_one() {
        let admission = Admission::new(100);
        let small = admission.grant(60).unwrap();
        let served = Mutex::new(Vec::new());
        std::thread::scope(|s| {
            s.spawn(|| {
                let grant = admission.grant(100).unwrap();
                served.lock().unwrap().push("large");
                drop(grant);
            });
            while admission.lock().waiting.is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
            s.spawn(|| {
                let grant = admission.grant(10).unwrap();
                served.lock().unwrap().push("small");
                drop(grant);
            });
            while admission.lock().waiting.len() < 2 {
                std::thread::sleep(Duration::from_millis(1));
            }
            drop(small);
        });
        assert_eq!(*served.lock().unwrap(), ["large", "small"]);
    }

    #[test]
    fn a_request_pending_at_close_is_refused_and_returns_nothing() {
        let admission = Admission::new(100);
        let held = admission.grant(90).unwrap();
        std::thread::scope(|s| {
            let waits = s.spawn(|| admission.grant(50).is_none());
            while admission.lock().waiting.is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
            admission.close();
            assert!(waits.join().unwrap());
        });
        assert_eq!(admission.lock().granted, held.bytes());
    }

    #[test]
    fn a_grant_is_returned_once() {
        let admission = Admission::new(100);
        let stuck = admission.grant(100).unwrap();
        admission.release(&stuck.held());
        let other = admission.grant(60).unwrap();
        admission.release(&stuck.held());
        drop(stuck);
        assert_eq!(admission.lock().granted, other.bytes());
    }

    #[test]
    fn a_request_beyond_the_budget_is_granted_the_whole_budget() {
        assert_eq!(Admission::new(100).grant(1000).unwrap().bytes(), 100);
    }
}
