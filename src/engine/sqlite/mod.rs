//! Queue and records in one SQLite file, which several processes may open and which survives power cuts.
//!
//! A write-ahead log with `synchronous = FULL`: what was acknowledged has been fsynced. Reads take connections of their
//! own and never wait for writers.

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

use crate::engine::error::{EngineError, Result, Subject};
use crate::error::ErrorKind;
use readers::Readers;
pub(crate) use salvage::{Salvaged, salvage};
pub(crate) use tasks::FAMILIES;
use writer::{Durable, Writer};

/// The embedded form of queue and records.
pub(crate) struct Sqlite {
    writer: Writer,
    readers: Readers,
    /// Jobs that the queue takes.
    bound: u64,
}

impl Sqlite {
    /// Opens the file at `path`, or makes it. `corrupt` if it is no database of ours, `io` if it cannot be written.
    pub(crate) fn open(path: &Path, bound: u64) -> Result<Self> {
        schema::prepare(path)?;
        Ok(Self { writer: Writer::start(path.to_owned())?, readers: Readers::new(path.to_owned()), bound })
    }

    /// One consistent read.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut lent = self.readers.lend()?;
        read(&lent).map_err(|e| {
            lent.broken();
            fault(e)
        })
    }
}

/// What an error of SQLite means to a caller of the engine.
fn fault(e: rusqlite::Error) -> EngineError {
    let code = e.sqlite_error_code();
    let detail = format!("the store's database: {e}");
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            EngineError::busy(Subject::Store, detail, Duration::from_secs(1))
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            EngineError::new(ErrorKind::Corrupt, Subject::Store, detail)
        }
        Some(_) => EngineError::new(ErrorKind::Io, Subject::Store, detail),
        // What stands in the file is not what we write.
        None => EngineError::new(ErrorKind::Corrupt, Subject::Store, detail),
    }
}
