//! The engine as a host sees it, through its public API. One module per subject. Crashes are in `engine_crash.rs`, a
//! program of its own.

#[path = "../engine_host/mod.rs"]
mod engine_host;

mod access;
mod backend;
mod calls;
mod faults;
mod fences;
mod lookups;
mod repair;
mod shares;
mod tasks;
mod upkeep;
