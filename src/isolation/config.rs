//! Settings of the process's pool of workers.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_isolation::pool::{self, Pool};

/// The name of the worker's executable.
const PROGRAM: &str = if cfg!(windows) { "thumbling-worker.exe" } else { "thumbling-worker" };

/// Memory of the pool for each worker, bytes; at least [`MIN_MEMORY`] in all.
const WORKER_MEMORY: u64 = 512 << 20;
/// Memory of a pool, bytes, so that a few requests with high limits fit.
const MIN_MEMORY: u64 = 2 << 30;

/// Settings of the pool of workers. All requests of a process share one pool.
///
/// ```
/// use thumbling::isolation::Config;
///
/// let config = Config::new().workers(4).memory(4 << 30);
/// assert_eq!((config.workers, config.memory), (4, 4 << 30));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The worker's executable; `None` looks for it, see [the module](self).
    pub program: Option<PathBuf>,
    /// Most workers at once. Default: one per core.
    pub workers: usize,
    /// Memory that all workers together may take, bytes: each counts with the memory limit of its request and 144 MiB.
    /// Default: 512 MiB a worker, at least 2 GiB.
    pub memory: u64,
}

impl Default for Config {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, |n| n.get());
        Self { program: None, workers, memory: MIN_MEMORY.max(workers as u64 * WORKER_MEMORY) }
    }
}

impl Config {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the worker's executable.
    #[must_use]
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// Sets how many workers there may be at once, at least 1.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// Sets the memory that all workers together may take, bytes.
    #[must_use]
    pub fn memory(mut self, memory: u64) -> Self {
        self.memory = memory;
        self
    }
}

static CONFIG: Mutex<Option<Config>> = Mutex::new(None);
static POOL: OnceLock<Option<Pool>> = OnceLock::new();

/// Sets the settings of the process's pool.
///
/// # Errors
/// `invalid-argument` if a request has used the pool already.
pub fn configure(config: Config) -> Result<()> {
    if POOL.get().is_some() {
        return Err(Error::invalid_argument("workers are running already; configure them before the first request"));
    }
    *CONFIG.lock().unwrap_or_else(|e| e.into_inner()) = Some(config);
    Ok(())
}

/// The pool; `None` if there is no worker's executable.
fn found() -> Option<&'static Pool> {
    let pool = POOL.get_or_init(|| {
        let config = CONFIG.lock().unwrap_or_else(|e| e.into_inner()).clone().unwrap_or_default();
        let program = config.program.or_else(own_program).or_else(|| candidates().into_iter().find(|f| f.is_file()))?;
        Some(Pool::new(pool::Config { program, workers: config.workers, memory: config.memory }))
    });
    pool.as_ref()
}

/// The pool.
///
/// # Errors
/// `feature-disabled` if there is no worker's executable.
pub(super) fn pool() -> Result<&'static Pool> {
    found().ok_or_else(|| {
        let looked: Vec<String> = candidates().iter().map(|path| path.display().to_string()).collect();
        let detail = format!(
            "it is decoded in a worker process, and there is no executable for one (looked for {}): install `{PROGRAM}` \
             there, name one with `isolation::configure`, call `isolation::run_if_worker` first in `main`, or request \
             `Isolation::Nothing`",
            looked.join(", "),
        );
        Error::new(ErrorKind::FeatureDisabled, detail)
    })
}

/// Whether workers run another program than this one, with formats that this one may lack.
pub(crate) fn has_own_program() -> bool {
    found().is_some_and(|pool| own_program().as_deref() != Some(pool.config().program.as_path()))
}

/// The running executable, if it can be a worker.
fn own_program() -> Option<PathBuf> {
    if thumbling_isolation::can_run_itself() { std::env::current_exe().ok() } else { None }
}

/// Where an installed worker may be.
fn candidates() -> Vec<PathBuf> {
    let own = thumbling_isolation::library_path();
    let mut files: Vec<PathBuf> = Vec::new();
    for file in own.into_iter().chain(std::env::current_exe().ok()) {
        // A relative path would depend on the working directory.
        let Some(folder) = file.parent().filter(|_| file.is_absolute()) else { continue };
        files.push(folder.join(PROGRAM));
        // Cargo's test executables are one folder below.
        if folder.ends_with("deps") || folder.ends_with("examples") {
            files.push(folder.with_file_name(PROGRAM));
        }
        // A library in PREFIX/lib or PREFIX/lib/ARCH.
        for above in folder.ancestors().take(3).filter(|above| above.file_name() == Some("lib".as_ref())) {
            files.extend(above.parent().map(|prefix: &Path| prefix.join("bin").join(PROGRAM)));
        }
    }
    files.dedup();
    files
}
