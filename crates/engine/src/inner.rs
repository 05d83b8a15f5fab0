//! The state shared by everything an open engine does. Behaviour is in the modules above: `ops`, `job`, `worker`,
//! `lifecycle`.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::config::Config;
use crate::host::Host;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::Owner;
use crate::model::key::{ContentKey, RecordKey};
use crate::model::record::Record;
use crate::port::Backend;
use crate::port::blobs::Blobs;
use crate::port::clock::{self, Clock};
use crate::port::queue::Queue;
use crate::port::records::Records;
use crate::process::Process;
use crate::recipe::ThumbnailSpec;
use crate::runtime::admission::Admission;
use crate::runtime::events::Notifier;
use crate::runtime::jobs::{LeasedJobs, ResultSender};
use crate::runtime::owner::OwnerLock;
use crate::runtime::renderer::{InProcessRenderer, Renderer};
use crate::runtime::signal::{Signal, WaitGroup};
use crate::url::keyring::Keyring;

/// Most lookups remembered until they are written to the store; more are forgotten.
const MAX_NOTED_LOOKUPS: usize = 100_000;

/// An open engine.
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) specs: Vec<ThumbnailSpec>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) host: Host,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) renderer: Box<dyn Renderer>,
    pub(crate) admission: Admission,
    pub(crate) jobs: LeasedJobs,
    pub(crate) notifier: Notifier,
    /// Notified whenever results are published or dropped, and when the engine closes.
    pub(crate) changed: Signal,
    pub(crate) owner: Owner,
    pub(crate) owner_lock: OwnerLock,
    /// The folder of all owners' locks.
    pub(crate) owners_folder: PathBuf,
    /// The folder of packages in progress.
    pub(crate) parts_folder: PathBuf,
    /// Whether the queue may hold leases of ours that are not in `jobs`.
    pub(crate) has_unknown_leases: AtomicBool,
    /// Whether the queue may hold quarantined jobs.
    pub(crate) has_quarantined: AtomicBool,
    /// Workers that have not ended, without those that were abandoned.
    pub(crate) workers: Arc<WaitGroup>,
    /// Threads other than workers, while the engine is open.
    pub(crate) threads: Mutex<Option<Threads>>,
    noted_lookups: Mutex<HashSet<RecordKey>>,
    next_slot: AtomicUsize,
    closed: AtomicBool,
    /// The process that opened the engine.
    process: Process,
}

/// Threads other than workers.
pub(crate) struct Threads {
    pub(crate) results: ResultSender,
    pub(crate) scheduler: JoinHandle<()>,
    pub(crate) publisher: JoinHandle<()>,
    pub(crate) notifier: JoinHandle<()>,
    pub(crate) upkeep: Option<JoinHandle<()>>,
}

/// What [`Inner::new`] needs beside the configuration.
pub(crate) struct Parts {
    pub(crate) host: Host,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) backend: Backend,
    pub(crate) owner: Owner,
    pub(crate) owner_lock: OwnerLock,
    pub(crate) owners_folder: PathBuf,
    pub(crate) parts_folder: PathBuf,
}

impl Inner {
    /// The state of an engine whose threads have not started.
    pub(crate) fn new(config: Config, parts: Parts) -> Self {
        let Parts { host, keys, backend, owner, owner_lock, owners_folder, parts_folder } = parts;
        let named = config.specs().into_iter();
        Self {
            specs: named.map(|spec| ThumbnailSpec::new(spec, config.effort)).collect(),
            clock: config.clock.clone(),
            host,
            keys,
            queue: backend.queue,
            records: backend.records,
            blobs: backend.blobs,
            renderer: Box::new(InProcessRenderer),
            admission: Admission::new(config.memory),
            jobs: LeasedJobs::new(config.clock.clone()),
            notifier: Notifier::default(),
            changed: Signal::default(),
            owner,
            owner_lock,
            owners_folder,
            parts_folder,
            has_unknown_leases: AtomicBool::new(false),
            has_quarantined: AtomicBool::new(true),
            workers: Arc::default(),
            threads: Mutex::new(None),
            noted_lookups: Mutex::default(),
            next_slot: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            process: Process::current(),
            config,
        }
    }

    /// Whether this is a child of the process that opened the engine. If so, no lock of the engine may be taken.
    pub(crate) fn is_forked(&self) -> bool {
        self.process.is_other()
    }

    /// `cancelled` once the engine is closed, `invalid-argument` in a child of the process that opened it. Every call
    /// starts here, and takes no lock before.
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.is_forked() {
            return Err(EngineError::forked());
        }
        if self.is_closed() { Err(EngineError::closed()) } else { Ok(()) }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Marks the engine as closed. Returns whether it already was.
    pub(crate) fn mark_closed(&self) -> bool {
        self.closed.swap(true, Ordering::SeqCst)
    }

    /// Wall time, ms since 1970.
    pub(crate) fn now(&self) -> i64 {
        clock::wall_ms(&*self.clock)
    }

    /// Steady time, ms.
    pub(crate) fn steady_now(&self) -> i64 {
        clock::steady_ms(&*self.clock)
    }

    /// The spec named `name`, or the first one.
    pub(crate) fn spec(&self, name: Option<&str>) -> Result<&ThumbnailSpec> {
        let found = match name {
            None => self.specs.first(),
            Some(name) => self.specs.iter().find(|spec| spec.name == name),
        };
        found.ok_or_else(|| EngineError::invalid(Subject::Spec, format!("there is no spec named {name:?}")))
    }

    /// The keys of all thumbnails of a content.
    pub(crate) fn thumbnail_keys(&self, content: &ContentKey) -> Vec<RecordKey> {
        self.specs.iter().map(|spec| spec.key(content)).collect()
    }

    /// One record.
    pub(crate) fn record(&self, key: &RecordKey) -> Result<Option<Record>> {
        Ok(self.records.get(&[*key])?.into_iter().next().flatten())
    }

    /// A number for a new worker, which names its slot in the owner lock.
    pub(crate) fn next_slot(&self) -> usize {
        self.next_slot.fetch_add(1, Ordering::SeqCst)
    }

    fn noted_lookups(&self) -> MutexGuard<'_, HashSet<RecordKey>> {
        self.noted_lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that a thumbnail was looked up, for garbage collection.
    pub(crate) fn note_lookup(&self, key: &RecordKey) {
        let mut noted = self.noted_lookups();
        if noted.len() < MAX_NOTED_LOOKUPS {
            noted.insert(*key);
        }
    }

    /// Writes remembered lookups to the store.
    pub(crate) fn flush_lookups(&self) -> Result<()> {
        let keys: Vec<RecordKey> = std::mem::take(&mut *self.noted_lookups()).into_iter().collect();
        let now = self.now();
        keys.chunks(1000).try_for_each(|some| self.records.touch(some, now))
    }
}
