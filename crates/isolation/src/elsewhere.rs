//! Systems other than Linux: nothing is isolated, and whoever needs it gets `sandbox-unavailable`.

use std::fs::File;
use std::path::PathBuf;

use thumbling_core::source::Source;

use crate::kind::Kind;
use crate::protocol::{FromWorker, Job};

/// What a worker needs after lock-down.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Folders that stay readable.
    pub readable: Vec<PathBuf>,
}

/// A job as it is run.
#[derive(Debug)]
pub struct Task {
    /// The kind of the worker.
    pub kind: Kind,
    /// What to do.
    pub job: Job,
    /// The file.
    pub source: Source,
    /// Where pixels are written to.
    pub output: Option<File>,
}

/// Does nothing: there are no workers.
pub fn run_if_worker(_: fn(Kind) -> Environment, _: fn(Task) -> FromWorker) {}

/// Whether the running executable can be its own worker.
pub fn can_run_itself() -> bool {
    false
}

/// Not needed without workers.
pub fn library_path() -> Option<PathBuf> {
    None
}

/// The host's side.
pub mod pool {
    use std::fs::File;
    use std::path::PathBuf;
    use std::time::Instant;

    use thumbling_core::cancel::CancelToken;
    use thumbling_core::error::{Error, ErrorKind, Result};
    use thumbling_core::source::Source;

    use crate::kind::Kind;
    use crate::protocol::{Done, Failure, Job};
    use crate::sandbox::Sandbox;

    /// Settings of a pool.
    #[derive(Debug, Clone)]
    pub struct Config {
        /// The executable of workers.
        pub program: PathBuf,
        /// Most workers at once.
        pub workers: usize,
        /// Memory of all workers, bytes.
        pub memory: u64,
    }

    /// A file to decode in a worker.
    #[derive(Debug)]
    pub struct Request<'a> {
        /// The job.
        pub job: Job,
        /// What decodes it.
        pub kind: Kind,
        /// The weakest sandbox to accept.
        pub sandbox: Sandbox,
        /// Whose file it is.
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
        /// Success.
        Done(Done, Option<File>),
        /// The worker's own error.
        Failed(Failure),
    }

    /// A pool that has no workers.
    #[derive(Debug)]
    pub struct Pool(Config);

    impl Pool {
        /// A pool without workers.
        pub fn new(config: Config) -> Self {
            Self(config)
        }

        /// Its settings.
        pub fn config(&self) -> &Config {
            &self.0
        }

        /// The strongest sandbox.
        ///
        /// # Errors
        /// Always `sandbox-unavailable`.
        pub fn strongest(&self) -> Result<(Sandbox, String)> {
            Err(unavailable())
        }

        /// Runs a job.
        ///
        /// # Errors
        /// Always `sandbox-unavailable`.
        pub fn run(&self, _: Request<'_>) -> Result<Outcome> {
            Err(unavailable())
        }
    }

    fn unavailable() -> Error {
        Error::new(ErrorKind::SandboxUnavailable, "decoders are isolated on Linux only")
    }
}
