//! The scheduler leases jobs for the workers, renews leases, takes over from dead owners, and replaces stuck workers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::pool;
use crate::inner::Inner;
use crate::model::error::Result;
use crate::model::job::{Priority, ReclaimScope};
use crate::observe;
use crate::port::clock;
use crate::runner;
use crate::runtime::jobs::ResultSender;
use crate::runtime::owner::{self, OwnerState};

/// How often the scheduler checks for jobs of other processes and for retries that are due.
const TICK: Duration = Duration::from_millis(250);
/// How long a lease lasts.
const LEASE: Duration = Duration::from_secs(60);
/// How often leases are renewed.
const RENEW: Duration = Duration::from_secs(15);
/// How often dead owners are looked for.
const REAP: Duration = Duration::from_secs(3);
/// Most stuck workers that are replaced.
const MAX_STUCK: u64 = 64;
/// How long an engine has to be open before it runs quarantined jobs: a file that kills the process must not prevent the
/// host from starting.
const QUARANTINE_DELAY: Duration = Duration::from_secs(2);

/// Runs the scheduler until the engine closes.
pub(crate) fn run(inner: &Arc<Inner>, results: &ResultSender) {
    let started = Instant::now();
    let mut scheduler = Scheduler { inner, results, renewed: started, reaped: started, quarantined: None, started };
    while !inner.is_closed() {
        let interactive = inner.jobs.wait_for_wakeup(TICK);
        if inner.is_closed() {
            break;
        }
        if let Err(e) = scheduler.round(interactive) {
            tracing::error!(error = %e, "the queue cannot be read");
            // A wake-up must not turn a full or missing disk into a busy loop.
            std::thread::sleep(TICK);
        }
    }
}

struct Scheduler<'a> {
    inner: &'a Arc<Inner>,
    results: &'a ResultSender,
    renewed: Instant,
    reaped: Instant,
    started: Instant,
    /// The quarantined job that is running, alone.
    quarantined: Option<i64>,
}

impl Scheduler<'_> {
    fn round(&mut self, interactive: bool) -> Result<()> {
        let inner = self.inner;
        self.replace_stuck_workers();
        if inner.has_unknown_leases.swap(false, Ordering::SeqCst) {
            inner.queue.release_except(inner.owner, &inner.jobs.ids()).inspect_err(|_| {
                inner.has_unknown_leases.store(true, Ordering::SeqCst);
            })?;
        }
        if self.renewed.elapsed() > RENEW {
            self.renewed = Instant::now();
            if !inner.jobs.is_empty() {
                inner.queue.renew(inner.owner, self.lease_end())?;
            }
        }
        if self.reaped.elapsed() > REAP {
            self.reaped = Instant::now();
            reap_dead_owners(inner)?;
            inner.flush_lookups()?;
            // Updates the gauges.
            inner.counters()?;
        }
        self.feed_workers(interactive)
    }

    /// When a lease granted now expires, steady ms.
    fn lease_end(&self) -> i64 {
        self.inner.steady_now().saturating_add(clock::millis(LEASE))
    }

    fn feed_workers(&mut self, interactive: bool) -> Result<()> {
        let inner = self.inner;
        if let Some(job) = self.quarantined {
            if inner.jobs.ids().contains(&job) {
                return Ok(());
            }
            self.quarantined = None;
        }
        if inner.has_quarantined.load(Ordering::SeqCst) && self.started.elapsed() > QUARANTINE_DELAY {
            if inner.queue.has_quarantined()? {
                // Nothing else is leased until everything has ended, so that the job has the process to itself.
                if !inner.jobs.is_empty() {
                    return Ok(());
                }
                if let Some(lease) = inner.queue.lease_quarantined(inner.owner, self.lease_end(), inner.now())? {
                    self.quarantined = Some(lease.job);
                    inner.jobs.insert(vec![lease]);
                    return Ok(());
                }
            }
            inner.has_quarantined.store(false, Ordering::SeqCst);
        }
        let demand = inner.jobs.demand(inner.config.threads);
        self.lease(demand.any, Priority::Background)?;
        if interactive {
            self.lease(demand.interactive.saturating_sub(demand.any), Priority::Interactive)?;
        }
        Ok(())
    }

    /// Leases up to `n` jobs of at least priority `least`.
    fn lease(&self, n: usize, least: Priority) -> Result<()> {
        let inner = self.inner;
        if n > 0 {
            let leases = inner.queue.lease(inner.owner, n, least, self.lease_end(), inner.now()).inspect_err(|_| {
                // It may have been committed nevertheless.
                inner.has_unknown_leases.store(true, Ordering::SeqCst);
            })?;
            inner.jobs.insert(leases);
        }
        Ok(())
    }

    /// Abandons and replaces workers that are stuck.
    fn replace_stuck_workers(&self) {
        let inner = self.inner;
        for (job, at) in inner.jobs.abandon_stuck(inner.config.drive_timeout) {
            metrics::counter!(observe::STUCK).increment(1);
            tracing::error!(file = %job.lease.file, reason = at.detail(), "a worker is stuck and is replaced");
            if let Some(held) = job.memory() {
                inner.admission.release(&held);
            }
            match runner::abandoned(inner, &job, at) {
                Some(result) => drop(self.results.send(Some(result))),
                None => inner.jobs.remove(&job.lease),
            }
            inner.workers.done();
            if inner.jobs.stuck() <= MAX_STUCK {
                let slot = inner.next_slot();
                if let Err(e) = pool::start(inner, slot, self.results.clone()) {
                    tracing::error!(error = %e, "a worker could not be replaced");
                }
            }
        }
    }
}

/// Takes jobs over from owners that are dead or hang.
pub(crate) fn reap_dead_owners(inner: &Inner) -> Result<()> {
    let now = inner.steady_now();
    for (owner, expired) in inner.queue.owners(now)? {
        if owner == inner.owner {
            continue;
        }
        match owner::state(&inner.owners_folder, &owner) {
            OwnerState::Dead(dead) => {
                let scope = ReclaimScope::Dead { running: dead.running.clone() };
                let reclaimed = inner.queue.reclaim(owner, scope, now)?;
                if reclaimed.quarantined > 0 {
                    inner.has_quarantined.store(true, Ordering::SeqCst);
                }
                let (queued, quarantined) = (reclaimed.queued, reclaimed.quarantined);
                tracing::warn!(queued, quarantined, "took over from an engine that died");
                dead.remove();
            }
            OwnerState::Alive if expired => {
                inner.queue.reclaim(owner, ReclaimScope::Expired, now)?;
            }
            OwnerState::Alive => {}
        }
    }
    Ok(())
}
