//! Opening and closing an engine, and the threads in between.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::deadline::Deadline;
use crate::drive::Drive;
use crate::fs;
use crate::host::Host;
use crate::inner::{Inner, Parts, Threads};
use crate::model::error::{EngineError, Result};
use crate::model::event::Event;
use crate::model::id::Owner;
use crate::port::Backend;
use crate::random;
use crate::runtime::owner::{self, OwnerLock};
use crate::url::keyfile;
use crate::worker::{pool, publisher, scheduler};
use thumbling::Error;

/// How often the notifier checks for tasks that another process ended.
const NOTIFIER_POLL: Duration = Duration::from_millis(200);
/// Most ended tasks that the notifier reads at once.
const NOTIFIER_PAGE: usize = 256;
/// The least time that `close` gives threads to end, whatever its timeout.
const MIN_CLOSE: Duration = Duration::from_millis(100);

/// What a thread runs.
type Body = Box<dyn FnOnce(&Arc<Inner>) + Send>;

/// Opens an engine on `backend` and starts its threads.
pub(crate) fn open(config: Config, drive: Arc<dyn Drive>, backend: Backend) -> Result<Arc<Inner>> {
    let state = config.state.clone();
    fs::create_private_folder(&state).map_err(|e| EngineError::disk("creating", &state, e))?;
    let (owners_folder, parts_folder) = (state.join("owners"), state.join("parts"));
    std::fs::create_dir_all(&parts_folder).map_err(|e| EngineError::disk("creating", &parts_folder, e))?;
    let owner: Owner = random::bytes()?;
    let keys = match &config.keys {
        Some(keys) => keys.clone(),
        None => Arc::new(keyfile::open(&state.join("keys"))?),
    };
    let owner_lock = OwnerLock::acquire(&owners_folder, &owner)?;
    let parts = Parts { host: Host::new(drive), keys, backend, owner, owner_lock, owners_folder, parts_folder };
    let inner = Arc::new(Inner::new(config, parts));
    scheduler::reap_dead_owners(&inner)?;
    let mut leaseholders: Vec<Owner> =
        inner.queue.owners(inner.steady_now())?.into_iter().map(|(owner, _)| owner).collect();
    leaseholders.push(owner);
    owner::remove_stale(&inner.owners_folder, &leaseholders);
    if let Err(e) = start_threads(&inner) {
        inner.close(Duration::ZERO);
        return Err(e);
    }
    Ok(inner)
}

fn start_threads(inner: &Arc<Inner>) -> Result<()> {
    // Bounded: workers wait for the publisher rather than fill the memory with results.
    let (results, receiver) = sync_channel(inner.config.threads * 2 + 8);
    let spawn = |name: &str, body: Body| {
        let inner = inner.clone();
        let builder = std::thread::Builder::new().name(format!("thumbling-{name}"));
        builder.spawn(move || body(&inner)).map_err(|e| EngineError::from(Error::from(e)))
    };
    let publisher = spawn("publish", Box::new(move |inner| publisher::run(inner, &receiver)))?;
    let last_ended = inner.queue.last_ended()?;
    let notifier = spawn("notify", Box::new(move |inner| run_notifier(inner, last_ended)))?;
    let to_publisher = results.clone();
    let scheduler = spawn("schedule", Box::new(move |inner| scheduler::run(inner, &to_publisher)))?;
    let upkeep = match inner.config.upkeep {
        Some(interval) => Some(spawn("upkeep", Box::new(move |inner| run_upkeep(inner, interval)))?),
        None => None,
    };
    let threads = Threads { results: results.clone(), scheduler, publisher, notifier, upkeep };
    *inner.threads.lock().unwrap_or_else(PoisonError::into_inner) = Some(threads);
    for _ in 0..inner.config.threads {
        pool::start(inner, inner.next_slot(), results.clone())?;
    }
    Ok(())
}

/// Reports tasks that end after the one numbered `last`, until the engine closes.
fn run_notifier(inner: &Arc<Inner>, mut last: i64) {
    while !inner.is_closed() {
        let seen = inner.changed.count();
        let has_subscribers = inner.notifier.has_subscribers();
        let ended = if has_subscribers || inner.notifier.has_receivers() {
            inner.queue.ended_after(last, NOTIFIER_PAGE)
        } else {
            // Nobody to notify: later subscribers only hear of later tasks.
            inner.queue.last_ended().map(|newest| {
                last = newest;
                Vec::new()
            })
        };
        let ended = ended.unwrap_or_else(|e| {
            tracing::error!(error = %e, "ended tasks cannot be read");
            Vec::new()
        });
        if ended.is_empty() {
            inner.changed.wait(seen, NOTIFIER_POLL);
            continue;
        }
        for (n, id) in ended {
            last = n;
            match inner.status(&id) {
                Ok(Some(status)) if !inner.is_closed() => {
                    inner.notifier.send(&Event::Task { id, state: status.state });
                    if has_subscribers {
                        // Through the gate, which counts calls in progress when the engine closes.
                        let _ = inner.host.gate.pass("on_finished", || inner.notifier.call(&status));
                    }
                }
                Ok(_) => {}
                Err(e) => tracing::error!(error = %e, task = %id, "an ended task cannot be read"),
            }
        }
    }
}

/// Collects garbage every `interval`, until the engine closes.
fn run_upkeep(inner: &Arc<Inner>, interval: Duration) {
    let mut last = Instant::now();
    while !inner.is_closed() {
        let seen = inner.changed.count();
        inner.changed.wait(seen, Duration::from_millis(500).min(interval));
        if last.elapsed() >= interval && !inner.is_closed() {
            if let Err(e) = inner.collect_garbage()
                && !inner.is_closed()
            {
                tracing::error!(error = %e, "garbage cannot be collected");
            }
            last = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(20).min(interval));
    }
}

impl Inner {
    pub(crate) fn close(&self, timeout: Duration) -> usize {
        if self.is_forked() {
            return 0;
        }
        if self.mark_closed() {
            return self.host.gate.shut(Duration::ZERO);
        }
        let deadline = Deadline::after(timeout);
        self.jobs.close();
        self.admission.close();
        self.changed.notify();
        self.notifier.close();
        let inside = self.host.gate.shut(timeout);
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Threads { results, scheduler, publisher, notifier, upkeep }) = threads else { return inside };
        join(scheduler);
        self.workers.wait(deadline.remaining().max(MIN_CLOSE));
        let _ = results.send(None);
        join(publisher);
        let deadline = Deadline::after(deadline.remaining().max(MIN_CLOSE));
        for thread in [Some(notifier), upkeep].into_iter().flatten() {
            // A callback of the host that does not return is left behind with its thread.
            while !thread.is_finished() && !deadline.remaining().is_zero() {
                std::thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                join(thread);
            }
        }
        let released = self.flush_lookups().and_then(|()| self.queue.release_except(self.owner, &[]));
        if let Err(e) = released {
            // The owner lock is released too, so the next engine takes over.
            tracing::error!(error = %e, "leases could not be released");
        }
        inside
    }
}

/// Joins a thread, unless it is the current one: the last reference to an engine may be dropped by one of its threads.
fn join(thread: JoinHandle<()>) {
    if thread.thread().id() != std::thread::current().id() {
        let _ = thread.join();
    }
}
