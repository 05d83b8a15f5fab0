//! The C ABI: mirrors the public Rust API and adds nothing to it.
//!
//! `include/thumbling.h` is generated from the files below, one section a file, in the order of [`SECTIONS`]; a section's
//! heading is its file's module documentation, so that text is written for C programmers. `tests/header.rs` compares
//! the committed header with what these files say.
//!
//! Three rules hold at every entry, each kept in one place: pointers are taken by `pointer` and `versioned`, handles
//! are looked up in a generation-checked table (`handle`) and never dereferenced, and panics end at `boundary`.
#![allow(unsafe_code)] // FFI: what a C caller passes can only be trusted as far as the header asks it.
#![allow(non_camel_case_types)] // The types are named as C knows them.
#![allow(clippy::missing_safety_doc)] // The header states what each pointer has to be, once for all functions.

mod boundary;
mod handle;
#[cfg(test)]
mod header;
mod pointer;
mod text;
mod versioned;

pub mod cancel;
pub mod engine;
pub mod error;
pub mod formats;
pub mod info;
pub mod options;
pub mod source;
pub mod status;
pub mod thumbnails;
pub mod version;

/// The files that make up the header, from simple to advanced. Those of `engine` are there if the library was built with
/// the feature of that name.
pub const SECTIONS: [&str; 23] = [
    "version",
    "status",
    "error",
    "source",
    "cancel",
    "options",
    "info",
    "thumbnails",
    "formats",
    "engine/caller",
    "engine/drive",
    "engine/keys",
    "engine/config",
    "engine/open",
    "engine/problem",
    "engine/change",
    "engine/task",
    "engine/status",
    "engine/finished",
    "engine/events",
    "engine/look",
    "engine/url",
    "engine/upkeep",
];
