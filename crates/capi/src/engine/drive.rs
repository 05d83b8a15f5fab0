//! Engine: your drive
//!
//! The engine stores no files: it calls your drive, a table of callbacks. They answer through the functions of this
//! section or an out-parameter, and return THUMBLING_OK; or one of these, anything else counts as THUMBLING_ERROR_IO:
//! THUMBLING_ERROR_NOT_FOUND; THUMBLING_ERROR_DENIED; THUMBLING_ERROR_UNSUPPORTED, for example for a folder;
//! THUMBLING_ERROR_IO if retrying later may help. They must not call the engine that called them.

use std::ffi::c_char;

use super::super::boundary;
use super::super::call::{self, Reply, UserData, thumbling_call_t, thumbling_release_t};
use super::super::source::thumbling_source_t;
use super::super::status::thumbling_status_t;
use super::super::versioned::versioned;
use super::caller::thumbling_caller_t;
use super::file::{file, info, thumbling_file_info_t, thumbling_file_t};

/// See a thumbnail of the file, or the status of a task.
pub const THUMBLING_ACTION_VIEW: i32 = 0;
/// Have a thumbnail generated.
pub const THUMBLING_ACTION_GENERATE: i32 = 1;
/// Download the file as part of a package of a share.
pub const THUMBLING_ACTION_PACKAGE: i32 = 2;
/// Copy the file from a share.
pub const THUMBLING_ACTION_SAVE: i32 = 3;
/// Receive copies: asked about the target folder.
pub const THUMBLING_ACTION_RECEIVE: i32 = 4;

/// What you know about `file`. Answers with thumbling_call_reply_info.
pub type thumbling_drive_stat_t = Option<
    unsafe extern "C" fn(
        user_data: UserData,
        call: *const thumbling_call_t,
        file: *const thumbling_file_t,
    ) -> thumbling_status_t,
>;

/// The content of `file`: answers with a new source in `source`, which the engine frees.
pub type thumbling_drive_open_t = Option<
    unsafe extern "C" fn(
        user_data: UserData,
        call: *const thumbling_call_t,
        file: *const thumbling_file_t,
        source: *mut thumbling_source_t,
    ) -> thumbling_status_t,
>;

/// Whether `caller` may do `action` (THUMBLING_ACTION_...) to `file` or, if `file->file` is NULL, to the space as a whole.
/// Returns THUMBLING_OK, THUMBLING_ERROR_DENIED, THUMBLING_ERROR_NOT_FOUND for an unknown space, or THUMBLING_ERROR_IO.
pub type thumbling_drive_authorize_t = Option<
    unsafe extern "C" fn(
        user_data: UserData,
        call: *const thumbling_call_t,
        caller: *const thumbling_caller_t,
        file: *const thumbling_file_t,
        action: i32,
    ) -> thumbling_status_t,
>;

/// The file that `uri` refers to for `caller`. Answers with thumbling_call_reply_file.
pub type thumbling_drive_resolve_t = Option<
    unsafe extern "C" fn(
        user_data: UserData,
        call: *const thumbling_call_t,
        caller: *const thumbling_caller_t,
        uri: *const c_char,
    ) -> thumbling_status_t,
>;

/// Copies `file` into `folder` for `caller` and answers with the copy, by thumbling_call_reply_file. After a crash the engine
/// calls again with the same `key`: answer with the copy that was already created under it.
pub type thumbling_drive_copy_t = Option<
    unsafe extern "C" fn(
        user_data: UserData,
        call: *const thumbling_call_t,
        caller: *const thumbling_caller_t,
        file: *const thumbling_file_t,
        folder: *const thumbling_file_t,
        key: *const c_char,
    ) -> thumbling_status_t,
>;

/// Your drive.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_drive_t {
    /// sizeof(thumbling_drive_t).
    pub struct_size: usize,
    /// Passed to every callback.
    pub user_data: UserData,
    /// NULL if you need not know when `user_data` is no longer used.
    pub release: thumbling_release_t,
    /// Required.
    pub stat: thumbling_drive_stat_t,
    /// Required.
    pub open: thumbling_drive_open_t,
    /// Required.
    pub authorize: thumbling_drive_authorize_t,
    /// NULL if you do not identify files by URI.
    pub resolve: thumbling_drive_resolve_t,
    /// NULL if the drive does not copy files.
    pub copy: thumbling_drive_copy_t,
}

versioned!(thumbling_drive_t);

/// Answers thumbling_drive_stat_t. Copies `info` and its strings; the last answer counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_call_reply_info(
    call: *const thumbling_call_t,
    info: *const thumbling_file_info_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for the pointer that the callback was passed, and a valid struct.
    boundary::status(|| unsafe { call::reply(call, Reply::Info(self::info(info)?)) })
}

/// Answers thumbling_drive_resolve_t and thumbling_drive_copy_t. Copies the strings of `file`; the last answer counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_call_reply_file(
    call: *const thumbling_call_t,
    file: *const thumbling_file_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for the pointer that the callback was passed, and a valid struct.
    boundary::status(|| unsafe { call::reply(call, Reply::File(self::file(file, "file")?)) })
}
