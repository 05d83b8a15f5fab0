//! Share tasks: one job of many items, each of which ends durably by itself.

use rusqlite::{Connection, OptionalExtension, Result};

use super::{jobs, rows, tasks};
use crate::engine::port::queue::{Claim, ItemEnd, ShareItem, ShareWork};
use crate::engine::task::TaskState;

fn task_of(c: &Connection, claim: &Claim) -> Result<Option<(i64, TaskState)>> {
    if !jobs::holds(c, claim)? {
        return Ok(None);
    }
    c.prepare_cached(
        "SELECT tasks.n, tasks.state FROM items JOIN tasks ON tasks.n = items.task WHERE items.job = ?1 LIMIT 1",
    )?
    .query_row([claim.job], |row| Ok((row.get(0)?, row.get(1)?)))
    .optional()
}

/// The task of a job under lease, unless it ended meanwhile.
pub(super) fn read(c: &Connection, claim: &Claim) -> Result<Option<ShareWork>> {
    let tx = c.unchecked_transaction()?;
    let Some((n, state)) = task_of(&tx, claim)? else { return Ok(None) };
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
        Ok(ShareItem { n: row.get(0)?, file: rows::file_ref(row, 1)?, state: row.get(3)?, out: row.get(4)? })
    })?;
    let items = items.collect::<Result<_>>()?;
    Ok(Some(ShareWork { id, caller, share, items }))
}

/// Writes down what became of one item; false if the lease does not hold or the task ended.
pub(super) fn end_item(c: &Connection, claim: &Claim, n: u32, end: &ItemEnd, now: i64) -> Result<bool> {
    match task_of(c, claim)? {
        Some((task, state)) if !state.is_final() => {
            tasks::put_item(c, task, i64::from(n), end, now)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
