//! Tasks and their items: taken, ended, cancelled, read. All but reading runs inside a transaction of the writer.

use rusqlite::{Connection, OptionalExtension, Result as Sql};

use super::{fault, jobs, records, rows};
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::TaskId;
use crate::engine::port::queue::{ItemEnd, ItemRow, NewTask, TaskRow, Work};
use crate::engine::port::records::{Record, State};
use crate::engine::recipe::{self, ContentKey};
use crate::engine::task::{ItemState, Kind, ShareTask, TaskState};
use crate::error::ErrorKind;
use crate::format::Family;

/// What became of an item.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    state: ItemState,
    failure: Option<(ErrorKind, String)>,
}

impl Ended {
    /// Failed.
    pub(super) fn failed(kind: ErrorKind, detail: &str) -> Self {
        Self { state: ItemState::Failed, failure: Some((kind, detail.to_owned())) }
    }

    /// What the records of all its thumbnails say to a task of `kind`. `None` if one is missing; one that may be tried
    /// again counts as missing unless `last`.
    pub(super) fn of(records: &[Option<Record>], kind: Kind, last: bool) -> Option<Self> {
        let mut ended = Self { state: ItemState::Succeeded, failure: None };
        for record in records {
            let record = record.as_ref()?;
            if let Some(family) = record.family.and_then(family)
                && !kind.takes(family)
            {
                let detail = format!("the file is of the family `{}`", family.name());
                return Some(Self::failed(ErrorKind::Unsupported, &detail));
            }
            match &record.state {
                State::Ready(_) => {}
                State::Failed { retry_at: Some(_), .. } if !last => return None,
                State::Failed { kind, detail, .. } => ended = Self::failed(*kind, detail),
            }
        }
        Some(ended)
    }
}

/// Families by their number in records.
pub(crate) const FAMILIES: [Family; 5] =
    [Family::Image, Family::Document, Family::Video, Family::Audio, Family::Archive];

fn family(number: u8) -> Option<Family> {
    FAMILIES.get(usize::from(number)).copied()
}

/// Ends every item that waits for the job, as `ended` says of a task of a kind.
pub(super) fn end_items(c: &Connection, job: i64, ended: impl Fn(Kind) -> Option<Ended>, now: i64) -> Sql<()> {
    let mut waiting = c.prepare_cached(
        "SELECT items.task, items.n, tasks.kind FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 AND items.state = 0",
    )?;
    let waiting = waiting.query_map([job], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Kind>(2)?)))?;
    let waiting = waiting.collect::<Sql<Vec<(i64, i64, Kind)>>>()?;
    let mut last = None;
    for (task, n, kind) in waiting {
        let ended = ended(kind).unwrap_or_else(|| Ended::failed(ErrorKind::Internal, "no record was made"));
        put_item(c, task, n, &ItemEnd { state: ended.state, failure: ended.failure, out: None }, now)?;
        // Items of one task come one after the other.
        if last.is_some_and(|last| last != task) {
            settle(c, last.unwrap_or_default(), now)?;
        }
        last = Some(task);
    }
    if let Some(task) = last {
        settle(c, task, now)?;
    }
    c.prepare_cached("UPDATE items SET job = NULL WHERE job = ?1")?.execute([job])?;
    Ok(())
}

/// Writes down the end of an item that has not ended, and counts it.
pub(super) fn put_item(c: &Connection, task: i64, n: i64, end: &ItemEnd, now: i64) -> Sql<()> {
    let (kind, detail) = match &end.failure {
        Some((kind, detail)) => (Some(kind.code()), Some(detail.as_str())),
        None => (None, None),
    };
    let changed = c
        .prepare_cached(
            "UPDATE items SET state = ?3, kind = ?4, detail = ?5, out = ?6 WHERE task = ?1 AND n = ?2 AND state = 0",
        )?
        .execute((task, n, end.state, kind, detail, &end.out))?;
    if changed == 1 {
        let (done, failed) = (end.state == ItemState::Succeeded, end.state == ItemState::Failed);
        c.prepare_cached("UPDATE tasks SET done = done + ?2, failed = failed + ?3, updated = ?4 WHERE n = ?1")?
            .execute((task, done, failed, now))?;
    }
    Ok(())
}

/// Ends a task whose items have all ended.
pub(super) fn settle(c: &Connection, task: i64, now: i64) -> Sql<()> {
    let (state, total, done, failed) =
        c.prepare_cached("SELECT state, total, done, failed FROM tasks WHERE n = ?1")?.query_row([task], |row| {
            Ok((row.get::<_, TaskState>(0)?, row.get(1)?, row.get(2)?, row.get::<_, u32>(3)?))
        })?;
    if !state.is_final() && done + failed == total {
        end(c, task, TaskState::end(total, done), now)?;
    }
    Ok(())
}

/// Ends the share task of a job; files that nothing was said of have failed.
pub(super) fn end_share(c: &Connection, job: i64, now: i64) -> Sql<()> {
    let mut select = c.prepare_cached("SELECT task FROM items WHERE job = ?1 LIMIT 1")?;
    let task: Option<i64> = select.query_row([job], |row| row.get(0)).optional()?;
    end_items(c, job, |_| Some(Ended::failed(ErrorKind::Internal, "nothing was done")), now)?;
    task.map_or(Ok(()), |task| settle(c, task, now))
}

fn end(c: &Connection, task: i64, state: TaskState, now: i64) -> Sql<()> {
    let ended: i64 =
        c.prepare_cached("UPDATE totals SET ended = ended + 1 RETURNING ended")?.query_row([], |row| row.get(0))?;
    c.prepare_cached("UPDATE tasks SET state = ?2, updated = ?3, ended = ?4 WHERE n = ?1")?
        .execute((task, state, now, ended))?;
    Ok(())
}

/// The key of the job of a share task.
fn share_key(task: &NewTask) -> Option<ContentKey> {
    let file = &task.items.first()?.file;
    let mut key = [0; 48];
    key.copy_from_slice(&recipe::package_key(&file.space, task.id.as_bytes())[..48]);
    Some(key)
}

/// Takes a task, with the jobs that it waits for.
pub(super) fn add(c: &Connection, task: &NewTask, bound: u64) -> Result<TaskId> {
    let full = || EngineError::busy(Subject::Call, "the queue is full", std::time::Duration::from_secs(5));
    let (total, text) = (task.items.len() as i64, rows::write_caller(&task.caller));
    let share = task.share.as_ref().map(rows::write_share);
    let mut insert = c
        .prepare_cached(
            "INSERT INTO tasks (id, kind, state, caller, share, total, done, failed, created, updated)
             VALUES (?1, ?2, 0, ?3, ?4, ?5, 0, 0, ?6, ?6)",
        )
        .map_err(fault)?;
    insert.execute((task.id.as_bytes(), task.kind, text, share, total, task.now)).map_err(fault)?;
    let row = c.last_insert_rowid();
    let job_of = |content: &ContentKey, item: &crate::engine::port::queue::NewItem, work| {
        let (file, version, priority, now) = (&item.file, item.version.as_ref(), task.priority, task.now);
        let new = jobs::New { content, work, file, version, priority, now };
        jobs::add(c, &new, bound).map_err(fault)?.ok_or_else(full)
    };
    let shared = match (&task.share, task.items.first(), share_key(task)) {
        (Some(order), Some(first), Some(content)) => {
            let work = if matches!(order, ShareTask::Save { .. }) { Work::Save } else { Work::Package };
            Some(job_of(&content, first, work)?)
        }
        _ => None,
    };
    for (n, item) in task.items.iter().enumerate() {
        let mut ended = None;
        let job = match shared {
            Some(job) => Some(job),
            None => {
                if let (Kind::Changed, Some(version)) = (task.kind, &item.version) {
                    let (file, keep) = (recipe::file_key(&item.file), recipe::version_part(version));
                    records::drop_other_versions(c, &file, keep).map_err(fault)?;
                }
                ended = Ended::of(&records::get(c, &item.keys).map_err(fault)?, task.kind, false);
                ended = ended.filter(|_| !item.keys.is_empty());
                match ended {
                    Some(_) => None,
                    None => {
                        let content = recipe::content_key(&item.file, item.version.as_ref());
                        let job = job_of(&content, item, Work::Render)?;
                        if task.kind == Kind::Changed
                            && let Some(same) = changed_task(c, job).map_err(fault)?
                        {
                            c.execute("DELETE FROM tasks WHERE n = ?1", [row]).map_err(fault)?;
                            return Ok(same);
                        }
                        Some(job)
                    }
                }
            }
        };
        c.prepare_cached("INSERT INTO items (task, n, space, file, job, state) VALUES (?1, ?2, ?3, ?4, ?5, 0)")
            .and_then(|mut s| s.execute((row, n as i64, item.file.space.as_str(), item.file.file.as_str(), job)))
            .map_err(fault)?;
        if let Some(Ended { state, failure }) = ended {
            put_item(c, row, n as i64, &ItemEnd { state, failure, out: None }, task.now).map_err(fault)?;
        }
    }
    if shared.is_none() {
        settle(c, row, task.now).map_err(fault)?;
    }
    Ok(task.id)
}

/// The task of a change that waits for the job already.
fn changed_task(c: &Connection, job: i64) -> Sql<Option<TaskId>> {
    c.prepare_cached(
        "SELECT tasks.id FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 AND tasks.kind = ?2 LIMIT 1",
    )?
    .query_row((job, Kind::Changed), |row| rows::task_id(row, 0))
    .optional()
}

/// Ends a task; says which jobs nobody waits for any more that are under lease.
pub(super) fn cancel(c: &Connection, id: &TaskId, now: i64) -> Sql<Vec<i64>> {
    let found = c
        .prepare_cached("SELECT n, state FROM tasks WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, TaskState>(1)?)))
        .optional()?;
    let Some((task, state)) = found else { return Ok(Vec::new()) };
    if state.is_final() {
        return Ok(Vec::new());
    }
    let mut select = c.prepare_cached("SELECT DISTINCT job FROM items WHERE task = ?1 AND job IS NOT NULL")?;
    let waited = select.query_map([task], |row| row.get(0))?.collect::<Sql<Vec<i64>>>()?;
    c.prepare_cached("UPDATE items SET state = ?2, job = NULL WHERE task = ?1 AND state = 0")?
        .execute((task, ItemState::Cancelled))?;
    c.prepare_cached("UPDATE items SET job = NULL WHERE task = ?1")?.execute([task])?;
    end(c, task, TaskState::Cancelled, now)?;
    let mut running = Vec::new();
    for job in waited {
        if c.prepare_cached("SELECT 1 FROM items WHERE job = ?1")?.exists([job])? {
            continue;
        }
        let mut delete = c.prepare_cached("DELETE FROM jobs WHERE id = ?1 RETURNING state")?;
        if delete.query_row([job], |row| row.get::<_, i64>(0)).optional()? == Some(jobs::LEASED) {
            running.push(job);
        }
    }
    Ok(running)
}

/// A task with its items.
pub(super) fn read_task(c: &Connection, id: &TaskId) -> Sql<Option<TaskRow>> {
    // One moment for the task and its items.
    let tx = c.unchecked_transaction()?;
    let sql = "SELECT n, kind, state, caller, share, total, done, failed, created, updated FROM tasks WHERE id = ?1";
    let found = tx
        .prepare_cached(sql)?
        .query_row([id.as_bytes()], |row| {
            let share: Option<String> = row.get(4)?;
            let task = TaskRow {
                id: *id,
                kind: row.get(1)?,
                state: row.get(2)?,
                caller: rows::read_caller(row.get_ref(3)?.as_str()?)?,
                share: share.as_deref().map(rows::read_share).transpose()?,
                total: row.get(5)?,
                done: row.get(6)?,
                failed: row.get(7)?,
                created: row.get(8)?,
                updated: row.get(9)?,
                items: Vec::new(),
            };
            Ok((row.get::<_, i64>(0)?, task))
        })
        .optional()?;
    let Some((n, mut task)) = found else { return Ok(None) };
    let mut select =
        tx.prepare_cached("SELECT space, file, state, kind, detail, out FROM items WHERE task = ?1 ORDER BY n")?;
    let items = select.query_map([n], |row| {
        let kind = row.get::<_, Option<i64>>(3)?.map(rows::error_kind).transpose()?;
        let detail: Option<String> = row.get(4)?;
        Ok(ItemRow {
            file: rows::file_ref(row, 0)?,
            state: row.get(2)?,
            failure: kind.map(|kind| (kind, detail.unwrap_or_default())),
            out: row.get(5)?,
        })
    })?;
    task.items = items.collect::<Sql<_>>()?;
    Ok(Some(task))
}

/// Ends the items of a task that wait for no job any more, and the task with them.
pub(super) fn end_lost(c: &Connection, task: i64, ended: &Ended) -> Sql<()> {
    let (now, mut select) = (
        c.query_row("SELECT updated FROM tasks WHERE n = ?1", [task], |row| row.get(0))?,
        c.prepare("SELECT n FROM items WHERE task = ?1 AND state = 0 AND job IS NULL")?,
    );
    for n in select.query_map([task], |row| row.get(0))?.collect::<Sql<Vec<i64>>>()? {
        let end = ItemEnd { state: ended.state, failure: ended.failure.clone(), out: None };
        put_item(c, task, n, &end, now)?;
    }
    settle(c, task, now)
}
