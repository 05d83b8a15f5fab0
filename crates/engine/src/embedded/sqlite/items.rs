//! How the items of tasks end, and with the last of them their tasks. Every function runs inside a transaction of the
//! writer.

use rusqlite::{Connection, OptionalExtension, Result};

use crate::model::job::ItemResult;
use crate::model::task::{ItemState, TaskKind, TaskState};
use crate::model::transition::TaskEvent;
use thumbling::ErrorKind;

/// Ends every item that waits for the job, and the tasks that have nothing else to wait for; `end` maps the kind of an item's
/// task to how the item ends.
pub(super) fn end_all(c: &Connection, job: i64, end: impl Fn(TaskKind) -> Option<ItemResult>, now: i64) -> Result<()> {
    let mut waiting = c.prepare_cached(
        "SELECT items.task, items.n, tasks.kind FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1",
    )?;
    let waiting = waiting.query_map([job], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, TaskKind>(2)?)))?;
    let waiting = waiting.collect::<Result<Vec<(i64, i64, TaskKind)>>>()?;
    let mut last = None;
    for (task, n, kind) in waiting {
        let result = end(kind).unwrap_or_else(|| ItemResult::failed(ErrorKind::Internal, "no record was created"));
        // Items of a share task may have ended before their job.
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
    let mut select = c.prepare_cached("SELECT state FROM items WHERE task = ?1 AND n = ?2")?;
    let before: Option<ItemState> = select.query_row((task, n), |row| row.get(0)).optional()?;
    let ends = before.zip(result.state.ended_by()).is_some_and(|(before, event)| before.after(event).is_some());
    if !ends {
        return Ok(());
    }
    let (kind, detail) = match &result.failure {
        Some((kind, detail)) => (Some(kind.code()), Some(detail.as_str())),
        None => (None, None),
    };
    c.prepare_cached("UPDATE items SET state = ?3, kind = ?4, detail = ?5, out = ?6 WHERE task = ?1 AND n = ?2")?
        .execute((task, n, result.state, kind, detail, &result.output))?;
    let (done, failed) = (result.state == ItemState::Succeeded, result.state == ItemState::Failed);
    c.prepare_cached("UPDATE tasks SET done = done + ?2, failed = failed + ?3, updated = ?4 WHERE n = ?1")?
        .execute((task, done, failed, now))?;
    Ok(())
}

/// Starts a task, one of whose jobs was leased.
pub(super) fn start(c: &Connection, task: i64, now: i64) -> Result<()> {
    let before = state(c, task)?;
    match before.and_then(|before| before.after(TaskEvent::Start)) {
        Some(after) if before != Some(after) => {
            c.prepare_cached("UPDATE tasks SET state = ?2, updated = ?3 WHERE n = ?1")?.execute((task, after, now))?;
        }
        _ => {}
    }
    Ok(())
}

fn state(c: &Connection, task: i64) -> Result<Option<TaskState>> {
    c.prepare_cached("SELECT state FROM tasks WHERE n = ?1")?.query_row([task], |row| row.get(0)).optional()
}

/// Ends a task whose items have all ended.
pub(super) fn settle(c: &Connection, task: i64, now: i64) -> Result<()> {
    let (total, done, failed): (u32, u32, u32) = c
        .prepare_cached("SELECT total, done, failed FROM tasks WHERE n = ?1")?
        .query_row([task], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if done + failed == total {
        end(c, task, TaskEvent::End { total, done }, now)?;
    }
    Ok(())
}

/// Ends a task by `event`, unless it has ended.
pub(super) fn end(c: &Connection, task: i64, event: TaskEvent, now: i64) -> Result<()> {
    let Some(after) = state(c, task)?.and_then(|before| before.after(event)) else { return Ok(()) };
    let ended: i64 =
        c.prepare_cached("UPDATE totals SET ended = ended + 1 RETURNING ended")?.query_row([], |row| row.get(0))?;
    c.prepare_cached("UPDATE tasks SET state = ?2, updated = ?3, ended = ?4 WHERE n = ?1")?
        .execute((task, after, now, ended))?;
    Ok(())
}

/// Ends the items of a task that wait for no job, counts items without a row as failed, and ends the task if nothing is
/// left of it to do.
pub(super) fn end_lost(c: &Connection, task: i64, end: &ItemResult) -> Result<()> {
    let now = c.query_row("SELECT updated FROM tasks WHERE n = ?1", [task], |row| row.get(0))?;
    let mut select = c.prepare("SELECT n FROM items WHERE task = ?1 AND state = 0 AND job IS NULL")?;
    for n in select.query_map([task], |row| row.get(0))?.collect::<Result<Vec<i64>>>()? {
        put(c, task, n, end, now)?;
    }
    c.prepare_cached(
        "UPDATE tasks SET failed = total - done - (SELECT count(*) FROM items WHERE task = ?1 AND state = 0)
         WHERE n = ?1 AND total >= done + (SELECT count(*) FROM items WHERE task = ?1 AND state = 0)",
    )?
    .execute([task])?;
    // A damaged total must not keep the task from ending.
    c.prepare_cached(
        "UPDATE tasks SET total = done + failed + (SELECT count(*) FROM items WHERE task = ?1 AND state = 0)
         WHERE n = ?1 AND total < done + (SELECT count(*) FROM items WHERE task = ?1 AND state = 0)",
    )?
    .execute([task])?;
    settle(c, task, now)
}
