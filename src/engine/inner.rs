//! What an engine is made of, how it starts and how it stops.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::blob::{Folder, disk};
use crate::engine::config::{Config, NamedSpec};
use crate::engine::drive::Drive;
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::events::{Event, Listeners};
use crate::engine::host::Host;
use crate::engine::port::blobs::Blobs;
use crate::engine::port::clock::{self, Clock};
use crate::engine::port::queue::{Owner, Queue};
use crate::engine::port::records::Records;
use crate::engine::recipe::{RecordKey, Variant};
use crate::engine::sqlite::Sqlite;
use crate::engine::url::keyfile;
use crate::engine::url::keyring::Keyring;
use crate::engine::work::admission::Admission;
use crate::engine::work::owner::{self, Alive};
use crate::engine::work::publish::Finished;
use crate::engine::work::render::{InProcess, Render};
use crate::engine::work::{Work, keeper, pool, publish};
use crate::error::ErrorKind;
use crate::request::Spec;

/// The database in the state folder.
pub(crate) const DATABASE: &str = "engine.sqlite";
/// Looks that wait to be written down; more are forgotten.
const LOOKS: usize = 100_000;

/// A spec under the name that look-ups know it by, and what it is in keys.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) spec: Spec,
    pub(crate) variant: Variant,
}

/// An open engine.
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) specs: Vec<Made>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) host: Host,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) render: Box<dyn Render>,
    pub(crate) admission: Admission,
    pub(crate) work: Work,
    pub(crate) listeners: Listeners,
    /// Told whenever a result has been published or forgotten.
    pub(crate) published: Signal,
    pub(crate) owner: Owner,
    pub(crate) alive: Alive,
    /// The folder of locks of all owners.
    pub(crate) owners: PathBuf,
    /// The folder of packages being written.
    pub(crate) parts: PathBuf,
    /// Whether the queue may hold leases in our name that we do not know of.
    pub(crate) doubt: AtomicBool,
    /// Whether the queue may hold jobs that killed a process.
    pub(crate) suspects: AtomicBool,
    /// Workers that have not ended, but for those that were given up.
    pub(crate) threads: Arc<Count>,
    looks: Mutex<HashSet<RecordKey>>,
    slots: AtomicUsize,
    closed: AtomicBool,
    running: Mutex<Option<Running>>,
}

/// What one of the threads does.
type Body = Box<dyn FnOnce(&Arc<Inner>) + Send>;

/// Threads beside the workers.
struct Running {
    finished: Finished,
    keeper: JoinHandle<()>,
    publisher: JoinHandle<()>,
    teller: JoinHandle<()>,
    upkeep: Option<JoinHandle<()>>,
}

/// Something that happens again and again, and that can be waited for.
#[derive(Default)]
pub(crate) struct Signal {
    times: Mutex<u64>,
    told: Condvar,
}

impl Signal {
    /// How many times it has happened.
    pub(crate) fn seen(&self) -> u64 {
        *self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has happened.
    pub(crate) fn tell(&self) {
        *self.times.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.told.notify_all();
    }

    /// Waits until it has happened more often than `seen`.
    pub(crate) fn wait(&self, seen: u64, patience: Duration) {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.told.wait_timeout_while(times, patience, |times| *times == seen));
    }
}

/// How many are inside.
#[derive(Default)]
pub(crate) struct Count {
    inside: Mutex<usize>,
    left: Condvar,
}

impl Count {
    pub(crate) fn enter(&self) {
        *self.inside.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    pub(crate) fn leave(&self) {
        *self.inside.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.left.notify_all();
    }

    fn wait(&self, patience: Duration) {
        let inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.left.wait_timeout_while(inside, patience, |inside| *inside > 0));
    }
}

/// Opens an engine and starts its threads.
pub(crate) fn open(config: Config, drive: Arc<dyn Drive>) -> Result<Arc<Inner>> {
    config.check()?;
    make_private(&config.state)?;
    let mut owner: Owner = [0; 16];
    getrandom::fill(&mut owner)
        .map_err(|e| EngineError::new(ErrorKind::Io, Subject::Call, format!("no randomness: {e}")))?;
    let (owners, parts) = (config.state.join("owners"), config.state.join("parts"));
    std::fs::create_dir_all(&parts).map_err(|e| disk("making", &parts, &e))?;
    let sqlite = Arc::new(Sqlite::open(&config.state.join(DATABASE), config.queue)?);
    let keys = match &config.keys {
        Some(keys) => keys.clone(),
        None => Arc::new(keyfile::open(&config.state.join("keys"))?),
    };
    let named = |NamedSpec { name, spec }: &NamedSpec| Made {
        name: name.clone(),
        spec: spec.clone(),
        variant: Variant::of(spec, config.effort),
    };
    let inner = Arc::new(Inner {
        specs: config.specs.iter().map(named).collect(),
        clock: config.clock.clone(),
        host: Host::new(drive),
        keys,
        queue: sqlite.clone(),
        records: sqlite,
        blobs: Arc::new(Folder::open(&config.state.join("blobs"), &owner)?),
        render: Box::new(InProcess),
        admission: Admission::new(config.memory),
        work: Work::new(),
        listeners: Listeners::default(),
        published: Signal::default(),
        alive: Alive::new(&owners, &owner)?,
        owner,
        owners,
        parts,
        doubt: AtomicBool::new(false),
        suspects: AtomicBool::new(true),
        threads: Arc::default(),
        looks: Mutex::default(),
        slots: AtomicUsize::new(0),
        closed: AtomicBool::new(false),
        running: Mutex::new(None),
        config,
    });
    keeper::take_over(&inner)?;
    let busy: Vec<Owner> =
        inner.queue.owners(clock::steady_ms(&*inner.clock))?.into_iter().map(|(owner, _)| owner).collect();
    owner::tidy(&inner.owners, &[busy, vec![owner]].concat());
    if let Err(e) = start(&inner) {
        inner.close(Duration::ZERO);
        return Err(e);
    }
    Ok(inner)
}

/// Makes the state folder, for its owner alone: it holds keys, and tokens of shares.
fn make_private(state: &std::path::Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(state).map_err(|e| disk("making", state, &e))
}

fn start(inner: &Arc<Inner>) -> Result<()> {
    // Workers wait for the publisher rather than fill the memory.
    let (finished, results) = sync_channel(inner.config.threads * 2 + 8);
    let spawn = |name: &str, body: Body| {
        let inner = inner.clone();
        let builder = std::thread::Builder::new().name(format!("thumbling-{name}"));
        builder.spawn(move || body(&inner)).map_err(|e| EngineError::from(crate::Error::from(e)))
    };
    let publisher = spawn("publish", Box::new(move |inner| publish::publish(inner, &results)))?;
    let last_ended = inner.queue.last_ended()?;
    let teller = spawn("tell", Box::new(move |inner| tell(inner, last_ended)))?;
    let to_publisher = finished.clone();
    let keeper = spawn("keep", Box::new(move |inner| keeper::keep(inner, &to_publisher)))?;
    let upkeep = match inner.config.upkeep {
        Some(every) => Some(spawn("upkeep", Box::new(move |inner| tend(inner, every)))?),
        None => None,
    };
    let running = Running { finished: finished.clone(), keeper, publisher, teller, upkeep };
    *inner.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    for _ in 0..inner.config.threads {
        pool::start(inner, inner.next_slot(), finished.clone())?;
    }
    Ok(())
}

/// How often tasks that another process ended are looked for.
const TELL: Duration = Duration::from_millis(200);

/// Tells the host of tasks that end, until the engine closes.
fn tell(inner: &Arc<Inner>, mut told: i64) {
    while !inner.is_closed() {
        let seen = inner.published.seen();
        let (lines, events) = (inner.listeners.any_lines(), inner.listeners.any_events());
        let ended = match lines || events {
            true => inner.queue.ended_after(told, 256),
            false => inner.queue.last_ended().map(|last| {
                told = last;
                Vec::new()
            }),
        };
        let ended = ended.unwrap_or_else(|e| {
            tracing::error!(error = %e, "tasks that ended cannot be read");
            Vec::new()
        });
        if ended.is_empty() {
            inner.published.wait(seen, TELL);
            continue;
        }
        for (n, id) in ended {
            told = n;
            match inner.status(&id) {
                Ok(Some(status)) if !inner.is_closed() => {
                    inner.listeners.tell(&Event::Task { id, state: status.state });
                    if lines {
                        // Through the gate, which counts who is inside the host's code when the engine closes.
                        let _ = inner.host.gate.pass("on_finished", || inner.listeners.call(&status));
                    }
                }
                Ok(_) => {}
                Err(e) => tracing::error!(error = %e, task = %id, "a task that ended cannot be read"),
            }
        }
    }
}

/// Collects garbage now and then, until the engine closes.
fn tend(inner: &Arc<Inner>, every: Duration) {
    let mut last = Instant::now();
    while !inner.is_closed() {
        let seen = inner.published.seen();
        inner.published.wait(seen, Duration::from_millis(500).min(every));
        if last.elapsed() >= every && !inner.is_closed() {
            if let Err(e) = inner.collect_garbage()
                && !inner.is_closed()
            {
                tracing::error!(error = %e, "garbage cannot be collected");
            }
            last = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(20).min(every));
    }
}

impl Inner {
    /// `cancelled` once it is closed.
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.is_closed() { Err(EngineError::closed()) } else { Ok(()) }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// The spec called so, or the first.
    pub(crate) fn spec(&self, name: Option<&str>) -> Result<&Made> {
        let found = match name {
            None => self.specs.first(),
            Some(name) => self.specs.iter().find(|made| made.name == name),
        };
        found.ok_or_else(|| EngineError::invalid(Subject::Spec, format!("no spec is called {name:?}")))
    }

    pub(crate) fn next_slot(&self) -> usize {
        self.slots.fetch_add(1, Ordering::SeqCst)
    }

    fn looks(&self) -> MutexGuard<'_, HashSet<RecordKey>> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that somebody looked at a thumbnail, for garbage collection.
    pub(crate) fn note_look(&self, key: &RecordKey) {
        let mut looks = self.looks();
        if looks.len() < LOOKS {
            looks.insert(*key);
        }
    }

    /// Writes down who was looked at.
    pub(crate) fn flush_looks(&self) -> Result<()> {
        let looks: Vec<RecordKey> = std::mem::take(&mut *self.looks()).into_iter().collect();
        let now = clock::wall_ms(&*self.clock);
        looks.chunks(1000).try_for_each(|some| self.records.touch(some, now))
    }

    pub(crate) fn close(&self, patience: Duration) -> usize {
        if self.closed.swap(true, Ordering::SeqCst) {
            return self.host.gate.shut(Duration::ZERO);
        }
        let deadline = Instant::now() + patience;
        self.work.close();
        self.admission.close();
        self.published.tell();
        self.listeners.close();
        let inside = self.host.gate.shut(patience);
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Running { finished, keeper, publisher, teller, upkeep }) = running else { return inside };
        let join = |thread: JoinHandle<()>| {
            // The last reference may be dropped by one of these threads themselves.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        };
        // Each ends by itself, but for a callback of the host that does not return: that one is left behind.
        join(keeper);
        self.threads.wait(deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(100)));
        let _ = finished.send(None);
        join(publisher);
        let deadline = deadline.max(Instant::now() + Duration::from_millis(100));
        for thread in [Some(teller), upkeep].into_iter().flatten() {
            while !thread.is_finished() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                join(thread);
            }
        }
        let ended = self.flush_looks().and_then(|()| self.queue.hand_back(self.owner, &[]));
        if let Err(e) = ended {
            // The lock of this owner goes with it, and whoever comes next takes over.
            tracing::error!(error = %e, "leases could not be given back");
        }
        inside
    }
}
