//! The publisher makes results durable: blobs first, then records and the end of jobs, many results per commit.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::inner::Inner;
use crate::model::blob::BlobName;
use crate::model::event::Event;
use crate::model::job::{Lease, Outcome, Priority, RetryCause};
use crate::runtime::jobs::JobResult;

/// Most results per commit.
const MAX_GROUP: usize = 64;
/// The delay of a retry after a result could not be stored.
const STORE_RETRY: Duration = Duration::from_secs(5);

/// Publishes results until the channel ends.
pub(crate) fn run(inner: &Arc<Inner>, results: &Receiver<Option<JobResult>>) {
    let mut ended = false;
    while !ended {
        let Ok(first) = results.recv() else { break };
        let mut group: Vec<JobResult> = Vec::new();
        let mut next = Some(first);
        while let Some(result) = next {
            match result {
                Some(result) => group.push(result),
                None => ended = true,
            }
            next = if group.len() < MAX_GROUP { results.try_recv().ok() } else { None };
        }
        if !group.is_empty() {
            publish(inner, group);
        }
    }
}

fn publish(inner: &Inner, mut group: Vec<JobResult>) {
    store_blobs(inner, &mut group);
    let wants_events = inner.notifier.has_receivers();
    let events: Vec<Option<Event>> =
        group.iter().map(|result| if wants_events { event_of(result) } else { None }).collect();
    let ended: Vec<(Lease, Outcome)> = group.into_iter().map(|result| (result.lease, result.outcome)).collect();
    let leases: Vec<Lease> = ended.iter().map(|(lease, _)| lease.clone()).collect();
    let finished = inner.queue.finish(ended, inner.now());
    leases.iter().for_each(|lease| inner.jobs.remove(lease));
    match finished {
        Ok(valid) => {
            inner.changed.notify();
            // Stale results have no events: the new lease will report its own.
            for event in events.into_iter().zip(valid).filter_map(|(event, valid)| event.filter(|_| valid)) {
                inner.notifier.send(&event);
            }
        }
        Err(e) => {
            tracing::error!(error = %e, "results could not be committed; their jobs will run again");
            // The queue still shows these leases as ours; the scheduler releases what is not in the job table.
            inner.has_unknown_leases.store(true, Ordering::SeqCst);
        }
    }
    inner.jobs.wake_scheduler(Priority::Background);
}

/// Stores the blobs of a group. Results whose blobs cannot be stored become retries.
fn store_blobs(inner: &Inner, group: &mut [JobResult]) {
    let all: Vec<(BlobName, &[u8])> = group.iter().flat_map(blobs_of).collect();
    if all.is_empty() || inner.blobs.put(&all).is_ok() {
        return;
    }
    // One by one, so that only those fail that cannot be stored.
    for result in group {
        let own: Vec<_> = blobs_of(result).collect();
        if let Err(e) = inner.blobs.put(&own) {
            tracing::error!(error = %e, "a thumbnail could not be stored");
            *result = JobResult::retry(&result.lease, inner.now(), STORE_RETRY, RetryCause::Store);
        }
    }
}

fn blobs_of(result: &JobResult) -> impl Iterator<Item = (BlobName, &[u8])> {
    result.blobs.iter().map(|(name, bytes)| (*name, &bytes[..]))
}

/// The event about a result, if there is one.
fn event_of(result: &JobResult) -> Option<Event> {
    let file = result.lease.file.clone();
    match (result.failure, &result.version, &result.outcome) {
        (Some(kind), _, Outcome::Recorded { .. } | Outcome::Failed { .. }) => Some(Event::Failed { file, kind }),
        (None, Some(version), Outcome::Recorded { .. }) => Some(Event::Ready { file, version: version.clone() }),
        _ => None,
    }
}
