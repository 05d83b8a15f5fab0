//! What jobs do: [`render`] thumbnails, write [`package`]s, [`save`] copies.
//!
//! [`retry`] decides what follows a failure, and [`share`] is what both kinds of share tasks have in common.

pub(crate) mod package;
pub(crate) mod render;
mod retry;
pub(crate) mod save;
mod share;
mod zip;

use std::time::Duration;

use crate::inner::Inner;
use crate::model::error::EngineError;
use crate::model::job::RetryCause;
use crate::runtime::jobs::{JobResult, LeasedJob};

/// The delay of a retry after the engine's own store failed.
const STORE_RETRY: Duration = Duration::from_secs(5);

/// The result of a job that failed because of the engine's own store.
fn store_failed(inner: &Inner, job: &LeasedJob, e: &EngineError) -> JobResult {
    tracing::debug!(file = %job.lease.file, error = %e, "the store failed; the job will be retried");
    JobResult::retry(&job.lease, inner.now(), STORE_RETRY, RetryCause::Store)
}
