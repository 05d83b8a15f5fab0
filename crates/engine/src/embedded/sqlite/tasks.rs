//! Tasks and their items: added, cancelled, read. All but reads run inside a transaction of the writer.

use rusqlite::{Connection, OptionalExtension, Result as Sql};

use super::fault::fault;
use super::{items, jobs, records, rows};
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::TaskId;
use crate::model::job::{Failures, ItemResult, JobKind, NewItem, NewTask, StoredItem, StoredTask};
use crate::model::key::{self, ContentKey};
use crate::model::task::{ItemState, ShareTask, TaskKind, TaskState};
use crate::model::transition::{JobEvent, JobState, TaskEvent};

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
            items::put(c, row, n as i64, &result, task.now).map_err(fault)?;
        }
    }
    if shared.is_none() {
        items::settle(c, row, task.now).map_err(fault)?;
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
    items::end(c, task, TaskEvent::Cancel, now)?;
    let mut running = Vec::new();
    for job in waited {
        if c.prepare_cached("SELECT 1 FROM items WHERE job = ?1")?.exists([job])? {
            continue;
        }
        if jobs::apply(c, job, JobEvent::Drop)? == Some(JobState::Leased) {
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
