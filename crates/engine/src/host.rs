//! The host's drive, called through a gate: panics become errors, and no call starts once the engine is closed.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::deadline::Deadline;
use crate::drive::{CallContext, Drive, Waiting};
use crate::model::caller::Caller;
use crate::model::drive::{Access, Action, DriveError, FileInfo};
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::{FileRef, SpaceId};
use thumbling::{Error, ErrorKind};
use thumbling::{ReadAt, Source};

/// Set once the gate is shut; the other bits count calls in progress.
const SHUT: usize = 1 << (usize::BITS - 1);

/// Lets calls to the host through until it is shut, and counts those in progress.
#[derive(Default)]
pub(crate) struct Gate {
    state: AtomicUsize,
    lock: Mutex<()>,
    returned: Condvar,
}

impl Gate {
    /// Runs `call` outside any lock. `cancelled` once the gate is shut, `internal` if the call panics.
    pub(crate) fn pass<T>(&self, name: &str, call: impl FnOnce() -> T) -> Result<T> {
        let entered = Entered(self);
        if self.state.fetch_add(1, Ordering::SeqCst) & SHUT != 0 {
            return Err(EngineError::closed());
        }
        let result = catch_unwind(AssertUnwindSafe(call));
        drop(entered);
        result.map_err(|_| {
            tracing::error!(call = name, "the host panicked");
            EngineError::new(ErrorKind::Internal, Subject::Drive, format!("the host panicked in `{name}`"))
        })
    }

    /// Lets no further call through and waits up to `timeout` for those in progress. Returns how many still are.
    pub(crate) fn shut(&self, timeout: Duration) -> usize {
        let deadline = Deadline::after(timeout);
        self.state.fetch_or(SHUT, Ordering::SeqCst);
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let inside = self.state.load(Ordering::SeqCst) & !SHUT;
            let remaining = deadline.remaining();
            if inside == 0 || remaining.is_zero() {
                return inside;
            }
            lock = self.returned.wait_timeout(lock, remaining).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Gate {
    /// Whether no further call is let through.
    pub(crate) fn is_shut(&self) -> bool {
        self.state.load(Ordering::SeqCst) & SHUT != 0
    }
}

/// A call on behalf of an operation of the host's own threads.
struct OperationCall {
    gate: Arc<Gate>,
    deadline: Option<Deadline>,
}

impl Waiting for OperationCall {
    fn remaining(&self) -> Option<Duration> {
        self.deadline.map(Deadline::remaining)
    }

    fn is_cancelled(&self) -> bool {
        self.gate.is_shut()
    }
}

struct Entered<'a>(&'a Gate);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.0.state.fetch_sub(1, Ordering::SeqCst) & SHUT != 0 {
            drop(self.0.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.0.returned.notify_all();
        }
    }
}

/// The host's drive as the engine calls it.
#[derive(Clone)]
pub(crate) struct Host {
    drive: Arc<dyn Drive>,
    pub(crate) gate: Arc<Gate>,
}

impl Host {
    pub(crate) fn new(drive: Arc<dyn Drive>) -> Self {
        Self { drive, gate: Arc::default() }
    }

    /// The context of a call that is waited for until `deadline`, or for as long as it takes.
    pub(crate) fn context(&self, deadline: Option<Deadline>) -> CallContext {
        CallContext::of(OperationCall { gate: self.gate.clone(), deadline })
    }

    fn ask<T>(
        &self,
        name: &str,
        context: &CallContext,
        call: impl FnOnce(&dyn Drive) -> std::result::Result<T, DriveError>,
    ) -> Result<T> {
        let _call = context.begin();
        self.gate.pass(name, || call(&*self.drive))?.map_err(EngineError::from)
    }

    /// What the host knows about a file.
    pub(crate) fn stat(&self, file: &FileRef, call: &CallContext) -> Result<FileInfo> {
        self.ask("stat", call, |drive| drive.stat(file, call))
    }

    /// The content of a file. Reads also go through the gate, and are part of `call`.
    pub(crate) fn open(&self, file: &FileRef, call: &CallContext) -> Result<Source> {
        let source = self.ask("open", call, |drive| drive.open(file, call))?;
        let size = source.size();
        Ok(Source::from_read_at(Arc::new(GatedSource { source, gate: self.gate.clone(), call: call.clone() }), size))
    }

    /// `denied` unless the host allows `caller` to do `action`.
    pub(crate) fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
        call: &CallContext,
    ) -> Result<()> {
        match self.ask("authorize", call, |drive| drive.authorize(caller, file, space, action, call))? {
            Access::Allow => Ok(()),
            Access::Deny => {
                let subject = if file.is_some() { Subject::File } else { Subject::Space };
                Err(EngineError::new(ErrorKind::Denied, subject, "the drive denies access to this caller"))
            }
        }
    }

    /// What the host knows about a file that `caller` wants to do `action` to.
    pub(crate) fn authorized_stat(
        &self,
        caller: &Caller,
        file: &FileRef,
        action: Action,
        call: &CallContext,
    ) -> Result<FileInfo> {
        self.authorize(caller, Some(file), &file.space, action, call)?;
        self.stat(file, call)
    }

    /// The file that `uri` refers to.
    pub(crate) fn resolve(&self, uri: &str, caller: &Caller, call: &CallContext) -> Result<FileRef> {
        self.ask("resolve", call, |drive| drive.resolve(uri, caller, call))
    }

    /// Copies `file` into `folder`.
    pub(crate) fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        caller: &Caller,
        key: &str,
        call: &CallContext,
    ) -> Result<FileRef> {
        self.ask("copy", call, |drive| drive.copy(file, folder, caller, key, call))
    }
}

struct GatedSource {
    source: Source,
    gate: Arc<Gate>,
    call: CallContext,
}

impl ReadAt for GatedSource {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let call = self.call.begin();
        let read = self.gate.pass("read_at", || self.source.read_at(offset, buf));
        if !matches!(&read, Ok(Ok(_))) {
            call.fail();
        }
        drop(call);
        match read {
            Ok(read) => read.map_err(io::Error::from),
            Err(e) => Err(Error::new(e.kind(), e.detail()).caused_by(e).into()),
        }
    }
}
