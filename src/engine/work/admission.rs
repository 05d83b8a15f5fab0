//! Who may decode how much at once.
//!
//! Every file being drawn holds a *grant* of bytes, and all grants together stay within the engine's budget. A grant
//! begins small; a file whose header (or whose decoder) asks for more than it has comes back for a larger one and begins
//! anew, which costs little since decoders ask before they decode. Who cannot be served waits in line, so that many
//! small files do not starve a large one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a file is granted without asking: enough for most photos, which are decoded scaled down.
pub(crate) const FIRST: u64 = 16 << 20;

#[derive(Default)]
struct Line {
    granted: u64,
    waiting: VecDeque<u64>,
    next: u64,
    closed: bool,
}

/// The budget of one engine.
pub(crate) struct Admission {
    budget: u64,
    line: Mutex<Line>,
    moved: Condvar,
}

/// Bytes that one file may hold; dropping it gives them back.
pub(crate) struct Grant<'a> {
    admission: &'a Admission,
    bytes: u64,
}

impl Admission {
    pub(crate) fn new(budget: u64) -> Self {
        Self { budget, line: Mutex::default(), moved: Condvar::new() }
    }

    /// Bytes that all grants share.
    pub(crate) fn budget(&self) -> u64 {
        self.budget
    }

    /// Waits for `bytes`, at most the whole budget. `None` once it is closed.
    pub(crate) fn grant(&self, bytes: u64) -> Option<Grant<'_>> {
        let bytes = bytes.min(self.budget);
        let mut line = self.lock();
        let ticket = line.next;
        line.next += 1;
        line.waiting.push_back(ticket);
        while !line.closed && (line.waiting.front() != Some(&ticket) || line.granted + bytes > self.budget) {
            line = self.moved.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
        line.waiting.retain(|waiting| *waiting != ticket);
        let granted = !line.closed;
        if granted {
            line.granted += bytes;
            metrics::gauge!(crate::engine::observe::MEMORY_GRANTED).set(line.granted as f64);
        }
        drop(line);
        // The next in line may fit beside us.
        self.moved.notify_all();
        // Made only if it was granted: it gives back what it says.
        granted.then(|| Grant { admission: self, bytes })
    }

    /// Grants nothing any more.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant<'_> {
    /// How many.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Grant<'_> {
    fn drop(&mut self) {
        let mut line = self.admission.lock();
        line.granted -= self.bytes;
        metrics::gauge!(crate::engine::observe::MEMORY_GRANTED).set(line.granted as f64);
        drop(line);
        self.admission.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[test]
    fn grants_together_stay_within_the_budget() {
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
    fn a_large_file_is_not_starved_by_small_ones() {
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
    fn who_waits_when_it_closes_gets_nothing_and_gives_nothing_back() {
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
    fn more_than_the_budget_is_the_whole_budget() {
        assert_eq!(Admission::new(100).grant(1000).unwrap().bytes(), 100);
    }
}
