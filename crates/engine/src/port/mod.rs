//! Ports: what the engine needs from a back-end and from the system, as traits over the model.
//!
//! | port | what it does | embedded form |
//! |---|---|---|
//! | [`Queue`](queue::Queue) | tasks, jobs and leases | SQLite |
//! | [`Records`](records::Records) | what is known about each thumbnail | SQLite |
//! | [`Blobs`](blobs::Blobs) | bytes of thumbnails and packages | a folder |
//! | [`Clock`](clock::Clock) | wall time and steady time | the system's clocks |
//!
//! [`Engine::open`](crate::Engine::open) uses the [embedded](crate::embedded) back-end;
//! [`Engine::open_with`](crate::Engine::open_with) takes any [`Backend`].

pub mod blobs;
pub mod clock;
pub mod queue;
pub mod records;

use std::fmt;
use std::sync::Arc;

/// A back-end: the three ports that store the engine's state.
///
/// Engines that share a back-end must also share [`Config::state`](crate::Config::state): the locks that tell
/// whether another engine is alive are files in it.
#[derive(Clone)]
pub struct Backend {
    /// Tasks, jobs and leases.
    pub queue: Arc<dyn queue::Queue>,
    /// What is known about each thumbnail. [`Queue::finish`](queue::Queue::finish) writes to it.
    pub records: Arc<dyn records::Records>,
    /// Bytes of thumbnails and packages.
    pub blobs: Arc<dyn blobs::Blobs>,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").finish_non_exhaustive()
    }
}
