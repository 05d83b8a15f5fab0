//! Fairness between spaces: start-time fair queueing in two tables.
//!
//! A job's turn is one after the last turn of its space, but not before the last turn served. A space that adds ten
//! thousand jobs takes the next ten thousand turns; a space that adds one later starts at the current turn and is served
//! in between. Jobs are served in order of turns, by an index.

use rusqlite::{Connection, OptionalExtension, Result};

use crate::model::key::SpaceKey;

/// The next turn of `space` in the queue of `priority`.
pub(super) fn next_turn(c: &Connection, priority: i64, space: &SpaceKey) -> Result<i64> {
    let served: i64 =
        c.prepare_cached("SELECT turn FROM served WHERE priority = ?1")?.query_row([priority], |row| row.get(0))?;
    let last: Option<i64> = c
        .prepare_cached("SELECT last FROM turns WHERE priority = ?1 AND space = ?2")?
        .query_row((priority, space), |row| row.get(0))
        .optional()?;
    let turn = served.max(last.unwrap_or(0)) + 1;
    c.prepare_cached("INSERT INTO turns VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last = excluded.last")?
        .execute((priority, space, turn))?;
    Ok(turn)
}

/// Records that turns up to `turn` have been served.
pub(super) fn serve(c: &Connection, priority: i64, turn: i64) -> Result<()> {
    c.prepare_cached("UPDATE served SET turn = max(turn, ?2) WHERE priority = ?1")?.execute((priority, turn))?;
    Ok(())
}

/// Drops spaces with no turn ahead.
pub(super) fn forget(c: &Connection) -> Result<()> {
    c.execute("DELETE FROM turns WHERE last <= (SELECT turn FROM served WHERE served.priority = turns.priority)", [])?;
    Ok(())
}
