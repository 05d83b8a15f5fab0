//! The engine's data: ids, callers, tasks, lookups, jobs, records, and the keys they are stored under.
//!
//! Plain types and pure functions. Nothing here knows a store, a port, a thread or the running engine, so ports and
//! back-ends can be written against this module alone.

pub mod blob;
pub mod caller;
pub mod drive;
pub mod error;
pub mod event;
pub mod id;
pub mod job;
pub mod key;
pub mod lookup;
pub mod package;
pub mod record;
pub mod task;
pub mod transition;
pub mod upkeep;
pub mod url;
