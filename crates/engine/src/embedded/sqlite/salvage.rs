//! Recovery of a damaged database: the file is moved away, and what can still be read is copied to a new one.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Result as Sql, params_from_iter, types::Value};

use super::fault::fault;
use super::schema;
use crate::model::error::{EngineError, Result};
use crate::model::job::{ItemResult, JobKind, Priority};
use crate::model::key;
use crate::model::upkeep::Repaired;
use thumbling::ErrorKind;

/// Tables that are copied, in this order.
const TABLES: [&str; 4] = ["tasks", "items", "jobs", "records"];

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
            let copied = copy_table(&old, &tx, table).unwrap_or_default();
            match table {
                "tasks" => repaired.tasks = copied,
                "jobs" => repaired.jobs = copied,
                "records" => repaired.thumbnails = copied,
                _ => {}
            }
        }
        reconcile(&tx).map_err(fault)?;
        tx.commit().map_err(fault)?;
    }
    Ok(repaired)
}

/// Copies rows until one cannot be read, from the front and then from the back. Returns how many.
fn copy_table(old: &Connection, new: &Connection, table: &str) -> Sql<u64> {
    let mut copied = 0;
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
                copied += insert.execute(params_from_iter(values)).unwrap_or(0) as u64;
            }
        };
        if whole {
            break;
        }
    }
    Ok(copied)
}

/// Makes the copied rows consistent with each other.
fn reconcile(c: &Connection) -> Sql<()> {
    c.execute_batch(
        "UPDATE jobs SET state = 0, owner = NULL WHERE state = 1;
         UPDATE served SET turn = 0;
         DELETE FROM items WHERE task NOT IN (SELECT n FROM tasks);
         -- An item whose job was lost gets a new job below, which asks the drive for the version again.
         UPDATE items SET job = NULL WHERE state = 0 AND job NOT IN (SELECT id FROM jobs);
         UPDATE totals SET ended = (SELECT ifnull(max(ended), 0) FROM tasks);",
    )?;
    let sql = "SELECT items.task, items.n, items.space, items.file, tasks.created FROM items JOIN tasks ON tasks.n = items.task
               WHERE items.state = 0 AND items.job IS NULL AND tasks.share IS NULL";
    let mut select = c.prepare(sql)?;
    let lost = select.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, super::rows::file_ref(row, 2)?, row.get::<_, i64>(4)?))
    })?;
    for (task, n, file, now) in lost.flatten().collect::<Vec<_>>() {
        let new = super::jobs::NewJob {
            content: &key::content_key(&file, None),
            kind: JobKind::Render,
            file: &file,
            version: None,
            priority: Priority::Requested,
            now,
        };
        let job = super::jobs::add(c, &new, u64::MAX)?;
        c.execute("UPDATE items SET job = ?3 WHERE task = ?1 AND n = ?2", (task, n, job))?;
    }
    // Items that cannot be resumed fail.
    let damaged = ItemResult::failed(ErrorKind::Internal, "lost when the store was damaged");
    let mut select = c.prepare("SELECT DISTINCT task FROM items WHERE state = 0 AND job IS NULL")?;
    let lost = select.query_map([], |row| row.get::<_, i64>(0))?.collect::<Sql<Vec<_>>>()?;
    for task in lost {
        super::items::end_lost(c, task, &damaged)?;
    }
    Ok(())
}
