//! Settings of a pool, and what it is asked.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use thumbling_core::cancel::CancelToken;
use thumbling_core::source::Source;

use crate::kind::Kind;
use crate::protocol::Job;
use crate::sandbox::Sandbox;

/// Jobs after which a worker is replaced: what a job left behind does not last.
pub const MAX_JOBS: u32 = 64;

/// How long after its deadline a worker may still send the error that says so.
pub(super) const GRACE: Duration = Duration::from_millis(60);

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

/// What a pool is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Workers that run a job.
    pub busy: usize,
    /// Workers that wait for one.
    pub idle: usize,
    /// Workers started so far.
    pub started: u64,
}
