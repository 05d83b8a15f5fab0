//! Maintenance: deletions, links, garbage collection, verification, counters.

use std::time::{Duration, SystemTime};

use crate::drive::CallContext;
use crate::inner::Inner;
use crate::model::blob::BlobName;
use crate::model::error::Result;
use crate::model::id::{FileRef, SpaceId};
use crate::model::key;
use crate::model::record::StoredRecord;
use crate::model::task::TaskState;
use crate::model::upkeep::{Collected, Counters, Verified};
use crate::observe;
use crate::port::clock;
use crate::runtime::part;
use thumbling::ErrorKind;

/// Records processed at once.
const PAGE: usize = 256;
/// Blob names processed at once.
const BLOBS: usize = 4096;
/// A blob without a record is garbage only once it is older than this: its record may be about to be committed.
const MIN_ORPHAN_AGE: Duration = Duration::from_secs(60 * 60);

/// What to do about damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Count it.
    Report,
    /// Drop what is damaged, so that it is generated again.
    Drop,
}

/// The state of a stored blob.
enum Blob {
    Sound,
    Damaged,
    Missing,
}

impl Inner {
    pub(crate) fn file_deleted(&self, file: &FileRef) -> Result<()> {
        self.check_open()?;
        let key = key::file_key(file);
        // Jobs first: one that ends in between finds its lease gone and writes no record.
        self.queue.drop_file(&key, self.now())?;
        self.drop_under(&key)
    }

    pub(crate) fn space_deleted(&self, space: &SpaceId) -> Result<()> {
        self.check_open()?;
        let key = key::space_key(space);
        self.queue.drop_space(&key, self.now())?;
        self.drop_under(&key)
    }

    /// Drops all records whose key starts with `prefix`, and their blobs.
    fn drop_under(&self, prefix: &[u8]) -> Result<()> {
        let blobs = self.records.drop_under(prefix)?;
        self.changed.notify();
        blobs.chunks(BLOBS).try_for_each(|some| self.remove_unreferenced(some))
    }

    /// Removes those of `blobs` that no record refers to.
    fn remove_unreferenced(&self, blobs: &[BlobName]) -> Result<()> {
        self.records.unreferenced(blobs)?.into_iter().try_for_each(|blob| self.blobs.remove(blob))
    }

    pub(crate) fn link_thumbnails(&self, from: &FileRef, to: &FileRef) -> Result<u64> {
        self.check_open()?;
        self.link_thumbnails_within(from, to, &self.host.context(None))
    }

    /// As [`link_thumbnails`](Self::link_thumbnails), as part of `call`.
    pub(crate) fn link_thumbnails_within(&self, from: &FileRef, to: &FileRef, call: &CallContext) -> Result<u64> {
        let from_version = key::version_part(&self.host.stat(from, call)?.version);
        let copy = self.host.stat(to, call)?;
        let to_version = key::version_part(&copy.version);
        let linked = self.records.link(&key::file_key(from), from_version, &key::file_key(to), to_version)?;
        if linked == 0 {
            self.file_changed_to(to, &copy)?;
        }
        self.changed.notify();
        Ok(linked)
    }

    pub(crate) fn collect_garbage(&self) -> Result<Collected> {
        self.check_open()?;
        self.flush_lookups()?;
        let mut collected = Collected::default();
        if let Some(age) = self.config.keep_unused {
            while self.drop_unused(self.time_before(age), u64::MAX, &mut collected)? {}
        }
        if let Some(keep) = self.config.keep_bytes {
            loop {
                let excess = self.records.totals()?.bytes.saturating_sub(keep);
                if excess == 0 || !self.drop_unused(i64::MAX, excess, &mut collected)? {
                    break;
                }
            }
        }
        let old_packages = self.records.packages(self.time_before(self.config.keep_packages), PAGE)?;
        self.drop_stored(&old_packages, &mut collected)?;
        self.drop_orphans(&mut collected)?;
        self.drop_parts(&mut collected);
        loop {
            let forgotten = self.queue.forget(self.time_before(self.config.keep_tasks))?;
            collected.tasks += forgotten;
            if forgotten == 0 || self.is_closed() {
                break;
            }
        }
        Ok(collected)
    }

    /// The time `age` ago, ms since 1970.
    fn time_before(&self, age: Duration) -> i64 {
        self.now().saturating_sub(clock::millis(age))
    }

    /// Drops a page of records last used before `before`, until at least `enough` bytes are freed. Returns whether there
    /// may be more.
    fn drop_unused(&self, before: i64, enough: u64, collected: &mut Collected) -> Result<bool> {
        let page = self.records.unused(before, PAGE)?;
        let mut bytes = 0;
        let page: Vec<StoredRecord> = page
            .into_iter()
            .take_while(|stored| {
                let more = bytes < enough;
                bytes += stored.size;
                more
            })
            .collect();
        self.drop_stored(&page, collected)?;
        Ok(!page.is_empty() && !self.is_closed())
    }

    fn drop_stored(&self, stored: &[StoredRecord], collected: &mut Collected) -> Result<()> {
        // Records before blobs: a record must never refer to a removed blob.
        self.records.drop_records(&stored.iter().map(|stored| stored.key).collect::<Vec<_>>())?;
        self.remove_unreferenced(&stored.iter().map(|stored| stored.blob).collect::<Vec<_>>())?;
        collected.thumbnails += stored.len() as u64;
        collected.bytes += stored.iter().map(|stored| stored.size).sum::<u64>();
        Ok(())
    }

    /// Removes blobs that no record refers to: of records that were replaced or dropped, and of crashes.
    fn drop_orphans(&self, collected: &mut Collected) -> Result<()> {
        let before = SystemTime::now() - MIN_ORPHAN_AGE;
        collected.orphans += self.blobs.sweep(before)?;
        let mut old = Vec::new();
        self.blobs.list(&mut |entry| {
            if entry.written < before {
                old.push((entry.name, entry.size));
            }
        })?;
        for some in old.chunks(BLOBS) {
            let names: Vec<BlobName> = some.iter().map(|(name, _)| *name).collect();
            for blob in self.records.unreferenced(&names)? {
                self.blobs.remove(blob)?;
                collected.orphans += 1;
                collected.bytes += some.iter().find(|(name, _)| *name == blob).map_or(0, |(_, size)| *size);
            }
            if self.is_closed() {
                break;
            }
        }
        Ok(())
    }

    /// Removes unfinished packages of tasks that have ended or do not exist.
    fn drop_parts(&self, collected: &mut Collected) {
        for entry in std::fs::read_dir(&self.parts_folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_garbage = match part::task_of(&path).map(|id| self.queue.task_state(&id)) {
                None => true,
                Some(Ok(state)) => state.is_none_or(TaskState::is_final),
                Some(Err(_)) => false,
            };
            let size = entry.metadata().map_or(0, |meta| meta.len());
            if is_garbage && std::fs::remove_file(&path).is_ok() {
                collected.orphans += 1;
                collected.bytes += size;
            }
        }
    }

    pub(crate) fn verify(&self, damage: Damage) -> Result<Verified> {
        self.check_open()?;
        let mut verified = Verified::default();
        let mut after = None;
        loop {
            let page = self.records.page(after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(verified) };
            after = Some(last.key);
            for stored in &page {
                self.check_open()?;
                match self.check_blob(stored.blob, Some(stored.size))? {
                    Blob::Sound => {
                        verified.sound += 1;
                        continue;
                    }
                    Blob::Damaged => verified.damaged += 1,
                    Blob::Missing => verified.missing += 1,
                }
                if damage == Damage::Drop {
                    self.records.drop_records(&[stored.key])?;
                    self.blobs.remove(stored.blob)?;
                }
            }
        }
    }

    /// Whether a blob exists and is sound. One that is damaged is removed.
    pub(crate) fn has_sound_blob(&self, blob: BlobName) -> Result<bool> {
        match self.check_blob(blob, None)? {
            Blob::Sound => return Ok(true),
            Blob::Damaged => self.blobs.remove(blob)?,
            Blob::Missing => {}
        }
        Ok(false)
    }

    /// Reads a blob to its end. Without `size`, any size is right.
    fn check_blob(&self, blob: BlobName, size: Option<u64>) -> Result<Blob> {
        let source = match self.blobs.open(blob) {
            Ok(Some(source)) => source,
            Ok(None) => return Ok(Blob::Missing),
            Err(e) if e.kind() == ErrorKind::Corrupt => return Ok(Blob::Damaged),
            Err(e) => return Err(e),
        };
        if size.is_some_and(|size| source.size() != size) {
            return Ok(Blob::Damaged);
        }
        let (mut at, mut buf) = (0, vec![0; 1 << 16]);
        while at < source.size() {
            match source.read_up_to(at, &mut buf) {
                Ok(0) => break,
                Ok(n) => at += n as u64,
                Err(_) => return Ok(Blob::Damaged),
            }
        }
        Ok(Blob::Sound)
    }

    pub(crate) fn counters(&self) -> Result<Counters> {
        self.check_open()?;
        let totals = self.records.totals()?;
        let counters = Counters {
            ready: totals.ready,
            failed: totals.failed,
            bytes: totals.bytes,
            queued: self.queue.depth()?,
            running: self.jobs.running(),
            stuck: self.jobs.stuck(),
        };
        metrics::gauge!(observe::STORE_BYTES).set(counters.bytes as f64);
        metrics::gauge!(observe::STORE_THUMBNAILS).set(counters.ready as f64);
        metrics::gauge!(observe::QUEUE_DEPTH).set(counters.queued as f64);
        metrics::gauge!(observe::RUNNING).set(counters.running as f64);
        Ok(counters)
    }
}
