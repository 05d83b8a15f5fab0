//! Events and callbacks: tasks that ended, thumbnails that became ready or failed.
//!
//! Callbacks run on one thread of the engine, outside any lock, and never after the engine was closed or the subscription
//! dropped. A receiver that does not keep up loses events, and can find out how many.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::task::TaskStatus;
use crate::process::Process;

pub use crate::model::event::Event;

/// Most events queued for one receiver.
const CAPACITY: usize = 1024;

/// Receives every event since it was created.
#[derive(Debug)]
pub struct Events {
    /// Taken when it is dropped.
    receiver: Option<Receiver<Event>>,
    lost: Arc<AtomicU64>,
    process: Process,
}

impl Drop for Events {
    fn drop(&mut self) {
        if self.process.is_other() {
            // The engine is the parent's.
            std::mem::forget(self.receiver.take());
        }
    }
}

impl Events {
    /// Waits up to `timeout` for the next event. `None` if there was none in time, or the engine is closed and every queued
    /// event was taken; [`wait`](Self::wait) tells these apart.
    pub fn next(&self, timeout: Duration) -> Option<Event> {
        self.receiver().ok()?.recv_timeout(timeout).ok()
    }

    /// Also closed in a child of the process that opened the engine.
    fn receiver(&self) -> Result<&Receiver<Event>, Closed> {
        self.receiver.as_ref().filter(|_| !self.process.is_other()).ok_or(Closed)
    }

    /// The next event if one is queued, without waiting. `Ok(None)` if none is.
    ///
    /// # Errors
    /// [`Closed`] once the engine is closed and every queued event was taken.
    pub fn poll(&self) -> Result<Option<Event>, Closed> {
        match self.receiver()?.try_recv() {
            Ok(event) => Ok(Some(event)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Closed),
        }
    }

    /// Waits up to `timeout` for the next event. `Ok(None)` if there was none in time.
    ///
    /// # Errors
    /// [`Closed`] once the engine is closed and every queued event was taken.
    pub fn wait(&self, timeout: Duration) -> Result<Option<Event>, Closed> {
        match self.receiver()?.recv_timeout(timeout) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Closed),
        }
    }

    /// Events dropped so far because the queue of this receiver was full.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// The engine is closed; there will be no more events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

type Callback = dyn Fn(&TaskStatus) + Send + Sync;

/// A registered callback; unregistered when dropped.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    subscriber: Arc<Subscriber>,
    subscribers: Arc<Mutex<Vec<Arc<Subscriber>>>>,
    process: Process,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

struct Subscriber {
    /// Locked during a call, so that unsubscribing can wait for it; `None` once unsubscribed.
    callback: Mutex<Option<Box<Callback>>>,
    ended: AtomicBool,
    /// The thread that is running the callback.
    thread: Mutex<Option<std::thread::ThreadId>>,
}

impl Subscriber {
    fn call(&self, status: &TaskStatus) {
        let mut callback = lock(&self.callback);
        let Some(call) = callback.as_ref().filter(|_| !self.ended.load(Ordering::SeqCst)) else { return };
        *lock(&self.thread) = Some(std::thread::current().id());
        if catch_unwind(AssertUnwindSafe(|| call(status))).is_err() {
            tracing::error!(task = %status.id, "a callback of the host panicked");
        }
        *lock(&self.thread) = None;
        // The callback may have unsubscribed itself. Anyone else who unsubscribes it waits for this too.
        drop(callback.take_if(|_| self.ended.load(Ordering::SeqCst)));
    }
}

impl Drop for Subscription {
    /// No call starts after this. Waits for a call in progress, unless that call is what drops the subscription. What the
    /// callback owns is dropped too.
    fn drop(&mut self) {
        if self.process.is_other() {
            // The engine is the parent's, and so is what the callback owns.
            std::mem::forget((self.subscriber.clone(), self.subscribers.clone()));
            return;
        }
        self.subscriber.ended.store(true, Ordering::SeqCst);
        lock(&self.subscribers).retain(|subscriber| !Arc::ptr_eq(subscriber, &self.subscriber));
        let inside_its_call = *lock(&self.subscriber.thread) == Some(std::thread::current().id());
        if !inside_its_call {
            let callback = lock(&self.subscriber.callback).take();
            drop(callback);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All callbacks and event receivers of an engine.
#[derive(Default)]
pub(crate) struct Notifier {
    subscribers: Arc<Mutex<Vec<Arc<Subscriber>>>>,
    receivers: Mutex<Vec<(SyncSender<Event>, Arc<AtomicU64>)>>,
}

impl Notifier {
    /// Registers `callback` for tasks that end.
    pub(crate) fn subscribe(&self, callback: Box<Callback>) -> Subscription {
        let (callback, ended) = (Mutex::new(Some(callback)), AtomicBool::new(false));
        let subscriber = Arc::new(Subscriber { callback, ended, thread: Mutex::default() });
        lock(&self.subscribers).push(subscriber.clone());
        Subscription { subscriber, subscribers: self.subscribers.clone(), process: Process::current() }
    }

    /// Creates a receiver of every event from now on.
    pub(crate) fn events(&self) -> Events {
        let (sender, receiver) = sync_channel(CAPACITY);
        let lost = Arc::new(AtomicU64::new(0));
        lock(&self.receivers).push((sender, lost.clone()));
        Events { receiver: Some(receiver), lost, process: Process::current() }
    }

    /// Whether any callback is registered.
    pub(crate) fn has_subscribers(&self) -> bool {
        !lock(&self.subscribers).is_empty()
    }

    /// Whether there is any event receiver.
    pub(crate) fn has_receivers(&self) -> bool {
        !lock(&self.receivers).is_empty()
    }

    /// Sends an event to every receiver. Never blocks.
    pub(crate) fn send(&self, event: &Event) {
        lock(&self.receivers).retain(|(sender, lost)| match sender.try_send(event.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                lost.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        });
    }

    /// Runs every callback with the status of a task.
    pub(crate) fn call(&self, status: &TaskStatus) {
        let subscribers: Vec<_> = lock(&self.subscribers).clone();
        for subscriber in subscribers {
            subscriber.call(status);
        }
    }

    /// Ends every subscription and receiver: no call starts after this.
    pub(crate) fn close(&self) {
        // Dropped outside the lock: what a callback owns may do anything when it is dropped.
        let subscribers = std::mem::take(&mut *lock(&self.subscribers));
        subscribers.iter().for_each(|subscriber| subscriber.ended.store(true, Ordering::SeqCst));
        lock(&self.receivers).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a child finds after a fork: locks that a thread of the parent held, and no such thread.
    #[test]
    fn what_the_parent_created_is_left_alone_in_a_child() {
        let notifier = Notifier::default();
        let mut subscription = notifier.subscribe(Box::new(|_| {}));
        let mut events = notifier.events();
        (subscription.process, events.process) = (Process::other(), Process::other());
        let (subscriber, subscribers) = (subscription.subscriber.clone(), subscription.subscribers.clone());
        let (_held, _list) = (lock(&subscriber.callback), lock(&subscribers));
        drop(subscription);
        assert!(matches!(events.wait(Duration::from_secs(60)), Err(Closed)));
        assert!(matches!(events.poll(), Err(Closed)));
        assert!(events.next(Duration::from_secs(60)).is_none());
        drop(events);
    }
}
