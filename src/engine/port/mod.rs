//! What the engine needs of the world: a queue, records, blobs, a clock. Each is a trait with an embedded form (one
//! SQLite file, one folder) and room for a cluster form; the engine's logic knows only these.
//!
//! Keys are deterministic ([`crate::engine::recipe`]), so that a look-up is a get and never a search.

pub(crate) mod blobs;
pub(crate) mod clock;
pub(crate) mod queue;
pub(crate) mod records;
