//! One connection that writes, on a thread of its own.
//!
//! Whatever is waiting when the thread comes back from a commit goes into the next one: a hundred callers pay for one
//! fsync. An operation that fails is undone by itself; a commit that fails fails all its operations, and the connection
//! is opened anew, since after a failed fsync nothing is known of what reached the disk.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{fault, schema};
use crate::engine::error::{EngineError, Result};

/// Operations that wait for the next commit; more callers than these wait in line.
const WAITING: usize = 4096;
/// Operations of one commit.
const TOGETHER: usize = 512;

/// How far an operation has to survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Durable {
    /// The end of the process: no fsync.
    Process,
    /// A power cut.
    Disk,
}

type Made = Box<dyn Any + Send>;
type Run = Box<dyn FnOnce(&Connection) -> Result<Made> + Send>;
type Answer = Option<SyncSender<Result<Made>>>;

struct Operation {
    run: Run,
    answer: Answer,
    durable: Durable,
}

/// The thread's mailbox.
pub(super) struct Writer {
    sender: Option<SyncSender<Operation>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(path: PathBuf) -> Result<Self> {
        let connection = schema::connect(&path)?;
        let (sender, receiver) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("thumbling-store".into())
            .spawn(move || serve(&path, Some(connection), &receiver))
            .map_err(|e| EngineError::from(crate::Error::from(e)))?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Runs `operation` in a transaction with others, and answers once it is as durable as it has to be.
    pub(super) fn run<T: Send + 'static>(
        &self,
        durable: Durable,
        operation: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = sync_channel(1);
        let run = Box::new(move |tx: &Connection| operation(tx).map(|made| Box::new(made) as Made));
        let sender = self.sender.as_ref().ok_or_else(EngineError::closed)?;
        sender.send(Operation { run, answer: Some(answer), durable }).map_err(|_| EngineError::closed())?;
        let made = answered.recv().map_err(|_| EngineError::closed())??;
        made.downcast().map(|made| *made).map_err(|_| EngineError::internal("an answer of another type"))
    }

    /// As [`run`](Self::run), but waits for nothing; what finds the mailbox full is dropped.
    pub(super) fn post(&self, operation: impl FnOnce(&Connection) -> Result<()> + Send + 'static) {
        let run = Box::new(move |tx: &Connection| operation(tx).map(|()| Box::new(()) as Made));
        let Some(sender) = &self.sender else { return };
        match sender.try_send(Operation { run, answer: None, durable: Durable::Process }) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

impl Drop for Writer {
    /// Waits until all that was sent has been committed.
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
        while group.len() < TOGETHER
            && let Ok(next) = operations.try_recv()
        {
            group.push(next);
        }
        let (mut answers, mut results) = (Vec::new(), Vec::new());
        match commit(path, &mut connection, group, &mut answers, &mut results) {
            Ok(()) => {}
            Err(e) => {
                tracing::error!(error = %e, "the store could not commit");
                connection = None;
                results.iter_mut().filter(|r| r.is_ok()).for_each(|r| *r = Err(e.clone()));
                // What was not run any more.
                results.resize_with(answers.len(), || Err(e.clone()));
            }
        }
        for (answer, result) in answers.into_iter().zip(results) {
            if let Some(answer) = answer {
                let _ = answer.send(result);
            }
        }
    }
    if let Some(connection) = connection {
        // A last checkpoint, so that the next start has no log to read; the log is as good if it fails.
        let _ = connection.close();
    }
}

/// Runs a group and commits it. What each operation answers stands in `results` afterwards.
fn commit(
    path: &Path,
    connection: &mut Option<Connection>,
    group: Vec<Operation>,
    answers: &mut Vec<Answer>,
    results: &mut Vec<Result<Made>>,
) -> Result<()> {
    let durable = group.iter().map(|op| op.durable).max().unwrap_or(Durable::Disk);
    let (runs, to): (Vec<_>, Vec<_>) = group.into_iter().map(|op| (op.run, op.answer)).unzip();
    *answers = to;
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
