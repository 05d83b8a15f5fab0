//! The engine: your drive
//!
//! The engine keeps no files: it asks the drive, a table of your callbacks, at every call. They are called by several
//! threads at once, must not throw, and must not call into the engine that called them. What they are passed is valid
//! until they return.

use std::ffi::{c_char, c_void};

use super::super::boundary;
use super::super::pointer::{self, Out, Text};
use super::super::source::{thumbling_release_t, thumbling_source_t};
use super::super::status::thumbling_status_t;
use super::super::versioned::{self, Versioned};
use super::caller::thumbling_caller_t;
use thumbling::{Error, Result};
use thumbling_engine::id::{FileId, FileRef, SpaceId};

/// Bytes that a name takes with its NUL, at most.
pub const THUMBLING_NAME_SIZE: usize = 1025;

/// Nothing against a file.
pub const THUMBLING_VERDICT_CLEAN: i32 = 0;
/// It is infected: THUMBLING_ERROR_VIRAL.
pub const THUMBLING_VERDICT_VIRAL: i32 = 1;
/// It is made to do harm: THUMBLING_ERROR_MALICIOUS.
pub const THUMBLING_VERDICT_MALICIOUS: i32 = 2;

/// See a thumbnail, or how a task goes.
pub const THUMBLING_ACTION_LOOK: i32 = 0;
/// Have a thumbnail made.
pub const THUMBLING_ACTION_MAKE: i32 = 1;
/// Get the file itself in a package of a share.
pub const THUMBLING_ACTION_PACKAGE: i32 = 2;
/// Have the file copied from a share.
pub const THUMBLING_ACTION_SAVE: i32 = 3;
/// Put copies into a folder.
pub const THUMBLING_ACTION_RECEIVE: i32 = 4;

/// A file or folder by the host's own names: any text of 1 to 1,024 bytes without control characters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_file_t {
    /// Whose file it is.
    pub space: *const c_char,
    /// Which one.
    pub file: *const c_char,
}

/// Names that a callback answers with, NUL-terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_file_name_t {
    /// Whose file it is.
    pub space: [c_char; THUMBLING_NAME_SIZE],
    /// Which one.
    pub file: [c_char; THUMBLING_NAME_SIZE],
}

/// What the host knows of a file without reading it. Zeroed before a callback fills it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_file_info_t {
    /// Bytes of content.
    pub size: u64,
    /// THUMBLING_VERDICT_...: what the host's scanner says.
    pub verdict: i32,
    /// Zero.
    pub reserved: u32,
    /// The last part of its path: for people, and to break ties between formats.
    pub name: [c_char; THUMBLING_NAME_SIZE],
    /// Changes when the content changes: an ETag, a hash, a time and a size. Not empty.
    pub version: [c_char; THUMBLING_NAME_SIZE],
}

/// Fills `info`. Returns THUMBLING_OK; THUMBLING_ERROR_NOT_FOUND; THUMBLING_ERROR_DENIED; THUMBLING_ERROR_UNSUPPORTED
/// for a folder; or THUMBLING_ERROR_IO if trying again later may help.
pub type thumbling_drive_stat_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        file: *const thumbling_file_t,
        info: *mut thumbling_file_info_t,
    ) -> thumbling_status_t,
>;

/// Sets `source` to the content; the engine takes it over and frees it. Returns as thumbling_drive_stat_t.
pub type thumbling_drive_open_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        file: *const thumbling_file_t,
        source: *mut thumbling_source_t,
    ) -> thumbling_status_t,
>;

/// Whether `caller` may do `action` (THUMBLING_ACTION_...) to `file`, or to the space as a whole if `file->file` is
/// NULL: THUMBLING_OK, THUMBLING_ERROR_DENIED, THUMBLING_ERROR_NOT_FOUND for an unknown space, or THUMBLING_ERROR_IO.
pub type thumbling_drive_authorize_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        caller: *const thumbling_caller_t,
        file: *const thumbling_file_t,
        action: i32,
    ) -> thumbling_status_t,
>;

/// Sets `file` to what `uri` names to `caller`. Returns as thumbling_drive_stat_t.
pub type thumbling_drive_resolve_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        uri: *const c_char,
        caller: *const thumbling_caller_t,
        file: *mut thumbling_file_name_t,
    ) -> thumbling_status_t,
>;

/// Copies `file` into `folder` and sets `copy` to what the copy is called. The same `key` comes again after a crash: the
/// copy that was made already is then the answer. Returns as thumbling_drive_stat_t.
pub type thumbling_drive_copy_t = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        file: *const thumbling_file_t,
        folder: *const thumbling_file_t,
        caller: *const thumbling_caller_t,
        key: *const c_char,
        copy: *mut thumbling_file_name_t,
    ) -> thumbling_status_t,
>;

/// A host's drive.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_drive_t {
    /// sizeof(thumbling_drive_t), set by you or thumbling_drive_init.
    pub struct_size: usize,
    /// Passed to every callback.
    pub user_data: *mut c_void,
    /// Told once that `user_data` is not needed any more; may be NULL.
    pub release: thumbling_release_t,
    /// What is known of a file.
    pub stat: thumbling_drive_stat_t,
    /// Its content.
    pub open: thumbling_drive_open_t,
    /// Who may do what.
    pub authorize: thumbling_drive_authorize_t,
    /// What a URI names; NULL if the host names no files by URI.
    pub resolve: thumbling_drive_resolve_t,
    /// Copies a file; NULL if the host copies by itself.
    pub copy: thumbling_drive_copy_t,
}

// SAFETY: C layout, the size first; every field is a pointer, and functions are nullable.
unsafe impl Versioned for thumbling_drive_t {
    const NAME: &'static str = "thumbling_drive_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl thumbling_file_name_t {
    pub(super) const EMPTY: Self = Self { space: [0; THUMBLING_NAME_SIZE], file: [0; THUMBLING_NAME_SIZE] };
}

impl From<&FileRef> for thumbling_file_name_t {
    fn from(file: &FileRef) -> Self {
        let mut name = Self::EMPTY;
        super::put(file.space.as_str(), &mut name.space);
        super::put(file.file.as_str(), &mut name.file);
        name
    }
}

impl thumbling_file_info_t {
    pub(super) const EMPTY: Self =
        Self { size: 0, verdict: 0, reserved: 0, name: [0; THUMBLING_NAME_SIZE], version: [0; THUMBLING_NAME_SIZE] };
}

impl thumbling_drive_t {
    pub(super) const NONE: Self = Self {
        struct_size: size_of::<Self>(),
        user_data: std::ptr::null_mut(),
        release: None,
        stat: None,
        open: None,
        authorize: None,
        resolve: None,
        copy: None,
    };
}

/// Sets `drive`, of `struct_size` bytes, to one without callbacks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_drive_init(drive: *mut thumbling_drive_t, struct_size: usize) -> thumbling_status_t {
    // SAFETY: the header asks for as many writable bytes as are said.
    boundary::status(Out::none(), || unsafe { versioned::init(drive, struct_size, thumbling_drive_t::NONE) })
}

/// The file at `from`.
///
/// # Safety
/// `from` is NULL or valid, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn file(from: *const thumbling_file_t, name: &str) -> Result<FileRef> {
    if from.is_null() {
        return Err(pointer::null(name));
    }
    // SAFETY: promised by the caller.
    let (space, file) = unsafe {
        let from = from.read_unaligned();
        (Text::new(from.space), Text::new(from.file))
    };
    Ok(FileRef::new(SpaceId::new(space.required("space")?)?, FileId::new(file.required("file")?)?))
}

/// The `len` files from `from` on.
///
/// # Safety
/// As [`file`], for each of them.
pub(super) unsafe fn files(from: *const thumbling_file_t, len: usize) -> Result<Vec<FileRef>> {
    /// Files that any call takes.
    const MOST: usize = 1000;
    if len > MOST {
        return Err(Error::invalid_argument(format!("{len} files; {MOST} are the most")));
    }
    if len > 0 && from.is_null() {
        return Err(pointer::null("files"));
    }
    // SAFETY: promised by the caller: `len` files stand there.
    (0..len).map(|n| unsafe { file(from.add(n), "files") }).collect()
}
