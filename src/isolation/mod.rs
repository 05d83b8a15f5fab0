//! Decoding in sandboxed worker processes.
//!
//! By default formats whose decoders have not qualified for the host's process are decoded in a worker;
//! [`Isolation::Everything`](crate::Isolation) sends every file there, [`Isolation::Nothing`](crate::Isolation) none. The
//! library calls stay what they are: one call, one result.
//!
//! The worker is an executable. It is looked for in this order, never in `PATH` or the working directory:
//!
//! 1. [`Config::program`];
//! 2. the running executable, if its `main` has called [`run_if_worker`];
//! 3. `thumbling-worker` in the folder of this library or of the running executable.
//!
//! ```no_run
//! fn main() -> thumbling::Result<()> {
//!     // First of all: as a worker the process ends here.
//!     thumbling::isolation::run_if_worker();
//!     let source = thumbling::Source::from_path("film.mp4")?;
//!     let thumbnails = thumbling::thumbnail(&source, &thumbling::Request::new())?;
//!     println!("{} bytes", thumbnails.items[0].bytes.len());
//!     Ok(())
//! }
//! ```

mod config;
mod host;
mod reply;
mod worker;

pub use self::config::{Config, configure};
pub use self::host::{Libraries, Report, libraries, report};
pub(crate) use self::host::{Work, has_own_program, run};
pub(crate) use self::reply::Decoded;
pub use thumbling_isolation::Sandbox;

/// Turns the process into a worker if it was started as one, and then does not return. Call it first in `main`: before
/// threads, before arguments are parsed. It costs nothing otherwise.
pub fn run_if_worker() {
    thumbling_isolation::run_if_worker(worker::prepare, worker::run);
}
