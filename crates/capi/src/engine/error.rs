//! Errors of the engine as errors of the library.

use thumbling::Error;
use thumbling_engine::EngineError;

/// An engine's error as one of the whole library; `error` finds the engine's again.
pub(super) fn lowered(e: EngineError) -> Error {
    Error::new(e.kind(), e.detail()).caused_by(e)
}
