//! Systems other than Linux: there are no workers, and a request that needs one fails with `sandbox-unavailable`.

use std::path::PathBuf;

use crate::kind::Kind;
use crate::protocol::FromWorker;
use crate::task::{Environment, Task};

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
    use thumbling_core::error::{Error, ErrorKind, Result};

    pub use crate::request::{Config, Outcome, Request};
    use crate::sandbox::Sandbox;

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
