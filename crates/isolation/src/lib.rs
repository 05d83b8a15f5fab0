//! Runs decoders in sandboxed worker processes, so that a file can harm nothing but its own thumbnail.
//!
//! ```text
//! host ── socket ── supervisor ── clone + exec ── worker (one job at a time)
//!   └──────────────── socket (jobs, reads, replies) ────┘
//! ```
//!
//! The host starts one supervisor with `posix_spawn`; it never forks. The supervisor starts workers, reports how they
//! ended, and ends with the host. Jobs go straight to a worker over its own socket. See `docs/isolation.md`.
//!
//! This crate knows no codec: [`pool::Config::program`] names an executable whose `main` calls [`run_if_worker`] with the
//! function that runs a job.
//!
//! | module | contents |
//! |---|---|
//! | [`protocol`] | messages and their encoding |
//! | [`sandbox`] | tiers, and locking down the calling process |
//! | `socket` | packets with descriptors |
//! | `supervisor` | the process that starts and reaps workers |
//! | `worker` | the loop of a worker |
//! | [`pool`] | the host's side |
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod kind;
pub mod protocol;
mod request;
pub mod sandbox;
mod task;

#[cfg(target_os = "linux")]
mod clone;
#[cfg(target_os = "linux")]
mod entry;
#[cfg(target_os = "linux")]
mod location;
#[cfg(target_os = "linux")]
pub mod pool;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod supervisor;
#[cfg(target_os = "linux")]
mod worker;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{can_run_itself, library_path, pool, run_if_worker};

#[cfg(target_os = "linux")]
pub use entry::{can_run_itself, run_if_worker};
pub use kind::Kind;
#[cfg(target_os = "linux")]
pub use location::library_path;
pub use sandbox::Sandbox;
pub use task::{Environment, Task};
