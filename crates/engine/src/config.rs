//! Configuration of an engine. Every field has a default except the state folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::error::{EngineError, Result, Subject};
use crate::port::clock::{Clock, SystemClock};
use crate::url::MAX_LIFE;
use crate::url::keyring::Keyring;
use thumbling::Effort;
use thumbling::Limits;
use thumbling::{Output, Spec};

/// A thumbnail generated for every file, with the name by which lookups refer to it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSpec {
    /// 1 to 64 letters, digits, `-` and `_`.
    pub name: String,
    /// Size and format.
    pub spec: Spec,
}

/// Configuration of an engine.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The engine's own folder on a local disk, for database, blobs and keys. Created if it is missing. Several processes
    /// of one machine may open the same folder.
    pub state: PathBuf,
    /// Thumbnails generated for every file, all from one decode. The first is the default of lookups and URLs. `None`
    /// stands for `small`, 256 × 256 px, and `large`, 1024 × 1024 px, both WebP.
    pub specs: Option<Vec<NamedSpec>>,
    /// How much work a thumbnail is worth.
    pub effort: Effort,
    /// Per-file limits. `max_memory` cannot exceed `memory`.
    pub limits: Limits,
    /// Memory budget for decoded pixels of all running jobs together, bytes; jobs that do not fit wait. Default 256 MiB.
    pub memory: u64,
    /// Number of workers. Default: the number of cores.
    pub threads: usize,
    /// Niceness of worker threads, 0 to 19 (Linux only). Default 10.
    pub niceness: u8,
    /// Most jobs in the queue; more are refused with `busy`. Background jobs fill at most nine tenths of it. Default
    /// 1,000,000.
    pub queue: u64,
    /// How long a job's call of the drive may go without an answer. The worker is then replaced, its thread is left to the
    /// drive, and the job is retried. Time that the job waits for memory or the disk does not count. Default 60 s.
    pub drive_timeout: Duration,
    /// How long a call with many files keeps asking the drive about them; jobs ask about the remaining files later.
    /// Default 5 s.
    pub call_timeout: Duration,
    /// Secrets that sign URLs and hints. Default: keys kept in the state folder.
    pub keys: Option<Arc<Keyring>>,
    /// Prefix of signed URLs, without a trailing slash. Default `/thumb`.
    pub base_url: String,
    /// Whether URLs hide file names.
    pub obfuscate: bool,
    /// Lifetime of a signed URL, at most 7 days. Default one day.
    pub url_life: Duration,
    /// Bytes of thumbnails that garbage collection keeps, evicting the least recently used. `None`: no bound.
    pub keep_bytes: Option<u64>,
    /// How long garbage collection keeps a thumbnail that nobody looks up. `None`: forever.
    pub keep_unused: Option<Duration>,
    /// How long garbage collection keeps a package. Default 7 days, the longest lifetime of a URL.
    pub keep_packages: Duration,
    /// How long the status of an ended task stays available. Default 7 days.
    pub keep_tasks: Duration,
    /// How often the engine collects garbage by itself; `None`: never. Default every 10 minutes.
    pub upkeep: Option<Duration>,
    /// Source of time.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The default configuration, with `state` as the engine's folder.
    pub fn new(state: impl Into<PathBuf>) -> Self {
        let day = Duration::from_secs(24 * 60 * 60);
        Self {
            state: state.into(),
            specs: None,
            effort: Effort::default(),
            limits: Limits::default(),
            memory: 256 << 20,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            niceness: 10,
            queue: 1_000_000,
            drive_timeout: Duration::from_secs(60),
            call_timeout: Duration::from_secs(5),
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

    /// Adds a spec. The first call replaces the default set.
    #[must_use]
    pub fn spec(mut self, name: impl Into<String>, spec: Spec) -> Self {
        self.specs.get_or_insert_default().push(NamedSpec { name: name.into(), spec });
        self
    }

    /// The configured specs, or the default set.
    pub(crate) fn specs(&self) -> Vec<NamedSpec> {
        self.specs.clone().unwrap_or_else(|| {
            let webp =
                |name: &str, side| NamedSpec { name: name.into(), spec: Spec::square(side).output(Output::Webp) };
            vec![webp("small", 256), webp("large", 1024)]
        })
    }

    /// `invalid-argument` if an engine cannot be opened with this configuration.
    pub(crate) fn check(&self) -> Result<()> {
        let invalid = |what: String| Err(EngineError::invalid(Subject::Call, what));
        let specs = self.specs();
        if specs.is_empty() || specs.len() > 16 {
            return invalid(format!("{} specs; an engine needs 1 to 16", specs.len()));
        }
        for (n, NamedSpec { name, .. }) in specs.iter().enumerate() {
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
                return invalid(format!("invalid spec name {name:?}"));
            }
            if specs[..n].iter().any(|other| other.name == *name) {
                return invalid(format!("two specs named {name:?}"));
            }
        }
        if self.threads == 0 || self.threads > 1024 {
            return invalid(format!("{} threads; an engine needs 1 to 1024", self.threads));
        }
        if self.memory < 16 << 20 {
            return invalid(format!("a memory budget of {} bytes; the minimum is 16 MiB", self.memory));
        }
        if self.queue == 0 {
            return invalid("a queue for 0 jobs".into());
        }
        if self.url_life.is_zero() || self.url_life > MAX_LIFE {
            return invalid(format!("a URL lifetime of {:?}; the maximum is 7 days", self.url_life));
        }
        if self.drive_timeout.is_zero() {
            return invalid("a drive timeout of 0".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_specs_never_drops_one() {
        let webp = |side| Spec::square(side).output(Output::Webp);
        // The first two equal the default set.
        let config = Config::new("").spec("small", webp(256)).spec("large", webp(1024)).spec("icon", webp(64));
        let names: Vec<String> = config.specs().into_iter().map(|spec| spec.name).collect();
        assert_eq!(names, ["small", "large", "icon"]);
    }

    #[test]
    fn the_first_spec_replaces_the_default_set() {
        assert_eq!(Config::new("").specs().len(), 2);
        assert_eq!(Config::new("").spec("only", Spec::new(8, 8)).specs().len(), 1);
    }
}
