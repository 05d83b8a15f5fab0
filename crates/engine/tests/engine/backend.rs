//! A back-end handed in through the ports: everything in memory.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use thumbling::{ErrorKind, Source};
use thumbling_engine::blob::{BlobEntry, BlobName};
use thumbling_engine::id::{Owner, TaskId};
use thumbling_engine::job::{
    Failures, ItemResult, JobKind, Lease, NewTask, Outcome, Priority, ReclaimScope, Reclaimed, ShareItem, ShareJob,
    StoredItem, StoredTask, WantedThumbnail,
};
use thumbling_engine::key::{self, ContentKey, FileKey, RecordKey, SpaceKey};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::port::blobs::Blobs;
use thumbling_engine::port::queue::Queue;
use thumbling_engine::port::records::Records;
use thumbling_engine::record::{Record, RecordKind, RecordState, StoredRecord, Totals};
use thumbling_engine::task::{ItemState, PackageContent, ShareTask, TaskKind, TaskState};
use thumbling_engine::{Backend, Engine, EngineError, Result, Subject};

use crate::engine_host::{SOON, Temp, TestClock, TestDrive, config, ended, file, mary};

#[derive(Clone)]
struct Job {
    lease: Lease,
    content: ContentKey,
    owner: Option<Owner>,
    due: i64,
    quarantined: bool,
}

#[derive(Clone)]
struct Task {
    stored: StoredTask,
    /// The job that each item waits for.
    jobs: Vec<Option<i64>>,
    ended: Option<i64>,
}

#[derive(Default)]
struct State {
    jobs: BTreeMap<i64, Job>,
    tasks: Vec<Task>,
    records: BTreeMap<RecordKey, Record>,
    next_job: i64,
    last_ended: i64,
}

/// Queue and records in memory.
#[derive(Default)]
struct Memory(Mutex<State>);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    /// The job for a content, queued if there is none.
    fn queue(&mut self, content: ContentKey, lease: Lease) -> i64 {
        if let Some((id, job)) = self.jobs.iter_mut().find(|(_, job)| job.content == content) {
            job.lease.priority = job.lease.priority.min(lease.priority);
            return *id;
        }
        self.next_job += 1;
        let job = self.next_job;
        let lease = Lease { job, ..lease };
        self.jobs.insert(job, Job { lease, content, owner: None, due: 0, quarantined: false });
        job
    }

    fn is_valid(&self, lease: &Lease) -> bool {
        self.jobs.get(&lease.job).is_some_and(|job| job.owner.is_some() && job.lease.token == lease.token)
    }

    /// Stores the result of one item.
    fn finish_item(&mut self, task: usize, n: usize, result: ItemResult, now: i64) {
        let Task { stored, .. } = &mut self.tasks[task];
        let item = &mut stored.items[n];
        if item.state != ItemState::Queued {
            return;
        }
        (item.state, item.failure, item.output) = (result.state, result.failure, result.output);
        stored.updated = now;
        match item.state {
            ItemState::Succeeded => stored.done += 1,
            _ => stored.failed += 1,
        }
    }

    /// Ends a task that waits for no job any more.
    fn settle(&mut self, task: usize) {
        let Task { stored, jobs, ended } = &mut self.tasks[task];
        if jobs.iter().all(Option::is_none) && !stored.state.is_final() {
            stored.state = TaskState::of_counts(stored.total, stored.done);
            self.last_ended += 1;
            *ended = Some(self.last_ended);
        }
    }

    /// Ends every item that waits for a job.
    fn finish_items(&mut self, job: i64, now: i64, result: impl Fn(TaskKind) -> Option<ItemResult>) {
        for task in 0..self.tasks.len() {
            let kind = self.tasks[task].stored.kind;
            for n in 0..self.tasks[task].jobs.len() {
                if self.tasks[task].jobs[n] == Some(job) {
                    let none = || ItemResult::failed(ErrorKind::Internal, "no record was created");
                    self.finish_item(task, n, result(kind).unwrap_or_else(none), now);
                    self.tasks[task].jobs[n] = None;
                }
            }
            self.settle(task);
        }
    }

    fn drop_jobs(&mut self, prefix: &[u8], now: i64) {
        let gone: Vec<i64> =
            self.jobs.iter().filter(|(_, job)| job.content.starts_with(prefix)).map(|(id, _)| *id).collect();
        for job in gone {
            self.finish_items(job, now, |_| Some(ItemResult::failed(ErrorKind::NotFound, "the file was deleted")));
            self.jobs.remove(&job);
        }
    }

    fn task(&self, id: &TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.stored.id == *id)
    }

    fn lease_jobs(&mut self, owner: Owner, n: usize, now: i64, wanted: impl Fn(&Job) -> bool) -> Vec<Lease> {
        let is_free = |job: &&mut Job| job.owner.is_none() && job.due <= now && wanted(job);
        let mut free: Vec<&mut Job> = self.jobs.values_mut().filter(is_free).collect();
        free.sort_by_key(|job| (job.lease.priority, job.lease.job));
        let mut leases = Vec::new();
        for job in free.into_iter().take(n) {
            job.owner = Some(owner);
            job.lease.token += 1;
            leases.push(job.lease.clone());
        }
        let started: Vec<i64> = leases.iter().map(|lease| lease.job).collect();
        for task in self.tasks.iter_mut().filter(|task| task.stored.state == TaskState::Queued) {
            if task.jobs.iter().flatten().any(|job| started.contains(job)) {
                task.stored.state = TaskState::Running;
            }
        }
        leases
    }

    fn put(&mut self, records: Vec<(RecordKey, Record)>) {
        self.records.extend(records);
    }
}

impl Queue for Memory {
    fn add(&self, task: NewTask) -> Result<TaskId> {
        let mut state = self.state();
        let NewTask { id, kind, priority, caller, items, share, now } = task;
        let first = items[0].file.clone();
        let lease = |file, version, kind| Lease {
            job: 0,
            token: 0,
            kind,
            file,
            version,
            priority,
            tries: 0,
            timeouts: 0,
            crashes: 0,
            added: now,
        };
        let share_job = share.as_ref().map(|share| {
            let kind = if matches!(share, ShareTask::Save { .. }) { JobKind::Save } else { JobKind::Package };
            let key = key::package_key(&first.space, id.as_bytes());
            state.queue(key[..48].try_into().unwrap(), lease(first, None, kind))
        });
        let (mut jobs, mut results) = (Vec::new(), Vec::new());
        for item in &items {
            if share_job.is_some() {
                jobs.push(share_job);
                continue;
            }
            let records: Vec<Option<Record>> = item.keys.iter().map(|key| state.records.get(key).cloned()).collect();
            let known = ItemResult::of_records(&records, kind, Failures::AreRetried).filter(|_| !records.is_empty());
            let job = known.is_none().then(|| {
                let content = key::content_key(&item.file, item.version.as_ref());
                state.queue(content, lease(item.file.clone(), item.version.clone(), JobKind::Render))
            });
            results.extend(known.map(|result| (jobs.len(), result)));
            jobs.push(job);
        }
        let total = items.len() as u32;
        let items = items
            .into_iter()
            .map(|item| StoredItem { file: item.file, state: ItemState::Queued, failure: None, output: None })
            .collect();
        let (done, failed, created, updated) = (0, 0, now, now);
        let stored = StoredTask {
            id,
            kind,
            state: TaskState::Queued,
            caller,
            share,
            total,
            done,
            failed,
            created,
            updated,
            items,
        };
        state.tasks.push(Task { stored, jobs, ended: None });
        let task = state.tasks.len() - 1;
        for (n, result) in results {
            state.finish_item(task, n, result, now);
        }
        state.settle(task);
        Ok(id)
    }

    fn want(&self, wanted: WantedThumbnail) {
        let WantedThumbnail { file, version, priority, now } = wanted;
        let content = key::content_key(&file, Some(&version));
        let (version, kind) = (Some(version), JobKind::Render);
        let lease =
            Lease { job: 0, token: 0, kind, file, version, priority, tries: 0, timeouts: 0, crashes: 0, added: now };
        self.state().queue(content, lease);
    }

    fn pending(&self, content: &ContentKey) -> Result<Option<Priority>> {
        Ok(self.state().jobs.values().find(|job| job.content == *content).map(|job| job.lease.priority))
    }

    fn lease(&self, owner: Owner, n: usize, least: Priority, _: i64, now: i64) -> Result<Vec<Lease>> {
        Ok(self.state().lease_jobs(owner, n, now, |job| !job.quarantined && job.lease.priority <= least))
    }

    fn has_quarantined(&self) -> Result<bool> {
        Ok(self.state().jobs.values().any(|job| job.quarantined && job.owner.is_none()))
    }

    fn lease_quarantined(&self, owner: Owner, _: i64, now: i64) -> Result<Option<Lease>> {
        Ok(self.state().lease_jobs(owner, 1, now, |job| job.quarantined).pop())
    }

    fn finish(&self, results: Vec<(Lease, Outcome)>, now: i64) -> Result<Vec<bool>> {
        let mut state = self.state();
        let mut valid = Vec::new();
        for (lease, outcome) in results {
            valid.push(state.is_valid(&lease));
            if !state.is_valid(&lease) {
                continue;
            }
            match outcome {
                Outcome::Retry { due, .. } => {
                    let job = state.jobs.get_mut(&lease.job).unwrap();
                    (job.due, job.owner) = (due, None);
                    job.lease.tries += 1;
                    continue;
                }
                Outcome::Recorded { records, version } => {
                    let file = key::file_key(&lease.file);
                    state.records.retain(|key, _| !key.starts_with(&file) || key[32..48] == version);
                    let new: Vec<_> = records.iter().map(|(_, record)| Some(record.clone())).collect();
                    state.put(records);
                    state.finish_items(lease.job, now, |kind| ItemResult::of_records(&new, kind, Failures::AreFinal));
                }
                Outcome::Failed { kind, detail } => {
                    state.finish_items(lease.job, now, |_| Some(ItemResult::failed(kind, &detail)));
                }
                Outcome::ShareDone { record } => {
                    state.put(record.into_iter().collect());
                    state.finish_items(lease.job, now, |_| None);
                }
            }
            state.jobs.remove(&lease.job);
        }
        Ok(valid)
    }

    fn renew(&self, _: Owner, _: i64) -> Result<()> {
        Ok(())
    }

    fn release_except(&self, owner: Owner, held: &[i64]) -> Result<()> {
        for (id, job) in &mut self.state().jobs {
            if job.owner == Some(owner) && !held.contains(id) {
                job.owner = None;
            }
        }
        Ok(())
    }

    fn owners(&self, _: i64) -> Result<Vec<(Owner, bool)>> {
        Ok(self.state().jobs.values().filter_map(|job| Some((job.owner?, false))).collect())
    }

    fn reclaim(&self, owner: Owner, scope: ReclaimScope, _: i64) -> Result<Reclaimed> {
        let mut reclaimed = Reclaimed::default();
        let ReclaimScope::Dead { running } = scope else { return Ok(reclaimed) };
        for (id, job) in &mut self.state().jobs {
            if job.owner == Some(owner) {
                (job.owner, job.quarantined) = (None, running.contains(id));
                *(if job.quarantined { &mut reclaimed.quarantined } else { &mut reclaimed.queued }) += 1;
            }
        }
        Ok(reclaimed)
    }

    fn task(&self, id: &TaskId) -> Result<Option<StoredTask>> {
        Ok(self.state().task(id).map(|task| task.stored.clone()))
    }

    fn task_state(&self, id: &TaskId) -> Result<Option<TaskState>> {
        Ok(self.state().task(id).map(|task| task.stored.state))
    }

    fn cancel(&self, id: &TaskId, _: i64) -> Result<Vec<i64>> {
        let mut state = self.state();
        let ended = state.last_ended + 1;
        let Some(task) = state.tasks.iter_mut().find(|task| task.stored.id == *id) else { return Ok(Vec::new()) };
        if task.stored.state.is_final() {
            return Ok(Vec::new());
        }
        (task.stored.state, task.ended) = (TaskState::Cancelled, Some(ended));
        let waited: Vec<i64> = task.jobs.iter_mut().filter_map(Option::take).collect();
        state.last_ended = ended;
        let unwanted: Vec<i64> =
            waited.into_iter().filter(|job| !state.tasks.iter().any(|task| task.jobs.contains(&Some(*job)))).collect();
        Ok(unwanted.into_iter().filter(|id| state.jobs.remove(id).is_some_and(|job| job.owner.is_some())).collect())
    }

    fn share(&self, lease: &Lease) -> Result<Option<ShareJob>> {
        let state = self.state();
        let waits = |task: &&Task| task.jobs.contains(&Some(lease.job));
        let Some(task) = state.tasks.iter().find(waits).filter(|_| state.is_valid(lease)) else { return Ok(None) };
        let items = task.stored.items.iter().enumerate().map(|(n, item)| ShareItem {
            n: n as u32,
            file: item.file.clone(),
            state: item.state,
            output: item.output.clone(),
        });
        let (id, caller) = (task.stored.id, task.stored.caller.clone());
        Ok(Some(ShareJob { id, caller, share: task.stored.share.clone().unwrap(), items: items.collect() }))
    }

    fn finish_share_item(&self, lease: &Lease, n: u32, result: ItemResult, now: i64) -> Result<bool> {
        let mut state = self.state();
        let waits = |task: &Task| task.jobs.contains(&Some(lease.job));
        let Some(task) = state.tasks.iter().position(waits).filter(|_| state.is_valid(lease)) else { return Ok(false) };
        state.finish_item(task, n as usize, result, now);
        Ok(true)
    }

    fn restart_share(&self, lease: &Lease, _: i64) -> Result<bool> {
        let mut state = self.state();
        let waits = |task: &Task| task.jobs.contains(&Some(lease.job));
        let Some(task) = state.tasks.iter().position(waits).filter(|_| state.is_valid(lease)) else { return Ok(false) };
        let stored = &mut state.tasks[task].stored;
        for item in stored.items.iter_mut().filter(|item| item.state == ItemState::Succeeded) {
            (item.state, item.output) = (ItemState::Queued, None);
            stored.done -= 1;
        }
        Ok(true)
    }

    fn ended_after(&self, after: i64, n: usize) -> Result<Vec<(i64, TaskId)>> {
        let state = self.state();
        let mut ended: Vec<(i64, TaskId)> = state
            .tasks
            .iter()
            .filter_map(|task| Some((task.ended?, task.stored.id)))
            .filter(|(n, _)| *n > after)
            .collect();
        ended.sort();
        ended.truncate(n);
        Ok(ended)
    }

    fn last_ended(&self) -> Result<i64> {
        Ok(self.state().last_ended)
    }

    fn depth(&self) -> Result<u64> {
        Ok(self.state().jobs.len() as u64)
    }

    fn drop_file(&self, file: &FileKey, now: i64) -> Result<()> {
        self.state().drop_jobs(file, now);
        Ok(())
    }

    fn drop_space(&self, space: &SpaceKey, now: i64) -> Result<()> {
        self.state().drop_jobs(space, now);
        Ok(())
    }

    fn forget(&self, before: i64) -> Result<u64> {
        let mut state = self.state();
        let count = state.tasks.len();
        state.tasks.retain(|task| task.ended.is_none() || task.stored.updated >= before);
        Ok((count - state.tasks.len()) as u64)
    }
}

/// The ready records that `wanted` accepts, in key order.
fn stored(state: &State, wanted: impl Fn(&RecordKey, &Record) -> bool) -> Vec<StoredRecord> {
    let ready = state.records.iter().filter_map(|(key, record)| match &record.state {
        RecordState::Ready(ready) if wanted(key, record) => {
            Some(StoredRecord { key: *key, blob: ready.blob, size: ready.size })
        }
        _ => None,
    });
    ready.collect()
}

impl Records for Memory {
    fn get(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>> {
        let state = self.state();
        Ok(keys.iter().map(|key| state.records.get(key).cloned()).collect())
    }

    fn touch(&self, keys: &[RecordKey], now: i64) -> Result<()> {
        let mut state = self.state();
        for key in keys {
            state.records.entry(*key).and_modify(|record| record.used = now);
        }
        Ok(())
    }

    fn link(&self, from: &FileKey, from_version: [u8; 16], to: &FileKey, to_version: [u8; 16]) -> Result<u64> {
        let mut state = self.state();
        let prefix = [&from[..], &from_version].concat();
        let linked: Vec<(RecordKey, Record)> = state
            .records
            .iter()
            .filter(|(key, record)| key.starts_with(&prefix) && matches!(record.state, RecordState::Ready(_)))
            .map(|(key, record)| {
                let new = [&to[..], &to_version, &key[48..]].concat();
                (new.try_into().unwrap(), record.clone())
            })
            .collect();
        let count = linked.len() as u64;
        state.put(linked);
        Ok(count)
    }

    fn drop_under(&self, prefix: &[u8]) -> Result<Vec<BlobName>> {
        let mut state = self.state();
        let blobs = stored(&state, |key, _| key.starts_with(prefix)).into_iter().map(|stored| stored.blob).collect();
        state.records.retain(|key, _| !key.starts_with(prefix));
        Ok(blobs)
    }

    fn drop_records(&self, keys: &[RecordKey]) -> Result<()> {
        self.state().records.retain(|key, _| !keys.contains(key));
        Ok(())
    }

    fn page(&self, after: Option<&RecordKey>, n: usize) -> Result<Vec<StoredRecord>> {
        let mut page = stored(&self.state(), |key, _| after.is_none_or(|after| key > after));
        page.truncate(n);
        Ok(page)
    }

    fn unused(&self, before: i64, n: usize) -> Result<Vec<StoredRecord>> {
        let mut unused = stored(&self.state(), |_, record| record.used < before);
        unused.truncate(n);
        Ok(unused)
    }

    fn packages(&self, before: i64, n: usize) -> Result<Vec<StoredRecord>> {
        let is_old = |_: &RecordKey, record: &Record| record.kind == RecordKind::Package && record.created < before;
        let mut packages = stored(&self.state(), is_old);
        packages.truncate(n);
        Ok(packages)
    }

    fn unreferenced(&self, blobs: &[BlobName]) -> Result<Vec<BlobName>> {
        let referenced: Vec<BlobName> = stored(&self.state(), |_, _| true).iter().map(|stored| stored.blob).collect();
        Ok(blobs.iter().filter(|blob| !referenced.contains(blob)).copied().collect())
    }

    fn totals(&self) -> Result<Totals> {
        let state = self.state();
        let ready = stored(&state, |_, _| true);
        let bytes = ready.iter().map(|stored| stored.size).sum();
        Ok(Totals { ready: ready.len() as u64, failed: (state.records.len() - ready.len()) as u64, bytes })
    }
}

/// Blobs in memory.
#[derive(Default)]
struct MemoryBlobs {
    blobs: Mutex<HashMap<BlobName, Vec<u8>>>,
    puts: AtomicUsize,
    /// Whether there is no room.
    full: AtomicBool,
}

impl MemoryBlobs {
    fn check_room(&self) -> Result<()> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(EngineError::new(ErrorKind::Io, Subject::Store, "no space left on device")),
            false => Ok(()),
        }
    }
}

impl Blobs for MemoryBlobs {
    fn put(&self, blobs: &[(BlobName, &[u8])]) -> Result<()> {
        self.check_room()?;
        self.puts.fetch_add(blobs.len(), Ordering::SeqCst);
        self.blobs.lock().unwrap().extend(blobs.iter().map(|(name, bytes)| (*name, bytes.to_vec())));
        Ok(())
    }

    fn adopt(&self, name: BlobName, path: &Path) -> Result<()> {
        self.check_room()?;
        let failed = |e: std::io::Error| EngineError::new(ErrorKind::Io, Subject::Store, e.to_string());
        let bytes = std::fs::read(path).map_err(failed)?;
        self.blobs.lock().unwrap().insert(name, bytes);
        std::fs::remove_file(path).map_err(failed)
    }

    fn open(&self, name: BlobName) -> Result<Option<Source>> {
        Ok(self.blobs.lock().unwrap().get(&name).cloned().map(Source::from_bytes))
    }

    fn get(&self, name: BlobName, _: u64) -> Result<Option<Vec<u8>>> {
        Ok(self.blobs.lock().unwrap().get(&name).cloned())
    }

    fn remove(&self, name: BlobName) -> Result<()> {
        self.blobs.lock().unwrap().remove(&name);
        Ok(())
    }

    fn list(&self, each: &mut dyn FnMut(BlobEntry)) -> Result<()> {
        for (name, bytes) in &*self.blobs.lock().unwrap() {
            each(BlobEntry { name: *name, size: bytes.len() as u64, written: SystemTime::now() });
        }
        Ok(())
    }

    fn sweep(&self, _: SystemTime) -> Result<u64> {
        Ok(0)
    }
}

fn memory() -> (Backend, Arc<MemoryBlobs>) {
    let (memory, blobs) = (Arc::new(Memory::default()), Arc::new(MemoryBlobs::default()));
    (Backend { queue: memory.clone(), records: memory, blobs: blobs.clone() }, blobs)
}

#[test]
fn a_task_and_a_lookup_run_on_a_backend_in_memory() {
    let (temp, drive, (backend, blobs)) = (Temp::new("memory"), TestDrive::new(), memory());
    let engine = Engine::open_with(config(&temp.0), drive.clone(), backend).unwrap();
    let a = drive.picture("s", "a", 1);
    let status = ended(&engine, &engine.create_task(TaskKind::Image, &a, &mary()).unwrap());
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 1), "{status:?}");
    let LookupState::Ready { width, height, url, .. } =
        engine.lookup(&a, None, &mary(), LookupMode::CacheOnly).unwrap().state
    else {
        panic!("not ready");
    };
    assert_eq!((width, height), (32, 24));
    assert_eq!(&engine.open_url(&url.url).unwrap().body.read_all(1 << 20).unwrap()[8..12], b"WEBP");
    assert_eq!(blobs.puts.load(Ordering::SeqCst), 2, "one blob for each spec");
    let names: Vec<_> = std::fs::read_dir(&temp.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name == "engine.sqlite" || name == "blobs"), "{names:?}");
}

#[test]
fn a_lookup_queues_a_missing_thumbnail_on_a_backend_in_memory() {
    let (temp, drive, (backend, _)) = (Temp::new("memory-miss"), TestDrive::new(), memory());
    let engine = Engine::open_with(config(&temp.0), drive.clone(), backend).unwrap();
    let a = drive.picture("s", "a", 1);
    let found = engine.lookup(&a, Some("large"), &mary(), LookupMode::WaitUpTo(SOON)).unwrap();
    assert!(matches!(found.state, LookupState::Ready { .. }), "{found:?}");
    let missing = engine.lookup(&file("s", "none"), None, &mary(), LookupMode::CacheOnly).unwrap();
    assert_eq!(missing.state, LookupState::NoSuchFile);
    engine.file_deleted(&a).unwrap();
    assert_eq!(engine.lookup(&a, None, &mary(), LookupMode::CacheOnly).unwrap().state, LookupState::NotExist);
    assert_eq!(engine.verify().unwrap().sound, 0);
}

#[test]
fn a_package_is_written_on_a_backend_in_memory() {
    let (temp, drive, (backend, _)) = (Temp::new("memory-package"), TestDrive::new(), memory());
    let engine = Engine::open_with(config(&temp.0), drive.clone(), backend).unwrap();
    let files = [drive.picture("s", "a", 1), drive.picture("s", "b", 2)];
    let task = ShareTask::package("all.zip", PackageContent::Both);
    let status = ended(&engine, &engine.create_share_task(task, &files, &mary()).unwrap());
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 2), "{status:?}");
    let content = engine.open_url(&status.url.unwrap().url).unwrap();
    assert_eq!(content.file_name.as_deref(), Some("all.zip"));
    let zip = std::io::Cursor::new(content.body.read_all(1 << 20).unwrap());
    assert_eq!(zip::ZipArchive::new(zip).unwrap().len(), 4);
}

#[test]
fn what_was_acknowledged_on_a_full_disk_ends_once_there_is_room() {
    let (temp, drive, (backend, blobs)) = (Temp::new("memory-full"), TestDrive::new(), memory());
    let (mut config, clock) = (config(&temp.0), Arc::new(TestClock::default()));
    config.clock = clock.clone();
    let engine = Engine::open_with(config, drive.clone(), backend).unwrap();
    let files = [drive.picture("s", "a", 1), drive.picture("s", "b", 2)];
    blobs.full.store(true, Ordering::SeqCst);
    let task = ShareTask::package("all.zip", PackageContent::Files);
    let ids =
        [engine.create_batch_task(&files, &mary()).unwrap(), engine.create_share_task(task, &files, &mary()).unwrap()];
    // Longer than any failure of a file or the drive would be retried.
    for _ in 0..12 {
        std::thread::sleep(Duration::from_millis(60));
        clock.jump(15);
    }
    assert!(ids.iter().all(|id| !engine.task(id, &mary()).unwrap().state.is_final()));
    blobs.full.store(false, Ordering::SeqCst);
    let start = Instant::now();
    for id in &ids {
        while !engine.wait(id, &mary(), Duration::from_millis(300)).unwrap().state.is_final() {
            assert!(start.elapsed() < SOON);
            clock.jump(15);
        }
        let status = engine.task(id, &mary()).unwrap();
        assert_eq!((status.state, status.done), (TaskState::Succeeded, 2), "{status:?}");
    }
}
