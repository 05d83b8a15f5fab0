//! Queue and records in one SQLite file, which several processes may open.
//!
//! Uses a write-ahead log with `synchronous = FULL`: what was acknowledged has been fsynced. Reads have their own
//! connections and never wait for writers.

#[cfg(test)]
mod exhaustive;
mod items;
mod jobs;
mod queue;
mod readers;
mod records;
mod rows;
mod salvage;
mod schema;
mod share;
mod tasks;
mod turns;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use crate::model::error::{EngineError, Result, Subject};
use readers::Readers;
pub(super) use salvage::salvage;
use thumbling::ErrorKind;
use writer::{Durable, Writer};

/// Queue and records in one SQLite file.
pub(super) struct Sqlite {
    writer: Writer,
    readers: Readers,
    /// Most jobs the queue holds.
    max_jobs: u64,
}

impl Sqlite {
    /// Opens the file at `path`, creating it if it is missing. `corrupt` if it is not a database of this kind, `io` if it
    /// cannot be written.
    pub(super) fn open(path: &Path, max_jobs: u64) -> Result<Self> {
        schema::prepare(path)?;
        Ok(Self { writer: Writer::start(path.to_owned())?, readers: Readers::new(path.to_owned()), max_jobs })
    }

    /// Runs one consistent read.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut connection = self.readers.acquire()?;
        read(&connection).map_err(|e| {
            connection.discard();
            fault(e)
        })
    }
}

/// Converts an error of SQLite.
fn fault(e: rusqlite::Error) -> EngineError {
    let code = e.sqlite_error_code();
    let detail = format!("the store's database: {e}");
    let fault = match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            EngineError::busy(Subject::Store, detail, Duration::from_secs(1))
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            EngineError::new(ErrorKind::Corrupt, Subject::Store, detail)
        }
        Some(_) => EngineError::new(ErrorKind::Io, Subject::Store, detail),
        // The file holds a value that this code never writes.
        None => EngineError::new(ErrorKind::Corrupt, Subject::Store, detail),
    };
    fault.caused_by(e)
}
