//! What to do with a database that is damaged: keep it aside, and carry over what can still be read.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Result as Sql, params_from_iter, types::Value};

use super::{fault, schema};
use crate::engine::error::{EngineError, Result, Subject};
use crate::error::{Error, ErrorKind};

/// What was saved of a damaged database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Salvaged {
    /// Tasks carried over.
    pub(crate) tasks: u64,
    /// Jobs carried over.
    pub(crate) jobs: u64,
    /// Records of thumbnails carried over.
    pub(crate) records: u64,
}

/// Tables that are carried over, in this order.
const TABLES: [&str; 4] = ["tasks", "items", "jobs", "records"];

/// Replaces the database at `path` by a new one with everything that can still be read of it; the old one stays beside
/// it under `aside`. No process may have it open.
pub(crate) fn salvage(path: &Path, aside: &Path) -> Result<Salvaged> {
    let io = |e: std::io::Error| EngineError::new(ErrorKind::Io, Subject::Store, Error::from(e).to_string());
    let with = |path: &Path, suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::rename(with(path, suffix), with(aside, suffix)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            moved => moved.map_err(io)?,
        }
    }
    schema::prepare(path)?;
    let new = schema::connect(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut salvaged = Salvaged::default();
    if let Ok(old) = Connection::open_with_flags(aside, flags) {
        let tx = new.unchecked_transaction().map_err(fault)?;
        for table in TABLES {
            // What cannot be read is lost already.
            let carried = carry(&old, &tx, table).unwrap_or_default();
            match table {
                "tasks" => salvaged.tasks = carried,
                "jobs" => salvaged.jobs = carried,
                "records" => salvaged.records = carried,
                _ => {}
            }
        }
        mend(&tx).map_err(fault)?;
        tx.commit().map_err(fault)?;
    }
    Ok(salvaged)
}

/// Copies rows until one cannot be read, from the front and then from the back.
fn carry(old: &Connection, new: &Connection, table: &str) -> Sql<u64> {
    let mut carried = 0;
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
                carried += insert.execute(params_from_iter(values)).unwrap_or(0) as u64;
            }
        };
        if whole {
            break;
        }
    }
    Ok(carried)
}

/// Makes what was carried over fit together again.
fn mend(c: &Connection) -> Sql<()> {
    c.execute_batch(
        "UPDATE jobs SET state = 0, owner = NULL WHERE state = 1;
         UPDATE served SET turn = 0;
         DELETE FROM items WHERE task NOT IN (SELECT n FROM tasks);
         -- An item whose job was lost waits for a job of its own; its version is asked for again.
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
        let new = super::jobs::New {
            content: &crate::engine::recipe::content_key(&file, None),
            work: crate::engine::port::queue::Work::Render,
            file: &file,
            version: None,
            priority: crate::engine::port::queue::Priority::Requested,
            now,
        };
        let job = super::jobs::add(c, &new, u64::MAX)?;
        c.execute("UPDATE items SET job = ?3 WHERE task = ?1 AND n = ?2", (task, n, job))?;
    }
    // What could not be pieced together ends, and says so.
    let damaged = super::tasks::Ended::failed(ErrorKind::Internal, "lost when the store was damaged");
    let mut select = c.prepare("SELECT DISTINCT task FROM items WHERE state = 0 AND job IS NULL")?;
    let lost = select.query_map([], |row| row.get::<_, i64>(0))?.collect::<Sql<Vec<_>>>()?;
    for task in lost {
        super::tasks::end_lost(c, task, &damaged)?;
    }
    Ok(())
}
