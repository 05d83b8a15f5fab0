//! The engine: opening and closing
//!
//! An engine keeps queue, thumbnails and keys in a folder of its own; several processes of one machine may open the
//! same one. What a call has taken is durable: a crash or a power cut loses none of it.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::config::{self, thumbling_config_t};
use super::drive::thumbling_drive_t;
use super::{host, lowered};
use thumbling::Result;
use thumbling_engine::Engine;
use thumbling_engine::drive::Drive;
use thumbling_engine::drive::folder::FolderDrive;
use thumbling_engine::id::SpaceId;

/// Thumbnails for a drive.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_engine_t {
    /// 0 is none.
    pub id: u64,
}

pub(super) static ENGINES: Table<Engine> = Table::new(16, "thumbling_engine_t");

/// The engine that a handle names.
pub(super) fn engine(engine: thumbling_engine_t) -> Result<Arc<Engine>> {
    ENGINES.get(engine.id)
}

/// Opens an engine and goes on with whatever was queued in its folder. `drive->release` is called exactly once, also if
/// this fails, unless `drive` is NULL or its struct_size is wrong.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_open(
    config: *const thumbling_config_t,
    drive: *const thumbling_drive_t,
    engine: *mut thumbling_engine_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (error, table) = unsafe { (Out::new(error), host::Table::new(drive)) };
    // SAFETY: as above.
    boundary::status(error, || unsafe { open(config, Arc::new(table?), engine) })
}

/// Opens an engine on the files of a folder of this machine, as the one space called `space`. A file's id is its path
/// below the folder, with % and two hexadecimal digits for % itself, control characters and bytes that are no UTF-8.
/// Whoever knows the space may do everything with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_open_folder(
    config: *const thumbling_config_t,
    folder: *const c_char,
    space: *const c_char,
    engine: *mut thumbling_engine_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (error, folder, space) = unsafe { (Out::new(error), Text::new(folder), Text::new(space)) };
    boundary::status(error, || {
        let drive = FolderDrive::open(folder.path("folder")?, SpaceId::new(space.required("space")?)?)?;
        // SAFETY: as above.
        unsafe { open(config, Arc::new(drive), engine) }
    })
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn open(
    config: *const thumbling_config_t,
    drive: Arc<dyn Drive>,
    engine: *mut thumbling_engine_t,
) -> Result<()> {
    // SAFETY: promised by the caller.
    let (engine, config) = unsafe { (Out::new(engine).required("engine")?, config::config(config)?) };
    let opened = Engine::open(config, drive).map_err(lowered)?;
    engine.put(thumbling_engine_t { id: ENGINES.insert(opened)? })
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
