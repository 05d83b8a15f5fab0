//! The engine: what changes in the drive
//!
//! Say so, and thumbnails are made before anybody looks, and are forgotten with their files.

use std::ffi::c_char;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::drive::{file, thumbling_file_t};
use super::lowered;
use super::open::{engine, thumbling_engine_t};
use thumbling_engine::id::{SpaceId, TaskId};

/// What a task is called: a UUID, NUL-terminated. May be kept and copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_id_t {
    /// 36 characters and a NUL.
    pub text: [c_char; 40],
}

impl From<&TaskId> for thumbling_task_id_t {
    fn from(id: &TaskId) -> Self {
        let mut text = [0; 40];
        super::put(&id.to_string(), &mut text);
        Self { text }
    }
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
    let (task, error, file) = unsafe { (Out::new(task), Out::new(error), self::file(file, "file")) };
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
    let (error, file) = unsafe { (Out::new(error), self::file(file, "file")) };
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

/// Says that `to` is a copy of `from`, whose thumbnails it gets without anything being drawn: `linked` (may be NULL) of
/// them. If there are none, they are made as after thumbling_engine_file_changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_link_thumbnails(
    engine: thumbling_engine_t,
    from: *const thumbling_file_t,
    to: *const thumbling_file_t,
    linked: *mut u64,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (linked, error) = unsafe { (Out::new(linked), Out::new(error)) };
    // SAFETY: as above.
    let (from, to) = unsafe { (self::file(from, "from"), self::file(to, "to")) };
    boundary::status(error, || {
        let n = self::engine(engine)?.link_thumbnails(&from?, &to?).map_err(lowered)?;
        if linked.is_wanted() { linked.put(n) } else { Ok(()) }
    })
}
