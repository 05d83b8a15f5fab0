//! Render jobs: ask the drive, wait for memory, render, and classify the result.

use std::time::Instant;

use super::retry::{self, Disposition, Origin};
use super::store;
use crate::inner::Inner;
use crate::model::blob::BlobName;
use crate::model::drive::FileInfo;
use crate::model::error::EngineError;
use crate::model::id::Version;
use crate::model::job::Outcome;
use crate::model::key::{self, RecordKey};
use crate::model::record::{Ready, Record, RecordKind, RecordState};
use crate::observe;
use crate::port::clock;
use crate::recipe::{self, ThumbnailSpec};
use crate::runtime::admission::FIRST_GRANT;
use crate::runtime::jobs::{JobResult, LeasedJob, truncated};
use crate::runtime::renderer::RenderResult;
use crate::runtime::watch::Stuck;
use thumbling::Family;
use thumbling::Source;
use thumbling::SourceInfo;
use thumbling::{Error, ErrorKind};
use thumbling::{Request, Thumbnail, Thumbnails};

/// How many processes may die over a file before it is recorded as failed.
const MAX_CRASHES: u32 = 2;

/// Renders the thumbnails of a file on worker `slot`. `None` if the job goes back to the queue unchanged.
pub(crate) fn render(inner: &Inner, job: &LeasedJob, slot: usize) -> Option<JobResult> {
    let now = inner.now();
    let waited = now.saturating_sub(job.lease.added).max(0) as f64 / 1000.0;
    metrics::histogram!(observe::WAIT_SECONDS, "priority" => job.lease.priority.name()).record(waited);
    RenderJob { inner, job, slot, now }.run()
}

/// The result of a job whose worker was abandoned.
pub(crate) fn abandoned(inner: &Inner, job: &LeasedJob, at: Stuck) -> Option<JobResult> {
    let failure = Failure { kind: ErrorKind::Timeout, origin: Origin::of_stuck(at), detail: at.detail().into() };
    RenderJob { inner, job, slot: 0, now: inner.now() }.failed(&failure, job.lease.version.as_ref())
}

/// Why a file could not be rendered.
struct Failure {
    kind: ErrorKind,
    origin: Origin,
    detail: String,
}

impl From<EngineError> for Failure {
    fn from(e: EngineError) -> Self {
        Self { kind: e.kind(), origin: Origin::of(&e), detail: e.detail().into() }
    }
}

struct RenderJob<'a> {
    inner: &'a Inner,
    job: &'a LeasedJob,
    slot: usize,
    /// When the job started, ms since 1970.
    now: i64,
}

/// The thumbnails of a content: what is stored, and what is missing.
struct Inventory {
    records: Vec<(RecordKey, Option<Record>)>,
    /// Positions of the thumbnails to render.
    missing: Vec<usize>,
}

impl RenderJob<'_> {
    fn run(&self) -> Option<JobResult> {
        let (inner, file) = (self.inner, &self.job.lease.file);
        let call = self.job.context(inner.config.drive_timeout);
        let info = match inner.host.stat(file, &call).and_then(FileInfo::require_clean) {
            Ok(info) => info,
            Err(e) => return self.failed(&e.into(), None),
        };
        let inventory = match self.inventory(&info.version) {
            Ok(inventory) => inventory,
            Err(e) => return Some(store::failed(inner, self.job, &e)),
        };
        if inventory.missing.is_empty() {
            return Some(self.recorded(inventory.records, Vec::new(), &info.version));
        }
        if self.job.lease.crashes >= MAX_CRASHES {
            let detail = "two processes died while rendering this file".into();
            let failure = Failure { kind: ErrorKind::Internal, origin: Origin::File, detail };
            return self.failed(&failure, Some(&info.version));
        }
        let source = match inner.host.open(file, &call) {
            Ok(source) => source,
            Err(e) => return self.failed(&e.into(), Some(&info.version)),
        };
        let specs: Vec<&ThumbnailSpec> = inventory.missing.iter().map(|i| &inner.specs[*i]).collect();
        let started = Instant::now();
        let rendered = self.render_within_budget(&source, &info, &specs)?;
        metrics::counter!(observe::BYTES_READ).increment(source.bytes_read());
        // If the file changed while it was being read, part of the picture may be of the old content.
        match inner.host.stat(file, &call) {
            Ok(after) if after.version == info.version => {}
            Ok(_) if self.job.cancel.is_cancelled() => return None,
            Ok(_) => {
                let detail = "the file changed while it was being read".into();
                return self.failed(&Failure { kind: ErrorKind::Io, origin: Origin::Drive, detail }, None);
            }
            Err(e) => return self.failed(&e.into(), Some(&info.version)),
        }
        match rendered {
            Ok(thumbnails) => {
                let format = thumbnails.info.format.name;
                metrics::histogram!(observe::RENDER_SECONDS, "format" => format)
                    .record(started.elapsed().as_secs_f64());
                metrics::counter!(observe::RENDERED).increment(1);
                Some(self.rendered(inventory, thumbnails, &info.version))
            }
            Err(e) => {
                let keys = inventory.missing.iter().map(|i| inventory.records[*i].0).collect();
                let family = e.format().and_then(family_of_format);
                self.failed_thumbnails(&self.failure_of(&e, &source, &info), Some(&info.version), keys, family)
            }
        }
    }

    /// What failed when a decoder reports `e`: the file, or the drive that it was read from.
    fn failure_of(&self, e: &Error, source: &Source, info: &FileInfo) -> Failure {
        let drive = self.job.watch.drive_share();
        let limit = self.inner.config.limits.timeout;
        let origin = match e.kind() {
            ErrorKind::Io => Origin::Drive,
            // Whatever a decoder makes of a read that failed.
            _ if drive.failed => Origin::Drive,
            ErrorKind::Timeout if limit.is_some_and(|limit| drive.time >= limit / 2) => Origin::Drive,
            // If the drive reports two different sizes, the content is not to be trusted either.
            ErrorKind::Corrupt if source.size() != info.size => Origin::Drive,
            _ => Origin::File,
        };
        let kind = match (origin, e.kind()) {
            (Origin::Drive, kind) if kind != ErrorKind::Timeout && kind != ErrorKind::Cancelled => ErrorKind::Io,
            (_, kind) => kind,
        };
        Failure { kind, origin, detail: e.to_string() }
    }

    fn inventory(&self, version: &Version) -> crate::model::error::Result<Inventory> {
        let keys = self.inner.thumbnail_keys(&key::content_key(&self.job.lease.file, Some(version)));
        let records = match self.inner.records.get(&keys) {
            // What is recorded cannot be read: it is rendered again.
            Err(e) if e.kind() == ErrorKind::Corrupt => {
                self.inner.records.drop_records(&keys)?;
                self.inner.records.get(&keys)?
            }
            records => records?,
        };
        let missing = (0..keys.len()).filter(|i| !records[*i].as_ref().is_some_and(is_current)).collect();
        Ok(Inventory { records: keys.into_iter().zip(records).collect(), missing })
    }

    /// Renders with as much memory as it takes. `None` if the engine closes.
    fn render_within_budget(
        &self,
        source: &Source,
        info: &FileInfo,
        specs: &[&ThumbnailSpec],
    ) -> Option<Result<Thumbnails, Error>> {
        let inner = self.inner;
        let limit = inner.config.limits.max_memory.min(inner.admission.budget());
        let mut want = FIRST_GRANT.min(limit);
        // A decoder ends at its deadline. One that has not, and reads nothing either, never will.
        let decoder_limit = inner.config.limits.timeout.map(|limit| limit.saturating_add(inner.config.drive_timeout));
        loop {
            let grant = inner.admission.grant(want)?;
            if self.job.cancel.is_cancelled() {
                return None;
            }
            // Workers are not shared between spaces.
            let mut request = Request::new().name(info.name.clone()).tenant(self.job.lease.file.space.as_str());
            request = specs.iter().map(|spec| spec.spec.clone()).fold(request, Request::spec);
            request.limits = inner.config.limits.clone();
            request.limits.max_memory = grant.bytes();
            request.effort = inner.config.effort;
            request.cancel = self.job.cancel.clone();
            inner.owner_lock.set_running(self.slot, Some(self.job.lease.job));
            let result = {
                let _decoding = self.job.watch.decode(decoder_limit);
                self.job.hold_memory(Some(grant.held()));
                let result = inner.renderer.render(source, &request, grant.bytes());
                self.job.hold_memory(None);
                result
            };
            inner.owner_lock.set_running(self.slot, None);
            match result {
                RenderResult::Ready(thumbnails) => return Some(Ok(*thumbnails)),
                RenderResult::Failed(e) => return Some(Err(e)),
                RenderResult::NeedsMemory(bytes) if grant.bytes() >= limit => {
                    return Some(Err(Error::limit(format!("takes {bytes} bytes of memory; the limit is {limit}"))));
                }
                // At least doubles, which bounds the number of restarts.
                RenderResult::NeedsMemory(bytes) => want = bytes.max(grant.bytes() * 2).min(limit),
            }
        }
    }

    /// The result of a job that rendered what was missing.
    fn rendered(&self, inventory: Inventory, thumbnails: Thumbnails, version: &Version) -> JobResult {
        let Inventory { mut records, missing } = inventory;
        let fonts = fonts_of(&thumbnails.info);
        let kind = RecordKind::Thumbnail(Some(thumbnails.info.family));
        let mut blobs = Vec::new();
        for (i, item) in missing.into_iter().zip(thumbnails.items) {
            let lease = &self.job.lease;
            let blob = key::thumbnail_blob(&records[i].0, &self.inner.owner, lease.job, lease.token);
            let ready = ready(&item, &thumbnails.thumbhash, blob);
            let state = RecordState::Ready(ready);
            records[i].1 = Some(Record { state, kind, fonts, created: self.now, used: self.now });
            blobs.push((blob, item.bytes));
        }
        self.recorded(records, blobs, version)
    }

    /// The result of a job that leaves these records.
    fn recorded(
        &self,
        records: Vec<(RecordKey, Option<Record>)>,
        blobs: Vec<(BlobName, Vec<u8>)>,
        version: &Version,
    ) -> JobResult {
        let records: Vec<_> = records.into_iter().filter_map(|(key, record)| Some((key, record?))).collect();
        let failure = records.iter().find_map(|(_, record)| match &record.state {
            RecordState::Failed { kind, .. } => Some(*kind),
            RecordState::Ready(_) => None,
        });
        let outcome = Outcome::Recorded { records, version: key::version_part(version) };
        JobResult { blobs, version: Some(version.clone()), failure, ..JobResult::new(&self.job.lease, outcome) }
    }

    /// The result of a failure that concerns all thumbnails of the file. `version` is the content it is about, if known.
    fn failed(&self, failure: &Failure, version: Option<&Version>) -> Option<JobResult> {
        let content = version.map(|version| key::content_key(&self.job.lease.file, Some(version)));
        let keys = content.map(|content| self.inner.thumbnail_keys(&content)).unwrap_or_default();
        self.failed_thumbnails(failure, version, keys, None)
    }

    /// The result of a failure that concerns the thumbnails `keys`.
    fn failed_thumbnails(
        &self,
        failure: &Failure,
        version: Option<&Version>,
        keys: Vec<RecordKey>,
        family: Option<Family>,
    ) -> Option<JobResult> {
        let lease = &self.job.lease;
        let Failure { kind, origin, detail } = failure;
        let (kind, origin, detail) = (*kind, *origin, detail.as_str());
        let retry_after = match retry::disposition(kind, origin, self.job.attempts()) {
            Disposition::Release => return None,
            Disposition::Retry { after, cause } => {
                metrics::counter!(observe::RETRIES, "kind" => kind.name()).increment(1);
                tracing::debug!(file = %lease.file, ?cause, detail, "the job will be retried");
                return Some(JobResult::retry(lease, self.now, after, cause));
            }
            Disposition::Fail => {
                metrics::counter!(observe::FAILURES, "kind" => kind.name()).increment(1);
                return Some(JobResult::failed(lease, kind, detail));
            }
            Disposition::Record { retry_after } => retry_after,
        };
        metrics::counter!(observe::FAILURES, "kind" => kind.name()).increment(1);
        tracing::info!(file = %lease.file, %kind, detail, "a file could not be rendered");
        let Some(version) = version else { return Some(JobResult::failed(lease, kind, detail)) };
        let retry_at = retry_after.map(|after| self.now.saturating_add(clock::millis(after)));
        let record = Record {
            state: RecordState::Failed { kind, detail: truncated(detail), retry_at },
            kind: RecordKind::Thumbnail(family),
            fonts: 0,
            created: self.now,
            used: self.now,
        };
        let records = keys.into_iter().map(|key| (key, Some(record.clone()))).collect();
        Some(self.recorded(records, Vec::new(), version))
    }
}

/// Whether a record needs no work.
fn is_current(record: &Record) -> bool {
    match &record.state {
        RecordState::Ready(_) => record.fonts == 0 || record.fonts == recipe::fonts(),
        RecordState::Failed { retry_at, .. } => retry_at.is_none(),
    }
}

fn ready(item: &Thumbnail, thumbhash: &[u8], blob: BlobName) -> Ready {
    Ready {
        width: item.width,
        height: item.height,
        size: item.bytes.len() as u64,
        media_type: item.media_type.to_owned(),
        thumbhash: thumbhash.to_owned(),
        etag: key::etag(&item.bytes),
        blob,
    }
}

/// The family of the format named `format`.
fn family_of_format(format: &str) -> Option<Family> {
    let families = [Family::Image, Family::Document, Family::Video, Family::Audio, Family::Archive];
    let name = thumbling::capabilities().find(|capability| capability.name == format)?.family?;
    families.into_iter().find(|family| family.name() == name)
}

/// The fingerprint of the fonts if the picture was drawn with them, else 0.
fn fonts_of(info: &SourceInfo) -> i64 {
    let drawn_with_fonts = info.family == Family::Document || matches!(info.format.name, "svg" | "emf" | "wmf");
    if drawn_with_fonts { recipe::fonts() } else { 0 }
}
