//! The keeper: leases jobs for the workers, keeps leases alive, takes over from the dead, replaces workers that are stuck.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::owner::{self, State};
use super::publish::Finished;
use super::{draw, pool};
use crate::engine::error::Result;
use crate::engine::inner::Inner;
use crate::engine::port::clock;
use crate::engine::port::queue::Priority;

/// How often the keeper looks by itself: for what other processes queued, and for retries that are due.
const TICK: Duration = Duration::from_millis(250);
/// How long a lease lasts.
pub(crate) const LEASE: Duration = Duration::from_secs(60);
/// How often leases are lengthened.
const EXTEND: Duration = Duration::from_secs(15);
/// How often the dead are looked for.
const SEARCH: Duration = Duration::from_secs(3);
/// Workers that may be stuck at once; with more, the pool is not refilled.
const STUCK: u64 = 64;
/// How long an engine has to be up before it draws what may have killed the last one: a file that kills whoever draws
/// it must not keep the host from coming up.
const CALM: Duration = Duration::from_secs(2);

/// Keeps until the engine closes.
pub(crate) fn keep(inner: &Arc<Inner>, finished: &Finished) {
    let started = Instant::now();
    let mut keeper = Keeper { inner, finished, extended: started, searched: started, suspect: None, started };
    while !inner.is_closed() {
        let urgent = inner.work.listen(TICK);
        if inner.is_closed() {
            break;
        }
        if let Err(e) = keeper.round(urgent) {
            tracing::error!(error = %e, "the queue cannot be read");
            // A disk that is full or gone is not asked a thousand times a second.
            std::thread::sleep(TICK);
        }
    }
}

struct Keeper<'a> {
    inner: &'a Arc<Inner>,
    finished: &'a Finished,
    extended: Instant,
    searched: Instant,
    started: Instant,
    /// The suspect that is being drawn, alone.
    suspect: Option<i64>,
}

impl Keeper<'_> {
    fn round(&mut self, urgent: bool) -> Result<()> {
        let inner = self.inner;
        self.relieve();
        if inner.doubt.swap(false, Ordering::SeqCst) {
            let given_back = inner.queue.hand_back(inner.owner, &inner.work.held());
            if given_back.is_err() {
                inner.doubt.store(true, Ordering::SeqCst);
            }
            given_back?;
        }
        if self.extended.elapsed() > EXTEND {
            self.extended = Instant::now();
            if !inner.work.is_idle() {
                inner.queue.extend(inner.owner, self.until())?;
            }
        }
        if self.searched.elapsed() > SEARCH {
            self.searched = Instant::now();
            take_over(inner)?;
            inner.flush_looks()?;
            // For the gauges.
            inner.counters()?;
        }
        self.feed(urgent)
    }

    fn until(&self) -> i64 {
        clock::steady_ms(&*self.inner.clock).saturating_add(LEASE.as_millis() as i64)
    }

    fn feed(&mut self, urgent: bool) -> Result<()> {
        let inner = self.inner;
        if let Some(job) = self.suspect {
            if inner.work.held().contains(&job) {
                return Ok(());
            }
            self.suspect = None;
        }
        if inner.suspects.load(Ordering::SeqCst) && self.started.elapsed() > CALM {
            if !inner.queue.has_suspects()? {
                inner.suspects.store(false, Ordering::SeqCst);
                return self.feed(urgent);
            }
            // Nothing else is begun, and once nothing runs, it has the process to itself.
            if !inner.work.is_idle() {
                return Ok(());
            }
            match inner.queue.claim_suspect(inner.owner, self.until(), clock::wall_ms(&*inner.clock))? {
                Some(claim) => {
                    self.suspect = Some(claim.job);
                    inner.work.put(vec![claim]);
                    return Ok(());
                }
                None => inner.suspects.store(false, Ordering::SeqCst),
            }
        }
        let (any, looked_for) = inner.work.hunger(inner.config.threads);
        self.lease(any, Priority::Background)?;
        if urgent {
            self.lease(looked_for.saturating_sub(any), Priority::Interactive)?;
        }
        Ok(())
    }

    fn lease(&self, n: usize, least: Priority) -> Result<()> {
        let inner = self.inner;
        if n > 0 {
            let now = clock::wall_ms(&*inner.clock);
            let claims = inner.queue.claim(inner.owner, n, least, self.until(), now).inspect_err(|_| {
                // It may have been committed all the same.
                inner.doubt.store(true, Ordering::SeqCst);
            })?;
            inner.work.put(claims);
        }
        Ok(())
    }

    /// Replaces workers that have been silent for too long.
    fn relieve(&self) {
        let inner = self.inner;
        let patience = inner.config.patience.as_millis() as i64;
        let before = clock::steady_ms(&*inner.clock).saturating_sub(patience);
        for held in inner.work.give_up(before) {
            metrics::counter!(crate::engine::observe::STUCK).increment(1);
            tracing::error!(file = %held.claim.file, "the drive does not answer; its worker is replaced");
            let produced = draw::silent(inner, &held);
            match produced {
                Some(produced) => drop(self.finished.send(Some(produced))),
                None => inner.work.let_go(&held.claim),
            }
            inner.threads.leave();
            if inner.work.stuck() <= STUCK {
                let slot = inner.next_slot();
                if let Err(e) = pool::start(inner, slot, self.finished.clone()) {
                    tracing::error!(error = %e, "a worker could not be replaced");
                }
            }
        }
    }
}

/// Takes the jobs of owners that are dead or hang.
pub(crate) fn take_over(inner: &Arc<Inner>) -> Result<()> {
    let now = clock::steady_ms(&*inner.clock);
    for (owner, late) in inner.queue.owners(now)? {
        if owner == inner.owner {
            continue;
        }
        match owner::state(&inner.owners, &owner) {
            State::Dead(dead) => {
                let taken = inner.queue.reclaim(owner, true, &dead.drawn, now)?;
                if taken.suspects > 0 {
                    inner.suspects.store(true, Ordering::SeqCst);
                }
                tracing::warn!(queued = taken.queued, suspects = taken.suspects, "took over from an engine that died");
                dead.bury();
            }
            State::Alive if late => {
                inner.queue.reclaim(owner, false, &[], now)?;
            }
            State::Alive => {}
        }
    }
    Ok(())
}
