//! Package tasks: the files of a share as one zip in the store, streamed in bounded memory.
//!
//! Each file is appended to a part file and fsynced, and then recorded in the queue with the offset where it ends. After a
//! crash, the next worker truncates the part file there and continues. The finished part file becomes a blob.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::render;
use super::share::{self, ShareEnd};
use super::zip::{Entry, Zip};
use crate::inner::Inner;
use crate::model::drive::Action;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::FileRef;
use crate::model::job::{ItemResult, JobKind, Lease, Outcome, Priority, ShareItem, ShareJob};
use crate::model::key::{self, RecordKey};
use crate::model::record::{Ready, Record, RecordKind, RecordState};
use crate::model::task::{ItemState, PackageContent, ShareTask};
use crate::runtime::jobs::{JobResult, LeasedJob};
use thumbling::ErrorKind;
use thumbling::Source;

/// Bytes copied at once.
const WINDOW: usize = 1 << 18;

/// Packs the files of a share. `None` if the job goes back to the queue unchanged.
pub(crate) fn pack(inner: &Inner, job: &LeasedJob) -> Option<JobResult> {
    share::run(inner, job, |share| {
        let path = inner.parts_folder.join(format!("{}.zip", share.id));
        let end = Packer { inner, job, share }.run(&path)?;
        if matches!(end, ShareEnd::Cancelled) {
            let _ = std::fs::remove_file(&path);
        }
        Ok(end)
    })
}

struct Packer<'a> {
    inner: &'a Inner,
    job: &'a LeasedJob,
    share: &'a ShareJob,
}

/// The file that the archive is written to.
struct Part {
    path: PathBuf,
    zip: Zip<File>,
    /// Whether the next worker can continue it after a crash.
    resumable: bool,
}

impl Packer<'_> {
    fn run(&self, path: &Path) -> Result<ShareEnd> {
        let Some(mut part) = self.open_part(path)? else {
            // The last attempt renamed the part file but did not commit.
            let entries = self.recorded_entries();
            return Ok(ShareEnd::Done(Some(Box::new(self.record(&entries, None)?))));
        };
        for item in &self.share.items {
            let repeat = !part.resumable && item.state == ItemState::Succeeded;
            if item.state != ItemState::Queued && !repeat {
                continue;
            }
            if let Some(end) = share::interrupted(self.inner, self.job) {
                return Ok(end);
            }
            let before = part.zip.entries().len();
            let result = match self.add(&mut part, item) {
                Ok(()) => {
                    let mut output = Vec::new();
                    part.zip.entries()[before..].iter().for_each(|entry| entry.write(&mut output));
                    let output = part.resumable.then_some(output);
                    ItemResult { state: ItemState::Succeeded, failure: None, output }
                }
                Err(e) => match share::item_failed(self.inner, self.job, &e) {
                    Ok(result) => result,
                    Err(end) => return Ok(end),
                },
            };
            if !repeat && !self.inner.queue.finish_share_item(&self.job.lease, item.n, result, self.inner.now())? {
                return Ok(ShareEnd::Cancelled);
            }
        }
        let entries = part.zip.entries().to_vec();
        if entries.is_empty() {
            let _ = std::fs::remove_file(&part.path);
            return Ok(ShareEnd::Done(None));
        }
        let io = |e: io::Error| EngineError::disk("writing", &part.path, e);
        let (file, length) = part.zip.finish().map_err(io)?;
        file.set_len(length).map_err(io)?;
        let record = self.record(&entries, Some(length))?;
        if let RecordState::Ready(ready) = &record.1.state {
            self.inner.blobs.adopt(ready.blob, &part.path)?;
        }
        Ok(ShareEnd::Done(Some(Box::new(record))))
    }

    /// Entries that are recorded in the queue.
    fn recorded_entries(&self) -> Vec<Entry> {
        let done = self.share.items.iter().filter_map(|item| item.output.as_deref());
        done.filter_map(Entry::read_all).flatten().collect()
    }

    /// The part file to continue; `None` if the archive is already a blob.
    fn open_part(&self, path: &Path) -> Result<Option<Part>> {
        let entries = self.recorded_entries();
        let end = entries.iter().map(|entry| entry.end).max().unwrap_or(0);
        let io = |e: io::Error| EngineError::disk("opening", path, e);
        let open = |path: &Path| OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        if end == 0 || std::fs::metadata(path).is_ok_and(|meta| meta.len() >= end) {
            let file = open(path).map_err(io)?;
            file.set_len(end).map_err(io)?;
            return Ok(Some(Part { path: path.to_owned(), zip: Zip::resume(file, entries), resumable: true }));
        }
        let all_done = self.share.items.iter().all(|item| item.state != ItemState::Queued);
        if all_done
            && let RecordState::Ready(ready) = self.record(&entries, Some(0))?.1.state
            && self.inner.blobs.open(ready.blob)?.is_some()
        {
            return Ok(None);
        }
        // The part file is lost. Start over in another file, because the entries in the queue do not describe it.
        let path = path.with_extension("again");
        let file = open(&path).and_then(|file| file.set_len(0).map(|()| file)).map_err(io)?;
        Ok(Some(Part { path, zip: Zip::resume(file, Vec::new()), resumable: false }))
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
    fn add(&self, part: &mut Part, item: &ShareItem) -> Result<()> {
        let (inner, share) = (self.inner, self.share);
        let ShareTask::Package { content, .. } = &share.share else {
            return Err(EngineError::internal("a package job of another kind of task"));
        };
        let call = self.job.context(inner.config.drive_timeout);
        let info = inner.host.authorized_stat(&share.caller, &item.file, Action::Package, &call)?.require_clean()?;
        let count = part.zip.entries().len();
        let added = (|| {
            if *content != PackageContent::Thumbnails {
                let heartbeat = self.job.heartbeat.clone();
                let source = inner.host.open(&item.file, &call, move || heartbeat.beat())?;
                part.zip.add("", &info.name, source.size(), |to| self.copy(&source, to))?;
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
                part.zip.add::<PackError>(folder, &name, bytes.len() as u64, |to| Ok(to.write_all(&bytes)?))?;
            }
            Ok(())
        })();
        if let Err(PackError(e)) = added {
            part.zip.truncate(count);
            return Err(e);
        }
        part.zip.sync().map_err(|e| EngineError::disk("syncing", &part.path, e))
    }

    fn copy(&self, source: &Source, to: &mut dyn Write) -> std::result::Result<(), PackError> {
        let (mut at, mut window) = (0, vec![0; WINDOW]);
        while at < source.size() {
            if self.job.cancel.is_cancelled() {
                return Err(PackError(EngineError::closed()));
            }
            let n = source.read_at(at, &mut window).map_err(EngineError::from)?;
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
        let info = inner.host.stat(file, &self.job.context(inner.config.drive_timeout))?;
        let key = inner.spec(None)?.key(&key::content_key(file, Some(&info.version)));
        if let Some(Record { state: RecordState::Ready(ready), .. }) = inner.record(&key)?
            && let Some(bytes) = inner.blobs.get(ready.blob, ready.size)?
        {
            return Ok((bytes, extension(&ready.media_type)));
        }
        let lease = Lease {
            kind: JobKind::Render,
            file: file.clone(),
            version: Some(info.version),
            priority: Priority::Requested,
            ..self.job.lease.clone()
        };
        let job = self.job.with_lease(lease);
        let Some(result) = render::render(inner, &job, inner.next_slot()) else { return Err(EngineError::closed()) };
        let failed = |kind, detail: &str| Err(EngineError::new(kind, Subject::File, detail));
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
            Outcome::Retry { .. } | Outcome::ShareDone { .. } => {
                failed(ErrorKind::Io, "the thumbnail could not be rendered now")
            }
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
