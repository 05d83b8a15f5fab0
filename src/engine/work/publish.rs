//! Makes results durable: blobs first, then records and the end of jobs in one commit; many results at the cost of one.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Duration;

use crate::engine::events::Event;
use crate::engine::id::Version;
use crate::engine::inner::Inner;
use crate::engine::port::blobs::BlobName;
use crate::engine::port::clock;
use crate::engine::port::queue::{Cause, Claim, Outcome, Priority};
use crate::error::ErrorKind;

/// Results of one commit.
const TOGETHER: usize = 64;
/// When what the store could not keep is tried again.
const LATER: Duration = Duration::from_secs(5);

/// What came of a job, with the bytes to keep.
pub(crate) struct Produced {
    pub(crate) claim: Claim,
    pub(crate) outcome: Outcome,
    pub(crate) blobs: Vec<(BlobName, Vec<u8>)>,
    pub(crate) version: Option<Version>,
    pub(crate) failure: Option<ErrorKind>,
}

/// Where results go; `None` is the last.
pub(crate) type Finished = SyncSender<Option<Produced>>;

/// Publishes until the last.
pub(crate) fn publish(inner: &Arc<Inner>, finished: &Receiver<Option<Produced>>) {
    let mut last = false;
    while !last {
        let Ok(first) = finished.recv() else { break };
        let mut group: Vec<Produced> = Vec::new();
        let mut next = Some(first);
        while let Some(produced) = next {
            match produced {
                Some(produced) => group.push(produced),
                None => last = true,
            }
            next = if group.len() < TOGETHER { finished.try_recv().ok() } else { None };
        }
        if !group.is_empty() {
            publish_group(inner, group);
        }
    }
}

fn publish_group(inner: &Arc<Inner>, mut group: Vec<Produced>) {
    let blobs: Vec<(BlobName, &[u8])> =
        group.iter().flat_map(|p| p.blobs.iter().map(|(name, bytes)| (*name, &bytes[..]))).collect();
    if !blobs.is_empty() && inner.blobs.put(&blobs).is_err() {
        // One by one, so that only those fail that cannot be kept.
        for produced in &mut group {
            let own: Vec<_> = produced.blobs.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
            if let Err(e) = inner.blobs.put(&own) {
                tracing::error!(error = %e, "a thumbnail could not be kept");
                let due = clock::wall_ms(&*inner.clock).saturating_add(LATER.as_millis() as i64);
                produced.outcome = Outcome::Again { due, cause: Cause::Store };
                (produced.version, produced.failure) = (None, None);
            }
        }
    }
    let mut events = Vec::new();
    let mut ended = Vec::new();
    for Produced { claim, outcome, version, failure, .. } in group {
        if inner.listeners.any_events() {
            let file = claim.file.clone();
            events.push(match (failure, version, &outcome) {
                (Some(kind), _, Outcome::Settled { .. } | Outcome::Lost { .. }) => Some(Event::Failed { file, kind }),
                (None, Some(version), Outcome::Settled { .. }) => Some(Event::Ready { file, version }),
                _ => None,
            });
        } else {
            events.push(None);
        }
        ended.push((claim, outcome));
    }
    let claims: Vec<Claim> = ended.iter().map(|(claim, _)| claim.clone()).collect();
    let result = inner.queue.finish(ended, clock::wall_ms(&*inner.clock));
    claims.iter().for_each(|claim| inner.work.let_go(claim));
    match result {
        Ok(held) => {
            inner.published.tell();
            // Of jobs whose lease was lost, somebody else tells.
            for event in events.into_iter().zip(held).filter_map(|(event, held)| event.filter(|_| held)) {
                inner.listeners.tell(&event);
            }
        }
        Err(e) => {
            tracing::error!(error = %e, "results could not be committed; their jobs will be done again");
            // They are leased to us still, and the keeper gives back what nobody holds.
            inner.doubt.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    }
    inner.work.ring(Priority::Background);
}
