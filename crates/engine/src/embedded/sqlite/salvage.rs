//! Recovery of a damaged database: the file is moved away, and what can still be read is copied to a new one.
//!
//! Rows that hold values which this code never writes are dropped like rows that cannot be read. What is left is made
//! consistent, so that every task ends: with what it had done, and a failure for every file that was lost.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Result as Sql, Row, params_from_iter, types::Value};

use super::fault::fault;
use super::{items, jobs, rows, schema};
use crate::model::error::{EngineError, Result};
use crate::model::job::{ItemResult, JobKind, Priority};
use crate::model::key::{self, ContentKey, RecordKey};
use crate::model::task::{ItemState, TaskKind, TaskState};
use crate::model::upkeep::Repaired;
use thumbling::ErrorKind;

/// Tables that are copied, in this order.
const TABLES: [&str; 4] = ["tasks", "items", "jobs", "records"];
/// Times and tokens beyond this are damage; they leave room to count on.
const MAX_NUMBER: i64 = 1 << 60;

/// Moves the database at `path` to `damaged` and replaces it with a new one that holds everything that can still be read.
/// No process may have it open.
pub(in crate::embedded) fn salvage(path: &Path, damaged: &Path) -> Result<Repaired> {
    let with = |path: &Path, suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::rename(with(path, suffix), with(damaged, suffix)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            moved => moved.map_err(|e| EngineError::disk("renaming", &with(path, suffix), e))?,
        }
    }
    schema::prepare(path)?;
    let new = schema::connect(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut repaired = Repaired::default();
    if let Ok(old) = Connection::open_with_flags(damaged, flags) {
        let tx = new.unchecked_transaction().map_err(fault)?;
        for table in TABLES {
            // What cannot be read is lost.
            let _ = copy_table(&old, &tx, table);
        }
        reconcile(&tx).map_err(fault)?;
        let count =
            |table: &str| tx.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
        let count = |table| count(table).map(|n| n.max(0) as u64).map_err(fault);
        repaired = Repaired { tasks: count("tasks")?, jobs: count("jobs")?, thumbnails: count("records")? };
        tx.commit().map_err(fault)?;
    }
    Ok(repaired)
}

/// Copies rows until one cannot be read, from the front and then from the back.
fn copy_table(old: &Connection, new: &Connection, table: &str) -> Sql<()> {
    for order in ["ASC", "DESC"] {
        let Ok(mut select) = old.prepare(&format!("SELECT * FROM {table} ORDER BY 1 {order}")) else { continue };
        let columns = select.column_count();
        let marks = vec!["?"; columns].join(", ");
        let mut insert = new.prepare_cached(&format!("INSERT OR IGNORE INTO {table} VALUES ({marks})"))?;
        let Ok(mut rows) = select.query([]) else { continue };
        let whole = loop {
            let values = match rows.next() {
                Ok(Some(row)) => (0..columns).map(|at| row.get::<_, Value>(at)).collect::<Sql<Vec<_>>>(),
                Ok(None) => break true,
                Err(_) => break false,
            };
            if let Ok(values) = values {
                let _ = insert.execute(params_from_iter(values));
            }
        };
        if whole {
            break;
        }
    }
    Ok(())
}

/// Makes the copied rows consistent with each other.
fn reconcile(c: &Connection) -> Sql<()> {
    drop_unreadable(c)?;
    c.execute_batch(
        "UPDATE jobs SET state = 0, owner = NULL WHERE state = 1;
         -- The numbers of rows that were dropped are given out again.
         UPDATE sqlite_sequence SET seq = (SELECT ifnull(max(n), 0) FROM tasks) WHERE name = 'tasks';
         UPDATE sqlite_sequence SET seq = (SELECT ifnull(max(id), 0) FROM jobs) WHERE name = 'jobs';
         UPDATE jobs SET turn = id;
         UPDATE served SET turn = 0;
         INSERT OR REPLACE INTO turns SELECT priority, substr(content, 1, 16), max(turn) FROM jobs GROUP BY 1, 2;
         DELETE FROM items WHERE task NOT IN (SELECT n FROM tasks);
         -- An item whose job was lost gets a new job below, which asks the drive for the version again.
         UPDATE items SET job = NULL WHERE job NOT IN (SELECT id FROM jobs);
         UPDATE items SET job = NULL WHERE task IN (SELECT n FROM tasks WHERE ended IS NOT NULL);
         UPDATE totals SET ended = (SELECT ifnull(max(ended), 0) FROM tasks);",
    )?;
    count_totals(c)?;
    replace_lost_jobs(c)?;
    let mut select = c.prepare("SELECT n FROM tasks WHERE ended IS NULL")?;
    let unfinished = select.query_map([], |row| row.get(0))?.collect::<Sql<Vec<i64>>>()?;
    // Items that cannot be resumed fail, and so does what was lost of a task.
    let damaged = ItemResult::failed(ErrorKind::Internal, "lost when the store was damaged");
    unfinished.into_iter().try_for_each(|task| items::end_lost(c, task, &damaged))
}

/// Drops rows that hold values which this code never writes.
fn drop_unreadable(c: &Connection) -> Sql<()> {
    drop_rows(
        c,
        "SELECT n, kind, state, caller, share, total, done, failed, created, updated, ended, id FROM tasks",
        |row| {
            let (state, total): (TaskState, i64) = (row.get(2)?, row.get(5)?);
            row.get::<_, TaskKind>(1)?;
            rows::read_caller(row.get_ref(3)?.as_str()?)?;
            row.get::<_, Option<String>>(4)?.as_deref().map(rows::read_share).transpose()?;
            rows::task_id(row, 11)?;
            let ended: Option<i64> = row.get(10)?;
            let in_range = (1..=i64::from(u16::MAX)).contains(&total) && numbers(row, 0..1)? && numbers(row, 6..10)?;
            Ok(in_range && ended.is_some() == state.is_final() && ended.is_none_or(|n| (1..MAX_NUMBER).contains(&n)))
        },
        "DELETE FROM tasks WHERE n = ?1",
    )?;
    drop_rows(
        c,
        "SELECT task, n, space, file, state, kind, detail, out FROM items",
        |row| {
            rows::file_ref(row, 2)?;
            row.get::<_, ItemState>(4)?;
            row.get::<_, Option<i64>>(5)?.map(rows::error_kind).transpose()?;
            row.get::<_, Option<String>>(6)?;
            row.get::<_, Option<Vec<u8>>>(7)?;
            numbers(row, 0..2)
        },
        "DELETE FROM items WHERE task = ?1 AND n = ?2",
    )?;
    drop_rows(
        c,
        "SELECT id, work, space, file, version, priority, state, token, tries, timeouts, crashes, added, due, content FROM jobs",
        |row| {
            let (kind, file, version) = (rows::job_kind(row, 1)?, rows::file_ref(row, 2)?, rows::version(row, 4)?);
            row.get::<_, crate::model::transition::JobState>(6)?;
            let content: ContentKey = row.get(13)?;
            let right = kind != JobKind::Render || content == key::content_key(&file, version.as_ref());
            Ok(right && (0..3).contains(&row.get::<_, i64>(5)?) && numbers(row, 0..1)? && numbers(row, 7..13)?)
        },
        "DELETE FROM jobs WHERE id = ?1",
    )?;
    let records = format!("SELECT {}, key FROM records", rows::RECORD);
    let mut select = c.prepare(&records)?;
    let damaged = select.query_map([], |row| {
        let readable = rows::record(row).is_ok() && row.get::<_, RecordKey>(14).is_ok();
        (!readable).then(|| row.get::<_, Value>(14)).transpose()
    })?;
    for key in damaged.collect::<Sql<Vec<_>>>()?.into_iter().flatten() {
        c.execute("DELETE FROM records WHERE key = ?1", [key])?;
    }
    Ok(())
}

/// Whether these columns hold numbers that can be counted on.
fn numbers(row: &Row<'_>, mut columns: std::ops::Range<usize>) -> Sql<bool> {
    columns.try_fold(true, |all, at| Ok(all && (0..MAX_NUMBER).contains(&row.get::<_, i64>(at)?)))
}

/// Deletes the rows of `select` that `is_valid` refuses or cannot read. `delete` takes as many of the first columns as it
/// has parameters.
fn drop_rows(c: &Connection, select: &str, is_valid: impl Fn(&Row<'_>) -> Sql<bool>, delete: &str) -> Sql<()> {
    let mut delete = c.prepare(delete)?;
    let keys = delete.parameter_count();
    let mut damaged = Vec::new();
    let mut select = c.prepare(select)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if !is_valid(row).unwrap_or(false) {
            damaged.push((0..keys).map(|at| row.get::<_, Value>(at)).collect::<Sql<Vec<_>>>()?);
        }
    }
    drop(rows);
    damaged.into_iter().try_for_each(|keys| delete.execute(params_from_iter(keys)).map(drop))
}

/// Counts again what triggers and transactions have counted, since rows may be missing on either side.
fn count_totals(c: &Connection) -> Sql<()> {
    c.execute_batch(
        "UPDATE tasks SET
             done = (SELECT count(*) FROM items WHERE task = tasks.n AND state = 1),
             failed = (SELECT count(*) FROM items WHERE task = tasks.n AND state = 2)
         WHERE ended IS NULL;
         UPDATE totals SET jobs = (SELECT count(*) FROM jobs),
             ready = (SELECT count(*) FROM records WHERE state = 0),
             failed = (SELECT count(*) FROM records WHERE state <> 0),
             bytes = (SELECT ifnull(sum(size), 0) FROM records);",
    )
}

/// Queues a job for every item that waits for one that was lost. Share tasks cannot be resumed without theirs.
fn replace_lost_jobs(c: &Connection) -> Sql<()> {
    let sql = "SELECT items.task, items.n, items.space, items.file, tasks.created FROM items JOIN tasks ON tasks.n = items.task
               WHERE items.state = 0 AND items.job IS NULL AND tasks.share IS NULL AND tasks.ended IS NULL";
    let mut select = c.prepare(sql)?;
    let lost = select.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, rows::file_ref(row, 2)?, row.get::<_, i64>(4)?))
    })?;
    for (task, n, file, now) in lost.flatten().collect::<Vec<_>>() {
        let new = jobs::NewJob {
            content: &key::content_key(&file, None),
            kind: JobKind::Render,
            file: &file,
            version: None,
            priority: Priority::Requested,
            now,
        };
        let job = jobs::add(c, &new, u64::MAX)?;
        c.execute("UPDATE items SET job = ?3 WHERE task = ?1 AND n = ?2", (task, n, job))?;
    }
    Ok(())
}
