//! State of a running engine: building blocks below [`Inner`](crate::inner::Inner) that know nothing of it.

pub(crate) mod admission;
pub mod events;
pub(crate) mod jobs;
pub(crate) mod owner;
pub(crate) mod part;
pub(crate) mod renderer;
pub(crate) mod signal;
pub(crate) mod watch;
