//! The engine: upkeep
//!
//! What keeps the store small and sound. Garbage is collected by itself, as the configuration says.

use std::ffi::c_char;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{OutStruct, Versioned};
use super::lowered;
use super::open::{engine, thumbling_engine_t};
use thumbling_engine::Engine;

/// How much is kept, queued and running.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_counters_t {
    /// sizeof(thumbling_counters_t), set by you.
    pub struct_size: usize,
    /// Thumbnails and packages that are there.
    pub ready: u64,
    /// Thumbnails that are known to fail.
    pub failed: u64,
    /// Bytes of what is there.
    pub bytes: u64,
    /// Jobs that are queued, waiting or being done.
    pub queued: u64,
    /// Files being drawn by this engine.
    pub running: u64,
    /// Workers that are stuck in the drive's code.
    pub stuck: u64,
}

/// What garbage collection removed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_collected_t {
    /// sizeof(thumbling_collected_t), set by you.
    pub struct_size: usize,
    /// Thumbnails and packages beyond the bounds.
    pub thumbnails: u64,
    /// Files that nothing names.
    pub orphans: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Tasks that ended long ago.
    pub tasks: u64,
}

/// What was found when everything was read.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_verified_t {
    /// sizeof(thumbling_verified_t), set by you.
    pub struct_size: usize,
    /// Thumbnails and packages whose bytes are right.
    pub sound: u64,
    /// Those whose bytes are damaged.
    pub damaged: u64,
    /// Those whose bytes are gone.
    pub missing: u64,
}

/// What was saved of a damaged database.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_repaired_t {
    /// sizeof(thumbling_repaired_t), set by you.
    pub struct_size: usize,
    /// Tasks carried over.
    pub tasks: u64,
    /// Jobs carried over.
    pub jobs: u64,
    /// Records of thumbnails carried over.
    pub thumbnails: u64,
}

// SAFETY: C layout, the size first, and every field is a number.
unsafe impl Versioned for thumbling_counters_t {
    const NAME: &'static str = "thumbling_counters_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: as above.
unsafe impl Versioned for thumbling_collected_t {
    const NAME: &'static str = "thumbling_collected_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: as above.
unsafe impl Versioned for thumbling_verified_t {
    const NAME: &'static str = "thumbling_verified_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: as above.
unsafe impl Versioned for thumbling_repaired_t {
    const NAME: &'static str = "thumbling_repaired_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// How much is kept, queued and running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_counters(
    engine: thumbling_engine_t,
    counters: *mut thumbling_counters_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let error = unsafe { Out::new(error) };
    boundary::status(error, || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let out = unsafe { OutStruct::new(counters) }?;
        let found = self::engine(engine)?.counters().map_err(lowered)?;
        out.put(thumbling_counters_t {
            struct_size: size_of::<thumbling_counters_t>(),
            ready: found.ready,
            failed: found.failed,
            bytes: found.bytes,
            queued: found.queued,
            running: found.running,
            stuck: found.stuck,
        });
        Ok(())
    })
}

/// Removes what nobody needs: beyond the bounds of the configuration, left behind by crashes, forgotten tasks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_collect_garbage(
    engine: thumbling_engine_t,
    collected: *mut thumbling_collected_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let error = unsafe { Out::new(error) };
    boundary::status(error, || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let out = unsafe { OutStruct::new(collected) }?;
        let found = self::engine(engine)?.collect_garbage().map_err(lowered)?;
        out.put(thumbling_collected_t {
            struct_size: size_of::<thumbling_collected_t>(),
            thumbnails: found.thumbnails,
            orphans: found.orphans,
            bytes: found.bytes,
            tasks: found.tasks,
        });
        Ok(())
    })
}

/// Reads everything that is kept and compares it with its checksums; changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_verify(
    engine: thumbling_engine_t,
    verified: *mut thumbling_verified_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { read_all(engine, verified, error, Engine::verify) }
}

/// As thumbling_engine_verify, and forgets what is damaged, so that it is made again when it is looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_repair(
    engine: thumbling_engine_t,
    verified: *mut thumbling_verified_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { read_all(engine, verified, error, Engine::repair) }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn read_all(
    engine: thumbling_engine_t,
    verified: *mut thumbling_verified_t,
    error: *mut thumbling_error_t,
    read: impl FnOnce(&Engine) -> thumbling_engine::Result<thumbling_engine::upkeep::Verified>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let error = unsafe { Out::new(error) };
    boundary::status(error, || {
        // SAFETY: promised by the caller.
        let out = unsafe { OutStruct::new(verified) }?;
        let found = read(&*self::engine(engine)?).map_err(lowered)?;
        out.put(thumbling_verified_t {
            struct_size: size_of::<thumbling_verified_t>(),
            sound: found.sound,
            damaged: found.damaged,
            missing: found.missing,
        });
        Ok(())
    })
}

/// Replaces a damaged database in the folder `state` (thumbling_engine_open said THUMBLING_ERROR_CORRUPT) by a new one
/// with everything that can still be read of it. No engine may be open there. The old file is kept beside it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_state_repair(
    state: *const c_char,
    repaired: *mut thumbling_repaired_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, state) = unsafe { (Out::new(error), Text::new(state)) };
    boundary::status(error, || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let out = unsafe { OutStruct::new(repaired) }?;
        let found = Engine::repair_state(state.path("state")?).map_err(lowered)?;
        out.put(thumbling_repaired_t {
            struct_size: size_of::<thumbling_repaired_t>(),
            tasks: found.tasks,
            jobs: found.jobs,
            thumbnails: found.thumbnails,
        });
        Ok(())
    })
}
