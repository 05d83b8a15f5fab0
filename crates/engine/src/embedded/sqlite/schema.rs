//! Tables, and how connections are set up.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::fault::fault;
use crate::model::error::{EngineError, Result, Subject};
use thumbling::ErrorKind;

/// Version of the tables below. Files with another version are not opened.
const SCHEMA: i64 = 1;

/// How long a connection waits for a lock of another process.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

const TABLES: &str = "
-- One thumbnail, ready or failed. The key is four hashes: space, file, version, variant.
CREATE TABLE records (
    key BLOB PRIMARY KEY,
    state INTEGER NOT NULL,         -- 0 ready, else the code of the error kind
    family INTEGER, fonts INTEGER NOT NULL, made INTEGER NOT NULL, used INTEGER NOT NULL,
    width INTEGER, height INTEGER, size INTEGER, media TEXT, thumbhash BLOB, etag BLOB, blob BLOB,
    detail TEXT, retry_at INTEGER
) WITHOUT ROWID;
CREATE INDEX records_by_use ON records (used) WHERE state = 0;
CREATE INDEX records_packages ON records (made) WHERE family = 255;
CREATE INDEX records_by_blob ON records (blob) WHERE state = 0;

-- Jobs. The content is three hashes (space, file, version), or those of a space and a share task's id.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content BLOB NOT NULL UNIQUE,
    work INTEGER NOT NULL,
    space TEXT NOT NULL, file TEXT NOT NULL, version TEXT,
    priority INTEGER NOT NULL,
    turn INTEGER NOT NULL,          -- place in the queue of its priority, see `next_turn`
    state INTEGER NOT NULL,         -- 0 ready, 1 leased, 2 waiting until `due`, 3 quarantined
    due INTEGER NOT NULL DEFAULT 0, -- ms since 1970
    owner BLOB, token INTEGER NOT NULL DEFAULT 0, lease INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, timeouts INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL
);
CREATE INDEX jobs_ready ON jobs (priority, turn) WHERE state = 0;
CREATE INDEX jobs_leased ON jobs (owner) WHERE state = 1;
CREATE INDEX jobs_waiting ON jobs (due) WHERE state = 2;
CREATE INDEX jobs_suspect ON jobs (id) WHERE state = 3;

-- The last turn of each space in the queue of a priority, and the last turn that was served.
CREATE TABLE turns (priority INTEGER NOT NULL, space BLOB NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (priority, space)) WITHOUT ROWID;
CREATE TABLE served (priority INTEGER PRIMARY KEY, turn INTEGER NOT NULL);
INSERT INTO served VALUES (0, 0), (1, 0), (2, 0);

CREATE TABLE tasks (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL, state INTEGER NOT NULL,
    caller TEXT NOT NULL, share TEXT,
    total INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL,
    ended INTEGER                   -- ordinal of its end: the first task that ended has 1
);
CREATE UNIQUE INDEX tasks_ended ON tasks (ended) WHERE ended IS NOT NULL;

CREATE TABLE items (
    task INTEGER NOT NULL, n INTEGER NOT NULL,
    space TEXT NOT NULL, file TEXT NOT NULL,
    job INTEGER, state INTEGER NOT NULL, kind INTEGER, detail TEXT, out BLOB,
    PRIMARY KEY (task, n)
) WITHOUT ROWID;
CREATE INDEX items_of_job ON items (job) WHERE job IS NOT NULL;

-- Counts, maintained by triggers: counting rows would get slower with every row.
CREATE TABLE totals (one INTEGER PRIMARY KEY CHECK (one = 1), jobs INTEGER NOT NULL, ready INTEGER NOT NULL, failed INTEGER NOT NULL, bytes INTEGER NOT NULL, ended INTEGER NOT NULL);
INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0);
CREATE TRIGGER jobs_added AFTER INSERT ON jobs BEGIN UPDATE totals SET jobs = jobs + 1; END;
CREATE TRIGGER jobs_gone AFTER DELETE ON jobs BEGIN UPDATE totals SET jobs = jobs - 1; END;
CREATE TRIGGER records_added AFTER INSERT ON records BEGIN
    UPDATE totals SET ready = ready + (new.state = 0), failed = failed + (new.state <> 0), bytes = bytes + ifnull(new.size, 0);
END;
CREATE TRIGGER records_gone AFTER DELETE ON records BEGIN
    UPDATE totals SET ready = ready - (old.state = 0), failed = failed - (old.state <> 0), bytes = bytes - ifnull(old.size, 0);
END;
";

/// Creates the file and its tables if they are missing.
pub(super) fn prepare(path: &Path) -> Result<()> {
    let mut connection = connect(path)?;
    let version = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    if version(&connection).map_err(fault)? == SCHEMA {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(fault)?;
    // Another process may have created them meanwhile.
    match version(&tx).map_err(fault)? {
        SCHEMA => return Ok(()),
        0 => {}
        other => {
            let detail = format!("{} has schema version {other}; this build supports {SCHEMA}", path.display());
            return Err(EngineError::new(ErrorKind::Unsupported, Subject::Store, detail));
        }
    }
    tx.execute_batch(TABLES).map_err(fault)?;
    tx.pragma_update(None, "user_version", SCHEMA).map_err(fault)?;
    tx.commit().map_err(fault)
}

/// Opens a connection for writing.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(LOCK_TIMEOUT).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(96);
    let pragma = |name, value: &dyn rusqlite::ToSql| {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|e| match e {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            e => Err(fault(e)),
        })
    };
    pragma("journal_mode", &"WAL")?;
    pragma("synchronous", &"FULL")?;
    // Matters only on macOS, where a plain fsync does not reach the disk.
    pragma("fullfsync", &1)?;
    pragma("cache_size", &-8192)?;
    pragma("temp_store", &"MEMORY")?;
    pragma("journal_size_limit", &(32 << 20))?;
    Ok(connection)
}

/// An empty database in memory.
#[cfg(test)]
pub(super) fn in_memory() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.set_prepared_statement_cache_capacity(256);
    connection.execute_batch(TABLES).unwrap();
    connection
}

/// Opens a connection for reading.
pub(super) fn connect_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(LOCK_TIMEOUT).map_err(fault)?;
    // There is a statement for each number of records read at once.
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "query_only", 1).map_err(fault)?;
    connection.pragma_update(None, "cache_size", -2048).map_err(fault)?;
    Ok(connection)
}
