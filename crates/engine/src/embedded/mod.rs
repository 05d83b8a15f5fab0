//! The embedded back-end: queue and records in one SQLite file, blobs in a folder.
//!
//! Needs nothing installed. Several processes of one machine may use the same folder, and everything that was
//! acknowledged survives `kill -9` and power cuts.

mod blobs;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

use crate::fs;
use crate::model::error::{EngineError, Result};
use crate::model::upkeep::Repaired;
use crate::port::Backend;
use crate::port::clock;

/// The database file in the state folder.
const DATABASE: &str = "engine.sqlite";
/// The folder of blobs in the state folder.
const BLOBS: &str = "blobs";

/// Opens the embedded back-end in the folder `state`, creating what is missing. The queue holds up to `max_jobs` jobs.
///
/// # Errors
/// `corrupt` for a damaged database (see [`repair`]), `io` if the folder cannot be written.
pub fn open(state: &Path, max_jobs: u64) -> Result<Backend> {
    fs::create_private_folder(state).map_err(|e| EngineError::disk("creating", state, e))?;
    let sqlite = Arc::new(sqlite::Sqlite::open(&state.join(DATABASE), max_jobs)?);
    let blobs = Arc::new(blobs::Folder::open(&state.join(BLOBS))?);
    Ok(Backend { queue: sqlite.clone(), records: sqlite, blobs })
}

/// Replaces a damaged database in `state` with a new one that holds everything that can still be read. The damaged file
/// is kept beside it. No engine may have the folder open.
pub fn repair(state: &Path) -> Result<Repaired> {
    let moved = state.join(format!("{DATABASE}.damaged-{}", clock::unix_ms(std::time::SystemTime::now())));
    sqlite::salvage(&state.join(DATABASE), &moved)
}
