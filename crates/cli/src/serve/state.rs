//! The state of the host: engine, drive, tokens, hints.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use thumbling_engine::caller::{Caller, Language};
use thumbling_engine::drive::folder::{Change, FolderDrive, Watcher};
use thumbling_engine::id::{CorrelationId, FileId, FileRef, SpaceId};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::problem::Problem;
use thumbling_engine::url::keyfile;
use thumbling_engine::url::keyring::Keyring;
use thumbling_engine::{Config, Engine};

use super::account;
use super::drive::{DemoDrive, HOST};
use super::feed::{Feed, HostEvent};
use super::metrics::Recorder;
use super::shares::Shares;
use super::wire::{self, Failure};

/// The id of the drive's one space.
const SPACE: &str = "drive";
/// Most context hints stored at once.
const MAX_HINTS: usize = 50_000;
/// Lifetime of a context hint.
const HINT_LIFETIME: Duration = Duration::from_secs(60);

/// Options of the host.
pub struct Options {
    pub folder: PathBuf,
    pub state: PathBuf,
    pub url: String,
    pub obfuscate: bool,
    pub debug: bool,
    /// Bytes.
    pub max_upload: u64,
    /// Whether it listens on a loopback address only.
    pub local: bool,
    pub recorder: &'static Recorder,
}

/// The state of the host.
pub struct App {
    pub engine: Arc<Engine>,
    pub drive: Arc<DemoDrive>,
    pub feed: Feed,
    /// Number of clients that receive events.
    pub event_clients: Arc<AtomicUsize>,
    pub url: String,
    pub debug: bool,
    pub max_upload: u64,
    pub recorder: &'static Recorder,
    local: bool,
    keys: Arc<Keyring>,
    kinds: HashMap<&'static str, &'static str>,
    hints: Mutex<HashMap<String, (Instant, String)>>,
    watcher: Mutex<Option<Watcher>>,
}

fn failed(e: impl std::fmt::Display) -> io::Error {
    io::Error::other(e.to_string())
}

impl App {
    /// Opens folder, engine and keys, and starts watching the folder.
    pub fn open(options: Options) -> io::Result<Arc<Self>> {
        std::fs::create_dir_all(&options.state)?;
        let (folder, state) = (options.folder.canonicalize()?, options.state.canonicalize()?);
        if state.starts_with(&folder) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the state folder has to be outside the folder served",
            ));
        }
        let space = SpaceId::new(SPACE).map_err(failed)?;
        let keys = Arc::new(keyfile::open(&state.join("host-keys")).map_err(failed)?);
        let feed = Feed::new();
        let drive = Arc::new(DemoDrive {
            folder: Arc::new(FolderDrive::open(&folder, space.clone())?),
            shares: Shares::open(state.join("shares.json"), &space)?,
            feed: feed.clone(),
        });
        let mut config = Config::new(state.join("engine"));
        config.keys = Some(keys.clone());
        config.base_url = format!("{}/thumb", options.url);
        config.obfuscate = options.obfuscate;
        let engine = Arc::new(Engine::open(config, drive.clone()).map_err(failed)?);
        feed.forward(&engine)?;
        let app = Arc::new(Self {
            engine: engine.clone(),
            drive: drive.clone(),
            feed: feed.clone(),
            event_clients: Arc::default(),
            url: options.url,
            debug: options.debug,
            max_upload: options.max_upload,
            recorder: options.recorder,
            local: options.local,
            keys,
            kinds: kinds(),
            hints: Mutex::default(),
            watcher: Mutex::default(),
        });
        let watcher = drive.folder.watch(move |change| apply_change(&engine, &feed, change))?;
        *app.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
        Ok(app)
    }

    /// Stops watching and closes the engine. Queued jobs continue when the host starts again.
    pub fn close(&self) {
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.engine.close(Duration::from_secs(5));
    }

    /// Whether a request with this `Host` header is for this host. On a loopback address, other names are refused: a web
    /// page could have made one point here (DNS rebinding).
    pub fn answers_to(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let public = self.url.split_once("://").map_or("", |(_, rest)| rest);
        !self.local
            || host.is_empty()
            || name.eq_ignore_ascii_case("localhost")
            || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            || host.eq_ignore_ascii_case(public)
    }

    /// The file with the id `id`; `None` if the id is invalid.
    pub fn file(&self, id: &str) -> Option<FileRef> {
        Some(FileRef::new(self.drive.folder.space().clone(), FileId::new(id).ok()?))
    }

    /// The user id that a token was issued to.
    pub fn user(&self, token: &str) -> Option<String> {
        account::user(&self.keys, token)
    }

    /// A token for a user.
    pub fn token(&self, user: &str) -> String {
        account::token(&self.keys, user)
    }

    /// The user id of a request for events, by bearer token or cookie.
    pub fn event_user(&self, headers: &HeaderMap) -> Option<String> {
        let cookies = wire::header(headers, "cookie").unwrap_or_default().split(';');
        let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
        let cookie = pairs.find(|(name, _)| *name == account::COOKIE).map(|(_, token)| token);
        self.user(wire::bearer(headers).or(cookie)?)
    }

    /// The caller of a demo endpoint, by bearer token.
    pub fn member(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        let user = wire::bearer(headers).and_then(|token| self.user(token)).ok_or(Problem::Login)?;
        Ok(Caller::user(user).with_language(language(headers)))
    }

    /// `image`, `document`, `video`, `audio`, `archive` or `other`, by file extension.
    pub fn kind(&self, name: &str) -> &'static str {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
        self.kinds.get(&*extension).copied().unwrap_or("other")
    }

    /// Stores a hint of the engine and returns a UUID for it, as Cloudreve's clients expect.
    pub fn store_hint(&self, hint: String) -> String {
        let id = CorrelationId::unique().to_string();
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.len() >= MAX_HINTS {
            hints.retain(|_, (stored, _)| stored.elapsed() < HINT_LIFETIME);
        }
        if hints.len() < MAX_HINTS {
            hints.insert(id.clone(), (Instant::now(), hint));
        }
        id
    }

    /// The hint that is stored under `id`.
    pub fn hint(&self, id: &str) -> Option<String> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(|(_, hint)| hint.clone())
    }
}

/// The language of a request.
pub fn language(headers: &HeaderMap) -> Language {
    let tag = wire::header(headers, "language").or_else(|| wire::header(headers, "accept-language"));
    tag.map(Language::from_tag).unwrap_or_default()
}

/// Reports a change in the folder to the engine and the feed.
fn apply_change(engine: &Engine, feed: &Feed, change: Change) {
    match change {
        Change::Changed(file) => {
            feed.publish(&HostEvent::Changed(&file));
            // The watcher reports all files at every start; those with a thumbnail need no task.
            let lookup = engine.lookup(&file, None, &Caller::user(HOST), LookupMode::CacheOnly);
            let is_done = lookup.is_ok_and(|lookup| {
                !matches!(lookup.state, LookupState::NotExist | LookupState::Failed { kind: thumbling::ErrorKind::Io })
            });
            if !is_done && let Err(e) = engine.file_changed(&file) {
                tracing::warn!(file = %file, error = %e, "a change could not be reported");
            }
        }
        Change::Deleted(file) => {
            feed.publish(&HostEvent::Deleted(&file));
            if let Err(e) = engine.file_deleted(&file) {
                tracing::warn!(file = %file, error = %e, "a deletion could not be reported");
            }
        }
    }
}

/// Families by extension; the first format with an extension wins.
fn kinds() -> HashMap<&'static str, &'static str> {
    let mut kinds = HashMap::new();
    for format in thumbling::capabilities() {
        for extension in format.extensions {
            kinds.entry(*extension).or_insert(format.family.unwrap_or("other"));
        }
    }
    kinds
}
