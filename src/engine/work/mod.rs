//! Who draws what, when, and within which memory.
//!
//! ```text
//! queue (durable) --keeper--> ready (a few jobs) --workers--> finished --publisher--> blobs, then records and the end
//!                  claims                        draw                    groups        of jobs in one commit
//! ```
//!
//! - The *keeper* leases jobs, a few more than there are workers, keeps the leases alive, takes over from owners that
//!   died, and replaces workers that are stuck in the drive's code.
//! - A *worker* asks the drive, waits for memory ([`admission`]), and calls the pipeline through one seam ([`render`]).
//! - The *publisher* makes results durable, many at the cost of one.

pub(crate) mod admission;
pub(crate) mod draw;
pub(crate) mod keeper;
pub(crate) mod owner;
pub(crate) mod pool;
pub(crate) mod publish;
pub(crate) mod render;
pub(crate) mod retry;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cancel::CancelToken;
use crate::engine::port::queue::{Claim, Priority};

/// A job that this engine holds the lease of.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) claim: Claim,
    /// Raised when nobody wants it any more, or the engine closes.
    pub(crate) cancel: CancelToken,
    /// When the drive or the decoder last gave a sign of life, steady ms; 0 before a worker took it.
    pub(crate) beat: Arc<AtomicI64>,
    /// Whether its worker was given up.
    pub(crate) lost: Arc<AtomicBool>,
    /// Whether a worker has it, or is done with it.
    stage: Stage,
}

impl Held {
    /// The same work, about another file.
    pub(crate) fn with(&self, claim: Claim) -> Self {
        Self { claim, ..self.clone() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ready,
    Running,
    Publishing,
}

#[derive(Default)]
struct Table {
    held: HashMap<i64, Held>,
    /// Jobs that no worker has yet, the most urgent first.
    ready: BTreeMap<(Priority, u64), i64>,
    next: u64,
    running: usize,
    /// Workers that wait for a job.
    idle: usize,
    stuck: u64,
    closed: bool,
}

#[derive(Default)]
struct Bell {
    rung: bool,
    /// Somebody looks at something that is not there.
    urgent: bool,
}

/// Jobs of this engine between queue and store.
pub(crate) struct Work {
    table: Mutex<Table>,
    there: Condvar,
    bell: Mutex<Bell>,
    rang: Condvar,
}

impl Work {
    pub(crate) fn new() -> Self {
        Self { table: Mutex::default(), there: Condvar::new(), bell: Mutex::default(), rang: Condvar::new() }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the keeper that there may be something to lease.
    pub(crate) fn ring(&self, priority: Priority) {
        let mut bell = self.bell.lock().unwrap_or_else(PoisonError::into_inner);
        bell.rung = true;
        bell.urgent |= priority == Priority::Interactive;
        drop(bell);
        self.rang.notify_one();
    }

    /// Waits for the bell; says whether it was rung for somebody who looks.
    fn listen(&self, patience: Duration) -> bool {
        let bell = self.bell.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut bell, _) =
            self.rang.wait_timeout_while(bell, patience, |bell| !bell.rung).unwrap_or_else(PoisonError::into_inner);
        bell.rung = false;
        std::mem::take(&mut bell.urgent)
    }

    /// Takes leased jobs in.
    fn put(&self, claims: Vec<Claim>) {
        let mut table = self.table();
        for claim in claims {
            let (job, key) = (claim.job, (claim.priority, table.next));
            table.next += 1;
            table.ready.insert(key, job);
            let (cancel, beat, lost) = (CancelToken::new(), Arc::default(), Arc::default());
            table.held.insert(job, Held { claim, cancel, beat, lost, stage: Stage::Ready });
        }
        drop(table);
        self.there.notify_all();
    }

    /// The next job for a worker; waits for one. `None` once the engine closes.
    fn next(&self, now: impl Fn() -> i64) -> Option<Held> {
        let mut table = self.table();
        loop {
            if table.closed {
                return None;
            }
            if let Some((_, job)) = table.ready.pop_first() {
                table.running += 1;
                if let Some(held) = table.held.get_mut(&job) {
                    held.stage = Stage::Running;
                    held.beat.store(now().max(1), Ordering::Relaxed);
                    return Some(held.clone());
                }
                table.running -= 1;
                continue;
            }
            table.idle += 1;
            // The keeper has to know that somebody is hungry.
            self.ring(Priority::Background);
            table = self.there.wait(table).unwrap_or_else(PoisonError::into_inner);
            table.idle -= 1;
        }
    }

    /// A worker is done with a job, whose result goes to the publisher. False if the worker was given up meanwhile.
    fn drawn(&self, held: &Held) -> bool {
        let mut table = self.table();
        if held.lost.load(Ordering::SeqCst) {
            return false;
        }
        table.running -= 1;
        if let Some(held) = table.held.get_mut(&held.claim.job) {
            held.stage = Stage::Publishing;
        }
        true
    }

    /// This lease is over. The same job may be leased anew already: that lease goes on.
    pub(crate) fn let_go(&self, claim: &Claim) {
        let mut table = self.table();
        if table.held.get(&claim.job).is_some_and(|held| held.claim.token == claim.token) {
            table.held.remove(&claim.job);
        }
    }

    /// Interrupts what is done for this job, if it is ours.
    pub(crate) fn interrupt(&self, job: i64) {
        let mut table = self.table();
        let Some(held) = table.held.get(&job) else { return };
        held.cancel.cancel();
        if held.stage == Stage::Ready {
            table.held.remove(&job);
        }
    }

    /// Jobs that workers have had no sign of life from since `before` (steady ms): their workers are given up.
    fn give_up(&self, before: i64) -> Vec<Held> {
        let mut table = self.table();
        let silent = |held: &&Held| held.stage == Stage::Running && held.beat.load(Ordering::Relaxed) < before;
        let silent: Vec<Held> = table.held.values().filter(silent).cloned().collect();
        for held in &silent {
            held.lost.store(true, Ordering::SeqCst);
            held.cancel.cancel();
            table.running -= 1;
            table.stuck += 1;
            if let Some(held) = table.held.get_mut(&held.claim.job) {
                held.stage = Stage::Publishing;
            }
        }
        silent
    }

    /// A worker that was given up has come back, and ends.
    fn came_back(&self) {
        self.table().stuck -= 1;
    }

    /// Jobs that this engine holds.
    fn held(&self) -> Vec<i64> {
        self.table().held.keys().copied().collect()
    }

    /// How many more jobs should be leased for `threads` workers, of any kind, and of the kind that somebody looks for.
    fn hunger(&self, threads: usize) -> (usize, usize) {
        let table = self.table();
        let ready = table.ready.len();
        let interactive = table.ready.range(..(Priority::Requested, 0)).count();
        // A few ahead, so that a commit is shared; few enough that what is urgent need not wait for them.
        let ahead = (2 * threads).max(8);
        (if ready <= ahead / 2 { ahead - ready } else { 0 }, ahead.saturating_sub(interactive))
    }

    /// Whether nothing is held at all.
    fn is_idle(&self) -> bool {
        self.table().held.is_empty()
    }

    /// Files being drawn.
    pub(crate) fn running(&self) -> u64 {
        self.table().running as u64
    }

    /// Workers stuck in the drive's code.
    pub(crate) fn stuck(&self) -> u64 {
        self.table().stuck
    }

    /// No worker takes a job any more; what runs is interrupted.
    pub(crate) fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        table.held.values().for_each(|held| held.cancel.cancel());
        drop(table);
        self.there.notify_all();
        self.ring(Priority::Background);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::id::{FileId, FileRef, SpaceId};

    fn claim(token: i64) -> Claim {
        Claim {
            job: 7,
            token,
            work: crate::engine::port::queue::Work::Render,
            file: FileRef::new(SpaceId::new("s").unwrap(), FileId::new("f").unwrap()),
            version: None,
            priority: Priority::Requested,
            tries: 0,
            timeouts: 0,
            crashes: 0,
            added: 0,
        }
    }

    #[test]
    fn a_lease_that_is_over_takes_no_later_one_of_the_same_job_with_it() {
        let work = Work::new();
        work.put(vec![claim(1)]);
        assert!(work.next(|| 1).is_some());
        work.put(vec![claim(2)]);
        work.let_go(&claim(1));
        assert_eq!(work.held(), [7]);
        assert_eq!(work.next(|| 1).unwrap().claim.token, 2);
        work.let_go(&claim(2));
        assert!(work.is_idle());
    }
}
