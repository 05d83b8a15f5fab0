//! Share tasks that pack: the files of a share as one zip in the store, streamed in bounded memory.
//!
//! Each file is fsynced into a part file and then noted in the queue, with where it ends: after a crash the next worker
//! cuts the part off there and goes on. The finished part becomes a blob.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::blob::disk;
use crate::engine::drive::Action;
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileId, FileRef, SpaceId, TaskId};
use crate::engine::inner::Inner;
use crate::engine::link::Opened;
use crate::engine::port::blobs::hex;
use crate::engine::port::clock;
use crate::engine::port::queue::{Claim, ItemEnd, Outcome, Priority, ShareItem, ShareWork, TaskRow, Work};
use crate::engine::port::records::{PACKAGE, Ready, Record, State};
use crate::engine::recipe;
use crate::engine::task::zip::{Entry, Zip};
use crate::engine::task::{ItemState, PackageContent, ShareTask, save};
use crate::engine::url::Claims;
use crate::engine::work::publish::Produced;
use crate::engine::work::{Held, draw};
use crate::error::ErrorKind;
use crate::source::Source;

/// What stands for a spec in the URL of a package: no spec can be called so.
pub(crate) const SPEC: &str = "@package";
/// What stands for a version there.
pub(crate) const VERSION: &str = "1";
/// What its file is called there, before the task's id.
const FILE: &str = "package.";
/// Bytes that are copied at once.
const WINDOW: usize = 1 << 18;

/// Whether the task makes a package.
pub(crate) fn is_package(task: &TaskRow) -> bool {
    matches!(task.share, Some(ShareTask::Package { .. }))
}

/// What stands for the package of a task in URLs.
pub(crate) fn file_of(space: &SpaceId, task: &TaskId) -> Result<FileRef> {
    Ok(FileRef::new(space.clone(), FileId::new(format!("{FILE}{task}"))?))
}

impl Inner {
    /// What a URL of a package gives.
    pub(crate) fn open_package(&self, claims: &Claims) -> Result<Option<Opened>> {
        let id = claims.file.file.as_str().strip_prefix(FILE).and_then(|id| id.parse::<TaskId>().ok());
        let Some(id) = id else { return Ok(None) };
        let key = recipe::package_key(&claims.file.space, id.as_bytes());
        let record = self.records.get(&[key])?.into_iter().next().flatten();
        let Some(Record { state: State::Ready(ready), .. }) = record else { return Ok(None) };
        let Some(content) = self.blobs.open(ready.blob)? else { return self.forget_damaged(&key) };
        let file_name = self.queue.task(&id)?.and_then(|task| match task.share {
            Some(ShareTask::Package { zip_name, .. }) => Some(zip_name),
            _ => None,
        });
        let (content_type, etag, expires) = (ready.media_type, hex(&ready.etag), claims.expires);
        Ok(Some(Opened { content, content_type, etag, expires, file_name }))
    }
}

/// Packs the files of a share. `None` if the job goes back into the queue as it was.
pub(crate) fn pack(inner: &Arc<Inner>, held: &Held) -> Option<Produced> {
    let claim = &held.claim;
    let produced =
        |outcome| Produced { claim: claim.clone(), outcome, blobs: Vec::new(), version: None, failure: None };
    let work = match inner.queue.share(claim) {
        Ok(Some(work)) => work,
        // Cancelled, or somebody else's by now.
        Ok(None) => {
            return Some(produced(Outcome::Lost {
                kind: ErrorKind::Cancelled,
                detail: "the task was cancelled".into(),
            }));
        }
        Err(e) => return Some(draw::store_failed(inner, held, &e)),
    };
    let part = inner.parts.join(format!("{}.zip", work.id));
    let packed = Packing { inner, held, work: &work }.run(&part);
    match packed {
        Ok(Step::Done(record)) => Some(produced(Outcome::Shared { record: record.map(|record| *record) })),
        Ok(Step::Again(produced)) => Some(*produced),
        Ok(Step::HandBack) => None,
        Ok(Step::Gone) => {
            let _ = std::fs::remove_file(&part);
            Some(produced(Outcome::Lost { kind: ErrorKind::Cancelled, detail: "the task was cancelled".into() }))
        }
        Err(e) => Some(draw::store_failed(inner, held, &e)),
    }
}

type Kept = (recipe::RecordKey, Record);

/// How a share task goes on.
pub(crate) enum Step {
    /// To its end; with what it made.
    Done(Option<Box<Kept>>),
    /// Later, with what is left.
    Again(Box<Produced>),
    /// The engine closes.
    HandBack,
    /// It was cancelled.
    Gone,
}

struct Packing<'a> {
    inner: &'a Arc<Inner>,
    held: &'a Held,
    work: &'a ShareWork,
}

/// Where the archive is written.
struct Part {
    path: PathBuf,
    zip: Zip<File>,
    /// Whether the next worker can go on with it after a crash.
    resumable: bool,
}

impl Packing<'_> {
    fn run(&self, path: &Path) -> Result<Step> {
        let Some(mut part) = self.part(path)? else {
            // Renamed, but not committed.
            let entries = self.durable();
            return Ok(Step::Done(Some(Box::new(self.record(&entries, None)?))));
        };
        for item in &self.work.items {
            let again = !part.resumable && item.state == ItemState::Succeeded;
            if item.state != ItemState::Queued && !again {
                continue;
            }
            if self.inner.is_closed() {
                return Ok(Step::HandBack);
            }
            if self.held.cancel.is_cancelled() {
                return Ok(Step::Gone);
            }
            let before = part.zip.entries().len();
            let end = match self.add(&mut part, item) {
                Ok(()) => {
                    let mut out = Vec::new();
                    part.zip.entries()[before..].iter().for_each(|entry| entry.write(&mut out));
                    let out = part.resumable.then_some(out);
                    ItemEnd { state: ItemState::Succeeded, failure: None, out }
                }
                Err(e) => match save::failed(self.inner, self.held, &e) {
                    Ok(end) => end,
                    Err(step) => return Ok(step),
                },
            };
            if !again && !self.inner.queue.share_item(&self.held.claim, item.n, end, self.now())? {
                return Ok(Step::Gone);
            }
        }
        let entries = part.zip.entries().to_vec();
        if entries.is_empty() {
            let _ = std::fs::remove_file(&part.path);
            return Ok(Step::Done(None));
        }
        let io = |e: io::Error| disk("writing", &part.path, &e);
        let (file, length) = part.zip.finish().map_err(io)?;
        file.set_len(length).map_err(io)?;
        let record = self.record(&entries, Some(length))?;
        if let State::Ready(ready) = &record.1.state {
            self.inner.blobs.adopt(ready.blob, &part.path)?;
        }
        Ok(Step::Done(Some(Box::new(record))))
    }

    fn now(&self) -> i64 {
        clock::wall_ms(&*self.inner.clock)
    }

    /// Entries that were noted in the queue.
    fn durable(&self) -> Vec<Entry> {
        let done = self.work.items.iter().filter_map(|item| item.out.as_deref());
        done.filter_map(Entry::read_all).flatten().collect()
    }

    /// The part to go on with; `None` if the archive is a blob already.
    fn part(&self, path: &Path) -> Result<Option<Part>> {
        let entries = self.durable();
        let end = entries.iter().map(|entry| entry.end).max().unwrap_or(0);
        let io = |e: io::Error| disk("opening", path, &e);
        let open = |path: &Path| OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        if end == 0 || std::fs::metadata(path).is_ok_and(|meta| meta.len() >= end) {
            let file = open(path).map_err(io)?;
            file.set_len(end).map_err(io)?;
            return Ok(Some(Part { path: path.to_owned(), zip: Zip::after(file, entries), resumable: true }));
        }
        let settled = self.work.items.iter().all(|item| item.state != ItemState::Queued);
        if settled
            && let State::Ready(ready) = self.record(&entries, Some(0))?.1.state
            && self.inner.blobs.open(ready.blob)?.is_some()
        {
            return Ok(None);
        }
        // The part is lost: all over again, beside where it was, since the queue's notes are not of this one.
        let path = path.with_extension("again");
        let file = open(&path).and_then(|file| file.set_len(0).map(|()| file)).map_err(io)?;
        Ok(Some(Part { path, zip: Zip::after(file, Vec::new()), resumable: false }))
    }

    /// The record of an archive of these entries; `length` is asked of the blob if it is not known.
    fn record(&self, entries: &[Entry], length: Option<u64>) -> Result<Kept> {
        let mut all = Vec::new();
        entries.iter().for_each(|entry| entry.write(&mut all));
        let etag = recipe::etag(&all);
        let first = self.work.items.first().ok_or_else(|| EngineError::internal("a share task without files"))?;
        let key = recipe::package_key(&first.file.space, self.work.id.as_bytes());
        let blob = recipe::package_blob(&key, &etag);
        let size = match length {
            Some(length) => length,
            None => self.inner.blobs.open(blob)?.map_or(0, |source| source.size()),
        };
        let media_type = "application/zip".into();
        let ready = Ready { width: 0, height: 0, size, media_type, thumbhash: Vec::new(), etag, blob };
        let (made, used) = (self.now(), self.now());
        Ok((key, Record { state: State::Ready(ready), family: Some(PACKAGE), fonts: 0, made, used }))
    }

    /// Writes one file's entries, durably.
    fn add(&self, part: &mut Part, item: &ShareItem) -> Result<()> {
        let (inner, work) = (self.inner, self.work);
        let ShareTask::Package { content, .. } = &work.share else {
            return Err(EngineError::internal("a package that is none"));
        };
        inner.host.authorize(&work.caller, Some(&item.file), &item.file.space, Action::Package)?;
        let info = save::clean(inner.host.stat(&item.file)?)?;
        let count = part.zip.entries().len();
        let added = (|| {
            if *content != PackageContent::Thumbnails {
                let (beat, clock) = (self.held.beat.clone(), inner.clock.clone());
                let beat = move || beat.store(clock::steady_ms(&*clock).max(1), std::sync::atomic::Ordering::Relaxed);
                let source = inner.host.open(&item.file, beat)?;
                part.zip.add("", &info.name, source.size(), |to| self.copy(&source, to))?;
                let after = inner.host.stat(&item.file)?;
                if after.version != info.version {
                    let detail = "the file changed while it was packed";
                    return Err(Fault(EngineError::new(ErrorKind::Io, Subject::File, detail)));
                }
            }
            if *content != PackageContent::Files {
                let (bytes, extension) = self.thumbnail(&item.file)?;
                let folder = if *content == PackageContent::Both { "thumbnails/" } else { "" };
                let name = format!("{}.{extension}", info.name);
                part.zip.add::<Fault>(folder, &name, bytes.len() as u64, |to| Ok(to.write_all(&bytes)?))?;
            }
            Ok(())
        })();
        if let Err(Fault(e)) = added {
            part.zip.forget_after(count);
            return Err(e);
        }
        part.zip.sync().map_err(|e| disk("syncing", &part.path, &e))
    }

    fn copy(&self, source: &Source, to: &mut dyn Write) -> std::result::Result<(), Fault> {
        let (mut at, mut window) = (0, vec![0; WINDOW]);
        while at < source.size() {
            if self.held.cancel.is_cancelled() {
                return Err(Fault(EngineError::closed()));
            }
            let n = source.read_at(at, &mut window).map_err(EngineError::from)?;
            if n == 0 {
                let detail = format!("the file ends at {at} of the {} bytes that the drive said", source.size());
                return Err(Fault(EngineError::new(ErrorKind::Io, Subject::File, detail)));
            }
            to.write_all(&window[..n]).map_err(|e| EngineError::new(ErrorKind::Io, Subject::Store, e.to_string()))?;
            at += n as u64;
        }
        Ok(())
    }

    /// The bytes of a file's first thumbnail, and what such files end with. Drawn here and now if there is none.
    fn thumbnail(&self, file: &FileRef) -> Result<(Vec<u8>, &'static str)> {
        let inner = self.inner;
        let made = inner.spec(None)?;
        let info = inner.host.stat(file)?;
        let key = recipe::record_key(&recipe::content_key(file, Some(&info.version)), &made.variant);
        let known = inner.records.get(&[key])?.into_iter().next().flatten();
        if let Some(Record { state: State::Ready(ready), .. }) = known
            && let Some(bytes) = inner.blobs.get(ready.blob, ready.size)?
        {
            return Ok((bytes, extension(&ready.media_type)));
        }
        let claim = Claim {
            work: Work::Render,
            file: file.clone(),
            version: Some(info.version),
            priority: Priority::Requested,
            ..self.held.claim.clone()
        };
        let held = self.held.with(claim);
        let Some(produced) = draw::draw(inner, &held, inner.next_slot()) else { return Err(EngineError::closed()) };
        let failed = |kind, detail: &str| Err(EngineError::new(kind, Subject::File, detail));
        match produced.outcome {
            Outcome::Settled { records, .. } => {
                match records.into_iter().find(|(one, _)| *one == key).map(|(_, r)| r.state) {
                    Some(State::Ready(ready)) => {
                        let bytes = produced.blobs.into_iter().find(|(name, _)| *name == ready.blob);
                        let bytes = bytes.ok_or_else(|| EngineError::internal("a thumbnail without bytes"))?;
                        Ok((bytes.1, extension(&ready.media_type)))
                    }
                    Some(State::Failed { kind, detail, .. }) => failed(kind, &detail),
                    None => failed(ErrorKind::Internal, "no thumbnail was made"),
                }
            }
            Outcome::Lost { kind, detail } => failed(kind, &detail),
            Outcome::Again { .. } | Outcome::Shared { .. } => {
                failed(ErrorKind::Io, "the thumbnail could not be made now")
            }
        }
    }
}

/// An error on its way through a writer.
struct Fault(EngineError);

impl From<EngineError> for Fault {
    fn from(e: EngineError) -> Self {
        Self(e)
    }
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        Self(EngineError::new(ErrorKind::Io, Subject::Store, format!("writing a package: {e}")))
    }
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/png" => "png",
        "image/avif" => "avif",
        _ => "bin",
    }
}
