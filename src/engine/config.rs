//! What an engine is opened with. Every bound has a default; only the state folder has none.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::decode::Effort;
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::port::clock::{Clock, SystemClock};
use crate::engine::url::MAX_LIFE;
use crate::engine::url::keyring::Keyring;
use crate::limits::Limits;
use crate::request::{Output, Spec};

/// A thumbnail that is made of every file, by the name that look-ups know it by.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSpec {
    /// 1 to 64 letters, digits, `-` and `_`.
    pub name: String,
    /// What it is.
    pub spec: Spec,
}

/// What an engine is opened with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// A folder of the engine's own on a local disk: database, blobs, keys. Made if it is not there. Several processes
    /// of one machine may open the same one.
    pub state: PathBuf,
    /// What is made of every file, all from one decode. The first is what URLs are of when none is named.
    /// Default: `small`, 256 × 256 px, and `large`, 1024 × 1024 px, both WebP.
    pub specs: Vec<NamedSpec>,
    /// How much work a thumbnail is worth.
    pub effort: Effort,
    /// Bounds on one file; `max_memory` is met within `memory`.
    pub limits: Limits,
    /// Bytes of decoded pixels that all files being drawn hold together: what does not fit waits. Default 256 MiB.
    pub memory: u64,
    /// Files drawn at once. Default: as many as the machine has cores.
    pub threads: usize,
    /// How much workers stand back behind the host's own threads, 0 to 19 as `nice` has it (Linux). Default 10.
    pub niceness: u8,
    /// Jobs that are queued at most; more are refused as `busy`. Work that nobody waits for fills nine tenths.
    /// Default 1,000,000.
    pub queue: u64,
    /// How long one file may take with all that the drive does for it. A drive that has not answered by then keeps its
    /// thread, which is replaced, and the file is tried again. Default 60 s.
    pub patience: Duration,
    /// How long a call of many files goes on asking the drive about them; what was not asked by then, the task finds
    /// out. Default 5 s.
    pub call_patience: Duration,
    /// Secrets of URLs and hints. Default: of the state folder's own.
    pub keys: Option<Arc<Keyring>>,
    /// What signed URLs begin with, without a slash at the end. Default `/thumb`.
    pub base_url: String,
    /// Whether URLs hide file names.
    pub obfuscate: bool,
    /// How long a signed URL lives, at most 7 days. Default one day.
    pub url_life: Duration,
    /// Bytes of thumbnails that garbage collection leaves, the least recently looked at going first. `None`: all.
    pub keep_bytes: Option<u64>,
    /// How long a thumbnail that nobody looks at is left by garbage collection. `None`: for ever.
    pub keep_unused: Option<Duration>,
    /// How long a package is left by garbage collection. Default 7 days, as long as a URL can live.
    pub keep_packages: Duration,
    /// How long tasks that have ended can be asked about. Default 7 days.
    pub keep_tasks: Duration,
    /// How often garbage is collected without being asked; `None`: never. Default every 10 minutes.
    pub upkeep: Option<Duration>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The defaults, with `state` as the engine's folder.
    pub fn new(state: impl Into<PathBuf>) -> Self {
        let webp = |side| Spec { output: Output::Webp, ..Spec::new(side, side) };
        let named = |name: &str, spec| NamedSpec { name: name.into(), spec };
        let day = Duration::from_secs(24 * 60 * 60);
        Self {
            state: state.into(),
            specs: vec![named("small", webp(256)), named("large", webp(1024))],
            effort: Effort::default(),
            limits: Limits::default(),
            memory: 256 << 20,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            niceness: 10,
            queue: 1_000_000,
            patience: Duration::from_secs(60),
            call_patience: Duration::from_secs(5),
            keys: None,
            base_url: "/thumb".into(),
            obfuscate: false,
            url_life: day,
            keep_bytes: None,
            keep_unused: None,
            keep_packages: 7 * day,
            keep_tasks: 7 * day,
            upkeep: Some(Duration::from_secs(600)),
            clock: Arc::new(SystemClock),
        }
    }

    /// Makes `spec` of every file, under `name`, instead of the defaults or beside what was added before.
    #[must_use]
    pub fn spec(mut self, name: impl Into<String>, spec: Spec) -> Self {
        if self.specs == Self::new("").specs {
            self.specs.clear();
        }
        self.specs.push(NamedSpec { name: name.into(), spec });
        self
    }

    /// `invalid-argument` for what no engine can be opened with.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |what: String| Err(EngineError::invalid(Subject::Call, what));
        if self.specs.is_empty() || self.specs.len() > 16 {
            return wrong(format!("{} specs; 1 to 16 are made of a file", self.specs.len()));
        }
        for (n, NamedSpec { name, .. }) in self.specs.iter().enumerate() {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
                return wrong(format!("a spec called {name:?}"));
            }
            if self.specs[..n].iter().any(|other| other.name == *name) {
                return wrong(format!("two specs called {name:?}"));
            }
        }
        if self.threads == 0 || self.threads > 1024 {
            return wrong(format!("{} threads", self.threads));
        }
        if self.memory < 16 << 20 {
            return wrong(format!("a memory budget of {} bytes; 16 MiB is the least", self.memory));
        }
        if self.queue == 0 {
            return wrong("a queue of no jobs".into());
        }
        if self.url_life.is_zero() || self.url_life > MAX_LIFE {
            return wrong(format!("URLs that live {:?}; 7 days are the most", self.url_life));
        }
        if self.patience.is_zero() {
            return wrong("no patience with the drive".into());
        }
        Ok(())
    }
}
