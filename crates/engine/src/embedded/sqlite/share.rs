//! Share tasks: one job with many items, each of which is committed on its own.

use rusqlite::{Connection, OptionalExtension, Result};

use super::{items, jobs, rows};
use crate::model::job::{ItemResult, Lease, ShareItem, ShareJob};
use crate::model::task::{ItemState, TaskState};

fn task_of(c: &Connection, lease: &Lease) -> Result<Option<(i64, TaskState)>> {
    if !jobs::is_valid(c, lease)? {
        return Ok(None);
    }
    c.prepare_cached(
        "SELECT tasks.n, tasks.state FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 LIMIT 1",
    )?
    .query_row([lease.job], |row| Ok((row.get(0)?, row.get(1)?)))
    .optional()
}

/// The task of a leased job, unless it has ended.
pub(super) fn read(c: &Connection, lease: &Lease) -> Result<Option<ShareJob>> {
    let tx = c.unchecked_transaction()?;
    let Some((n, state)) = task_of(&tx, lease)? else { return Ok(None) };
    if state.is_final() {
        return Ok(None);
    }
    let mut select = tx.prepare_cached("SELECT id, caller, share FROM tasks WHERE n = ?1")?;
    let (id, caller, share) = select.query_row([n], |row| {
        let (caller, share) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        Ok((rows::task_id(row, 0)?, rows::read_caller(caller)?, rows::read_share(share)?))
    })?;
    let mut select = tx.prepare_cached("SELECT n, space, file, state, out FROM items WHERE task = ?1 ORDER BY n")?;
    let items = select.query_map([n], |row| {
        Ok(ShareItem { n: row.get(0)?, file: rows::file_ref(row, 1)?, state: row.get(3)?, output: row.get(4)? })
    })?;
    let items = items.collect::<Result<_>>()?;
    Ok(Some(ShareJob { id, caller, share, items }))
}

/// Stores the result of one item; the attempts at the next one start from zero. Returns false if the lease is stale or the task has ended.
pub(super) fn finish_item(c: &Connection, lease: &Lease, n: u32, result: &ItemResult, now: i64) -> Result<bool> {
    match task_of(c, lease)? {
        Some((task, state)) if !state.is_final() => {
            items::put(c, task, i64::from(n), result, now)?;
            c.prepare_cached("UPDATE jobs SET tries = 0, timeouts = 0, crashes = 0 WHERE id = ?1")?
                .execute([lease.job])?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Queues the items that succeeded once more. Returns false if the lease is stale or the task has ended.
pub(super) fn restart(c: &Connection, lease: &Lease, now: i64) -> Result<bool> {
    let Some((task, _)) = task_of(c, lease)?.filter(|(_, state)| !state.is_final()) else { return Ok(false) };
    let restarted = c
        .prepare_cached("UPDATE items SET state = ?3, out = NULL WHERE task = ?1 AND state = ?2")?
        .execute((task, ItemState::Succeeded, ItemState::Queued))?;
    c.prepare_cached("UPDATE tasks SET done = done - ?2, updated = ?3 WHERE n = ?1")?.execute((
        task,
        restarted as i64,
        now,
    ))?;
    Ok(true)
}
