//! What share tasks have in common: how a task proceeds when one of its files fails.
//!
//! A share task is one job with many items. A failure ends the item that caused it, and the others go on.

use std::time::Duration;

use super::retry::{self, Disposition, Origin};
use super::store;
use crate::inner::Inner;
use crate::model::error::{EngineError, Result};
use crate::model::job::{ItemResult, Outcome, RetryCause, ShareItem, ShareJob};
use crate::model::key::RecordKey;
use crate::model::record::Record;
use crate::model::task::ItemState;
use crate::runtime::jobs::{JobResult, LeasedJob, truncated};
use crate::runtime::watch::Stuck;
use thumbling::ErrorKind;

/// How many processes may die over one item before it fails.
const MAX_CRASHES: u32 = 2;

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
        Err(e) => Some(store::failed(inner, job, &e)),
    }
}

/// Whether the task has to stop before its next item.
fn interrupted(inner: &Inner, job: &LeasedJob) -> Option<ShareEnd> {
    if inner.is_closed() {
        Some(ShareEnd::Release)
    } else if job.is_abandoned() || job.cancel.is_cancelled() {
        Some(ShareEnd::Cancelled)
    } else {
        None
    }
}

/// Processes an item and records its result. `None` if the task goes on with the next item. `process` returns what the
/// item records.
pub(super) fn item(
    inner: &Inner,
    job: &LeasedJob,
    item: &ShareItem,
    process: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<Option<ShareEnd>> {
    if let Some(end) = interrupted(inner, job) {
        return Ok(Some(end));
    }
    job.begin_item(item.n);
    let result = if job.attempts().crashes >= MAX_CRASHES {
        ItemResult::failed(ErrorKind::Internal, "two processes died over this file")
    } else {
        match process() {
            Ok(output) => ItemResult { state: ItemState::Succeeded, failure: None, output: Some(output) },
            Err(e) => match item_failed(inner, job, &e) {
                Ok(result) => result,
                Err(end) => return Ok(Some(end)),
            },
        }
    };
    if !inner.queue.finish_share_item(&job.lease, item.n, result, inner.now())? {
        return Ok(Some(ShareEnd::Cancelled));
    }
    job.finish_item();
    Ok(None)
}

/// The result of an item that failed with `e`, or how the whole task ends because of it.
fn item_failed(inner: &Inner, job: &LeasedJob, e: &EngineError) -> std::result::Result<ItemResult, ShareEnd> {
    if let Some(end) = interrupted(inner, job) {
        return Err(end);
    }
    match retry::disposition(e.kind(), Origin::of(e), job.attempts()) {
        Disposition::Retry { after, cause } => {
            tracing::debug!(file = %job.lease.file, error = %e, "the share task will be retried");
            Err(ShareEnd::Retry(Box::new(JobResult::retry(&job.lease, inner.now(), after, cause))))
        }
        Disposition::Release => Err(ShareEnd::Release),
        Disposition::Record { .. } | Disposition::Fail => Ok(ItemResult::failed(e.kind(), truncated(e.detail()))),
    }
}

/// The result of a share task whose worker was abandoned: the item that it is stuck at is retried or fails, and the others
/// go on.
pub(crate) fn abandoned(inner: &Inner, job: &LeasedJob, at: Stuck) -> JobResult {
    let now = inner.now();
    match retry::disposition(ErrorKind::Timeout, Origin::of_stuck(at), job.attempts()) {
        Disposition::Retry { after, cause } => return JobResult::retry(&job.lease, now, after, cause),
        Disposition::Record { .. } | Disposition::Fail | Disposition::Release => {}
    }
    if let Some(n) = job.item() {
        let result = ItemResult::failed(ErrorKind::Timeout, at.detail());
        if let Err(e) = inner.queue.finish_share_item(&job.lease, n, result, now) {
            return store::failed(inner, job, &e);
        }
    }
    JobResult::retry(&job.lease, now, Duration::ZERO, RetryCause::Store)
}
