//! The engine in the C ABI: a host's drive as a table of callbacks, and what [`thumbling_engine::Engine`] does.

pub mod caller;
pub mod change;
pub mod config;
pub mod drive;
pub mod events;
pub mod finished;
mod host;
pub mod keys;
pub mod look;
pub mod open;
pub mod problem;
pub mod status;
pub mod task;
pub mod upkeep;
pub mod url;

use std::ffi::{CString, c_char};

use super::text;
use thumbling::Error;
use thumbling_engine::EngineError;

/// An engine's error among those of the whole library; `problem` looks into it again.
fn lowered(e: EngineError) -> Error {
    Error::new(e.kind(), e.detail()).caused_by(e)
}

/// Handles of every type of the engine that are alive.
pub(super) fn alive() -> usize {
    let told = status::TASKS.alive() + finished::SUBSCRIPTIONS.alive() + events::EVENTS.alive();
    open::ENGINES.alive() + keys::KEYRINGS.alive() + told + look::LOOKS.alive() + url::alive()
}

/// Text for C; nothing for nothing.
fn maybe(text: Option<&str>) -> Option<CString> {
    text.map(text::owned)
}

/// NULL for nothing.
fn pointer_to(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Writes `text` with NULs behind it, as far as there is room.
fn put(text: &str, to: &mut [c_char]) {
    let room = to.len().saturating_sub(1);
    for (to, from) in to[..room].iter_mut().zip(text.bytes()) {
        *to = from as c_char;
    }
}
