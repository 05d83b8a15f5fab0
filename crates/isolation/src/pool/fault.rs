//! Why a worker gave no answer.

use thumbling_core::error::{Error, ErrorKind};

/// Why there is no answer.
#[derive(Debug)]
pub enum Fault {
    /// The worker ended.
    Died,
    /// It sent what no worker of ours sends.
    Violation(&'static str),
    /// The deadline passed.
    Late,
    /// The caller cancelled.
    Cancelled,
    /// The host's part failed: its source, or memory for the pixels.
    Source(Error),
}

impl From<std::io::Error> for Fault {
    fn from(e: std::io::Error) -> Self {
        Self::Source(Error::new(ErrorKind::Busy, format!("cannot hand a job over: {e}")).caused_by(e))
    }
}
