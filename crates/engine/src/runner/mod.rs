//! What jobs do: [`render`] thumbnails, write [`package`]s, [`save`] copies.
//!
//! [`retry`] decides what follows a failure, and [`share`] is what both kinds of share tasks have in common.

pub(crate) mod package;
pub(crate) mod render;
mod retry;
pub(crate) mod save;
mod share;
#[cfg(test)]
mod tests;
mod zip;

use crate::inner::Inner;
use crate::model::error::EngineError;
use crate::model::job::{JobKind, Outcome};
use crate::runtime::jobs::{JobResult, LeasedJob, truncated};
use crate::runtime::watch::Stuck;
use retry::{Disposition, Origin};
use thumbling::ErrorKind;

/// The result of a job that failed because of the engine's own store.
fn store_failed(inner: &Inner, job: &LeasedJob, e: &EngineError) -> JobResult {
    match retry::disposition(e.kind(), Origin::Store, job.attempts()) {
        Disposition::Retry { after, cause } => {
            tracing::debug!(file = %job.lease.file, error = %e, "the store failed; the job will be retried");
            JobResult::retry(&job.lease, inner.now(), after, cause)
        }
        Disposition::Record { .. } | Disposition::Fail | Disposition::Release => {
            tracing::error!(file = %job.lease.file, error = %e, "the store is damaged; the job fails");
            let detail = truncated(&format!("the store is damaged: {}", e.detail()));
            JobResult::new(&job.lease, Outcome::Failed { kind: ErrorKind::Internal, detail })
        }
    }
}

/// The result of a job whose worker was abandoned. `None` if the job goes back to the queue unchanged.
pub(crate) fn abandoned(inner: &Inner, job: &LeasedJob, at: Stuck) -> Option<JobResult> {
    match job.lease.kind {
        JobKind::Render => render::abandoned(inner, job, at),
        JobKind::Package | JobKind::Save => Some(share::abandoned(inner, job, at)),
    }
}
