//! What the engine tells a host without being asked: tasks that ended, thumbnails that got ready or failed.
//!
//! One thread calls back, outside any lock, and never after the engine was closed or the subscription dropped. A
//! receiver that does not keep up loses what it has no room for, and is told how much.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::engine::id::{FileRef, TaskId, Version};
use crate::engine::task::{TaskState, TaskStatus};
use crate::error::ErrorKind;

/// Events that wait for a receiver.
const ROOM: usize = 1024;

/// Something that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The thumbnails of a file are there.
    Ready {
        /// Which file.
        file: FileRef,
        /// Which content.
        version: Version,
    },
    /// They could not be made.
    Failed {
        /// Which file.
        file: FileRef,
        /// Why.
        kind: ErrorKind,
    },
    /// A task came to its end.
    Task {
        /// Which task.
        id: TaskId,
        /// How it ended.
        state: TaskState,
    },
}

/// Events as they happen, from when it was made.
#[derive(Debug)]
pub struct Events {
    receiver: Receiver<Event>,
    lost: Arc<AtomicU64>,
}

impl Events {
    /// The next event; `None` if there is none within `patience`, or the engine was closed.
    pub fn next(&self, patience: Duration) -> Option<Event> {
        self.receiver.recv_timeout(patience).ok()
    }

    /// Whether the engine was closed and every event taken. Takes an event if there is one, and gives it.
    pub fn poll(&self) -> Result<Option<Event>, Closed> {
        match self.receiver.try_recv() {
            Ok(event) => Ok(Some(event)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Closed),
        }
    }

    /// The next event, however long it takes; `None` once the engine is closed.
    pub fn wait(&self, patience: Duration) -> Result<Option<Event>, Closed> {
        match self.receiver.recv_timeout(patience) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Closed),
        }
    }

    /// Events that were lost because nobody took them in time.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// The engine was closed; no more events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

type Callback = dyn Fn(&TaskStatus) + Send + Sync;

/// Calls back as long as it lives.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    line: Arc<Line>,
    lines: Arc<Mutex<Vec<Arc<Line>>>>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

struct Line {
    /// Locked while it calls back, so that who ends it can wait; nothing once it is over.
    callback: Mutex<Option<Box<Callback>>>,
    ended: AtomicBool,
    /// Which thread is calling back.
    thread: Mutex<Option<std::thread::ThreadId>>,
}

impl Line {
    fn call(&self, status: &TaskStatus) {
        let mut callback = lock(&self.callback);
        let Some(call) = callback.as_ref().filter(|_| !self.ended.load(Ordering::SeqCst)) else { return };
        *lock(&self.thread) = Some(std::thread::current().id());
        if catch_unwind(AssertUnwindSafe(|| call(status))).is_err() {
            tracing::error!(task = %status.id, "a callback of the host panicked");
        }
        *lock(&self.thread) = None;
        // It may have ended itself. Whoever else ends it waits for this too.
        drop(callback.take_if(|_| self.ended.load(Ordering::SeqCst)));
    }
}

impl Drop for Subscription {
    /// No call begins after this; one that has begun is waited for, unless it is the one that drops. What the callback
    /// owns is dropped with it.
    fn drop(&mut self) {
        self.line.ended.store(true, Ordering::SeqCst);
        lock(&self.lines).retain(|line| !Arc::ptr_eq(line, &self.line));
        let by_itself = *lock(&self.line.thread) == Some(std::thread::current().id());
        if !by_itself {
            let gone = lock(&self.line.callback).take();
            drop(gone);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All who listen.
#[derive(Default)]
pub(crate) struct Listeners {
    lines: Arc<Mutex<Vec<Arc<Line>>>>,
    events: Mutex<Vec<(SyncSender<Event>, Arc<AtomicU64>)>>,
}

impl Listeners {
    /// Calls `callback` with every task that ends.
    pub(crate) fn subscribe(&self, callback: Box<Callback>) -> Subscription {
        let (callback, ended) = (Mutex::new(Some(callback)), AtomicBool::new(false));
        let line = Arc::new(Line { callback, ended, thread: Mutex::default() });
        lock(&self.lines).push(line.clone());
        Subscription { line, lines: self.lines.clone() }
    }

    /// A receiver of every event.
    pub(crate) fn listen(&self) -> Events {
        let (sender, receiver) = sync_channel(ROOM);
        let lost = Arc::new(AtomicU64::new(0));
        lock(&self.events).push((sender, lost.clone()));
        Events { receiver, lost }
    }

    /// Whether anybody wants tasks.
    pub(crate) fn any_lines(&self) -> bool {
        !lock(&self.lines).is_empty()
    }

    /// Whether anybody wants events.
    pub(crate) fn any_events(&self) -> bool {
        !lock(&self.events).is_empty()
    }

    /// Tells everybody of an event; never waits.
    pub(crate) fn tell(&self, event: &Event) {
        lock(&self.events).retain(|(sender, lost)| match sender.try_send(event.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                lost.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        });
    }

    /// Calls back everybody about a task.
    pub(crate) fn call(&self, status: &TaskStatus) {
        let lines: Vec<_> = lock(&self.lines).clone();
        for line in lines {
            line.call(status);
        }
    }

    /// Ends every subscription: no call begins after this.
    pub(crate) fn close(&self) {
        // Outside the lock: what a callback owns may do anything when it is dropped.
        let lines = std::mem::take(&mut *lock(&self.lines));
        lines.iter().for_each(|line| line.ended.store(true, Ordering::SeqCst));
        lock(&self.events).clear();
    }
}
