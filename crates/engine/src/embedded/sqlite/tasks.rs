//! Tasks and their items: added, ended, cancelled, read. All but reads run inside a transaction of the writer.

use rusqlite::{Connection, OptionalExtension, Result as Sql};

use super::{fault, jobs, records, rows};
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::TaskId;
use crate::model::job::{Failures, ItemResult, JobKind, NewItem, NewTask, StoredItem, StoredTask};
use crate::model::key::{self, ContentKey};
use crate::model::task::{ItemState, ShareTask, TaskKind, TaskState};
use thumbling::ErrorKind;

/// Ends every item that waits for the job; `end` maps the kind of its task to how it ends.
pub(super) fn end_items(c: &Connection, job: i64, end: impl Fn(TaskKind) -> Option<ItemResult>, now: i64) -> Sql<()> {
    let mut waiting = c.prepare_cached(
        "SELECT items.task, items.n, tasks.kind FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 AND items.state = 0",
    )?;
    let waiting = waiting.query_map([job], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, TaskKind>(2)?)))?;
    let waiting = waiting.collect::<Sql<Vec<(i64, i64, TaskKind)>>>()?;
    let mut last = None;
    for (task, n, kind) in waiting {
        let result = end(kind).unwrap_or_else(|| ItemResult::failed(ErrorKind::Internal, "no record was created"));
        put_item(c, task, n, &result, now)?;
        // Items of one task are adjacent.
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

/// Stores and counts the result of an item that has not ended.
pub(super) fn put_item(c: &Connection, task: i64, n: i64, result: &ItemResult, now: i64) -> Sql<()> {
    let (kind, detail) = match &result.failure {
        Some((kind, detail)) => (Some(kind.code()), Some(detail.as_str())),
        None => (None, None),
    };
    let changed = c
        .prepare_cached(
            "UPDATE items SET state = ?3, kind = ?4, detail = ?5, out = ?6 WHERE task = ?1 AND n = ?2 AND state = 0",
        )?
        .execute((task, n, result.state, kind, detail, &result.output))?;
    if changed == 1 {
        let (done, failed) = (result.state == ItemState::Succeeded, result.state == ItemState::Failed);
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
        end(c, task, TaskState::of_counts(total, done), now)?;
    }
    Ok(())
}

/// Ends the share task of a job; items without a result fail.
pub(super) fn end_share(c: &Connection, job: i64, now: i64) -> Sql<()> {
    let mut select = c.prepare_cached("SELECT task FROM items WHERE job = ?1 LIMIT 1")?;
    let task: Option<i64> = select.query_row([job], |row| row.get(0)).optional()?;
    end_items(c, job, |_| Some(ItemResult::failed(ErrorKind::Internal, "the item was not processed")), now)?;
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
    key.copy_from_slice(&key::package_key(&file.space, task.id.as_bytes())[..48]);
    Some(key)
}

/// Adds a task with the jobs it waits for.
pub(super) fn add(c: &Connection, task: &NewTask, max_jobs: u64) -> Result<TaskId> {
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
    let job_of = |content: &ContentKey, item: &NewItem, kind| {
        let (file, version, priority, now) = (&item.file, item.version.as_ref(), task.priority, task.now);
        let new = jobs::NewJob { content, kind, file, version, priority, now };
        jobs::add(c, &new, max_jobs).map_err(fault)?.ok_or_else(full)
    };
    let shared = match (&task.share, task.items.first(), share_key(task)) {
        (Some(share), Some(first), Some(content)) => {
            let kind = if matches!(share, ShareTask::Save { .. }) { JobKind::Save } else { JobKind::Package };
            Some(job_of(&content, first, kind)?)
        }
        _ => None,
    };
    for (n, item) in task.items.iter().enumerate() {
        let mut end = None;
        let job = match shared {
            Some(job) => Some(job),
            None => {
                if let (TaskKind::Changed, Some(version)) = (task.kind, &item.version) {
                    let (file, keep) = (key::file_key(&item.file), key::version_part(version));
                    records::drop_other_versions(c, &file, keep).map_err(fault)?;
                }
                if !item.keys.is_empty() {
                    let records = records::get(c, &item.keys).map_err(fault)?;
                    end = ItemResult::of_records(&records, task.kind, Failures::AreRetried);
                }
                match end {
                    Some(_) => None,
                    None => {
                        let content = key::content_key(&item.file, item.version.as_ref());
                        let job = job_of(&content, item, JobKind::Render)?;
                        if task.kind == TaskKind::Changed
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
        if let Some(result) = end {
            put_item(c, row, n as i64, &result, task.now).map_err(fault)?;
        }
    }
    if shared.is_none() {
        settle(c, row, task.now).map_err(fault)?;
    }
    Ok(task.id)
}

/// The `Changed` task that already waits for the job.
fn changed_task(c: &Connection, job: i64) -> Sql<Option<TaskId>> {
    c.prepare_cached(
        "SELECT tasks.id FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 AND tasks.kind = ?2 LIMIT 1",
    )?
    .query_row((job, TaskKind::Changed), |row| rows::task_id(row, 0))
    .optional()
}

/// Cancels a task. Returns the leased jobs that no task waits for any more.
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
pub(super) fn read_task(c: &Connection, id: &TaskId) -> Sql<Option<StoredTask>> {
    // One snapshot of the task and its items.
    let tx = c.unchecked_transaction()?;
    let sql = "SELECT n, kind, state, caller, share, total, done, failed, created, updated FROM tasks WHERE id = ?1";
    let found = tx
        .prepare_cached(sql)?
        .query_row([id.as_bytes()], |row| {
            let share: Option<String> = row.get(4)?;
            let task = StoredTask {
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
        Ok(StoredItem {
            file: rows::file_ref(row, 0)?,
            state: row.get(2)?,
            failure: kind.map(|kind| (kind, detail.unwrap_or_default())),
            output: row.get(5)?,
        })
    })?;
    task.items = items.collect::<Sql<_>>()?;
    Ok(Some(task))
}

/// Ends the items of a task that wait for no job, and then the task.
pub(super) fn end_lost(c: &Connection, task: i64, end: &ItemResult) -> Sql<()> {
    let now = c.query_row("SELECT updated FROM tasks WHERE n = ?1", [task], |row| row.get(0))?;
    let mut select = c.prepare("SELECT n FROM items WHERE task = ?1 AND state = 0 AND job IS NULL")?;
    for n in select.query_map([task], |row| row.get(0))?.collect::<Sql<Vec<i64>>>()? {
        put_item(c, task, n, end, now)?;
    }
    settle(c, task, now)
}
