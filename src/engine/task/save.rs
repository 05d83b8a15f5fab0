//! Share tasks that save: the drive copies every file, and its thumbnails follow under the new name.

use std::sync::Arc;

use crate::engine::drive::{Action, FileInfo, Verdict};
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileId, FileRef, SpaceId};
use crate::engine::inner::Inner;
use crate::engine::port::clock;
use crate::engine::port::queue::{Cause, ItemEnd, Outcome, ShareItem, ShareWork};
use crate::engine::task::package::Step;
use crate::engine::task::{ItemState, ShareTask};
use crate::engine::work::publish::Produced;
use crate::engine::work::retry::{self, Next, Past};
use crate::engine::work::{Held, draw};
use crate::error::ErrorKind;

/// Saves the files of a share. `None` if the job goes back into the queue as it was.
pub(crate) fn save(inner: &Arc<Inner>, held: &Held) -> Option<Produced> {
    let claim = &held.claim;
    let produced =
        |outcome| Produced { claim: claim.clone(), outcome, blobs: Vec::new(), version: None, failure: None };
    let gone = || Some(produced(Outcome::Lost { kind: ErrorKind::Cancelled, detail: "the task was cancelled".into() }));
    let work = match inner.queue.share(claim) {
        Ok(Some(work)) => work,
        Ok(None) => return gone(),
        Err(e) => return Some(draw::store_failed(inner, held, &e)),
    };
    for item in work.items.iter().filter(|item| item.state == ItemState::Queued) {
        if inner.is_closed() {
            return None;
        }
        if held.cancel.is_cancelled() {
            return gone();
        }
        held.beat.store(clock::steady_ms(&*inner.clock).max(1), std::sync::atomic::Ordering::Relaxed);
        let end = match copy(inner, &work, item) {
            Ok(copy) => ItemEnd { state: ItemState::Succeeded, failure: None, out: Some(write(&copy)) },
            Err(e) => match failed(inner, held, &e) {
                Ok(end) => end,
                Err(Step::Again(produced)) => return Some(*produced),
                Err(Step::HandBack) => return None,
                Err(Step::Gone | Step::Done(_)) => return gone(),
            },
        };
        match inner.queue.share_item(claim, item.n, end, clock::wall_ms(&*inner.clock)) {
            Ok(true) => {}
            Ok(false) => return gone(),
            Err(e) => return Some(draw::store_failed(inner, held, &e)),
        }
    }
    Some(produced(Outcome::Shared { record: None }))
}

/// Has the drive copy a file, and links its thumbnails.
fn copy(inner: &Inner, work: &ShareWork, item: &ShareItem) -> Result<FileRef> {
    let ShareTask::Save { target } = &work.share else { return Err(EngineError::internal("a copy that is none")) };
    inner.host.authorize(&work.caller, Some(&item.file), &item.file.space, Action::Save)?;
    inner.host.authorize(&work.caller, Some(target), &target.space, Action::Receive)?;
    clean(inner.host.stat(&item.file)?)?;
    let copy = inner.host.copy(&item.file, target, &work.caller, &format!("{}/{}", work.id, item.n))?;
    // The copy is there, and that is what was asked for; a look-up makes its thumbnails if this fails.
    if let Err(e) = inner.link_thumbnails(&item.file, &copy) {
        tracing::warn!(error = %e, file = %copy, "thumbnails could not be linked");
    }
    Ok(copy)
}

/// Sorts the failure of one file: how it ended, or how the whole task goes on.
pub(crate) fn failed(inner: &Inner, held: &Held, e: &EngineError) -> std::result::Result<ItemEnd, Step> {
    let claim = &held.claim;
    let now = clock::wall_ms(&*inner.clock);
    let again = |after: std::time::Duration, cause| {
        let due = now.saturating_add(after.as_millis() as i64);
        let outcome = Outcome::Again { due, cause };
        Step::Again(Box::new(Produced {
            claim: claim.clone(),
            outcome,
            blobs: Vec::new(),
            version: None,
            failure: None,
        }))
    };
    if inner.is_closed() {
        return Err(Step::HandBack);
    }
    if held.cancel.is_cancelled() {
        return Err(Step::Gone);
    }
    // A full disk is no fault of the file's.
    if e.subject() == Subject::Store {
        return Err(again(std::time::Duration::from_secs(10), Cause::Store));
    }
    match retry::next(e.kind(), Past { tries: claim.tries, timeouts: claim.timeouts }) {
        Next::Again { after, cause } => Err(again(after, cause)),
        Next::HandBack => Err(Step::HandBack),
        Next::Settle { .. } | Next::Lose => {
            let failure = Some((e.kind(), e.detail().chars().take(300).collect()));
            Ok(ItemEnd { state: ItemState::Failed, failure, out: None })
        }
    }
}

/// The file, unless the host's scanner has something against it.
pub(crate) fn clean(info: FileInfo) -> Result<FileInfo> {
    match info.verdict {
        Verdict::Clean => Ok(info),
        Verdict::Viral => Err(EngineError::new(ErrorKind::Viral, Subject::File, "the file is viral")),
        Verdict::Malicious => Err(EngineError::new(ErrorKind::Malicious, Subject::File, "the file is malicious")),
    }
}

/// The copy, as the item keeps it.
fn write(copy: &FileRef) -> Vec<u8> {
    format!("{}\0{}", copy.space, copy.file).into_bytes()
}

/// The copy that an item keeps.
pub(crate) fn copy_of(out: &[u8]) -> Option<FileRef> {
    let (space, file) = std::str::from_utf8(out).ok()?.split_once('\0')?;
    Some(FileRef::new(SpaceId::new(space).ok()?, FileId::new(file).ok()?))
}
