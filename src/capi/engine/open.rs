//! The engine: opening, and what changes in the drive
//!
//! An engine keeps queue, thumbnails and keys in a folder of its own; several processes of one machine may open the
//! same one. What a call has taken is durable: a crash or a power cut loses none of it.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::options::{self, thumbling_spec_t};
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{self, Versioned};
use super::drive::{self, thumbling_drive_t, thumbling_file_t};
use super::lowered;
use crate::engine::id::{SpaceId, TaskId};
use crate::engine::{Config, Engine, NamedSpec};
use crate::error::{Error, Result};

/// Thumbnails for a drive.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_engine_t {
    /// 0 is none.
    pub id: u64,
}

/// What a task is called: a UUID, NUL-terminated. May be kept and copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_id_t {
    /// 36 characters and a NUL.
    pub text: [c_char; 40],
}

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
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_config_t {
    const NAME: &'static str = "thumbling_config_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl From<&TaskId> for thumbling_task_id_t {
    fn from(id: &TaskId) -> Self {
        let mut text = [0; 40];
        for (to, from) in text.iter_mut().zip(id.to_string().bytes()) {
            *to = from as c_char;
        }
        Self { text }
    }
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
    }
}

pub(super) static ENGINES: Table<Engine> = Table::new(16, "thumbling_engine_t");

/// The engine that a handle names.
pub(super) fn engine(engine: thumbling_engine_t) -> Result<Arc<Engine>> {
    ENGINES.get(engine.id)
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

/// Opens an engine and goes on with whatever was queued in its folder. `drive->release` is called exactly once, also if
/// this fails, unless `drive` itself is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_open(
    config: *const thumbling_config_t,
    drive: *const thumbling_drive_t,
    engine: *mut thumbling_engine_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (engine, error, table) = unsafe { (Out::new(engine), Out::new(error), drive::Table::new(drive)) };
    boundary::status(error, || {
        let (engine, table) = (engine.required("engine")?, table?);
        // SAFETY: as above, for the struct and for what it points to.
        let config = unsafe { read_config(config) }?;
        let opened = Engine::open(config, Arc::new(table)).map_err(lowered)?;
        engine.put(thumbling_engine_t { id: ENGINES.insert(opened)? })
    })
}

/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and what it points to is valid.
unsafe fn read_config(from: *const thumbling_config_t) -> Result<Config> {
    // SAFETY: promised by the caller.
    let (given, state, base, specs) = unsafe {
        let given = versioned::read(from, defaults())?;
        (given, Text::new(given.state), Text::new(given.base_url), options::specs(given.specs, given.specs_len)?)
    };
    let mut config = Config::new(state.path("thumbling_config_t.state")?);
    if let Some(base) = base.utf8("base_url")? {
        config.base_url = base.into();
    }
    if !specs.is_empty() {
        if given.spec_names.is_null() {
            return Err(pointer::null("spec_names"));
        }
        config.specs = (specs.into_iter().enumerate())
            .map(|(n, spec)| {
                // SAFETY: promised by the caller: there are as many names as specs.
                let name = unsafe { Text::new(given.spec_names.add(n).read_unaligned()) };
                Ok(NamedSpec { name: name.required("a name of spec_names")?.into(), spec })
            })
            .collect::<Result<_>>()?;
    }
    config.url_life = Duration::from_secs(given.url_life_s);
    (config.memory, config.queue) = (given.memory, given.queue);
    if given.threads > 0 {
        config.threads = given.threads as usize;
    }
    config.obfuscate = match given.obfuscate {
        0 => false,
        1 => true,
        n => return Err(Error::invalid_argument(format!("obfuscate is {n}"))),
    };
    Ok(config)
}

/// Stops an engine and frees it; 0 is a no-op. What runs is interrupted and goes back into the queue. No callback begins
/// after this has returned; `stuck` (may be NULL) is how many are still inside the host's own code after `patience_ms`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_close(
    engine: thumbling_engine_t,
    patience_ms: u64,
    stuck: *mut usize,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let stuck = unsafe { Out::new(stuck) };
    boundary::status(Out::none(), || {
        let inside = match engine.id {
            0 => 0,
            id => ENGINES.get(id)?.close(Duration::from_millis(patience_ms)),
        };
        ENGINES.free(engine.id)?;
        if stuck.is_wanted() { stuck.put(inside) } else { Ok(()) }
    })
}

/// Says that a file is new or has new content: its thumbnails are made when nothing more urgent is to do. `task` may be
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_file_changed(
    engine: thumbling_engine_t,
    file: *const thumbling_file_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (task, error, file) = unsafe { (Out::new(task), Out::new(error), drive::file(file, "file")) };
    boundary::status(error, || {
        let id = self::engine(engine)?.file_changed(&file?).map_err(lowered)?;
        if task.is_wanted() { task.put((&id).into()) } else { Ok(()) }
    })
}

/// Says that a file is gone: forgets its thumbnails, and ends what waits for them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_file_deleted(
    engine: thumbling_engine_t,
    file: *const thumbling_file_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, file) = unsafe { (Out::new(error), drive::file(file, "file")) };
    boundary::status(error, || self::engine(engine)?.file_deleted(&file?).map_err(lowered))
}

/// Says that a space is gone, with all its files.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_space_deleted(
    engine: thumbling_engine_t,
    space: *const c_char,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, space) = unsafe { (Out::new(error), Text::new(space)) };
    boundary::status(error, || {
        let space = SpaceId::new(space.required("space")?)?;
        self::engine(engine)?.space_deleted(&space).map_err(lowered)
    })
}

/// Says that `to` is a copy of `from`, whose thumbnails it gets without anything being drawn.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_link_thumbnails(
    engine: thumbling_engine_t,
    from: *const thumbling_file_t,
    to: *const thumbling_file_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, from, to) = unsafe { (Out::new(error), drive::file(from, "from"), drive::file(to, "to")) };
    boundary::status(error, || {
        self::engine(engine)?.link_thumbnails(&from?, &to?).map_err(lowered)?;
        Ok(())
    })
}
