//! Engine: tasks
//!
//! Tasks are durable and run to their end, whatever happens to the process.

use std::ffi::c_char;

use super::super::error::{self, thumbling_error_t};
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{self, versioned};
use super::caller::{caller, thumbling_caller_t};
use super::change::thumbling_task_id_t;
use super::error::lowered;
use super::file::{file, files, thumbling_file_t};
use super::open::{engine, thumbling_engine_t};
use thumbling::{Error, Result};
use thumbling_engine::Engine;
use thumbling_engine::caller::Caller;
use thumbling_engine::id::{FileRef, TaskId};
use thumbling_engine::task::{PackageContent, ShareTask, TaskKind};

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
    error::status(error, || {
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
