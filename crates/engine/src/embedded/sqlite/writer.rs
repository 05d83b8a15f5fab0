//! The only connection that writes, on its own thread.
//!
//! Group commit: all operations waiting when a commit ends go into the next one, so a hundred callers share one fsync. An
//! operation that fails is rolled back alone. A commit that fails fails all its operations, and the connection is
//! reopened: after a failed fsync, what reached the disk is unknown.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::fault::fault;
use super::schema;
use crate::model::error::{EngineError, Result};

/// Capacity of the queue of operations; further callers block.
const QUEUE_CAPACITY: usize = 4096;
/// Most operations of one commit.
const MAX_GROUP: usize = 512;

/// What an operation has to survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Durable {
    /// The end of the process; needs no fsync.
    Process,
    /// A power cut.
    Disk,
}

type Output = Box<dyn Any + Send>;
type Run = Box<dyn FnOnce(&Connection) -> Result<Output> + Send>;
type Reply = Option<SyncSender<Result<Output>>>;

struct Operation {
    run: Run,
    reply: Reply,
    durable: Durable,
}

/// The handle of the writer thread.
pub(super) struct Writer {
    sender: Option<SyncSender<Operation>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens the connection and starts the thread.
    pub(super) fn start(path: PathBuf) -> Result<Self> {
        let connection = schema::connect(&path)?;
        let (sender, receiver) = sync_channel(QUEUE_CAPACITY);
        let thread = std::thread::Builder::new()
            .name("thumbling-store".into())
            .spawn(move || serve(&path, Some(connection), &receiver))
            .map_err(|e| EngineError::from(thumbling::Error::from(e)))?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Runs `operation` in a transaction with others. Returns once it is committed as durably as requested.
    pub(super) fn run<T: Send + 'static>(
        &self,
        durable: Durable,
        operation: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, replied) = sync_channel(1);
        let run = Box::new(move |tx: &Connection| operation(tx).map(|output| Box::new(output) as Output));
        let sender = self.sender.as_ref().ok_or_else(EngineError::closed)?;
        sender.send(Operation { run, reply: Some(reply), durable }).map_err(|_| EngineError::closed())?;
        let output = replied.recv().map_err(|_| EngineError::closed())??;
        output.downcast().map(|output| *output).map_err(|_| EngineError::internal("a reply of another type"))
    }

    /// Like [`run`](Self::run) but does not wait. The operation is dropped if the queue is full.
    pub(super) fn post(&self, operation: impl FnOnce(&Connection) -> Result<()> + Send + 'static) {
        let run = Box::new(move |tx: &Connection| operation(tx).map(|()| Box::new(()) as Output));
        let Some(sender) = &self.sender else { return };
        match sender.try_send(Operation { run, reply: None, durable: Durable::Process }) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

impl Drop for Writer {
    /// Waits until everything that was sent is committed.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(path: &Path, mut connection: Option<Connection>, operations: &Receiver<Operation>) {
    while let Ok(first) = operations.recv() {
        let mut group = vec![first];
        while group.len() < MAX_GROUP
            && let Ok(next) = operations.try_recv()
        {
            group.push(next);
        }
        let (mut replies, mut results) = (Vec::new(), Vec::new());
        match commit(path, &mut connection, group, &mut replies, &mut results) {
            Ok(()) => {}
            Err(e) => {
                tracing::error!(error = %e, "the store could not commit");
                connection = None;
                results.iter_mut().filter(|r| r.is_ok()).for_each(|r| *r = Err(e.clone()));
                // Operations that did not run.
                results.resize_with(replies.len(), || Err(e.clone()));
            }
        }
        for (reply, result) in replies.into_iter().zip(results) {
            if let Some(reply) = reply {
                let _ = reply.send(result);
            }
        }
    }
    if let Some(connection) = connection {
        // Checkpoints, so that the next start has no log to replay. Nothing is lost if it fails.
        let _ = connection.close();
    }
}

/// Runs a group and commits it. Stores the outcome of each operation in `results`.
fn commit(
    path: &Path,
    connection: &mut Option<Connection>,
    group: Vec<Operation>,
    replies: &mut Vec<Reply>,
    results: &mut Vec<Result<Output>>,
) -> Result<()> {
    let durable = group.iter().map(|op| op.durable).max().unwrap_or(Durable::Disk);
    let (runs, senders): (Vec<_>, Vec<_>) = group.into_iter().map(|op| (op.run, op.reply)).unzip();
    *replies = senders;
    if durable == Durable::Disk {
        // A file that was removed can be written to, but nobody will find what is in it.
        path.metadata().map_err(|e| EngineError::disk("committing to", path, e))?;
    }
    let connection = match connection {
        Some(open) => open,
        None => connection.insert(schema::connect(path)?),
    };
    let pragma = match durable {
        Durable::Disk => "PRAGMA synchronous = FULL",
        Durable::Process => "PRAGMA synchronous = NORMAL",
    };
    connection.prepare_cached(pragma).and_then(|mut s| s.execute([])).map_err(fault)?;
    let mut tx = Transaction::new(connection, TransactionBehavior::Immediate).map_err(fault)?;
    for run in runs {
        let savepoint = tx.savepoint().map_err(fault)?;
        let result = catch_unwind(AssertUnwindSafe(|| run(&savepoint)));
        let result = result.unwrap_or_else(|_| Err(EngineError::internal("an operation of the store panicked")));
        match &result {
            Ok(_) => savepoint.commit().map_err(fault)?,
            Err(_) => savepoint.finish().map_err(fault)?,
        }
        results.push(result);
    }
    tx.commit().map_err(fault)
}
