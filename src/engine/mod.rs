//! The engine: tasks, look-ups, a store of thumbnails and signed URLs, around the pure pipeline and a host's drive.
//!
//! A host opens an [`Engine`] on a folder of its own and gives it a [`Drive`]. From then on:
//!
//! - [`Engine::file_changed`] after an upload, [`Engine::create_task`] and its kin when somebody asks: what they return
//!   is durable, and runs to an end whatever happens to the process;
//! - [`Engine::lookup`] when somebody looks: it answers in microseconds and never waits for work unless told to;
//! - [`Engine::open_url`] when somebody comes with a URL that a look-up gave out.
//!
//! The drive is asked whether the caller may at every call. All calls may be made from any thread at once.
//!
//! | room | what |
//! |---|---|
//! | [`id`], [`caller`], [`drive`] | names, who asks, the host's side |
//! | [`task`], [`lookup`], [`link`], [`events`] | what a host asks, and is told |
//! | [`url`], [`message`] | how URLs are signed; how problems are spelled |
//! | `work` | who draws what, when, within which memory |
//! | `port` | queue, records, blobs, clock as traits; `sqlite`, `blob` their embedded form |
//! | `recipe` | deterministic keys |
//! | [`upkeep`] | garbage, damage, counters |

mod blob;
pub mod caller;
pub mod config;
pub mod drive;
pub mod error;
pub mod events;
mod hint;
mod host;
pub mod id;
mod inner;
pub mod link;
pub mod lookup;
pub mod message;
pub mod observe;
mod port;
mod recipe;
mod sqlite;
pub mod task;
pub mod upkeep;
pub mod url;
mod work;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use config::{Config, NamedSpec};
pub use error::{EngineError, Result, Subject};
pub use port::clock::{Clock, SystemClock};

use caller::Caller;
use drive::Drive;
use events::{Events, Subscription};
use id::{FileRef, SpaceId, TaskId};
use inner::Inner;
use link::{Opened, Target};
use lookup::{Look, Mode};
use task::{Kind, ShareTask, TaskStatus};
use upkeep::{Collected, Counters, Repaired, Verified};
use url::{SignedUrl, UrlError};

/// Thumbnails for a drive. See the [module](self).
pub struct Engine {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("state", &self.inner.config.state).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the engine in `config.state` and goes on with whatever was queued there.
    ///
    /// # Errors
    /// `invalid-argument` for a configuration that makes no sense, `corrupt` for a damaged database (see
    /// [`Engine::repair_state`]), `io` where the folder cannot be written.
    pub fn open(config: Config, drive: Arc<dyn Drive>) -> Result<Self> {
        Ok(Self { inner: inner::open(config, drive)? })
    }

    /// Says that a file is new or has new content. Its thumbnails are made when nothing more urgent is to do; those of
    /// its old content are not given out any more. Asked again before they are made, it names the same task.
    pub fn file_changed(&self, file: &FileRef) -> Result<TaskId> {
        self.inner.file_changed(file)
    }

    /// Says that a file is gone: forgets its thumbnails, and ends what waits for them.
    pub fn file_deleted(&self, file: &FileRef) -> Result<()> {
        self.inner.file_deleted(file)
    }

    /// Says that a space is gone, with all its files.
    pub fn space_deleted(&self, space: &SpaceId) -> Result<()> {
        self.inner.space_deleted(space)
    }

    /// Says that `to` is a copy of `from`, whose thumbnails it gets without anything being drawn. If there are none,
    /// they are made as after [`file_changed`](Self::file_changed). Answers how many were linked.
    pub fn link_thumbnails(&self, from: &FileRef, to: &FileRef) -> Result<u64> {
        self.inner.link_thumbnails(from, to)
    }

    /// Has the thumbnails of a file made. A file of another family than `kind` ends with `unsupported`.
    ///
    /// # Errors
    /// `not-found` and `denied` at once, by what the drive says; `viral`, `malicious`; `busy` with a time to try again
    /// if the queue is full.
    pub fn create_task(&self, kind: Kind, file: &FileRef, caller: &Caller) -> Result<TaskId> {
        self.inner.create_task(kind, file, caller)
    }

    /// Has the thumbnails of 1 to 1000 files made.
    ///
    /// # Errors
    /// As [`create_task`](Self::create_task), for the call as a whole.
    pub fn create_batch_task(&self, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.inner.create_batch_task(files, caller)
    }

    /// Has 1 to 1000 files of a share packed or copied; a file that is named twice counts once.
    ///
    /// # Errors
    /// As [`create_task`](Self::create_task), for the call as a whole.
    pub fn create_share_task(&self, share: ShareTask, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.inner.create_share_task(share, files, caller)
    }

    /// How a task stands. One that `caller` may not see is `not-found`, as one that there is not.
    pub fn task(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.inner.task(id, caller)
    }

    /// As [`task`](Self::task), as soon as it has ended or `patience` is at its end.
    pub fn wait(&self, id: &TaskId, caller: &Caller, patience: Duration) -> Result<TaskStatus> {
        self.inner.wait(id, caller, patience)
    }

    /// Ends a task that has not ended: what is being done for it alone is interrupted. Answers how it stands then.
    pub fn cancel(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.inner.cancel(id, caller)
    }

    /// Calls `callback` with every task that ends from now on, once each, on a thread of the engine's; never after
    /// the subscription was dropped or the engine closed.
    pub fn on_finished(&self, callback: impl Fn(&TaskStatus) + Send + Sync + 'static) -> Subscription {
        self.inner.listeners.subscribe(Box::new(callback))
    }

    /// Events from now on.
    pub fn events(&self) -> Events {
        self.inner.listeners.listen()
    }

    /// The thumbnail `spec` (by default the first) of a file's present content.
    ///
    /// # Errors
    /// `invalid-argument` for a spec that the engine does not make; everything about the file is a
    /// [`LookState`](lookup::LookState).
    pub fn lookup(&self, file: &FileRef, spec: Option<&str>, caller: &Caller, mode: Mode) -> Result<Look> {
        self.inner.lookup(file, spec, caller, mode)
    }

    /// As [`lookup`](Self::lookup) of 1 to 30 files, one answer each in their order; none fails another.
    pub fn lookup_batch(
        &self,
        files: &[FileRef],
        spec: Option<&str>,
        caller: &Caller,
        mode: Mode,
    ) -> Result<Vec<Look>> {
        self.inner.lookup_batch(files, spec, caller, mode)
    }

    /// A signed URL of the thumbnail `spec` (by default the first) of a file. A `hint` from
    /// [`context_hint`](Self::context_hint) that is still good saves asking the drive what and where the file is; any
    /// other is passed over.
    ///
    /// # Errors
    /// `busy` with a time to try again while it is made; `not-found`, `denied`, `viral`, `malicious`; otherwise why it
    /// could not be made.
    pub fn thumbnail_url(
        &self,
        target: Target<'_>,
        spec: Option<&str>,
        caller: &Caller,
        hint: Option<&str>,
        mode: Mode,
    ) -> Result<SignedUrl> {
        self.inner.thumbnail_url(target, spec, caller, hint, mode)
    }

    /// What makes the next [`thumbnail_url`](Self::thumbnail_url) of this file by this caller quicker, for a minute. If
    /// the file will be asked for by URI, `uri` is that URI. `info` is what the caller's listing already knows of the
    /// file; without, the drive is asked.
    pub fn context_hint(
        &self,
        file: &FileRef,
        uri: Option<&str>,
        info: Option<&drive::FileInfo>,
        caller: &Caller,
    ) -> Result<String> {
        self.inner.context_hint(file, uri, info, caller)
    }

    /// What a signed URL gives. The signature is checked before anything else; whatever is wrong is the same error.
    pub fn open_url(&self, url: &str) -> std::result::Result<Opened, UrlError> {
        self.inner.open_url(url)
    }

    /// Removes what nobody needs: beyond the bounds of the configuration, left behind by crashes, forgotten tasks.
    pub fn collect_garbage(&self) -> Result<Collected> {
        self.inner.collect_garbage()
    }

    /// Reads everything that is kept and compares it with its checksums; changes nothing.
    pub fn verify(&self) -> Result<Verified> {
        self.inner.verify(upkeep::Damage::Report)
    }

    /// As [`verify`](Self::verify), and forgets what is damaged, so that it is made again when it is looked at.
    pub fn repair(&self) -> Result<Verified> {
        self.inner.verify(upkeep::Damage::Forget)
    }

    /// Replaces a damaged database in the state folder by a new one with everything that can still be read of it. No
    /// engine may be open there. The old file is kept beside it.
    pub fn repair_state(state: &Path) -> Result<Repaired> {
        upkeep::repair_state(state)
    }

    /// How much is kept, queued and running.
    pub fn counters(&self) -> Result<Counters> {
        self.inner.counters()
    }

    /// Stops: what runs is interrupted and goes back into the queue. No callback of the host begins after this has
    /// returned. Answers how many are still inside the host's own code after `patience`, whose threads end when the
    /// host lets them go.
    pub fn close(&self, patience: Duration) -> usize {
        self.inner.close(patience)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.inner.close(Duration::from_secs(5));
    }
}
