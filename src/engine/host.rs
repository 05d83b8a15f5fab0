//! The drive behind a gate: panics become errors, and nothing is called once the engine is closed.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::caller::Caller;
use crate::engine::drive::{Access, Action, Drive, DriveError, FileInfo};
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileRef, SpaceId};
use crate::error::{Error, ErrorKind};
use crate::source::{ReadAt, Source};

/// Set once the gate is shut; the rest counts who is inside.
const SHUT: usize = 1 << (usize::BITS - 1);

/// Lets calls to the host through until it is shut, and knows when the last one has come back.
#[derive(Default)]
pub(crate) struct Gate {
    inside: AtomicUsize,
    waiting: Mutex<()>,
    left: Condvar,
}

impl Gate {
    /// Runs `call` outside any lock; `cancelled` once the gate is shut, `internal` if it panics.
    pub(crate) fn pass<T>(&self, what: &str, call: impl FnOnce() -> T) -> Result<T> {
        let entered = Entered(self);
        if self.inside.fetch_add(1, Ordering::SeqCst) & SHUT != 0 {
            return Err(EngineError::closed());
        }
        let result = catch_unwind(AssertUnwindSafe(call));
        drop(entered);
        result.map_err(|_| {
            tracing::error!(what, "the host panicked");
            EngineError::new(ErrorKind::Internal, Subject::Drive, format!("the host panicked in `{what}`"))
        })
    }

    /// Lets nobody in any more, and waits up to `patience` for those inside; says how many are still there.
    pub(crate) fn shut(&self, patience: Duration) -> usize {
        let deadline = Instant::now() + patience;
        self.inside.fetch_or(SHUT, Ordering::SeqCst);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let inside = self.inside.load(Ordering::SeqCst) & !SHUT;
            let left = deadline.saturating_duration_since(Instant::now());
            if inside == 0 || left.is_zero() {
                return inside;
            }
            waiting = self.left.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

struct Entered<'a>(&'a Gate);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.0.inside.fetch_sub(1, Ordering::SeqCst) & SHUT != 0 {
            drop(self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            self.0.left.notify_all();
        }
    }
}

/// The host's drive, as the engine calls it.
#[derive(Clone)]
pub(crate) struct Host {
    drive: Arc<dyn Drive>,
    pub(crate) gate: Arc<Gate>,
}

impl Host {
    pub(crate) fn new(drive: Arc<dyn Drive>) -> Self {
        Self { drive, gate: Arc::default() }
    }

    fn ask<T>(&self, what: &str, ask: impl FnOnce(&dyn Drive) -> std::result::Result<T, DriveError>) -> Result<T> {
        self.gate.pass(what, || ask(&*self.drive))?.map_err(EngineError::from)
    }

    /// What the host knows of a file.
    pub(crate) fn stat(&self, file: &FileRef) -> Result<FileInfo> {
        self.ask("stat", |drive| drive.stat(file))
    }

    /// The content. Reads of it go through the gate too, and call `beat` whenever the host has answered.
    pub(crate) fn open(&self, file: &FileRef, beat: impl Fn() + Send + Sync + 'static) -> Result<Source> {
        let source = self.ask("open", |drive| drive.open(file))?;
        let size = source.size();
        Ok(Source::from_read_at(Arc::new(Gated { source, gate: self.gate.clone(), beat }), size))
    }

    /// `denied` unless the host lets `caller` do it.
    pub(crate) fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
    ) -> Result<()> {
        match self.ask("authorize", |drive| drive.authorize(caller, file, space, action))? {
            Access::Allow => Ok(()),
            Access::Deny => {
                let subject = if file.is_some() { Subject::File } else { Subject::Space };
                Err(EngineError::new(ErrorKind::Denied, subject, "the drive denies it to this caller"))
            }
        }
    }

    /// The file that `uri` names.
    pub(crate) fn resolve(&self, uri: &str, caller: &Caller) -> Result<FileRef> {
        self.ask("resolve", |drive| drive.resolve(uri, caller))
    }

    /// A copy of `file` in `folder`.
    pub(crate) fn copy(&self, file: &FileRef, folder: &FileRef, caller: &Caller, key: &str) -> Result<FileRef> {
        self.ask("copy", |drive| drive.copy(file, folder, caller, key))
    }
}

struct Gated<F> {
    source: Source,
    gate: Arc<Gate>,
    beat: F,
}

impl<F: Fn() + Send + Sync> ReadAt for Gated<F> {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.gate.pass("read_at", || self.source.read_at(offset, buf));
        (self.beat)();
        match read {
            Ok(read) => read.map_err(io::Error::from),
            Err(e) => Err(Error::new(e.kind(), e.detail()).into()),
        }
    }
}
