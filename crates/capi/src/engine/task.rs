//! Engine: tasks
//!
//! Tasks are durable and run to their end, whatever happens to the process.

use std::ffi::c_char;
use std::str::FromStr;
use std::time::Duration;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{self, versioned};
use super::caller::{caller, thumbling_caller_t};
use super::change::thumbling_task_id_t;
use super::file::{file, files, thumbling_file_t};
use super::lowered;
use super::open::{engine, thumbling_engine_t};
use super::status::{insert, thumbling_task_t};
use thumbling::{Error, Result};
use thumbling_engine::Engine;
use thumbling_engine::caller::Caller;
use thumbling_engine::id::{FileRef, TaskId};
use thumbling_engine::task::{PackageContent, ShareTask, TaskKind, TaskStatus};

/// Thumbnails of files of any kind.
pub const THUMBLING_TASK_AUTO: i32 = 0;
/// Thumbnails of one document; a file of another family fails with THUMBLING_ERROR_UNSUPPORTED.
pub const THUMBLING_TASK_DOCUMENT: i32 = 1;
/// Thumbnails of one video.
pub const THUMBLING_TASK_VIDEO: i32 = 2;
/// Thumbnails of one picture.
pub const THUMBLING_TASK_IMAGE: i32 = 3;
/// Thumbnails of one sound file's cover art.
pub const THUMBLING_TASK_AUDIO: i32 = 4;
/// Thumbnails of a file that changed. Created by thumbling_engine_file_changed.
pub const THUMBLING_TASK_CHANGED: i32 = 5;
/// A zip archive of files of a share.
pub const THUMBLING_TASK_PACKAGE: i32 = 6;
/// Copies of files of a share, made by your drive; their thumbnails are linked to the copies.
pub const THUMBLING_TASK_SAVE: i32 = 7;

/// A package contains the files.
pub const THUMBLING_CONTENT_FILES: i32 = 0;
/// It contains their thumbnails.
pub const THUMBLING_CONTENT_THUMBNAILS: i32 = 1;
/// It contains both.
pub const THUMBLING_CONTENT_BOTH: i32 = 2;

/// A task to create.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_request_t {
    /// sizeof(thumbling_task_request_t).
    pub struct_size: usize,
    /// The files.
    pub files: *const thumbling_file_t,
    /// Number of files: 1 to 1,000; exactly 1 for THUMBLING_TASK_DOCUMENT, _VIDEO, _IMAGE and _AUDIO.
    pub files_len: usize,
    /// NULL: anonymous.
    pub caller: *const thumbling_caller_t,
    /// File name of the archive of THUMBLING_TASK_PACKAGE.
    pub zip_name: *const c_char,
    /// Target folder of THUMBLING_TASK_SAVE.
    pub folder: *const thumbling_file_t,
    /// THUMBLING_TASK_...: what to do.
    pub kind: i32,
    /// THUMBLING_CONTENT_...: what the archive of THUMBLING_TASK_PACKAGE contains.
    pub content: i32,
}

versioned!(thumbling_task_request_t);

/// Creates a task. A file that the drive does not know or the caller may not access fails the call at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_create(
    engine: thumbling_engine_t,
    request: *const thumbling_task_request_t,
    id: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (id, error) = unsafe { (Out::new(id), Out::new(error)) };
    boundary::status(error, || {
        let id = id.required("id")?;
        // SAFETY: the header asks for a valid request, with its size set and valid pointers.
        let (given, files, caller) = unsafe {
            let given = versioned::read(request)?;
            (given, files(given.files, given.files_len)?, caller(given.caller)?)
        };
        // SAFETY: as above.
        let task = unsafe { create(&*self::engine(engine)?, &given, &files, &caller) }?;
        id.put((&task).into())
    })
}

/// # Safety
/// The pointers of `given` are NULL or valid.
unsafe fn create(
    engine: &Engine,
    given: &thumbling_task_request_t,
    files: &[FileRef],
    caller: &Caller,
) -> Result<TaskId> {
    let kind = match given.kind {
        THUMBLING_TASK_AUTO if files.len() != 1 => return engine.create_batch_task(files, caller).map_err(lowered),
        THUMBLING_TASK_AUTO => TaskKind::Auto,
        THUMBLING_TASK_DOCUMENT => TaskKind::Document,
        THUMBLING_TASK_VIDEO => TaskKind::Video,
        THUMBLING_TASK_IMAGE => TaskKind::Image,
        THUMBLING_TASK_AUDIO => TaskKind::Audio,
        THUMBLING_TASK_PACKAGE => {
            // SAFETY: promised by the caller.
            let zip_name = unsafe { Text::new(given.zip_name) }.required("zip_name")?.into();
            let share = ShareTask::Package { zip_name, content: content(given.content)? };
            return engine.create_share_task(share, files, caller).map_err(lowered);
        }
        THUMBLING_TASK_SAVE => {
            // SAFETY: promised by the caller.
            let target = unsafe { file(given.folder, "folder") }?;
            return engine.create_share_task(ShareTask::Save { target }, files, caller).map_err(lowered);
        }
        n => return Err(Error::invalid_argument(format!("kind is {n}"))),
    };
    match files {
        [file] => engine.create_task(kind, file, caller).map_err(lowered),
        _ => Err(Error::invalid_argument(format!("{} files for a task of this kind, which has one", files.len()))),
    }
}

fn content(content: i32) -> Result<PackageContent> {
    match content {
        THUMBLING_CONTENT_FILES => Ok(PackageContent::Files),
        THUMBLING_CONTENT_THUMBNAILS => Ok(PackageContent::Thumbnails),
        THUMBLING_CONTENT_BOTH => Ok(PackageContent::Both),
        n => Err(Error::invalid_argument(format!("content is {n}"))),
    }
}

/// The status of a task. THUMBLING_ERROR_NOT_FOUND if `caller` (may be NULL) may not see it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_get(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { snapshot(engine, id, caller, task, error, |engine, id, caller| engine.task(id, caller)) }
}

/// Blocks until the task ends or `timeout_ms` elapses, and returns its status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_wait(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    timeout_ms: u64,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let timeout = Duration::from_millis(timeout_ms);
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { snapshot(engine, id, caller, task, error, |engine, id, caller| engine.wait(id, caller, timeout)) }
}

/// Cancels a task that has not ended, and returns its status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_cancel(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { snapshot(engine, id, caller, task, error, |engine, id, caller| engine.cancel(id, caller)) }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn snapshot(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
    ask: impl FnOnce(&Engine, &TaskId, &Caller) -> thumbling_engine::Result<TaskStatus>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let (task, error) = unsafe { (Out::new(task), Out::new(error)) };
    boundary::status(error, || {
        let task = task.required("task")?;
        if id.is_null() {
            return Err(pointer::null("id"));
        }
        // SAFETY: promised by the caller.
        let (id, caller) = unsafe { (id.read_unaligned(), self::caller(caller)?) };
        let text: String = id.text.iter().take_while(|c| **c != 0).map(|c| char::from(*c as u8)).collect();
        let status = ask(&*self::engine(engine)?, &TaskId::from_str(&text)?, &caller).map_err(lowered)?;
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
