//! The engine: tasks
//!
//! What is asked for here is durable, and runs to an end whatever happens to the process.

use std::ffi::c_char;
use std::str::FromStr;
use std::time::Duration;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use super::caller::{caller, thumbling_caller_t};
use super::change::thumbling_task_id_t;
use super::drive::{file, files, thumbling_file_t};
use super::lowered;
use super::open::{engine, thumbling_engine_t};
use super::status::insert;
use thumbling::{Error, Result};
use thumbling_engine::Engine;
use thumbling_engine::caller::Caller;
use thumbling_engine::id::TaskId;
use thumbling_engine::task::{PackageContent, ShareTask, TaskKind, TaskStatus};

/// Thumbnails of whatever the file is.
pub const THUMBLING_TASK_AUTO: i32 = 0;
/// Of a document; any other file ends with THUMBLING_ERROR_UNSUPPORTED.
pub const THUMBLING_TASK_DOCUMENT: i32 = 1;
/// Of a video.
pub const THUMBLING_TASK_VIDEO: i32 = 2;
/// Of a picture.
pub const THUMBLING_TASK_IMAGE: i32 = 3;
/// Of a sound file's cover.
pub const THUMBLING_TASK_AUDIO: i32 = 4;
/// Of a file that changed; nobody waits. Not made by thumbling_task_new.
pub const THUMBLING_TASK_CHANGED: i32 = 5;
/// A zip of the files of a share. Not made by thumbling_task_new.
pub const THUMBLING_TASK_PACKAGE: i32 = 6;
/// Copies of the files of a share. Not made by thumbling_task_new.
pub const THUMBLING_TASK_SAVE: i32 = 7;

/// A package holds the files themselves.
pub const THUMBLING_CONTENT_FILES: i32 = 0;
/// It holds their thumbnails.
pub const THUMBLING_CONTENT_THUMBNAILS: i32 = 1;
/// It holds both.
pub const THUMBLING_CONTENT_BOTH: i32 = 2;

/// How a task stood.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_t {
    /// 0 is none.
    pub id: u64,
}

/// Has the thumbnails of a file made, as `kind` (THUMBLING_TASK_...) says. A file that the drive does not know or the
/// caller may not see is refused at once. `caller` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new(
    engine: thumbling_engine_t,
    kind: i32,
    file: *const thumbling_file_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let file = unsafe { self::file(file, "file") };
    // SAFETY: as above.
    unsafe {
        create(engine, caller, task, error, |engine, caller| {
            let kind = match kind {
                THUMBLING_TASK_AUTO => TaskKind::Auto,
                THUMBLING_TASK_DOCUMENT => TaskKind::Document,
                THUMBLING_TASK_VIDEO => TaskKind::Video,
                THUMBLING_TASK_IMAGE => TaskKind::Image,
                THUMBLING_TASK_AUDIO => TaskKind::Audio,
                n => return Err(Error::invalid_argument(format!("kind is {n}"))),
            };
            engine.create_task(kind, &file?, caller).map_err(lowered)
        })
    }
}

/// Has the thumbnails of 1 to 1,000 files made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new_batch(
    engine: thumbling_engine_t,
    files: *const thumbling_file_t,
    files_len: usize,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let files = unsafe { self::files(files, files_len) };
    // SAFETY: as above.
    unsafe { create(engine, caller, task, error, |e, caller| e.create_batch_task(&files?, caller).map_err(lowered)) }
}

/// Packs 1 to 1,000 files of a share into a zip called `zip_name`, with `content` (THUMBLING_CONTENT_...).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new_package(
    engine: thumbling_engine_t,
    zip_name: *const c_char,
    content: i32,
    files: *const thumbling_file_t,
    files_len: usize,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (files, zip_name) = unsafe { (self::files(files, files_len), Text::new(zip_name)) };
    // SAFETY: as above.
    unsafe {
        create(engine, caller, task, error, |engine, caller| {
            let content = match content {
                THUMBLING_CONTENT_FILES => PackageContent::Files,
                THUMBLING_CONTENT_THUMBNAILS => PackageContent::Thumbnails,
                THUMBLING_CONTENT_BOTH => PackageContent::Both,
                n => return Err(Error::invalid_argument(format!("content is {n}"))),
            };
            let share = ShareTask::Package { zip_name: zip_name.required("zip_name")?.into(), content };
            engine.create_share_task(share, &files?, caller).map_err(lowered)
        })
    }
}

/// Copies 1 to 1,000 files of a share into the folder `target`, by the drive; their thumbnails come along.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new_save(
    engine: thumbling_engine_t,
    target: *const thumbling_file_t,
    files: *const thumbling_file_t,
    files_len: usize,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (files, target) = unsafe { (self::files(files, files_len), file(target, "target")) };
    // SAFETY: as above.
    unsafe {
        create(engine, caller, task, error, |engine, caller| {
            engine.create_share_task(ShareTask::Save { target: target? }, &files?, caller).map_err(lowered)
        })
    }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn create(
    engine: thumbling_engine_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
    make: impl FnOnce(&Engine, &Caller) -> Result<TaskId>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let (caller, task, error) = unsafe { (self::caller(caller), Out::new(task), Out::new(error)) };
    boundary::status(error, || {
        let task = task.required("task")?;
        let id = make(&*self::engine(engine)?, &caller?)?;
        task.put((&id).into())
    })
}

/// How a task stands. One that `caller` may not see is THUMBLING_ERROR_NOT_FOUND, as one that there is not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_get(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { told(engine, id, caller, task, error, |engine, id, caller| engine.task(id, caller)) }
}

/// As thumbling_task_get, as soon as the task has ended or `patience_ms` have passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_wait(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    patience_ms: u64,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let patience = Duration::from_millis(patience_ms);
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { told(engine, id, caller, task, error, |engine, id, caller| engine.wait(id, caller, patience)) }
}

/// Ends a task that has not ended, and says how it stands then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_cancel(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { told(engine, id, caller, task, error, |engine, id, caller| engine.cancel(id, caller)) }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn told(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
    ask: impl FnOnce(&Engine, &TaskId, &Caller) -> thumbling_engine::Result<TaskStatus>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let (caller, task, error) = unsafe { (self::caller(caller), Out::new(task), Out::new(error)) };
    // SAFETY: promised by the caller.
    let id = (!id.is_null()).then(|| unsafe { id.read_unaligned() });
    boundary::status(error, || {
        let (task, id) = (task.required("task")?, id.ok_or_else(|| pointer::null("id"))?);
        let text: String = id.text.iter().take_while(|c| **c != 0).map(|c| char::from(*c as u8)).collect();
        let status = ask(&*self::engine(engine)?, &TaskId::from_str(&text)?, &caller?).map_err(lowered)?;
        task.put(insert(status)?)
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
