//! Workers. Each is the only thread of its own rayon pool, so a decoder that uses rayon stays on it, and the host's global
//! pool is left alone. Parallelism is between files, not within them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::inner::Inner;
use crate::model::error::{EngineError, Result};
use crate::model::job::JobKind;
use crate::runner;
use crate::runtime::jobs::ResultSender;
use thumbling::{Error, ErrorKind};

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WorkerEnd {
    /// The engine closes.
    Closed,
    /// The worker was abandoned, and another has taken its place.
    Abandoned,
}

/// Starts the worker with the number `slot`.
pub(crate) fn start(inner: &Arc<Inner>, slot: usize, results: ResultSender) -> Result<()> {
    let abandoned = Arc::new(AtomicBool::new(false));
    inner.workers.add();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .panic_handler(|_| tracing::error!("a worker panicked"))
        .spawn_handler(|thread| {
            let (workers, abandoned) = (inner.workers.clone(), abandoned.clone());
            let body = move || {
                thread.run();
                // By now the worker holds nothing of the engine any more. An abandoned worker is not counted.
                if !abandoned.load(Ordering::SeqCst) {
                    workers.done();
                }
            };
            std::thread::Builder::new().name(format!("thumbling-{slot}")).spawn(body).map(drop)
        })
        .build()
        .map_err(|e| {
            inner.workers.done();
            EngineError::from(
                Error::new(ErrorKind::Io, format!("a worker thread could not be started: {e}")).caused_by(e),
            )
        })?;
    let inner = inner.clone();
    // The pool lives as long as its only task.
    pool.spawn(move || {
        let end = run(&inner, slot, &results);
        abandoned.store(end == WorkerEnd::Abandoned, Ordering::SeqCst);
    });
    Ok(())
}

/// Runs jobs until the engine closes or the worker is abandoned.
fn run(inner: &Arc<Inner>, slot: usize, results: &ResultSender) -> WorkerEnd {
    set_niceness(inner.config.niceness);
    while let Some(job) = inner.jobs.take() {
        let _span = tracing::debug_span!("job", file = %job.lease.file, job = job.lease.job).entered();
        let result = match job.lease.kind {
            JobKind::Render => runner::render::render(inner, &job, slot),
            JobKind::Package => runner::package::pack(inner, &job),
            JobKind::Save => runner::save::save(inner, &job),
        };
        inner.owner_lock.set_running(slot, None);
        if !inner.jobs.finish_running(&job) {
            // The scheduler has replaced this worker and ended the job with a timeout.
            inner.jobs.stuck_worker_returned();
            return WorkerEnd::Abandoned;
        }
        match result {
            Some(result) => {
                if results.send(Some(result)).is_err() {
                    return WorkerEnd::Closed;
                }
            }
            None => {
                inner.jobs.remove(&job.lease);
                inner.has_unknown_leases.store(true, Ordering::SeqCst);
            }
        }
    }
    WorkerEnd::Closed
}

/// Lowers the priority of this thread below the host's own.
#[cfg(target_os = "linux")]
fn set_niceness(niceness: u8) {
    // On Linux, niceness is per thread. It is optional: ignore a system that forbids it.
    let _ = rustix::process::nice(i32::from(niceness.min(19)));
}

/// Elsewhere niceness is per process, which is the host's business.
#[cfg(not(target_os = "linux"))]
fn set_niceness(_: u8) {}
