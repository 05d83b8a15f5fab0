//! The engine in the C ABI: a host's drive as a table of callbacks, and the methods of [`thumbling_engine::Engine`].

pub mod caller;
pub mod change;
pub mod config;
pub mod content;
pub mod drive;
pub mod events;
pub mod file;
mod host;
pub mod keyring;
pub mod lookup;
pub mod open;
pub mod problem;
pub mod status;
pub mod subscription;
pub mod task;
pub mod upkeep;
pub mod url;

use thumbling::Error;
use thumbling_engine::EngineError;

/// An engine's error as one of the whole library; `error` finds the engine's again.
fn lowered(e: EngineError) -> Error {
    Error::new(e.kind(), e.detail()).caused_by(e)
}

/// Number of live handles of the engine's types.
pub(super) fn alive() -> usize {
    let notified = subscription::SUBSCRIPTIONS.alive() + events::RECEIVERS.alive() + events::EVENTS.alive();
    let served = url::URLS.alive() + url::HINTS.alive() + content::CONTENTS.alive();
    let asked = status::TASKS.alive() + lookup::LOOKUPS.alive();
    open::ENGINES.alive() + keyring::KEYRINGS.alive() + notified + served + asked
}
