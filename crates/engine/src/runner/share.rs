//! What share tasks have in common: how a task proceeds when one of its files fails.

use std::time::Duration;

use super::retry::{self, Attempts, Disposition};
use super::store_failed;
use crate::inner::Inner;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::job::{ItemResult, Outcome, RetryCause, ShareJob};
use crate::model::key::RecordKey;
use crate::model::record::Record;
use crate::model::task::ItemState;
use crate::runtime::jobs::{JobResult, LeasedJob, truncated};
use thumbling::ErrorKind;

/// The delay of a retry after a disk of the engine was full or failed.
const DISK_RETRY: Duration = Duration::from_secs(10);

/// How a share task ended, for now.
pub(super) enum ShareEnd {
    /// All items are done. With the record of the package, if there is one.
    Done(Option<Box<(RecordKey, Record)>>),
    /// The remaining items are retried later.
    Retry(Box<JobResult>),
    /// The engine closes.
    Release,
    /// The task was cancelled, or the lease is stale.
    Cancelled,
}

/// Runs a share task. `None` if the job goes back to the queue unchanged.
pub(super) fn run(
    inner: &Inner,
    job: &LeasedJob,
    process: impl FnOnce(&ShareJob) -> Result<ShareEnd>,
) -> Option<JobResult> {
    let ended = match inner.queue.share(&job.lease) {
        Ok(Some(share)) => process(&share),
        Ok(None) => Ok(ShareEnd::Cancelled),
        Err(e) => Err(e),
    };
    match ended {
        Ok(ShareEnd::Done(record)) => {
            Some(JobResult::new(&job.lease, Outcome::ShareDone { record: record.map(|record| *record) }))
        }
        Ok(ShareEnd::Retry(result)) => Some(*result),
        Ok(ShareEnd::Release) => None,
        Ok(ShareEnd::Cancelled) => {
            let detail = "the task was cancelled".into();
            Some(JobResult::new(&job.lease, Outcome::Failed { kind: ErrorKind::Cancelled, detail }))
        }
        Err(e) => Some(store_failed(inner, job, &e)),
    }
}

/// Whether the task has to stop before its next item.
pub(super) fn interrupted(inner: &Inner, job: &LeasedJob) -> Option<ShareEnd> {
    if inner.is_closed() {
        Some(ShareEnd::Release)
    } else if job.cancel.is_cancelled() {
        Some(ShareEnd::Cancelled)
    } else {
        None
    }
}

/// The result of an item that failed with `e`, or how the whole task ends because of it.
pub(super) fn item_failed(
    inner: &Inner,
    job: &LeasedJob,
    e: &EngineError,
) -> std::result::Result<ItemResult, ShareEnd> {
    let retry = |after, cause| ShareEnd::Retry(Box::new(JobResult::retry(&job.lease, inner.now(), after, cause)));
    if let Some(end) = interrupted(inner, job) {
        return Err(end);
    }
    // A full disk says nothing about the file.
    if e.subject() == Subject::Store {
        return Err(retry(DISK_RETRY, RetryCause::Store));
    }
    match retry::disposition(e.kind(), Attempts::from(&job.lease)) {
        Disposition::Retry { after, cause } => Err(retry(after, cause)),
        Disposition::Release => Err(ShareEnd::Release),
        Disposition::Record { .. } | Disposition::Fail => {
            let failure = Some((e.kind(), truncated(e.detail())));
            Ok(ItemResult { state: ItemState::Failed, failure, output: None })
        }
    }
}
