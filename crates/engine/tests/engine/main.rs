//! The engine as a host sees it, through its public API. One module per subject. Crashes are in `engine_crash.rs`, a
//! program of its own.

#[path = "../engine_host/mod.rs"]
mod engine_host;

mod backend;
mod calls;
mod faults;
mod lookups;
mod shares;
mod tasks;
mod upkeep;
