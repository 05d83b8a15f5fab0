//! Package tasks: the files of a share as one zip in the store, streamed in bounded memory.
//!
//! Each file is appended to a [part file](crate::runtime::part) and fsynced, and then recorded in the queue with the offset
//! where it ends. After a crash, the next worker truncates the part file there and continues. The finished part file
//! becomes a blob. If what is recorded is lost, the task starts over.

use std::io::{self, Write};

use super::render;
use super::share::{self, ShareEnd};
use super::zip::{Entry, Zip};
use crate::inner::Inner;
use crate::model::drive::Action;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::FileRef;
use crate::model::job::{JobKind, Lease, Outcome, Priority, RetryCause, ShareItem, ShareJob};
use crate::model::key::{self, RecordKey};
use crate::model::record::{Ready, Record, RecordKind, RecordState};
use crate::model::task::{ItemState, PackageContent, ShareTask};
use crate::runtime::jobs::{JobResult, LeasedJob};
use crate::runtime::part::Part;
use thumbling::ErrorKind;
use thumbling::Source;

/// Bytes copied at once.
const WINDOW: usize = 1 << 18;

/// Packs the files of a share. `None` if the job goes back to the queue unchanged.
pub(crate) fn pack(inner: &Inner, job: &LeasedJob) -> Option<JobResult> {
    share::run(inner, job, |share| match (Packer { inner, job, share }).resume()? {
        Resumed::At(zip) => Packer { inner, job, share }.run(zip),
        Resumed::Finished(record) => Ok(ShareEnd::Done(Some(Box::new(record)))),
        Resumed::Lost => {
            tracing::warn!(task = %share.id, "what was packed is lost; the package starts over");
            if !inner.queue.restart_share(&job.lease, inner.now())? {
                return Ok(ShareEnd::Cancelled);
            }
            let Some(share) = inner.queue.share(&job.lease)? else { return Ok(ShareEnd::Cancelled) };
            let part = Part::create(&inner.parts_folder, &share.id, job.lease.token)?;
            Packer { inner, job, share: &share }.run(Zip::resume(part, Vec::new()))
        }
    })
}

struct Packer<'a> {
    inner: &'a Inner,
    job: &'a LeasedJob,
    share: &'a ShareJob,
}

/// What earlier leases have left.
enum Resumed {
    /// The archive, to be continued.
    At(Zip<Part>),
    /// The archive is already a blob, without a record: the process ended in between.
    Finished((RecordKey, Record)),
    /// Nothing of what is recorded in the queue.
    Lost,
}

impl Packer<'_> {
    fn run(&self, mut zip: Zip<Part>) -> Result<ShareEnd> {
        for item in self.share.items.iter().filter(|item| item.state == ItemState::Queued) {
            let packed = || {
                let before = zip.entries().len();
                self.add(&mut zip, item)?;
                let mut output = Vec::new();
                zip.entries()[before..].iter().for_each(|entry| entry.write(&mut output));
                Ok(output)
            };
            if let Some(end) = share::item(self.inner, self.job, item, packed)? {
                if matches!(end, ShareEnd::Cancelled) {
                    zip.into_file().discard();
                }
                return Ok(end);
            }
        }
        let entries = zip.entries().to_vec();
        if entries.is_empty() {
            zip.into_file().discard();
            return Ok(ShareEnd::Done(None));
        }
        let (part, length) = zip.finish().map_err(|e| EngineError::disk("writing", "a package".as_ref(), e))?;
        let record = self.record(&entries, Some(length))?;
        if let RecordState::Ready(ready) = &record.1.state {
            part.publish(length, |path| self.inner.blobs.adopt(ready.blob, path))?;
        }
        Ok(ShareEnd::Done(Some(Box::new(record))))
    }

    /// Entries that are recorded in the queue.
    fn recorded_entries(&self) -> Vec<Entry> {
        let done = self.share.items.iter().filter_map(|item| item.output.as_deref());
        done.filter_map(Entry::read_all).flatten().collect()
    }

    /// The archive that earlier leases have left.
    fn resume(&self) -> Result<Resumed> {
        let (folder, id, token) = (&self.inner.parts_folder, &self.share.id, self.job.lease.token);
        let entries = self.recorded_entries();
        let end = entries.iter().map(|entry| entry.end).max().unwrap_or(0);
        if let Some(part) = Part::claim(folder, id, token, end)? {
            return Ok(Resumed::At(Zip::resume(part, entries)));
        }
        if end == 0 {
            return Ok(Resumed::At(Zip::resume(Part::create(folder, id, token)?, entries)));
        }
        let all_done = self.share.items.iter().all(|item| item.state != ItemState::Queued);
        if all_done
            && let RecordState::Ready(ready) = self.record(&entries, Some(0))?.1.state
            && self.inner.has_sound_blob(ready.blob)?
        {
            return Ok(Resumed::Finished(self.record(&entries, None)?));
        }
        Ok(Resumed::Lost)
    }

    /// The record of an archive of these entries. Without `length`, it is the size of the blob.
    fn record(&self, entries: &[Entry], length: Option<u64>) -> Result<(RecordKey, Record)> {
        let mut all = Vec::new();
        entries.iter().for_each(|entry| entry.write(&mut all));
        let etag = key::etag(&all);
        let first = self.share.items.first().ok_or_else(|| EngineError::internal("a share task without files"))?;
        let key = key::package_key(&first.file.space, self.share.id.as_bytes());
        let blob = key::package_blob(&key, &etag);
        let size = match length {
            Some(length) => length,
            None => self.inner.blobs.open(blob)?.map_or(0, |source| source.size()),
        };
        let media_type = "application/zip".into();
        let ready = Ready { width: 0, height: 0, size, media_type, thumbhash: Vec::new(), etag, blob };
        let (created, used) = (self.inner.now(), self.inner.now());
        Ok((key, Record { state: RecordState::Ready(ready), kind: RecordKind::Package, fonts: 0, created, used }))
    }

    /// Writes the entries of one file, durably.
    fn add(&self, zip: &mut Zip<Part>, item: &ShareItem) -> Result<()> {
        let (inner, share) = (self.inner, self.share);
        let ShareTask::Package { content, .. } = &share.share else {
            return Err(EngineError::internal("a package job of another kind of task"));
        };
        let call = self.job.context(inner.config.drive_timeout);
        let info = inner.host.authorized_stat(&share.caller, &item.file, Action::Package, &call)?.require_clean()?;
        let count = zip.entries().len();
        let added = (|| {
            if *content != PackageContent::Thumbnails {
                let source = inner.host.open(&item.file, &call)?;
                zip.add("", &info.name, source.size(), |to| self.copy(&source, to))?;
                let after = inner.host.stat(&item.file, &call)?;
                if after.version != info.version {
                    let detail = "the file changed while it was being packed";
                    return Err(PackError(EngineError::new(ErrorKind::Io, Subject::File, detail)));
                }
            }
            if *content != PackageContent::Files {
                let (bytes, extension) = self.thumbnail(&item.file)?;
                let folder = if *content == PackageContent::Both { "thumbnails/" } else { "" };
                let name = format!("{}.{extension}", info.name);
                zip.add::<PackError>(folder, &name, bytes.len() as u64, |to| Ok(to.write_all(&bytes)?))?;
            }
            Ok(())
        })();
        if let Err(PackError(e)) = added {
            zip.truncate(count);
            return Err(e);
        }
        zip.file().sync().map_err(|e| EngineError::disk("syncing", zip.file().path(), e))
    }

    fn copy(&self, source: &Source, to: &mut dyn Write) -> std::result::Result<(), PackError> {
        let (mut at, mut window) = (0, vec![0; WINDOW]);
        while at < source.size() {
            if self.job.is_abandoned() || self.job.cancel.is_cancelled() {
                return Err(PackError(EngineError::closed()));
            }
            let n = source.read_at(at, &mut window).map_err(|e| EngineError::from(e).about(Subject::Drive))?;
            if n == 0 {
                let detail = format!("the file ends at byte {at} of the {} that the drive reported", source.size());
                return Err(PackError(EngineError::new(ErrorKind::Io, Subject::File, detail)));
            }
            to.write_all(&window[..n])?;
            at += n as u64;
        }
        Ok(())
    }

    /// The bytes and the extension of a file's first thumbnail, which is rendered right here if it is missing.
    fn thumbnail(&self, file: &FileRef) -> Result<(Vec<u8>, &'static str)> {
        let inner = self.inner;
        let info = inner.host.stat(file, &self.job.context(inner.config.drive_timeout))?.require_clean()?;
        let key = inner.spec(None)?.key(&key::content_key(file, Some(&info.version)));
        if let Some(Record { state: RecordState::Ready(ready), .. }) = inner.record(&key)? {
            match inner.blobs.get(ready.blob, ready.size) {
                Ok(Some(bytes)) => return Ok((bytes, extension(&ready.media_type))),
                Err(e) if e.kind() != ErrorKind::Corrupt => return Err(e),
                // Damaged or lost: rendered again.
                Ok(None) | Err(_) => inner.records.drop_records(&[key])?,
            }
        }
        let (kind, file, version, priority) = (JobKind::Render, file.clone(), Some(info.version), Priority::Requested);
        // The attempts of the package say nothing about this file, and its failure is for the package to retry.
        let lease = Lease { kind, file, version, priority, crashes: 0, ..self.job.lease.clone() };
        let job = self.job.with_lease(lease);
        let Some(result) = render::render(inner, &job, inner.next_slot()) else { return Err(EngineError::closed()) };
        let error = |kind, subject, detail: &str| Err(EngineError::new(kind, subject, detail));
        let failed = |kind, detail: &str| error(kind, Subject::File, detail);
        match result.outcome {
            Outcome::Recorded { records, .. } => {
                match records.into_iter().find(|(one, _)| *one == key).map(|(_, r)| r.state) {
                    Some(RecordState::Ready(ready)) => {
                        let bytes = result.blobs.into_iter().find(|(name, _)| *name == ready.blob);
                        let bytes = bytes.ok_or_else(|| EngineError::internal("a thumbnail without bytes"))?;
                        Ok((bytes.1, extension(&ready.media_type)))
                    }
                    Some(RecordState::Failed { kind, detail, .. }) => failed(kind, &detail),
                    None => failed(ErrorKind::Internal, "no thumbnail was rendered"),
                }
            }
            Outcome::Failed { kind, detail } => failed(kind, &detail),
            // The package is retried, for the same reason.
            Outcome::Retry { cause, .. } => {
                let detail = "the thumbnail could not be rendered now";
                match cause {
                    RetryCause::Drive => error(ErrorKind::Io, Subject::Drive, detail),
                    RetryCause::Timeout => failed(ErrorKind::Timeout, detail),
                    RetryCause::Store => error(ErrorKind::Io, Subject::Store, detail),
                }
            }
            Outcome::ShareDone { .. } => failed(ErrorKind::Internal, "a thumbnail was rendered as a package"),
        }
    }
}

/// An error that passes through a writer.
struct PackError(EngineError);

impl From<EngineError> for PackError {
    fn from(e: EngineError) -> Self {
        Self(e)
    }
}

impl From<io::Error> for PackError {
    fn from(e: io::Error) -> Self {
        Self(EngineError::new(ErrorKind::Io, Subject::Store, format!("writing a package: {e}")).caused_by(e))
    }
}

/// The extension of files of a media type.
fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/png" => "png",
        "image/avif" => "avif",
        _ => "bin",
    }
}
