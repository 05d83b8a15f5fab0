//! Jobs that this engine has leased, from the queue to the publisher.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::drive::{CallContext, Waiting};
use crate::model::blob::BlobName;
use crate::model::id::Version;
use crate::model::job::{Lease, Outcome, Priority, RetryCause};
use crate::port::clock::{self, Clock};
use crate::runtime::admission::Held;
use crate::runtime::watch::{Stuck, Watch};
use thumbling::CancelToken;
use thumbling::ErrorKind;

/// Failed attempts of a job so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// That failed because of the drive, or for want of room.
    pub(crate) tries: u32,
    /// That took too long, or panicked.
    pub(crate) timeouts: u32,
    /// During which the process died.
    pub(crate) crashes: u32,
}

/// How far a worker is with a share task.
#[derive(Debug)]
struct Progress {
    /// The item that it is at; negative if none.
    item: AtomicI64,
    /// Whether it has finished an item under this lease, which resets the attempts.
    finished: AtomicBool,
}

/// A job that this engine holds the lease of.
#[derive(Debug, Clone)]
pub(crate) struct LeasedJob {
    pub(crate) lease: Lease,
    /// Cancelled when no task waits for the job any more, or the engine closes.
    pub(crate) cancel: CancelToken,
    /// Whether its worker is stuck.
    pub(crate) watch: Watch,
    progress: Arc<Progress>,
    /// The memory that it has been granted.
    memory: Arc<Mutex<Option<Held>>>,
    /// Whether its worker was abandoned.
    abandoned: Arc<AtomicBool>,
    stage: Stage,
}

impl LeasedJob {
    /// The context of the job's calls of the drive: its worker is replaced once the drive has been silent for `timeout`.
    pub(crate) fn context(&self, timeout: Duration) -> CallContext {
        CallContext::of(JobCall { job: self.clone(), timeout })
    }

    /// The worker begins with item `n` of a share task.
    pub(crate) fn begin_item(&self, n: u32) {
        self.progress.item.store(i64::from(n), Ordering::SeqCst);
    }

    /// The result of the item is recorded.
    pub(crate) fn finish_item(&self) {
        self.progress.item.store(-1, Ordering::SeqCst);
        self.progress.finished.store(true, Ordering::SeqCst);
    }

    /// Failed attempts so far; for a share task, at the item that it is at.
    pub(crate) fn attempts(&self) -> Attempts {
        match self.progress.finished.load(Ordering::SeqCst) {
            true => Attempts::default(),
            false => Attempts { tries: self.lease.tries, timeouts: self.lease.timeouts, crashes: self.lease.crashes },
        }
    }

    /// The item of a share task that the worker is at.
    pub(crate) fn item(&self) -> Option<u32> {
        u32::try_from(self.progress.item.load(Ordering::SeqCst)).ok()
    }

    /// The worker holds this grant of memory, or none.
    pub(crate) fn hold_memory(&self, held: Option<Held>) {
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }

    /// The grant that the worker holds.
    pub(crate) fn memory(&self) -> Option<Held> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether its worker was abandoned: whatever it does from now on is in vain.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::SeqCst)
    }

    /// The same job under a lease that differs, to run part of it as a job of its own.
    pub(crate) fn with_lease(&self, lease: Lease) -> Self {
        Self { lease, ..self.clone() }
    }
}

/// A call on behalf of a job.
struct JobCall {
    job: LeasedJob,
    timeout: Duration,
}

impl Waiting for JobCall {
    fn remaining(&self) -> Option<Duration> {
        Some(self.job.watch.remaining(self.timeout))
    }

    fn is_cancelled(&self) -> bool {
        self.job.cancel.is_cancelled() || self.job.is_abandoned()
    }

    fn begin(&self) {
        self.job.watch.begin_call();
    }

    fn end(&self) {
        self.job.watch.end_call();
    }

    fn fail(&self) {
        self.job.watch.note_failure();
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ready,
    Running,
    Publishing,
}

/// The result of a job, with the bytes to store.
pub(crate) struct JobResult {
    pub(crate) lease: Lease,
    pub(crate) outcome: Outcome,
    pub(crate) blobs: Vec<(BlobName, Vec<u8>)>,
    /// The version that was rendered.
    pub(crate) version: Option<Version>,
    /// Why the job failed, for events.
    pub(crate) failure: Option<ErrorKind>,
}

impl JobResult {
    /// A result without bytes or events.
    pub(crate) fn new(lease: &Lease, outcome: Outcome) -> Self {
        Self { lease: lease.clone(), outcome, blobs: Vec::new(), version: None, failure: None }
    }

    /// A failure without a record.
    pub(crate) fn failed(lease: &Lease, kind: ErrorKind, detail: &str) -> Self {
        Self { failure: Some(kind), ..Self::new(lease, Outcome::Failed { kind, detail: truncated(detail) }) }
    }

    /// A retry `after` a delay from `now`, ms since 1970.
    pub(crate) fn retry(lease: &Lease, now: i64, after: Duration, cause: RetryCause) -> Self {
        Self::new(lease, Outcome::Retry { due: now.saturating_add(clock::millis(after)), cause })
    }
}

/// `detail`, short enough to store in a row.
pub(crate) fn truncated(detail: &str) -> String {
    detail.chars().take(300).collect()
}

/// The channel to the publisher; `None` ends it.
pub(crate) type ResultSender = SyncSender<Option<JobResult>>;

#[derive(Default)]
struct Table {
    jobs: HashMap<i64, LeasedJob>,
    /// Jobs that no worker has taken yet, most urgent first.
    ready: BTreeMap<(Priority, u64), i64>,
    next: u64,
    running: usize,
    stuck: u64,
    closed: bool,
}

#[derive(Default)]
struct Wakeup {
    requested: bool,
    /// Whether an interactive job was queued.
    interactive: bool,
}

/// How many more jobs the scheduler should lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Demand {
    /// Jobs of any priority.
    pub(crate) any: usize,
    /// Interactive jobs.
    pub(crate) interactive: usize,
}

/// The jobs that this engine has leased.
pub(crate) struct LeasedJobs {
    clock: Arc<dyn Clock>,
    table: Mutex<Table>,
    available: Condvar,
    wakeup: Mutex<Wakeup>,
    woken: Condvar,
}

impl LeasedJobs {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let (available, woken) = (Condvar::new(), Condvar::new());
        Self { clock, table: Mutex::default(), available, wakeup: Mutex::default(), woken }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the scheduler: there may be a job of `priority` to lease.
    pub(crate) fn wake_scheduler(&self, priority: Priority) {
        let mut wakeup = self.wakeup.lock().unwrap_or_else(PoisonError::into_inner);
        wakeup.requested = true;
        wakeup.interactive |= priority == Priority::Interactive;
        drop(wakeup);
        self.woken.notify_one();
    }

    /// Waits up to `timeout` for a wake-up. Returns whether an interactive job caused it.
    pub(crate) fn wait_for_wakeup(&self, timeout: Duration) -> bool {
        let wakeup = self.wakeup.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut wakeup, _) = self
            .woken
            .wait_timeout_while(wakeup, timeout, |wakeup| !wakeup.requested)
            .unwrap_or_else(PoisonError::into_inner);
        wakeup.requested = false;
        std::mem::take(&mut wakeup.interactive)
    }

    /// Makes leased jobs available to workers.
    pub(crate) fn insert(&self, leases: Vec<Lease>) {
        let mut table = self.table();
        for lease in leases {
            let (job, key) = (lease.job, (lease.priority, table.next));
            table.next += 1;
            table.ready.insert(key, job);
            let (cancel, watch, stage) = (CancelToken::new(), Watch::new(self.clock.clone()), Stage::Ready);
            let progress = Arc::new(Progress { item: AtomicI64::new(-1), finished: AtomicBool::new(false) });
            let (memory, abandoned) = (Arc::default(), Arc::default());
            table.jobs.insert(job, LeasedJob { lease, cancel, watch, progress, memory, abandoned, stage });
        }
        drop(table);
        self.available.notify_all();
    }

    /// Waits for the next job for a worker. `None` once the engine closes.
    pub(crate) fn take(&self) -> Option<LeasedJob> {
        let mut table = self.table();
        loop {
            if table.closed {
                return None;
            }
            if let Some((_, job)) = table.ready.pop_first() {
                // It may be listed twice, if a newer lease replaced one that was not taken.
                if let Some(job) = table.jobs.get_mut(&job).filter(|job| job.stage == Stage::Ready) {
                    job.stage = Stage::Running;
                    let job = job.clone();
                    table.running += 1;
                    return Some(job);
                }
                continue;
            }
            // The scheduler leases more when a worker has nothing to do.
            self.wake_scheduler(Priority::Background);
            table = self.available.wait(table).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The worker of `job` is done, and its result goes to the publisher. Returns false if the worker was abandoned
    /// meanwhile.
    pub(crate) fn finish_running(&self, job: &LeasedJob) -> bool {
        let mut table = self.table();
        if job.abandoned.load(Ordering::SeqCst) {
            return false;
        }
        table.running -= 1;
        let token = job.lease.token;
        if let Some(job) = table.jobs.get_mut(&job.lease.job).filter(|job| job.lease.token == token) {
            job.stage = Stage::Publishing;
        }
        true
    }

    /// The lease is over. A newer lease of the same job is not affected.
    pub(crate) fn remove(&self, lease: &Lease) {
        let mut table = self.table();
        if table.jobs.get(&lease.job).is_some_and(|job| job.lease.token == lease.token) {
            table.jobs.remove(&lease.job);
        }
    }

    /// Cancels a job, if it is leased here.
    pub(crate) fn cancel(&self, job: i64) {
        let mut table = self.table();
        let Some(found) = table.jobs.get(&job) else { return };
        found.cancel.cancel();
        if found.stage == Stage::Ready {
            table.jobs.remove(&job);
        }
    }

    /// Abandons workers that are stuck, if the drive may take `timeout` for an answer. Returns their jobs, and where they
    /// are stuck.
    pub(crate) fn abandon_stuck(&self, timeout: Duration) -> Vec<(LeasedJob, Stuck)> {
        let mut table = self.table();
        let Table { jobs, running, stuck, .. } = &mut *table;
        let mut abandoned = Vec::new();
        for job in jobs.values_mut().filter(|job| job.stage == Stage::Running) {
            let Some(at) = job.watch.stuck(timeout) else { continue };
            job.abandoned.store(true, Ordering::SeqCst);
            job.cancel.cancel();
            job.stage = Stage::Publishing;
            *running -= 1;
            *stuck += 1;
            abandoned.push((job.clone(), at));
        }
        abandoned
    }

    /// An abandoned worker has returned from the drive.
    pub(crate) fn stuck_worker_returned(&self) {
        self.table().stuck -= 1;
    }

    /// The jobs leased by this engine.
    pub(crate) fn ids(&self) -> Vec<i64> {
        self.table().jobs.keys().copied().collect()
    }

    /// How many more jobs `threads` workers need.
    pub(crate) fn demand(&self, threads: usize) -> Demand {
        let table = self.table();
        let ready = table.ready.len();
        let interactive = table.ready.range(..(Priority::Requested, 0)).count();
        // A few ahead, so that jobs share a commit, but few enough that urgent ones need not wait for them.
        let ahead = (2 * threads).max(8);
        let any = if ready <= ahead / 2 { ahead - ready } else { 0 };
        Demand { any, interactive: ahead.saturating_sub(interactive) }
    }

    /// Whether no job is leased.
    pub(crate) fn is_empty(&self) -> bool {
        self.table().jobs.is_empty()
    }

    /// Jobs that are running.
    pub(crate) fn running(&self) -> u64 {
        self.table().running as u64
    }

    /// Workers that are stuck inside the drive's code, or inside a decoder.
    pub(crate) fn stuck(&self) -> u64 {
        self.table().stuck
    }

    /// Cancels running jobs; no worker takes another one.
    pub(crate) fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        table.jobs.values().for_each(|job| job.cancel.cancel());
        drop(table);
        self.available.notify_all();
        self.wake_scheduler(Priority::Background);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{FileId, FileRef, SpaceId};
    use crate::model::job::JobKind;
    use crate::port::clock::SystemClock;

    fn lease(token: i64) -> Lease {
        Lease {
            job: 7,
            token,
            kind: JobKind::Render,
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
    fn ending_a_lease_leaves_a_newer_lease_of_the_same_job_alone() {
        let jobs = LeasedJobs::new(Arc::new(SystemClock));
        jobs.insert(vec![lease(1)]);
        assert!(jobs.take().is_some());
        jobs.insert(vec![lease(2)]);
        jobs.remove(&lease(1));
        assert_eq!(jobs.ids(), [7]);
        assert_eq!(jobs.take().unwrap().lease.token, 2);
        jobs.remove(&lease(2));
        assert!(jobs.is_empty());
    }

    #[test]
    fn a_worker_whose_lease_was_replaced_leaves_the_newer_one_running() {
        let jobs = LeasedJobs::new(Arc::new(SystemClock));
        jobs.insert(vec![lease(1)]);
        let stale = jobs.take().unwrap();
        jobs.insert(vec![lease(2)]);
        let newer = jobs.take().unwrap();
        assert!(jobs.finish_running(&stale));
        newer.watch.begin_call();
        std::thread::sleep(Duration::from_millis(5));
        let abandoned = jobs.abandon_stuck(Duration::from_millis(1));
        assert_eq!(abandoned.iter().map(|(job, at)| (job.lease.token, *at)).collect::<Vec<_>>(), [(2, Stuck::Drive)]);
        assert!(newer.is_abandoned() && !stale.is_abandoned());
    }

    #[test]
    fn a_job_that_is_leased_again_before_it_was_taken_runs_once() {
        let jobs = LeasedJobs::new(Arc::new(SystemClock));
        jobs.insert(vec![lease(1)]);
        jobs.insert(vec![lease(2)]);
        assert_eq!(jobs.take().unwrap().lease.token, 2);
        jobs.close();
        assert!(jobs.take().is_none());
        assert_eq!(jobs.running(), 1);
    }

    #[test]
    fn a_retry_after_any_delay_is_due_in_the_future() {
        let retry = JobResult::retry(&lease(1), 5, Duration::MAX, RetryCause::Store);
        assert!(matches!(retry.outcome, Outcome::Retry { due: i64::MAX, .. }));
    }
}
