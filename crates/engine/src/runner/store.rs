//! What follows a failure of the engine's own store.

use thumbling::ErrorKind;

use super::retry::{self, Disposition, Origin};
use crate::inner::Inner;
use crate::model::error::EngineError;
use crate::model::job::Outcome;
use crate::runtime::jobs::{JobResult, LeasedJob, truncated};

/// The result of a job that failed because of the engine's own store.
pub(super) fn failed(inner: &Inner, job: &LeasedJob, e: &EngineError) -> JobResult {
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
