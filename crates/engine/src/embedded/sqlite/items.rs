//! How the items of tasks end, and with the last of them their tasks. Every function runs inside a transaction of the
//! writer.

use rusqlite::{Connection, OptionalExtension, Result};

use crate::model::job::ItemResult;
use crate::model::task::{ItemState, TaskKind, TaskState};
use thumbling::ErrorKind;

/// Ends every item that waits for the job; `end` maps the kind of its task to how it ends.
pub(super) fn end_all(c: &Connection, job: i64, end: impl Fn(TaskKind) -> Option<ItemResult>, now: i64) -> Result<()> {
    let mut waiting = c.prepare_cached(
        "SELECT items.task, items.n, tasks.kind FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 AND items.state = 0",
    )?;
    let waiting = waiting.query_map([job], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, TaskKind>(2)?)))?;
    let waiting = waiting.collect::<Result<Vec<(i64, i64, TaskKind)>>>()?;
    let mut last = None;
    for (task, n, kind) in waiting {
        let result = end(kind).unwrap_or_else(|| ItemResult::failed(ErrorKind::Internal, "no record was created"));
        put(c, task, n, &result, now)?;
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
pub(super) fn put(c: &Connection, task: i64, n: i64, result: &ItemResult, now: i64) -> Result<()> {
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
pub(super) fn settle(c: &Connection, task: i64, now: i64) -> Result<()> {
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
pub(super) fn end_share(c: &Connection, job: i64, now: i64) -> Result<()> {
    let mut select = c.prepare_cached("SELECT task FROM items WHERE job = ?1 LIMIT 1")?;
    let task: Option<i64> = select.query_row([job], |row| row.get(0)).optional()?;
    end_all(c, job, |_| Some(ItemResult::failed(ErrorKind::Internal, "the item was not processed")), now)?;
    task.map_or(Ok(()), |task| settle(c, task, now))
}

/// Ends a task.
pub(super) fn end(c: &Connection, task: i64, state: TaskState, now: i64) -> Result<()> {
    let ended: i64 =
        c.prepare_cached("UPDATE totals SET ended = ended + 1 RETURNING ended")?.query_row([], |row| row.get(0))?;
    c.prepare_cached("UPDATE tasks SET state = ?2, updated = ?3, ended = ?4 WHERE n = ?1")?
        .execute((task, state, now, ended))?;
    Ok(())
}

/// Ends the items of a task that wait for no job, and then the task.
pub(super) fn end_lost(c: &Connection, task: i64, end: &ItemResult) -> Result<()> {
    let now = c.query_row("SELECT updated FROM tasks WHERE n = ?1", [task], |row| row.get(0))?;
    let mut select = c.prepare("SELECT n FROM items WHERE task = ?1 AND state = 0 AND job IS NULL")?;
    for n in select.query_map([task], |row| row.get(0))?.collect::<Result<Vec<i64>>>()? {
        put(c, task, n, end, now)?;
    }
    settle(c, task, now)
}
