//! One job from lease to result: ask the drive, wait for memory, draw, and sort what came of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::admission::FIRST;
use super::render::Rendered;
use super::retry::{self, Next, Past};
use super::{Held, publish::Produced};
use crate::codecs;
use crate::decode::SourceInfo;
use crate::engine::drive::{FileInfo, Verdict};
use crate::engine::error::EngineError;
use crate::engine::id::Version;
use crate::engine::inner::{Inner, Made};
use crate::engine::observe;
use crate::engine::port::clock;
use crate::engine::port::queue::{Cause, Outcome};
use crate::engine::port::records::{Ready, Record, State};
use crate::engine::recipe::{self, RecordKey};
use crate::engine::sqlite::FAMILIES;
use crate::error::{Error, ErrorKind};
use crate::format::Family;
use crate::request::{Request, Thumbnails};
use crate::source::Source;

/// Processes that may die over one file before it is left alone.
const CRASHES: u32 = 2;

/// Draws the file of a job. `slot` is the worker's. `None` if the job goes back into the queue as it was.
pub(crate) fn draw(inner: &Arc<Inner>, held: &Held, slot: usize) -> Option<Produced> {
    let claim = &held.claim;
    let drawing = Drawing { inner, held, now: clock::wall_ms(&*inner.clock) };
    let waited = (drawing.now - claim.added).max(0) as f64 / 1000.0;
    metrics::histogram!(observe::WAIT_SECONDS, "priority" => claim.priority.name()).record(waited);
    let info = match inner.host.stat(&claim.file) {
        Ok(info) => info,
        Err(e) => return drawing.failed(e.kind(), e.detail(), None, &[], None),
    };
    let lost = |kind, detail: &str| Some(drawing.lost(kind, detail));
    match info.verdict {
        Verdict::Clean => {}
        Verdict::Viral => return lost(ErrorKind::Viral, "the file is viral"),
        Verdict::Malicious => return lost(ErrorKind::Malicious, "the file is malicious"),
    }
    let content = recipe::content_key(&claim.file, Some(&info.version));
    let keys: Vec<RecordKey> = inner.specs.iter().map(|made| recipe::record_key(&content, &made.variant)).collect();
    let known = match inner.records.get(&keys) {
        Ok(known) => known,
        Err(e) => return Some(drawing.again(Cause::Store, Duration::from_secs(5), e.detail())),
    };
    let missing: Vec<usize> =
        (0..keys.len()).filter(|i| !known[*i].as_ref().is_some_and(|r| drawing.holds(r))).collect();
    let version = recipe::version_part(&info.version);
    if missing.is_empty() {
        let records = keys.into_iter().zip(known.into_iter().flatten()).collect();
        return Some(drawing.settled(Outcome::Settled { records, version }, Vec::new(), &info.version, None));
    }
    if claim.crashes >= CRASHES {
        let detail = "two processes died while they drew this file";
        return drawing.failed(ErrorKind::Internal, detail, Some(&info.version), &keys, None);
    }
    let beat = {
        let (beat, clock) = (held.beat.clone(), inner.clock.clone());
        move || beat.store(clock::steady_ms(&*clock).max(1), Ordering::Relaxed)
    };
    let source = match inner.host.open(&claim.file, beat) {
        Ok(source) => source,
        Err(e) => return drawing.failed(e.kind(), e.detail(), Some(&info.version), &[], None),
    };
    let specs: Vec<&Made> = missing.iter().map(|i| &inner.specs[*i]).collect();
    let started = Instant::now();
    let rendered = drawing.render(&source, &info, &specs, slot)?;
    metrics::counter!(observe::BYTES_READ).increment(source.bytes_read());
    // A file that was changed while it was read is drawn again: half of it may be of the old content.
    match inner.host.stat(&claim.file) {
        Ok(after) if after.version == info.version => {}
        Ok(_) if held.cancel.is_cancelled() => return None,
        Ok(_) => return drawing.failed(ErrorKind::Io, "the file changed while it was read", None, &[], None),
        Err(e) => return drawing.failed(e.kind(), e.detail(), Some(&info.version), &[], None),
    }
    match rendered {
        Ok(thumbnails) => {
            let name = thumbnails.info.format.name;
            metrics::histogram!(observe::DRAW_SECONDS, "format" => name).record(started.elapsed().as_secs_f64());
            metrics::counter!(observe::DRAWN).increment(1);
            let mut records: Vec<(RecordKey, Option<Record>)> = keys.into_iter().zip(known).collect();
            let mut blobs = Vec::new();
            let (family, fonts) = painted_with(&thumbnails.info);
            let thumbhash = thumbnails.thumbhash;
            for (i, item) in missing.iter().zip(thumbnails.items) {
                let etag = recipe::etag(&item.bytes);
                let blob = recipe::blob_name(&records[*i].0, &inner.owner, claim.job, claim.token);
                let ready = Ready {
                    width: item.width,
                    height: item.height,
                    size: item.bytes.len() as u64,
                    media_type: item.media_type.to_owned(),
                    thumbhash: thumbhash.clone(),
                    etag,
                    blob,
                };
                let (made, used) = (drawing.now, drawing.now);
                records[*i].1 = Some(Record { state: State::Ready(ready), family: Some(family), fonts, made, used });
                blobs.push((blob, item.bytes));
            }
            let records = records.into_iter().filter_map(|(key, record)| Some((key, record?))).collect();
            Some(drawing.settled(Outcome::Settled { records, version }, blobs, &info.version, None))
        }
        Err(e) => {
            // A drive that tells two sizes has not told the truth about the content either.
            let kind = match e.kind() {
                ErrorKind::Corrupt if source.size() != info.size => ErrorKind::Io,
                kind => kind,
            };
            let keys: Vec<RecordKey> = missing.iter().map(|i| keys[*i]).collect();
            drawing.failed(kind, &e.to_string(), Some(&info.version), &keys, e.format())
        }
    }
}

struct Drawing<'a> {
    inner: &'a Arc<Inner>,
    held: &'a Held,
    now: i64,
}

impl Drawing<'_> {
    /// Whether a record needs nothing to be done.
    fn holds(&self, record: &Record) -> bool {
        match &record.state {
            State::Ready(_) => record.fonts == 0 || record.fonts == recipe::fonts(),
            State::Failed { retry_at, .. } => retry_at.is_none(),
        }
    }

    /// Draws within as much memory as it takes. `None` if the engine closes.
    fn render(
        &self,
        source: &Source,
        info: &FileInfo,
        specs: &[&Made],
        slot: usize,
    ) -> Option<std::result::Result<Thumbnails, Error>> {
        let inner = self.inner;
        let most = inner.config.limits.max_memory.min(inner.admission.budget());
        let mut want = FIRST.min(most);
        loop {
            let grant = inner.admission.grant(want)?;
            // Waiting for memory is no silence of the drive.
            self.held.beat.store(clock::steady_ms(&*inner.clock).max(1), Ordering::Relaxed);
            let mut request = Request::new().name(info.name.clone());
            request = specs.iter().map(|made| made.spec.clone()).fold(request, Request::spec);
            request.limits = inner.config.limits.clone();
            request.limits.max_memory = grant.bytes();
            request.effort = inner.config.effort;
            request.cancel = self.held.cancel.clone();
            inner.alive.draws(slot, Some(self.held.claim.job));
            let rendered = inner.render.render(source, &request, grant.bytes());
            inner.alive.draws(slot, None);
            match rendered {
                Rendered::Made(thumbnails) => return Some(Ok(*thumbnails)),
                Rendered::Failed(e) => return Some(Err(e)),
                Rendered::NeedsMemory(bytes) if grant.bytes() >= most => {
                    return Some(Err(Error::limit(format!("takes {bytes} bytes of memory; the limit is {most}"))));
                }
                // At least twice as much each time: few rounds.
                Rendered::NeedsMemory(bytes) => want = bytes.max(grant.bytes() * 2).min(most),
            }
        }
    }

    /// Sorts a failure. `keys` are of the thumbnails that it is the failure of.
    fn failed(
        &self,
        kind: ErrorKind,
        detail: &str,
        version: Option<&Version>,
        keys: &[RecordKey],
        format: Option<&str>,
    ) -> Option<Produced> {
        let claim = &self.held.claim;
        match retry::next(kind, Past { tries: claim.tries, timeouts: claim.timeouts }) {
            Next::HandBack => None,
            Next::Lose => Some(self.lost(kind, detail)),
            Next::Again { after, cause } => {
                metrics::counter!(observe::RETRIES, "kind" => kind.name()).increment(1);
                Some(self.again(cause, after, detail))
            }
            Next::Settle { retry_after } => {
                metrics::counter!(observe::FAILURES, "kind" => kind.name()).increment(1);
                tracing::info!(file = %claim.file, %kind, detail, "a file could not be drawn");
                let Some(version) = version else { return Some(self.lost(kind, detail)) };
                let every: Vec<RecordKey>;
                let keys = match keys {
                    [] => {
                        let content = recipe::content_key(&claim.file, Some(version));
                        every = self.inner.specs.iter().map(|s| recipe::record_key(&content, &s.variant)).collect();
                        &every[..]
                    }
                    keys => keys,
                };
                let retry_at = retry_after.map(|after| self.now.saturating_add(after.as_millis() as i64));
                let record = Record {
                    state: State::Failed { kind, detail: cut(detail), retry_at },
                    family: format.and_then(family_of),
                    fonts: 0,
                    made: self.now,
                    used: self.now,
                };
                let records = keys.iter().map(|key| (*key, record.clone())).collect();
                let outcome = Outcome::Settled { records, version: recipe::version_part(version) };
                Some(self.settled(outcome, Vec::new(), version, Some(kind)))
            }
        }
    }

    fn settled(
        &self,
        outcome: Outcome,
        blobs: Vec<(crate::engine::port::blobs::BlobName, Vec<u8>)>,
        version: &Version,
        failure: Option<ErrorKind>,
    ) -> Produced {
        let failure = failure.or_else(|| match &outcome {
            Outcome::Settled { records, .. } => records.iter().find_map(|(_, record)| match &record.state {
                State::Failed { kind, .. } => Some(*kind),
                State::Ready(_) => None,
            }),
            _ => None,
        });
        Produced { claim: self.held.claim.clone(), outcome, blobs, version: Some(version.clone()), failure }
    }

    fn lost(&self, kind: ErrorKind, detail: &str) -> Produced {
        metrics::counter!(observe::FAILURES, "kind" => kind.name()).increment(1);
        let outcome = Outcome::Lost { kind, detail: cut(detail) };
        Produced { claim: self.held.claim.clone(), outcome, blobs: Vec::new(), version: None, failure: Some(kind) }
    }

    fn again(&self, cause: Cause, after: Duration, detail: &str) -> Produced {
        tracing::debug!(file = %self.held.claim.file, ?cause, detail, "will be tried again");
        let outcome = Outcome::Again { due: self.now.saturating_add(after.as_millis() as i64), cause };
        Produced { claim: self.held.claim.clone(), outcome, blobs: Vec::new(), version: None, failure: None }
    }
}

/// What a drive that has been silent for too long makes of a job.
pub(crate) fn silent(inner: &Arc<Inner>, held: &Held) -> Option<Produced> {
    let drawing = Drawing { inner, held, now: clock::wall_ms(&*inner.clock) };
    let version = held.claim.version.clone();
    drawing.failed(ErrorKind::Timeout, "the drive did not answer in time", version.as_ref(), &[], None)
}

/// What a job makes of an error of ours.
pub(crate) fn store_failed(inner: &Arc<Inner>, held: &Held, e: &EngineError) -> Produced {
    let drawing = Drawing { inner, held, now: clock::wall_ms(&*inner.clock) };
    drawing.again(Cause::Store, Duration::from_secs(5), e.detail())
}

/// Details go into rows: not without bound.
fn cut(detail: &str) -> String {
    detail.chars().take(300).collect()
}

/// The number of a family in records.
pub(crate) fn family_number(family: Family) -> u8 {
    FAMILIES.iter().position(|one| *one == family).unwrap_or(0) as u8
}

fn family_of(format: &str) -> Option<u8> {
    let found = codecs::capabilities().find(|one| one.name == format)?.family?;
    FAMILIES.iter().position(|one| one.name() == found).map(|n| n as u8)
}

/// The family's number, and the fingerprint of the fonts if the picture was painted with them.
fn painted_with(info: &SourceInfo) -> (u8, i64) {
    let painted = info.family == Family::Document || matches!(info.format.name, "svg" | "emf" | "wmf");
    (family_number(info.family), if painted { recipe::fonts() } else { 0 })
}
