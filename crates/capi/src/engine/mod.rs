//! The engine in the C ABI: a host's drive as a table of callbacks, and the methods of [`thumbling_engine::Engine`].

pub mod caller;
pub mod change;
pub mod config;
pub mod content;
pub mod drive;
mod error;
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

/// Number of live handles of the engine's types.
pub(super) fn alive() -> usize {
    let notified = subscription::SUBSCRIPTIONS.alive() + events::RECEIVERS.alive() + events::EVENTS.alive();
    let served = url::URLS.alive() + url::HINTS.alive() + content::CONTENTS.alive();
    let asked = status::TASKS.alive() + lookup::LOOKUPS.alive();
    open::ENGINES.alive() + keyring::KEYRINGS.alive() + notified + served + asked
}
