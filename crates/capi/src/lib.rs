//! The C ABI: mirrors the public Rust API of `thumbling` and `thumbling-engine` and adds nothing but the log.
//!
//! `include/thumbling.h` is generated from the files below, one section per file, in the order of [`SECTIONS`]. A section's
//! heading is the module documentation of its file, so that text is written for C programmers. A test in `header` compares
//! the committed header with these files.
//!
//! Three rules hold at every entry, each implemented in one place: pointers are taken by `pointer` and `versioned`, handles
//! are looked up in a generation-checked table (`handle`) and never dereferenced, and panics end at `boundary`.
#![allow(unsafe_code)] // FFI: pointers of a C caller can only be trusted as far as the header asks.
#![allow(non_camel_case_types)] // The types have their C names.
#![allow(clippy::missing_safety_doc)] // The header states the rules for pointers once for all functions.

mod boundary;
mod handle;
#[cfg(test)]
mod header;
mod pointer;
mod subscriber;
mod text;
mod versioned;

pub mod call;
pub mod cancel;
pub mod engine;
pub mod error;
pub mod format;
pub mod image;
pub mod info;
pub mod limits;
pub mod log;
pub mod request;
pub mod source;
pub mod spec;
pub mod status;
pub mod thumbnails;
pub mod version;

/// The files that make up the header, from simple to advanced.
pub const SECTIONS: [&str; 30] = [
    "version",
    "status",
    "error",
    "spec",
    "image",
    "format",
    "call",
    "source",
    "cancel",
    "limits",
    "request",
    "info",
    "thumbnails",
    "log",
    "engine/caller",
    "engine/file",
    "engine/drive",
    "engine/keyring",
    "engine/config",
    "engine/open",
    "engine/problem",
    "engine/lookup",
    "engine/url",
    "engine/content",
    "engine/change",
    "engine/task",
    "engine/status",
    "engine/subscription",
    "engine/events",
    "engine/upkeep",
];
