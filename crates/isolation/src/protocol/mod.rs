//! The messages between host, supervisor and worker. Plain data: every length is checked, and any bytes decode to a
//! value or to [`Malformed`].
//!
//! Versions never mix: the first message of a worker carries [`BUILD`], and the host accepts its own only.

mod job;
mod reply;
mod supervise;
#[cfg(test)]
mod tests;
mod wire;

pub use job::{Delivery, Frame, Job, ToWorker};
pub use reply::{Done, Failure, FromWorker, Picture, Ready};
pub use supervise::{Ended, Spawn, Status};
pub use wire::{Decoded, Malformed};

/// Identifies the build that speaks this protocol.
pub const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// The first argument of supervisors and workers.
#[cfg(target_os = "linux")]
pub(crate) const ARGUMENT: &str = "--thumbling-isolation";

/// Largest message, bytes: a packet has to fit into the default buffer of a socket.
pub const MAX_MESSAGE: usize = MAX_READ + 64;

/// Most bytes of one brokered read.
pub const MAX_READ: usize = 128 << 10;

/// Most thumbnails of one job.
pub const MAX_FRAMES: usize = 256;

/// Longest name, detail or warning, bytes.
const MAX_TEXT: usize = 1024;

/// Most warnings of one reply; the same as in a request.
const MAX_WARNINGS: usize = 64;
