//! What jobs do: [`render`] thumbnails, write [`package`]s, [`save`] copies.
//!
//! [`retry`] decides what follows a failure, and [`share`] is what both kinds of share tasks have in common.

pub(crate) mod package;
pub(crate) mod render;
mod retry;
pub(crate) mod save;
mod share;
mod store;
#[cfg(test)]
mod tests;
mod zip;

use crate::inner::Inner;
use crate::model::job::JobKind;
use crate::runtime::jobs::{JobResult, LeasedJob};
use crate::runtime::watch::Stuck;

/// The result of a job whose worker was abandoned. `None` if the job goes back to the queue unchanged.
pub(crate) fn abandoned(inner: &Inner, job: &LeasedJob, at: Stuck) -> Option<JobResult> {
    match job.lease.kind {
        JobKind::Render => render::abandoned(inner, job, at),
        JobKind::Package | JobKind::Save => Some(share::abandoned(inner, job, at)),
    }
}
