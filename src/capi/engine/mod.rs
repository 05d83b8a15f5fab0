//! The engine in the C ABI: a host's drive as a table of callbacks, and what [`crate::engine::Engine`] does.

pub mod drive;
pub mod look;
pub mod open;
pub mod problem;
pub mod task;
pub mod url;

use std::ffi::CString;

use super::text;
use crate::engine::EngineError;
use crate::error::Error;

/// An engine's error among those of the whole library; `problem` looks into it again.
fn lowered(e: EngineError) -> Error {
    Error::new(e.kind(), e.detail()).caused_by(e)
}

/// Handles of every type of the engine that are alive.
pub(super) fn alive() -> usize {
    open::ENGINES.alive() + task::alive() + look::LOOKS.alive() + url::alive()
}

/// Text for C; nothing for nothing.
fn maybe(text: Option<&str>) -> Option<CString> {
    text.map(text::owned)
}

/// NULL for nothing.
fn pointer_to(text: &Option<CString>) -> *const std::ffi::c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}
