//! Engine: changes in the drive
//!
//! Report them, so that thumbnails are generated before anybody looks and are dropped with their files.

use std::ffi::c_char;

use super::super::error::{self, thumbling_error_t};
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::super::text;
use super::error::lowered;
use super::file::{file, thumbling_file_t};
use super::open::{engine, thumbling_engine_t};
use thumbling_engine::id::{SpaceId, TaskId};

/// The id of a task: a UUID, NUL-terminated. It may be copied and stored. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_id_t {
    /// 36 characters and NULs.
    pub text: [c_char; 40],
}

impl From<&TaskId> for thumbling_task_id_t {
    fn from(id: &TaskId) -> Self {
        let mut text = [0; 40];
        for (to, from) in text.iter_mut().zip(text::owned(&id.to_string()).as_bytes()) {
            *to = *from as c_char;
        }
        Self { text }
    }
}

/// Reports that a file is new or has new content. Its thumbnails are generated at background priority by `task`, which may
/// be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_file_changed(
    engine: thumbling_engine_t,
    file: *const thumbling_file_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (task, error, file) = unsafe { (Out::new(task), Out::new(error), self::file(file, "file")) };
    error::status(error, || {
        let id = self::engine(engine)?.file_changed(&file?).map_err(lowered)?;
        task.put_if_wanted((&id).into())
    })
}

/// Reports that a file was deleted. Drops its thumbnails; tasks that wait for them fail with THUMBLING_ERROR_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_file_deleted(
    engine: thumbling_engine_t,
    file: *const thumbling_file_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, file) = unsafe { (Out::new(error), self::file(file, "file")) };
    error::status(error, || self::engine(engine)?.file_deleted(&file?).map_err(lowered))
}

/// Reports that a space was deleted, with all its files.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_engine_space_deleted(
    engine: thumbling_engine_t,
    space: *const c_char,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, space) = unsafe { (Out::new(error), Text::new(space)) };
    error::status(error, || {
        let space = SpaceId::new(space.required("space")?)?;
        self::engine(engine)?.space_deleted(&space).map_err(lowered)
    })
}

/// Reports that `to` is a copy of `from`, and links the thumbnails of `from` to it without rendering anything: `linked` (may
/// be NULL) of them. If there are none, does what thumbling_engine_file_changed does for `to`.
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
    error::status(error, || {
        let n = self::engine(engine)?.link_thumbnails(&from?, &to?).map_err(lowered)?;
        linked.put_if_wanted(n)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_id_is_its_text() {
        let id = TaskId::unique().unwrap();
        let text: Vec<u8> = thumbling_task_id_t::from(&id).text.iter().map(|c| *c as u8).collect();
        assert_eq!(std::str::from_utf8(&text[..36]).unwrap(), id.to_string());
        assert_eq!(text[36..], [0; 4]);
    }
}
