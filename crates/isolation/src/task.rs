//! What a worker is given; alike on every system.

use std::fs::File;
use std::path::PathBuf;

use thumbling_core::source::Source;

use crate::kind::Kind;
use crate::protocol::Job;

/// What a worker needs after lock-down, gathered while it may still open files.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Folders that workers of kind [`Kind::Page`] may read: those of fonts.
    pub readable: Vec<PathBuf>,
}

/// A job as it is run.
#[derive(Debug)]
pub struct Task {
    /// The kind of this worker.
    pub kind: Kind,
    /// What to do.
    pub job: Job,
    /// The file.
    pub source: Source,
    /// Where pixels are written to.
    pub output: Option<File>,
}
