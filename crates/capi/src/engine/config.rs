//! Engine: configuration

use std::ffi::c_char;
use std::time::Duration;

use super::super::limits::{self, thumbling_limits_t};
use super::super::pointer::{self, Text};
use super::super::request::{self, THUMBLING_EFFORT_NORMAL};
use super::super::spec::{self, thumbling_spec_t};
use super::super::versioned::{self, versioned};
use super::keyring::{KEYRINGS, thumbling_keyring_t};
use thumbling::{Error, Result};
use thumbling_engine::{Config, NamedSpec};

/// Configuration of an engine. Everything it points to is used only until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_engine_config_t {
    /// sizeof(thumbling_engine_config_t).
    pub struct_size: usize,
    /// The engine's own folder on a local disk, required. Created if it is missing. Several processes of one machine may
    /// share it.
    pub state_folder: *const c_char,
    /// Thumbnails generated for every file, all from one decode, 1 to 16; the first is the default of lookups. NULL: "small",
    /// 256 x 256 px, and "large", 1024 x 1024 px, both WebP.
    pub specs: *const thumbling_spec_t,
    /// Their names, one for each: 1 to 64 letters, digits, - and _.
    pub spec_names: *const *const c_char,
    /// Number of specs.
    pub specs_len: usize,
    /// Limits of one file; NULL for the defaults. max_memory cannot exceed `memory`.
    pub limits: *const thumbling_limits_t,
    /// Prefix of signed URLs, without a trailing slash. NULL: "/thumb".
    pub base_url: *const c_char,
    /// What signs URLs and hints; 0: keys kept in the state folder.
    pub keyring: thumbling_keyring_t,
    /// Lifetime of a signed URL, s, at most 7 days.
    pub url_lifetime_s: u64,
    /// Memory budget for decoded pixels of all running jobs together, bytes.
    pub memory: u64,
    /// Most jobs in the queue; more are refused with THUMBLING_ERROR_BUSY.
    pub queue: u64,
    /// How long a job may go without an answer from the drive, ms. It is then retried on another thread.
    pub drive_timeout_ms: u64,
    /// How long a call with many files keeps asking the drive about them, ms; their jobs ask about the rest.
    pub call_timeout_ms: u64,
    /// Bytes of thumbnails that garbage collection keeps, evicting the least recently used. 0: no bound.
    pub keep_bytes: u64,
    /// How long garbage collection keeps a thumbnail that nobody looks up, s. 0: forever.
    pub keep_unused_s: u64,
    /// How long garbage collection keeps a package, s.
    pub keep_packages_s: u64,
    /// How long the status of an ended task stays available, s.
    pub keep_tasks_s: u64,
    /// How often the engine collects garbage by itself, s. 0: never.
    pub collect_interval_s: u64,
    /// Number of worker threads. 0: the number of cores.
    pub threads: u32,
    /// Niceness of worker threads, 0 to 19 (Linux only).
    pub niceness: u32,
    /// THUMBLING_EFFORT_...: how much work a thumbnail is worth.
    pub effort: i32,
    /// 1 if URLs hide file names, else 0. Clients then decode them, see bindings/decoders.
    pub obfuscate_urls: i32,
}

versioned!(thumbling_engine_config_t, defaults());

/// `duration` in milliseconds; saturates.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn defaults() -> thumbling_engine_config_t {
    let config = Config::new("");
    thumbling_engine_config_t {
        struct_size: size_of::<thumbling_engine_config_t>(),
        state_folder: std::ptr::null(),
        specs: std::ptr::null(),
        spec_names: std::ptr::null(),
        specs_len: 0,
        limits: std::ptr::null(),
        base_url: std::ptr::null(),
        keyring: thumbling_keyring_t { id: 0 },
        url_lifetime_s: config.url_life.as_secs(),
        memory: config.memory,
        queue: config.queue,
        drive_timeout_ms: millis(config.drive_timeout),
        call_timeout_ms: millis(config.call_timeout),
        keep_bytes: config.keep_bytes.unwrap_or(0),
        keep_unused_s: config.keep_unused.map_or(0, |keep| keep.as_secs()),
        keep_packages_s: config.keep_packages.as_secs(),
        keep_tasks_s: config.keep_tasks.as_secs(),
        collect_interval_s: config.upkeep.map_or(0, |every| every.as_secs()),
        threads: 0,
        niceness: u32::from(config.niceness),
        effort: THUMBLING_EFFORT_NORMAL,
        obfuscate_urls: config.obfuscate.into(),
    }
}

/// The configuration at `from`.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and what it points to is valid.
pub(super) unsafe fn config(from: *const thumbling_engine_config_t) -> Result<Config> {
    // SAFETY: promised by the caller.
    let (given, state, base, specs, limits) = unsafe {
        let given = versioned::read(from)?;
        let (specs, limits) = (spec::specs(given.specs, given.specs_len)?, limits::limits(given.limits)?);
        (given, Text::new(given.state_folder), Text::new(given.base_url), specs, limits)
    };
    let mut config = Config::new(state.path("state_folder")?);
    if let Some(base) = base.utf8("base_url")? {
        config.base_url = base.into();
    }
    if !specs.is_empty() {
        if given.spec_names.is_null() {
            return Err(pointer::null("spec_names"));
        }
        let named = (specs.into_iter().enumerate()).map(|(n, spec)| {
            // SAFETY: promised by the caller: there are as many names as specs.
            let name = unsafe { Text::new(given.spec_names.add(n).read_unaligned()) };
            Ok(NamedSpec { name: name.required("a name of spec_names")?.into(), spec })
        });
        config.specs = Some(named.collect::<Result<_>>()?);
    }
    config.url_life = Duration::from_secs(given.url_lifetime_s);
    (config.memory, config.queue) = (given.memory, given.queue);
    if given.threads > 0 {
        config.threads = given.threads as usize;
    }
    (config.limits, config.effort) = (limits, request::effort(given.effort)?);
    config.keys = match given.keyring.id {
        0 => None,
        id => Some(KEYRINGS.get(id)?),
    };
    config.drive_timeout = Duration::from_millis(given.drive_timeout_ms);
    config.call_timeout = Duration::from_millis(given.call_timeout_ms);
    let seconds = |s: u64| (s > 0).then(|| Duration::from_secs(s));
    config.keep_bytes = (given.keep_bytes > 0).then_some(given.keep_bytes);
    config.keep_unused = seconds(given.keep_unused_s);
    config.keep_packages = Duration::from_secs(given.keep_packages_s);
    config.keep_tasks = Duration::from_secs(given.keep_tasks_s);
    config.upkeep = seconds(given.collect_interval_s);
    config.niceness = match given.niceness {
        n @ 0..=19 => n as u8,
        n => return Err(Error::invalid_argument(format!("niceness is {n}"))),
    };
    config.obfuscate = match given.obfuscate_urls {
        0 => false,
        1 => true,
        n => return Err(Error::invalid_argument(format!("obfuscate_urls is {n}"))),
    };
    Ok(config)
}
