//! Queue and records in one SQLite file, which several processes may open.
//!
//! Uses a write-ahead log with `synchronous = FULL`: what was acknowledged has been fsynced. Reads have their own
//! connections and never wait for writers.

#[cfg(test)]
mod exhaustive;
mod fault;
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

use rusqlite::Connection;

use crate::model::error::Result;
use fault::fault;
use readers::Readers;
pub(super) use salvage::salvage;
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
