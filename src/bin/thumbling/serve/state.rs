//! What every request works with.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use thumbling::engine::caller::{Caller, Language};
use thumbling::engine::drive::folder::{Change, FolderDrive, Watch};
use thumbling::engine::id::{CorrelationId, FileId, FileRef, SpaceId};
use thumbling::engine::lookup::{LookState, Mode};
use thumbling::engine::message::Problem;
use thumbling::engine::url::keyfile;
use thumbling::engine::url::keyring::Keyring;
use thumbling::engine::{Config, Engine};

use super::account;
use super::drive::{DemoDrive, HOST};
use super::events::{Feed, Said};
use super::metrics::Recorder;
use super::share::Shares;
use super::wire::{self, Failure};

/// The one space of this drive.
const SPACE: &str = "drive";
/// Hints that are kept; each holds for a minute.
const HINTS: usize = 50_000;
const HINT_LIFE: Duration = Duration::from_secs(60);

/// What the host is started with.
pub struct Options {
    pub folder: PathBuf,
    pub state: PathBuf,
    pub url: String,
    pub obfuscate: bool,
    pub debug: bool,
    /// Bytes.
    pub max_upload: u64,
    /// Whether it listens to its own machine alone.
    pub local: bool,
    pub recorder: &'static Recorder,
}

/// What every request works with.
pub struct App {
    pub engine: Arc<Engine>,
    pub drive: Arc<DemoDrive>,
    pub feed: Feed,
    pub url: String,
    pub debug: bool,
    pub max_upload: u64,
    pub recorder: &'static Recorder,
    local: bool,
    keys: Arc<Keyring>,
    kinds: HashMap<&'static str, &'static str>,
    hints: Mutex<HashMap<String, (Instant, String)>>,
    watch: Mutex<Option<Watch>>,
}

fn failed(e: impl std::fmt::Display) -> io::Error {
    io::Error::other(e.to_string())
}

impl App {
    /// Opens folder, engine and keys, and begins to watch the folder.
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
            shares: Shares::open(state.join("shares.json"), space)?,
            feed: feed.clone(),
        });
        let mut config = Config::new(state.join("engine"));
        config.keys = Some(keys.clone());
        config.base_url = format!("{}/thumb", options.url);
        config.obfuscate = options.obfuscate;
        let engine = Arc::new(Engine::open(config, drive.clone()).map_err(failed)?);
        feed.follow(&engine)?;
        let app = Arc::new(Self {
            engine: engine.clone(),
            drive: drive.clone(),
            feed: feed.clone(),
            url: options.url,
            debug: options.debug,
            max_upload: options.max_upload,
            recorder: options.recorder,
            local: options.local,
            keys,
            kinds: kinds(),
            hints: Mutex::default(),
            watch: Mutex::default(),
        });
        let watch = drive.folder.watch(move |change| follow(&engine, &feed, change))?;
        *app.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch);
        Ok(app)
    }

    /// Stops watching and working; what is queued goes on when the host is started again.
    pub fn close(&self) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.engine.close(Duration::from_secs(5));
    }

    /// Whether a request for `host` is for this host. One that listens to its own machine is not to be reached by a
    /// name that somebody else has made to lead here.
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

    /// The file of this drive that the host calls `id`; `None` if nothing can be called so.
    pub fn file(&self, id: &str) -> Option<FileRef> {
        Some(FileRef::new(self.drive.folder.space().clone(), FileId::new(id).ok()?))
    }

    /// The user id whom a token was given to.
    pub fn user(&self, token: &str) -> Option<String> {
        account::user(&self.keys, token)
    }

    /// A token for a user.
    pub fn token(&self, user: &str) -> String {
        account::token(&self.keys, user)
    }

    /// Who calls the demo endpoints: by bearer token.
    pub fn member(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        let user = wire::bearer(headers).and_then(|token| self.user(token)).ok_or(Problem::Login)?;
        Ok(Caller::user(user).speaking(language(headers)))
    }

    /// `image`, `document`, `video`, `audio`, `archive`, or `other`, by name: what a person takes it for.
    pub fn kind(&self, name: &str) -> &'static str {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
        self.kinds.get(&*extension).copied().unwrap_or("other")
    }

    /// Takes a hint of the engine's and gives a UUID for it, which is what Cloudreve's clients carry.
    pub fn hand_out(&self, hint: String) -> String {
        let id = CorrelationId::unique().to_string();
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.len() >= HINTS {
            hints.retain(|_, (made, _)| made.elapsed() < HINT_LIFE);
        }
        if hints.len() < HINTS {
            hints.insert(id.clone(), (Instant::now(), hint));
        }
        id
    }

    /// The engine's hint that `id` was handed out for.
    pub fn hint(&self, id: &str) -> Option<String> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(|(_, hint)| hint.clone())
    }
}

/// The language that a request asks for.
pub fn language(headers: &HeaderMap) -> Language {
    let tag = wire::header(headers, "language").or_else(|| wire::header(headers, "accept-language"));
    tag.map(Language::of_tag).unwrap_or_default()
}

/// Tells the engine, and the page, of a change that somebody else made.
fn follow(engine: &Engine, feed: &Feed, change: Change) {
    match change {
        Change::Changed(file) => {
            feed.say(&Said::Changed(&file));
            // At every start all files are reported: those that are done already need no task.
            let look = engine.lookup(&file, None, &Caller::user(HOST), Mode::CacheOnly);
            let settled = look.is_ok_and(|look| {
                !matches!(look.state, LookState::NotExist | LookState::Failed { kind: thumbling::ErrorKind::Io })
            });
            if !settled && let Err(e) = engine.file_changed(&file) {
                tracing::warn!(file = %file, error = %e, "a change was not taken");
            }
        }
        Change::Deleted(file) => {
            feed.say(&Said::Deleted(&file));
            if let Err(e) = engine.file_deleted(&file) {
                tracing::warn!(file = %file, error = %e, "a deletion was not taken");
            }
        }
    }
}

/// Extension to family; where several formats have it, the first.
fn kinds() -> HashMap<&'static str, &'static str> {
    let mut kinds = HashMap::new();
    for format in thumbling::capabilities() {
        for extension in format.extensions {
            kinds.entry(*extension).or_insert(format.family.unwrap_or("other"));
        }
    }
    kinds
}
