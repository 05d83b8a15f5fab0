//! What keeps the store small and sound: garbage, damage, deletions, counters.

use std::path::Path;
use std::time::Duration;

use crate::engine::error::Result;
use crate::engine::id::{FileRef, SpaceId, TaskId};
use crate::engine::inner::Inner;
use crate::engine::port::blobs::BlobName;
use crate::engine::port::clock;
use crate::engine::port::records::Kept;
use crate::engine::{recipe, sqlite};
use crate::error::ErrorKind;

/// Records that are looked at in one go.
const PAGE: usize = 256;
/// Blobs whose names are held at once while the folder is walked.
const BLOBS: usize = 4096;
/// A blob without a record may be one whose record is about to be committed; older ones are garbage.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// What garbage collection removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// Thumbnails and packages beyond the bounds.
    pub thumbnails: u64,
    /// Files that no record names.
    pub orphans: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Tasks that ended long ago.
    pub tasks: u64,
}

/// What was found when everything was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Thumbnails and packages whose bytes are right.
    pub sound: u64,
    /// Those whose bytes are damaged.
    pub damaged: u64,
    /// Those whose bytes are gone.
    pub missing: u64,
}

/// What was saved of a damaged database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// Tasks carried over.
    pub tasks: u64,
    /// Jobs carried over.
    pub jobs: u64,
    /// Records of thumbnails carried over.
    pub thumbnails: u64,
}

/// How much is kept, queued and running.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Thumbnails and packages that are there.
    pub ready: u64,
    /// Thumbnails that are known to fail.
    pub failed: u64,
    /// Bytes of what is there.
    pub bytes: u64,
    /// Jobs that are queued, waiting or being done.
    pub queued: u64,
    /// Files being drawn by this engine.
    pub running: u64,
    /// Workers that are stuck in the drive's code.
    pub stuck: u64,
}

/// What to do about damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Count it.
    Report,
    /// Forget what is damaged, so that it is made again.
    Forget,
}

impl Inner {
    pub(crate) fn file_deleted(&self, file: &FileRef) -> Result<()> {
        self.check_open()?;
        let key = recipe::file_key(file);
        // Jobs first: one that ends in between finds its lease gone and writes no record.
        self.queue.drop_file(&key, clock::wall_ms(&*self.clock))?;
        self.forget(&key)
    }

    pub(crate) fn space_deleted(&self, space: &SpaceId) -> Result<()> {
        self.check_open()?;
        let key = recipe::space_key(space);
        self.queue.drop_space(&key, clock::wall_ms(&*self.clock))?;
        self.forget(&key)
    }

    /// Forgets everything whose key begins so, with its bytes.
    fn forget(&self, prefix: &[u8]) -> Result<()> {
        let blobs = self.records.drop_under(prefix)?;
        self.published.tell();
        blobs.chunks(BLOBS).try_for_each(|some| self.remove_unnamed(some))
    }

    /// Removes those of `blobs` that no record names (any more).
    fn remove_unnamed(&self, blobs: &[BlobName]) -> Result<()> {
        self.records.unnamed(blobs)?.into_iter().try_for_each(|blob| self.blobs.remove(blob))
    }

    pub(crate) fn link_thumbnails(&self, from: &FileRef, to: &FileRef) -> Result<u64> {
        self.check_open()?;
        let (old, new) = (self.host.stat(from)?, self.host.stat(to)?);
        let part = recipe::version_part;
        let linked = self.records.link(
            &recipe::file_key(from),
            part(&old.version),
            &recipe::file_key(to),
            part(&new.version),
        )?;
        if linked == 0 {
            self.file_changed(to)?;
        }
        self.published.tell();
        Ok(linked)
    }

    pub(crate) fn collect_garbage(&self) -> Result<Collected> {
        self.check_open()?;
        self.flush_looks()?;
        let mut collected = Collected::default();
        let now = clock::wall_ms(&*self.clock);
        let ago = |age: Duration| now.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        if let Some(age) = self.config.keep_unused {
            while self.drop_unused(ago(age), u64::MAX, &mut collected)? {}
        }
        if let Some(keep) = self.config.keep_bytes {
            loop {
                let over = self.records.totals()?.bytes.saturating_sub(keep);
                if over == 0 || !self.drop_unused(i64::MAX, over, &mut collected)? {
                    break;
                }
            }
        }
        self.drop_packages(&mut collected)?;
        self.drop_orphans(&mut collected)?;
        self.drop_parts(&mut collected);
        loop {
            let forgotten = self.queue.forget(ago(self.config.keep_tasks))?;
            collected.tasks += forgotten;
            if forgotten == 0 || self.is_closed() {
                break;
            }
        }
        Ok(collected)
    }

    /// Drops a page of what was not looked at since `before`, up to `enough` bytes; false if there was nothing.
    fn drop_unused(&self, before: i64, enough: u64, collected: &mut Collected) -> Result<bool> {
        let page = self.records.unused(before, PAGE)?;
        let mut bytes = 0;
        let page: Vec<Kept> = page
            .into_iter()
            .take_while(|kept| {
                let more = bytes < enough;
                bytes += kept.size;
                more
            })
            .collect();
        self.drop_kept(&page, collected)?;
        Ok(!page.is_empty() && !self.is_closed())
    }

    fn drop_kept(&self, kept: &[Kept], collected: &mut Collected) -> Result<()> {
        // Records before blobs: a record without its blob would be a promise that is not kept.
        self.records.drop_records(&kept.iter().map(|kept| kept.key).collect::<Vec<_>>())?;
        self.remove_unnamed(&kept.iter().map(|kept| kept.blob).collect::<Vec<_>>())?;
        collected.thumbnails += kept.len() as u64;
        collected.bytes += kept.iter().map(|kept| kept.size).sum::<u64>();
        Ok(())
    }

    fn drop_packages(&self, collected: &mut Collected) -> Result<()> {
        let age = i64::try_from(self.config.keep_packages.as_millis()).unwrap_or(i64::MAX);
        let before = clock::wall_ms(&*self.clock).saturating_sub(age);
        let old = self.records.packages(before, PAGE)?;
        self.drop_kept(&old, collected)
    }

    /// Removes files that no record names: of records that were replaced or forgotten, and of crashes.
    fn drop_orphans(&self, collected: &mut Collected) -> Result<()> {
        let before = std::time::SystemTime::now() - YOUNG;
        collected.orphans += self.blobs.sweep(before)?;
        let mut some = Vec::new();
        let mut all = Vec::new();
        self.blobs.list(&mut |listed| {
            if listed.written < before {
                some.push((listed.name, listed.size));
            }
            if some.len() == BLOBS {
                all.push(std::mem::take(&mut some));
            }
        })?;
        all.push(some);
        for some in all {
            let names: Vec<BlobName> = some.iter().map(|(name, _)| *name).collect();
            for blob in self.records.unnamed(&names)? {
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

    /// Removes parts of packages whose tasks have ended, or are gone.
    fn drop_parts(&self, collected: &mut Collected) {
        for entry in std::fs::read_dir(&self.parts).into_iter().flatten().flatten() {
            let path = entry.path();
            let task = path.file_stem().and_then(|stem| stem.to_str()).and_then(|id| id.parse::<TaskId>().ok());
            let state = task.map(|id| self.queue.task_state(&id));
            let over =
                matches!(state, None | Some(Ok(None))) || matches!(state, Some(Ok(Some(state))) if state.is_final());
            let size = entry.metadata().map_or(0, |meta| meta.len());
            if over && std::fs::remove_file(&path).is_ok() {
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
            for kept in &page {
                self.check_open()?;
                let count = match self.check(kept) {
                    Ok(Some(())) => {
                        verified.sound += 1;
                        continue;
                    }
                    Ok(None) => &mut verified.missing,
                    Err(e) if e.kind() == ErrorKind::Corrupt => &mut verified.damaged,
                    Err(e) => return Err(e),
                };
                *count += 1;
                if damage == Damage::Forget {
                    self.records.drop_records(&[kept.key])?;
                    self.blobs.remove(kept.blob)?;
                }
            }
        }
    }

    /// Reads a blob to its end; `None` if it is gone.
    fn check(&self, kept: &Kept) -> Result<Option<()>> {
        let Some(source) = self.blobs.open(kept.blob)? else { return Ok(None) };
        let damaged = |why: String| {
            crate::engine::error::EngineError::new(ErrorKind::Corrupt, crate::engine::error::Subject::Store, why)
        };
        if source.size() != kept.size {
            return Err(damaged(format!("{} bytes instead of {}", source.size(), kept.size)));
        }
        let (mut at, mut buf) = (0, vec![0; 1 << 16]);
        while at < source.size() {
            match source.read_up_to(at, &mut buf).map_err(|e| damaged(e.to_string()))? {
                0 => break,
                n => at += n as u64,
            }
        }
        Ok(Some(()))
    }

    pub(crate) fn counters(&self) -> Result<Counters> {
        self.check_open()?;
        let totals = self.records.totals()?;
        let counters = Counters {
            ready: totals.ready,
            failed: totals.failed,
            bytes: totals.bytes,
            queued: self.queue.depth()?,
            running: self.work.running(),
            stuck: self.work.stuck(),
        };
        metrics::gauge!(crate::engine::observe::STORE_BYTES).set(counters.bytes as f64);
        metrics::gauge!(crate::engine::observe::STORE_THUMBNAILS).set(counters.ready as f64);
        metrics::gauge!(crate::engine::observe::QUEUE_DEPTH).set(counters.queued as f64);
        metrics::gauge!(crate::engine::observe::RUNNING).set(counters.running as f64);
        Ok(counters)
    }
}

/// See [`Engine::repair_state`](crate::engine::Engine::repair_state).
pub(crate) fn repair_state(state: &Path) -> Result<Repaired> {
    let aside = state.join(format!(
        "{}.damaged-{}",
        crate::engine::inner::DATABASE,
        clock::ms_of(std::time::SystemTime::now())
    ));
    let sqlite::Salvaged { tasks, jobs, records } =
        sqlite::salvage(&state.join(crate::engine::inner::DATABASE), &aside)?;
    Ok(Repaired { tasks, jobs, thumbnails: records })
}
