//! Save tasks: the drive copies every file, and thumbnails are linked to the copies.

use super::share::{self, ShareEnd};
use crate::inner::Inner;
use crate::model::drive::Action;
use crate::model::error::{EngineError, Result};
use crate::model::id::FileRef;
use crate::model::job::{ShareItem, ShareJob};
use crate::model::package;
use crate::model::task::{ItemState, ShareTask};
use crate::runtime::jobs::{JobResult, LeasedJob};

/// Saves the files of a share. `None` if the job goes back to the queue unchanged.
pub(crate) fn save(inner: &Inner, job: &LeasedJob) -> Option<JobResult> {
    share::run(inner, job, |share| save_items(inner, job, share))
}

fn save_items(inner: &Inner, job: &LeasedJob, share: &ShareJob) -> Result<ShareEnd> {
    for item in share.items.iter().filter(|item| item.state == ItemState::Queued) {
        let copied = || copy(inner, job, share, item).map(|copy| package::encode_copy(&copy));
        if let Some(end) = share::item(inner, job, item, copied)? {
            return Ok(end);
        }
    }
    Ok(ShareEnd::Done(None))
}

/// Has the drive copy a file, and links its thumbnails to the copy.
fn copy(inner: &Inner, job: &LeasedJob, share: &ShareJob, item: &ShareItem) -> Result<FileRef> {
    let ShareTask::Save { target } = &share.share else {
        return Err(EngineError::internal("a save job of another kind of task"));
    };
    let (host, call) = (&inner.host, job.context(inner.config.drive_timeout));
    host.authorize(&share.caller, Some(&item.file), &item.file.space, Action::Save, &call)?;
    host.authorize(&share.caller, Some(target), &target.space, Action::Receive, &call)?;
    host.stat(&item.file, &call)?.require_clean()?;
    let copy = host.copy(&item.file, target, &share.caller, &format!("{}/{}", share.id, item.n), &call)?;
    // Not fatal: the copy exists, and a lookup will generate its thumbnails.
    if let Err(e) = inner.link_thumbnails_within(&item.file, &copy, &call) {
        tracing::warn!(error = %e, file = %copy, "thumbnails could not be linked");
    }
    Ok(copy)
}
