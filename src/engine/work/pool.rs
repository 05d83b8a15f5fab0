//! Workers: each the one thread of a rayon pool of its own, so that a decoder that uses rayon stays on it and the host's
//! global pool is left alone. Files are what runs in parallel, not parts of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::draw;
use super::publish::Finished;
use crate::engine::error::{EngineError, Result};
use crate::engine::inner::Inner;
use crate::engine::port::clock;
use crate::engine::port::queue::Work;
use crate::engine::task;
use crate::error::ErrorKind;

/// Starts the worker of `slot`.
pub(crate) fn start(inner: &Arc<Inner>, slot: usize, finished: Finished) -> Result<()> {
    let replaced = Arc::new(AtomicBool::new(false));
    inner.threads.enter();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .panic_handler(|_| tracing::error!("a worker panicked"))
        .spawn_handler(|thread| {
            let (threads, replaced) = (inner.threads.clone(), replaced.clone());
            let body = move || {
                thread.run();
                // Nothing of the worker is left, and nothing of the engine in its hands.
                if !replaced.load(Ordering::SeqCst) {
                    threads.leave();
                }
            };
            std::thread::Builder::new().name(format!("thumbling-{slot}")).spawn(body).map(drop)
        })
        .build()
        .map_err(|e| {
            inner.threads.leave();
            EngineError::from(crate::Error::new(ErrorKind::Io, format!("no thread for a worker: {e}")))
        })?;
    let inner = inner.clone();
    // The pool lives on in its work, and ends after it.
    pool.spawn(move || replaced.store(!work(&inner, slot, &finished), Ordering::SeqCst));
    Ok(())
}

/// Works until the engine closes; false if this worker was given up before.
fn work(inner: &Arc<Inner>, slot: usize, finished: &Finished) -> bool {
    stand_back(inner.config.niceness);
    while let Some(held) = inner.work.next(|| clock::steady_ms(&*inner.clock)) {
        let _span = tracing::debug_span!("job", file = %held.claim.file, job = held.claim.job).entered();
        let produced = match held.claim.work {
            Work::Render => draw::draw(inner, &held, slot),
            Work::Package => task::package::pack(inner, &held),
            Work::Save => task::save::save(inner, &held),
        };
        inner.alive.draws(slot, None);
        if !inner.work.drawn(&held) {
            // Another has this slot now, and the job has been told to be tried again.
            inner.work.came_back();
            return false;
        }
        match produced {
            Some(produced) => {
                if finished.send(Some(produced)).is_err() {
                    return true;
                }
            }
            None => {
                inner.work.let_go(&held.claim);
                inner.doubt.store(true, Ordering::SeqCst);
            }
        }
    }
    true
}

/// Lets the host's own threads go first.
#[cfg(target_os = "linux")]
fn stand_back(niceness: u8) {
    // On Linux this is the thread's alone. Where it is not allowed, everything works as well, only less politely.
    let _ = rustix::process::nice(i32::from(niceness.min(19)));
}

#[cfg(not(target_os = "linux"))]
fn stand_back(_: u8) {}
