//! Settings of a pool, what it is asked, and what it answers; alike on every system.

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use thumbling_core::cancel::CancelToken;
use thumbling_core::source::Source;

use crate::kind::Kind;
use crate::protocol::{Done, Failure, Job};
use crate::sandbox::Sandbox;

/// Settings of a pool.
#[derive(Debug, Clone)]
pub struct Config {
    /// The executable that becomes supervisor and worker.
    pub program: PathBuf,
    /// Most workers at once.
    pub workers: usize,
    /// Memory that all workers together may take, bytes.
    pub memory: u64,
}

/// A file to decode in a worker.
#[derive(Debug)]
pub struct Request<'a> {
    /// The job; `delivery`, `size` and the timeout are filled in here.
    pub job: Job,
    /// What decodes it, as far as the caller knows.
    pub kind: Kind,
    /// The weakest sandbox to accept.
    pub sandbox: Sandbox,
    /// Whose file it is: workers are not shared.
    pub tenant: &'a str,
    /// When the job has to be done.
    pub deadline: Option<Instant>,
    /// Raised to stop it.
    pub cancel: &'a CancelToken,
    /// The file.
    pub source: &'a Source,
}

/// What a worker made of a job.
#[derive(Debug)]
pub enum Outcome {
    /// Success, with the memory that holds the pixels.
    Done(Done, Option<File>),
    /// The worker's own error.
    Failed(Failure),
}
