//! Errors of SQLite as errors of the engine.

use std::time::Duration;

use rusqlite::ErrorCode;

use crate::model::error::{EngineError, Subject};
use thumbling::ErrorKind;

/// Converts an error of SQLite.
pub(super) fn fault(e: rusqlite::Error) -> EngineError {
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
