//! Engine: opening and closing
//!
//! An engine keeps its queue, thumbnails and keys in a folder; several processes of one machine may share it. Whatever a
//! call has accepted is durable: a crash or power cut does not lose it.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::config::{self, thumbling_engine_config_t};
use super::drive::thumbling_drive_t;
use super::error::lowered;
use super::host;
use thumbling::Result;
use thumbling_engine::Engine;
use thumbling_engine::drive::Drive;
use thumbling_engine::drive::folder::FolderDrive;
use thumbling_engine::id::SpaceId;

/// Thumbnails for a drive.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_engine_t {
    /// 0: none.
    pub id: u64,
}

pub(super) static ENGINES: Table<Engine> = Table::new(16, "thumbling_engine_t");

/// The engine that a handle names.
pub(super) fn engine(engine: thumbling_engine_t) -> Result<Arc<Engine>> {
    ENGINES.get(engine.id)
}

/// Opens an engine and continues with whatever is queued in its folder. THUMBLING_ERROR_CORRUPT if its database is damaged:
/// see thumbling_state_repair. `drive->release` is called even if this fails, unless `drive` is NULL or its struct_size is
/// wrong.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_new(
    config: *const thumbling_engine_config_t,
    drive: *const thumbling_drive_t,
    engine: *mut thumbling_engine_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (engine, error, drive) = unsafe { (Out::new(engine), Out::new(error), host::HostDrive::new(drive)) };
    // SAFETY: as above.
    error::status(error, || unsafe { open(config, Arc::new(drive?), engine) })
}

/// Opens an engine on the files of a folder of this machine, as the one space `space`. A file's id is its path within the
/// folder, with % and two hexadecimal digits for % itself, control characters and bytes that are not UTF-8. Every caller may
/// do everything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_new_folder(
    config: *const thumbling_engine_config_t,
    folder: *const c_char,
    space: *const c_char,
    engine: *mut thumbling_engine_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (engine, error) = unsafe { (Out::new(engine), Out::new(error)) };
    // SAFETY: as above.
    let (folder, space) = unsafe { (Text::new(folder), Text::new(space)) };
    error::status(error, || {
        let drive = FolderDrive::open(folder.path("folder")?, SpaceId::new(space.required("space")?)?)?;
        // SAFETY: as above.
        unsafe { open(config, Arc::new(drive), engine) }
    })
}

/// # Safety
/// `config` is NULL or valid, with its size set.
unsafe fn open(
    config: *const thumbling_engine_config_t,
    drive: Arc<dyn Drive>,
    engine: Out<'_, thumbling_engine_t>,
) -> Result<()> {
    let engine = engine.required("engine")?;
    // SAFETY: promised by the caller.
    let config = unsafe { config::config(config) }?;
    let opened = Engine::open(config, drive).map_err(lowered)?;
    engine.put(thumbling_engine_t { id: ENGINES.insert(opened)? })
}

/// Stops an engine: running jobs are interrupted and go back to the queue, and no callback starts after this has returned.
/// `running` (may be NULL) is how many callbacks are still running after `timeout_ms`. Other calls then fail with
/// THUMBLING_ERROR_CANCELLED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_close(
    engine: thumbling_engine_t,
    timeout_ms: u64,
    running: *mut usize,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let running = unsafe { Out::new(running) };
    boundary::status(|| {
        let inside = self::engine(engine)?.close(Duration::from_millis(timeout_ms));
        running.put_if_wanted(inside)
    })
}

/// Frees an engine; 0 is a no-op. One that is still open is closed first, and running callbacks are waited for up to 5 s.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_engine_free(engine: thumbling_engine_t) -> thumbling_status_t {
    boundary::status(|| ENGINES.free(engine.id))
}
