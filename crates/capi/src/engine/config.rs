//! The engine: what it is opened with

use std::ffi::c_char;
use std::time::Duration;

use super::super::boundary;
use super::super::options::{self, thumbling_options_t, thumbling_spec_t};
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{self, Versioned};
use super::keys::{KEYRINGS, thumbling_keyring_t};
use thumbling::{Error, Result};
use thumbling_engine::{Config, NamedSpec};

/// What an engine is opened with.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_config_t {
    /// sizeof(thumbling_config_t), set by thumbling_config_init.
    pub struct_size: usize,
    /// A folder of the engine's own on a local disk; made if it is not there.
    pub state: *const c_char,
    /// What is made of every file, all from one decode. The first is what look-ups are of when none is named. Default:
    /// `small`, 256 x 256 px, and `large`, 1,024 x 1,024 px, both WebP.
    pub specs: *const thumbling_spec_t,
    /// Their names: 1 to 64 letters, digits, - and _.
    pub spec_names: *const *const c_char,
    /// How many; 0 for the default.
    pub specs_len: usize,
    /// What signed URLs begin with, without a slash at the end. Default "/thumb".
    pub base_url: *const c_char,
    /// How long a signed URL lives, s, at most 7 days. Default one day.
    pub url_life_s: u64,
    /// Bytes of decoded pixels that all files being drawn hold together. Default 256 MiB.
    pub memory: u64,
    /// Jobs that are queued at most; more are refused with THUMBLING_ERROR_BUSY. Default 1,000,000.
    pub queue: u64,
    /// Files drawn at once; 0, the default: as many as the machine has cores.
    pub threads: u32,
    /// Whether URLs hide file names; clients then decode them, see bindings/decoders. Default 0.
    pub obfuscate: i32,
    /// Effort and limits of one file; of the rest nothing is taken. NULL for the defaults.
    pub limits: *const thumbling_options_t,
    /// What signs URLs and hints; 0, the default: keys of the folder's own. May be freed once the engine is open.
    pub keyring: thumbling_keyring_t,
    /// How long one file may take with all that the drive does for it, ms. A drive that has not answered by then keeps its
    /// thread, which is replaced, and the file is tried again. Default 60,000.
    pub patience_ms: u64,
    /// How long a call of many files goes on asking the drive about them, ms; the task finds out the rest. Default 5,000.
    pub call_patience_ms: u64,
    /// Bytes of thumbnails that garbage collection leaves, the least recently looked at going first. 0, the default: all.
    pub keep_bytes: u64,
    /// How long a thumbnail that nobody looks at is left by garbage collection, s. 0, the default: for ever.
    pub keep_unused_s: u64,
    /// How long a package is left by garbage collection, s. Default 7 days.
    pub keep_packages_s: u64,
    /// How long tasks that have ended can be asked about, s. Default 7 days.
    pub keep_tasks_s: u64,
    /// How often garbage is collected without being asked, s; 0: never. Default 600.
    pub upkeep_s: u64,
    /// How much workers stand back behind the host's own threads, 0 to 19 as nice has it (Linux). Default 10.
    pub niceness: u32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_config_t {
    const NAME: &'static str = "thumbling_config_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// `duration` in milliseconds; saturates.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn defaults() -> thumbling_config_t {
    let config = Config::new("");
    thumbling_config_t {
        struct_size: size_of::<thumbling_config_t>(),
        state: std::ptr::null(),
        specs: std::ptr::null(),
        spec_names: std::ptr::null(),
        specs_len: 0,
        base_url: std::ptr::null(),
        url_life_s: config.url_life.as_secs(),
        memory: config.memory,
        queue: config.queue,
        threads: 0,
        obfuscate: 0,
        limits: std::ptr::null(),
        keyring: thumbling_keyring_t { id: 0 },
        patience_ms: millis(config.drive_timeout),
        call_patience_ms: millis(config.call_timeout),
        keep_bytes: 0,
        keep_unused_s: 0,
        keep_packages_s: config.keep_packages.as_secs(),
        keep_tasks_s: config.keep_tasks.as_secs(),
        upkeep_s: config.upkeep.map_or(0, |every| every.as_secs()),
        niceness: u32::from(config.niceness),
        reserved: 0,
    }
}

/// Sets `config`, of `struct_size` bytes, to the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_config_init(
    config: *mut thumbling_config_t,
    struct_size: usize,
) -> thumbling_status_t {
    // SAFETY: the header asks for as many writable bytes as are said.
    boundary::status(Out::none(), || unsafe { versioned::init(config, struct_size, defaults()) })
}

/// The configuration at `from`.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and what it points to is valid.
pub(super) unsafe fn config(from: *const thumbling_config_t) -> Result<Config> {
    // SAFETY: promised by the caller.
    let (given, state, base, specs, bounds) = unsafe {
        let given = versioned::read(from, defaults())?;
        let specs = options::specs(given.specs, given.specs_len)?;
        (given, Text::new(given.state), Text::new(given.base_url), specs, options::request(given.limits)?)
    };
    options::zero(given.reserved)?;
    let mut config = Config::new(state.path("thumbling_config_t.state")?);
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
    config.url_life = Duration::from_secs(given.url_life_s);
    (config.memory, config.queue) = (given.memory, given.queue);
    if given.threads > 0 {
        config.threads = given.threads as usize;
    }
    (config.limits, config.effort) = (bounds.limits, bounds.effort);
    config.keys = match given.keyring.id {
        0 => None,
        id => Some(KEYRINGS.get(id)?),
    };
    config.drive_timeout = Duration::from_millis(given.patience_ms);
    config.call_timeout = Duration::from_millis(given.call_patience_ms);
    let seconds = |s: u64| (s > 0).then(|| Duration::from_secs(s));
    config.keep_bytes = (given.keep_bytes > 0).then_some(given.keep_bytes);
    config.keep_unused = seconds(given.keep_unused_s);
    config.keep_packages = Duration::from_secs(given.keep_packages_s);
    config.keep_tasks = Duration::from_secs(given.keep_tasks_s);
    config.upkeep = seconds(given.upkeep_s);
    config.niceness = match given.niceness {
        n @ 0..=19 => n as u8,
        n => return Err(Error::invalid_argument(format!("niceness is {n}"))),
    };
    config.obfuscate = match given.obfuscate {
        0 => false,
        1 => true,
        n => return Err(Error::invalid_argument(format!("obfuscate is {n}"))),
    };
    Ok(config)
}
