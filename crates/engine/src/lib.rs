//! The engine: durable tasks, lookups, a store of thumbnails, and signed URLs, around the pipeline and a host's drive.
//!
//! A host opens an [`Engine`] with a [`Config`] and its [`Drive`], and then calls:
//!
//! - [`Engine::file_changed`] after an upload, and [`Engine::create_task`] and its siblings on request. Tasks are durable
//!   and run to their end, whatever happens to the process.
//! - [`Engine::lookup`] to show thumbnails. It answers in microseconds and does not wait for work unless asked to.
//! - [`Engine::open_url`] to serve the URLs that lookups return.
//!
//! The drive authorizes the caller at every call. All methods may be called from any thread at the same time.
//!
//! # Processes
//!
//! Several processes may open engines on one folder. An engine belongs to the process that opened it: after a fork, every
//! call of it in the child is `invalid-argument`, and closing or dropping it there does nothing.
//!
//! # Back-ends
//!
//! [`Engine::open`] keeps everything in a folder ([`embedded`]). [`Engine::open_with`] takes any implementation of the
//! three storage [ports](port).
//!
//! # Modules
//!
//! Each module imports only from modules above it, or before it in its row. A test checks this.
//!
//! | module | purpose |
//! |---|---|
//! | `deadline`, `fs`, `process`, `random`, [`observe`] | deadlines, file-system differences, forks, random bytes, names of metrics |
//! | `model` | data: [`id`], [`caller`], [`task`], [`lookup`], [`job`], [`transition`], [`record`], [`key`], [`blob`], [`upkeep`], [`error`] |
//! | [`problem`] | names and messages of problems |
//! | [`wire`] | vendors' error codes |
//! | [`drive`] | the host's side, and a folder as a drive |
//! | [`url`] | signing and verifying URLs |
//! | [`port`] | queue, records, blobs and clock as traits over the model |
//! | [`embedded`] | the ports on SQLite and a folder |
//! | [`config`] | configuration |
//! | `recipe` | variants: specs as parts of keys |
//! | `host` | the drive behind a gate |
//! | `runtime` | memory admission, leased jobs, owner locks, the renderer, [`events`] |
//! | `inner` | the state of an open engine |
//! | `ops` | what a host calls |
//! | `runner` | what jobs do |
//! | `worker` | scheduler, workers, publisher |
//! | `lifecycle` | opening and closing |

pub mod config;
mod deadline;
pub mod drive;
pub mod embedded;
mod fs;
mod host;
mod inner;
mod lifecycle;
mod model;
pub mod observe;
mod ops;
pub mod port;
pub mod problem;
mod process;
mod random;
mod recipe;
mod runner;
mod runtime;
pub mod url;
pub mod wire;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use config::{Config, NamedSpec};
pub use model::error::{EngineError, Result, Subject};
pub use model::{blob, caller, error, id, job, key, lookup, record, task, transition, upkeep};
pub use port::Backend;
pub use port::clock::{Clock, SystemClock};
pub use runtime::events;

use caller::Caller;
use drive::{Drive, FileInfo};
use events::{Events, Notifier, Subscription};
use id::{FileRef, SpaceId, TaskId};
use inner::Inner;
use lookup::{Lookup, LookupMode};
use ops::upkeep::Damage;
use task::{ShareTask, TaskKind, TaskStatus};
use upkeep::{Collected, Counters, Repaired, Verified};
use url::{SignedUrl, Target, UrlContent, UrlError};

/// Thumbnails for a drive. See the [module documentation](self).
pub struct Engine {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("state", &self.inner.config.state).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens an engine in the folder [`Config::state`], and continues with whatever is queued there.
    ///
    /// # Errors
    /// `invalid-argument` for an invalid configuration, `corrupt` for a damaged database (see
    /// [`Engine::repair_state`]), `io` if the folder cannot be written.
    pub fn open(config: Config, drive: Arc<dyn Drive>) -> Result<Self> {
        config.check()?;
        let backend = embedded::open(&config.state, config.queue)?;
        Ok(Self { inner: lifecycle::open(config, drive, backend)? })
    }

    /// Opens an engine on another back-end. [`Config::state`] is still used for keys, locks and packages in progress;
    /// [`Config::queue`] is not.
    ///
    /// # Errors
    /// `invalid-argument` for an invalid configuration, `io` if the state folder cannot be written, and whatever the
    /// back-end returns.
    pub fn open_with(config: Config, drive: Arc<dyn Drive>, backend: Backend) -> Result<Self> {
        config.check()?;
        Ok(Self { inner: lifecycle::open(config, drive, backend)? })
    }

    /// Reports that a file is new or has new content. Its thumbnails are generated at background priority; those of its
    /// old content are no longer served. While such a task is queued, further calls for the same content return its id.
    pub fn file_changed(&self, file: &FileRef) -> Result<TaskId> {
        self.inner.file_changed(file)
    }

    /// Reports that a file was deleted. Drops its thumbnails; task items that wait for them fail with `not-found`.
    pub fn file_deleted(&self, file: &FileRef) -> Result<()> {
        self.inner.file_deleted(file)
    }

    /// Reports that a space was deleted, with all its files.
    pub fn space_deleted(&self, space: &SpaceId) -> Result<()> {
        self.inner.space_deleted(space)
    }

    /// Reports that `to` is a copy of `from`, and links the thumbnails of `from` to it without rendering anything.
    /// Returns how many were linked. If there are none, this does what [`file_changed`](Self::file_changed) does for
    /// `to`.
    pub fn link_thumbnails(&self, from: &FileRef, to: &FileRef) -> Result<u64> {
        self.inner.link_thumbnails(from, to)
    }

    /// Creates a task that generates the thumbnails of a file. If the file does not belong to the family of `kind`, the
    /// task fails with `unsupported`.
    ///
    /// # Errors
    /// Immediately: `not-found` or `denied` as the drive answers; `viral` or `malicious`; `busy` with a retry delay if
    /// the queue is full.
    pub fn create_task(&self, kind: TaskKind, file: &FileRef, caller: &Caller) -> Result<TaskId> {
        self.inner.create_task(kind, file, caller)
    }

    /// Creates a task that generates the thumbnails of 1 to 1000 files.
    ///
    /// # Errors
    /// As [`create_task`](Self::create_task), for the call as a whole.
    pub fn create_batch_task(&self, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.inner.create_batch_task(files, caller)
    }

    /// Creates a task that packs or copies 1 to 1000 files of a share. Duplicates are ignored.
    ///
    /// # Errors
    /// As [`create_task`](Self::create_task), for the call as a whole.
    pub fn create_share_task(&self, share: ShareTask, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.inner.create_share_task(share, files, caller)
    }

    /// The status of a task. A caller may see tasks that it created, and tasks with all of whose files the drive lets it do
    /// what the task does: view, package or save them.
    ///
    /// # Errors
    /// `not-found` for any other task.
    pub fn task(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.inner.task(id, caller)
    }

    /// Blocks until the task ends or `timeout` elapses, and returns its status.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn wait(&self, id: &TaskId, caller: &Caller, timeout: Duration) -> Result<TaskStatus> {
        self.inner.wait(id, caller, timeout)
    }

    /// Cancels a task that has not ended, interrupts jobs that only this task waits for, and returns its status. A task
    /// without a creator, such as one of [`file_changed`](Self::file_changed), may be cancelled by every caller who is
    /// allowed what it does.
    ///
    /// # Errors
    /// As [`task`](Self::task); `denied` for a task that another caller created.
    pub fn cancel(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.inner.cancel(id, caller)
    }

    /// Calls `callback` once for every task that ends from now on, on a thread of the engine. It is never called after
    /// the subscription is dropped or the engine is closed.
    pub fn on_finished(&self, callback: impl Fn(&TaskStatus) + Send + Sync + 'static) -> Subscription {
        if self.inner.is_forked() {
            return Notifier::default().subscribe(Box::new(callback));
        }
        self.inner.notifier.subscribe(Box::new(callback))
    }

    /// A receiver of every event from now on.
    pub fn events(&self) -> Events {
        if self.inner.is_forked() {
            // Closed at once.
            return Notifier::default().events();
        }
        self.inner.notifier.events()
    }

    /// Looks up the thumbnail `spec` (by default the first) of a file's current content.
    ///
    /// # Errors
    /// `invalid-argument` for an unknown spec. Whatever concerns the file is a [`LookupState`](lookup::LookupState).
    pub fn lookup(&self, file: &FileRef, spec: Option<&str>, caller: &Caller, mode: LookupMode) -> Result<Lookup> {
        self.inner.lookup(file, spec, caller, mode)
    }

    /// Looks up the thumbnails of 1 to 30 files. Returns one result for each, in their order; no file fails the others.
    ///
    /// # Errors
    /// As [`lookup`](Self::lookup).
    pub fn lookup_batch(
        &self,
        files: &[FileRef],
        spec: Option<&str>,
        caller: &Caller,
        mode: LookupMode,
    ) -> Result<Vec<Lookup>> {
        self.inner.lookup_batch(files, spec, caller, mode)
    }

    /// A signed URL of the thumbnail `spec` (by default the first) of a file. A valid `hint` from
    /// [`context_hint`](Self::context_hint) saves asking the drive to resolve and stat the file; an invalid one is
    /// ignored.
    ///
    /// # Errors
    /// `busy` with a retry delay while the thumbnail is being generated; `not-found`, `denied`, `viral` or `malicious`;
    /// otherwise the reason why it could not be generated.
    pub fn thumbnail_url(
        &self,
        target: Target<'_>,
        spec: Option<&str>,
        caller: &Caller,
        hint: Option<&str>,
        mode: LookupMode,
    ) -> Result<SignedUrl> {
        self.inner.thumbnail_url(target, spec, caller, hint, mode)
    }

    /// A hint that speeds up [`thumbnail_url`](Self::thumbnail_url) for this file and caller during the next minute.
    /// Pass `uri` if the file will be requested by that URI, and `info` if the caller's listing already knows it;
    /// otherwise the drive is asked.
    pub fn context_hint(
        &self,
        file: &FileRef,
        uri: Option<&str>,
        info: Option<&FileInfo>,
        caller: &Caller,
    ) -> Result<String> {
        self.inner.context_hint(file, uri, info, caller)
    }

    /// Opens a signed URL. Nothing of the URL is used before its signature is verified. All failures are the same error.
    pub fn open_url(&self, url: &str) -> std::result::Result<UrlContent, UrlError> {
        self.inner.open_url(url)
    }

    /// Removes everything beyond the configured bounds, leftovers of crashes, and old tasks.
    pub fn collect_garbage(&self) -> Result<Collected> {
        self.inner.collect_garbage()
    }

    /// Reads the whole store and verifies its checksums. Changes nothing.
    pub fn verify(&self) -> Result<Verified> {
        self.inner.verify(Damage::Report)
    }

    /// Like [`verify`](Self::verify), and drops what is damaged, so that the next lookup queues it again.
    pub fn repair(&self) -> Result<Verified> {
        self.inner.verify(Damage::Drop)
    }

    /// Replaces a damaged database in a state folder; see [`embedded::repair`].
    pub fn repair_state(state: &Path) -> Result<Repaired> {
        embedded::repair(state)
    }

    /// How much is stored, queued and running.
    pub fn counters(&self) -> Result<Counters> {
        self.inner.counters()
    }

    /// Stops the engine. Running jobs are interrupted and go back to the queue. No callback into the host starts after
    /// this has returned. Returns how many calls are still inside the host's own code after `timeout`; their threads end
    /// when the host returns.
    pub fn close(&self, timeout: Duration) -> usize {
        self.inner.close(timeout)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if self.inner.is_forked() {
            // Nothing of it may be dropped here.
            std::mem::forget(self.inner.clone());
            return;
        }
        self.inner.close(Duration::from_secs(5));
    }
}
