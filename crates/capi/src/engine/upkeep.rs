//! Engine: upkeep
//!
//! The engine collects garbage by itself, as configured.

use std::ffi::c_char;

use super::super::error::{self, thumbling_error_t};
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{OutStruct, versioned};
use super::error::lowered;
use super::open::{engine, thumbling_engine_t};
use thumbling_engine::Engine;

/// How much is stored, queued and running.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_counters_t {
    /// sizeof(thumbling_counters_t).
    pub struct_size: usize,
    /// Stored thumbnails and packages.
    pub ready: u64,
    /// Thumbnails that are known to fail.
    pub failed: u64,
    /// Bytes of stored thumbnails and packages.
    pub bytes: u64,
    /// Jobs that are queued, waiting for a retry, or running.
    pub queued: u64,
    /// Files that this engine is rendering.
    pub running: u64,
    /// Worker threads that are stuck in a callback of the drive.
    pub stuck: u64,
}

/// What garbage collection removed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_collected_t {
    /// sizeof(thumbling_collected_t).
    pub struct_size: usize,
    /// Thumbnails and packages beyond the configured bounds.
    pub thumbnails: u64,
    /// Stored files that nothing refers to.
    pub orphans: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Tasks that ended long ago.
    pub tasks: u64,
}

/// Result of verifying the whole store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_verified_t {
    /// sizeof(thumbling_verified_t).
    pub struct_size: usize,
    /// Intact thumbnails and packages.
    pub intact: u64,
    /// Those with damaged bytes.
    pub damaged: u64,
    /// Those whose bytes are missing.
    pub missing: u64,
}

/// What was recovered from a damaged database.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_repaired_t {
    /// sizeof(thumbling_repaired_t).
    pub struct_size: usize,
    /// Recovered tasks.
    pub tasks: u64,
    /// Recovered jobs.
    pub jobs: u64,
    /// Recovered records of thumbnails.
    pub thumbnails: u64,
}

versioned!(thumbling_counters_t);
versioned!(thumbling_collected_t);
versioned!(thumbling_verified_t);
versioned!(thumbling_repaired_t);

/// How much is stored, queued and running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_counters(
    engine: thumbling_engine_t,
    counters: *mut thumbling_counters_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let error = unsafe { Out::new(error) };
    error::status(error, || {
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

/// Removes everything beyond the configured bounds, leftovers of crashes, and old tasks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_collect_garbage(
    engine: thumbling_engine_t,
    collected: *mut thumbling_collected_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let error = unsafe { Out::new(error) };
    error::status(error, || {
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

/// Reads the whole store and verifies its checksums. Changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_verify(
    engine: thumbling_engine_t,
    verified: *mut thumbling_verified_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { read_all(engine, verified, error, Engine::verify) }
}

/// Like thumbling_engine_verify, and drops what is damaged, so that the next lookup queues it again.
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
    error::status(error, || {
        // SAFETY: promised by the caller.
        let out = unsafe { OutStruct::new(verified) }?;
        let found = read(&*self::engine(engine)?).map_err(lowered)?;
        out.put(thumbling_verified_t {
            struct_size: size_of::<thumbling_verified_t>(),
            intact: found.sound,
            damaged: found.damaged,
            missing: found.missing,
        });
        Ok(())
    })
}

/// Replaces a damaged database in `state_folder` by a new one with everything that can still be read. No engine may be open
/// there. The old file is kept next to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_state_repair(
    state_folder: *const c_char,
    repaired: *mut thumbling_repaired_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, state_folder) = unsafe { (Out::new(error), Text::new(state_folder)) };
    error::status(error, || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let out = unsafe { OutStruct::new(repaired) }?;
        let found = Engine::repair_state(state_folder.path("state_folder")?).map_err(lowered)?;
        out.put(thumbling_repaired_t {
            struct_size: size_of::<thumbling_repaired_t>(),
            tasks: found.tasks,
            jobs: found.jobs,
            thumbnails: found.thumbnails,
        });
        Ok(())
    })
}
