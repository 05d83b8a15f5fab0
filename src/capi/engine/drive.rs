//! The engine: your drive
//!
//! What follows is there if the library was built with the feature `engine`. The engine keeps no files and knows no
//! users: it asks the drive, a table of your callbacks, at every call. They are called by several threads at once, must
//! not throw, and must not call into the engine that called them. What they are passed is valid until they return.

use std::ffi::{CString, c_char, c_void};

use super::super::boundary;
use super::super::pointer::{Out, Text};
use super::super::source::{Lent, SOURCES, thumbling_release_t, thumbling_source_t};
use super::super::status::*;
use super::super::text;
use super::super::versioned::{self, Versioned};
use crate::engine::caller::{Caller, Language};
use crate::engine::drive::{Access, Action, Drive, DriveError, DriveErrorKind, FileInfo, Verdict};
use crate::engine::id::{FileId, FileRef, SpaceId, Version};
use crate::error::{Error, Result};
use crate::source::Source;

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

/// American English.
pub const THUMBLING_LANGUAGE_EN_US: i32 = 0;
/// Chinese in simplified characters.
pub const THUMBLING_LANGUAGE_ZH_CN: i32 = 1;

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

/// Who asks. The host has checked who it is; a caller without user and share is anonymous.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_caller_t {
    /// sizeof(thumbling_caller_t), set by you or thumbling_caller_init.
    pub struct_size: usize,
    /// The host's user id; NULL if there is none.
    pub user: *const c_char,
    /// The share that he came by; NULL if there is none.
    pub share_id: *const c_char,
    /// What opens the share; NULL if nothing does.
    pub share_token: *const c_char,
    /// What lets an anonymous buyer open a paid share; NULL if there is none.
    pub ticket: *const c_char,
    /// The caller's own trace id, which becomes the correlation id of errors; NULL if there is none.
    pub trace: *const c_char,
    /// THUMBLING_LANGUAGE_...: what messages are written in.
    pub language: i32,
    /// Zero.
    pub reserved: u32,
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

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_caller_t {
    const NAME: &'static str = "thumbling_caller_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl thumbling_caller_t {
    const NOBODY: Self = Self {
        struct_size: size_of::<Self>(),
        user: std::ptr::null(),
        share_id: std::ptr::null(),
        share_token: std::ptr::null(),
        ticket: std::ptr::null(),
        trace: std::ptr::null(),
        language: THUMBLING_LANGUAGE_EN_US,
        reserved: 0,
    };
}

impl thumbling_drive_t {
    const NONE: Self = Self {
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

/// Sets `caller`, of `struct_size` bytes, to nobody in particular.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_caller_init(
    caller: *mut thumbling_caller_t,
    struct_size: usize,
) -> thumbling_status_t {
    // SAFETY: the header asks for as many writable bytes as are said.
    boundary::status(Out::none(), || unsafe { versioned::init(caller, struct_size, thumbling_caller_t::NOBODY) })
}

/// The caller at `from`; NULL is nobody in particular.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn caller(from: *const thumbling_caller_t) -> Result<Caller> {
    if from.is_null() {
        return Ok(Caller::anonymous());
    }
    // SAFETY: promised by the caller.
    let (given, text) = unsafe {
        let given = versioned::read(from, thumbling_caller_t::NOBODY)?;
        let text = |at: *const c_char| Text::new(at).utf8("a string of the caller");
        let text = [given.user, given.share_id, given.share_token, given.ticket, given.trace].map(text);
        (given, text)
    };
    let [user, share_id, share_token, ticket, trace] = text.map(|text| text.map(|text| text.map(str::to_owned)));
    let mut caller = Caller::anonymous();
    caller.user = user?;
    if let Some(id) = share_id? {
        caller = caller.by_share(id, share_token?);
    }
    caller.ticket = ticket?;
    caller.trace = trace?;
    caller.language = match given.language {
        THUMBLING_LANGUAGE_EN_US => Language::EnUs,
        THUMBLING_LANGUAGE_ZH_CN => Language::ZhCn,
        n => return Err(Error::invalid_argument(format!("language is {n}"))),
    };
    Ok(caller)
}

/// The file at `from`.
///
/// # Safety
/// `from` is NULL or valid, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn file(from: *const thumbling_file_t, name: &str) -> Result<FileRef> {
    if from.is_null() {
        return Err(super::super::pointer::null(name));
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
        return Err(super::super::pointer::null("files"));
    }
    // SAFETY: promised by the caller: `len` files stand there.
    (0..len).map(|n| unsafe { file(from.add(n), "files") }).collect()
}

/// A file's names for as long as a callback runs.
struct Named {
    space: CString,
    file: Option<CString>,
}

impl Named {
    fn of(file: &FileRef) -> Self {
        Self { space: text::owned(file.space.as_str()), file: Some(text::owned(file.file.as_str())) }
    }

    fn lend(&self) -> thumbling_file_t {
        let file = self.file.as_ref().map_or(std::ptr::null(), |file| file.as_ptr());
        thumbling_file_t { space: self.space.as_ptr(), file }
    }
}

/// A caller's strings for as long as a callback runs.
struct Who([Option<CString>; 5], Language);

impl Who {
    fn of(caller: &Caller) -> Self {
        let share = caller.share.as_ref();
        let texts = [
            caller.user.as_deref(),
            share.map(|share| share.id.as_str()),
            share.and_then(|share| share.token.as_deref()),
            caller.ticket.as_deref(),
            caller.trace.as_deref(),
        ];
        Self(texts.map(super::maybe), caller.language)
    }

    fn lend(&self) -> thumbling_caller_t {
        let [user, share_id, share_token, ticket, trace] = self.0.each_ref().map(super::pointer_to);
        let language = match self.1 {
            Language::EnUs => THUMBLING_LANGUAGE_EN_US,
            Language::ZhCn => THUMBLING_LANGUAGE_ZH_CN,
        };
        thumbling_caller_t { user, share_id, share_token, ticket, trace, language, ..thumbling_caller_t::NOBODY }
    }
}

/// The host's callbacks as a [`Drive`].
pub(super) struct Table {
    stat: thumbling_drive_stat_t,
    open: thumbling_drive_open_t,
    authorize: thumbling_drive_authorize_t,
    resolve: thumbling_drive_resolve_t,
    copy: thumbling_drive_copy_t,
    lent: Lent,
}

impl Table {
    /// # Safety
    /// `from` is NULL or points to as many bytes as its first field says.
    pub(super) unsafe fn new(from: *const thumbling_drive_t) -> Result<Self> {
        // SAFETY: promised by the caller.
        let drive = unsafe { versioned::read(from, thumbling_drive_t::NONE) }?;
        let lent = Lent { user_data: drive.user_data, release: drive.release };
        for (there, name) in
            [(drive.stat.is_some(), "stat"), (drive.open.is_some(), "open"), (drive.authorize.is_some(), "authorize")]
        {
            if !there {
                return Err(super::super::pointer::null(&format!("thumbling_drive_t.{name}")));
            }
        }
        let thumbling_drive_t { stat, open, authorize, resolve, copy, .. } = drive;
        Ok(Self { stat, open, authorize, resolve, copy, lent })
    }

    fn data(&self) -> *mut c_void {
        self.lent.user_data
    }
}

/// What a status of the host's means.
fn answered(status: thumbling_status_t, what: &str) -> std::result::Result<(), DriveError> {
    let kind = match status {
        THUMBLING_OK => return Ok(()),
        THUMBLING_ERROR_NOT_FOUND => DriveErrorKind::NoSuchFile,
        THUMBLING_ERROR_DENIED => DriveErrorKind::Denied,
        THUMBLING_ERROR_UNSUPPORTED => DriveErrorKind::Unsupported,
        _ => DriveErrorKind::Unavailable,
    };
    Err(DriveError::new(kind, format!("the host's {what} returned {status}")))
}

fn missing(what: &str) -> DriveError {
    DriveError::unsupported(format!("the host has no {what}"))
}

/// Text that a callback wrote, up to its NUL; nothing if there is none, or no UTF-8.
fn written(chars: &[c_char]) -> Option<String> {
    let bytes: Vec<u8> = chars.iter().map_while(|c| (*c != 0).then_some(*c as u8)).collect();
    (bytes.len() < chars.len()).then(|| String::from_utf8(bytes).ok())?
}

fn written_name(name: &thumbling_file_name_t) -> std::result::Result<FileRef, DriveError> {
    let wrong = || DriveError::unavailable("the host answered with what is no name");
    let space = SpaceId::new(written(&name.space).ok_or_else(wrong)?).map_err(|_| wrong())?;
    let file = FileId::new(written(&name.file).ok_or_else(wrong)?).map_err(|_| wrong())?;
    Ok(FileRef::new(space, file))
}

fn no_name() -> thumbling_file_name_t {
    thumbling_file_name_t { space: [0; THUMBLING_NAME_SIZE], file: [0; THUMBLING_NAME_SIZE] }
}

impl Drive for Table {
    fn stat(&self, file: &FileRef) -> std::result::Result<FileInfo, DriveError> {
        let stat = self.stat.ok_or_else(|| missing("stat"))?;
        let named = Named::of(file);
        let empty = [0; THUMBLING_NAME_SIZE];
        let mut info = thumbling_file_info_t { size: 0, verdict: 0, reserved: 0, name: empty, version: empty };
        // SAFETY: the host gave the callback together with its user data; what it is passed outlives the call.
        answered(unsafe { stat(self.data(), &named.lend(), &mut info) }, "stat")?;
        let wrong = |what: &str| DriveError::unavailable(format!("the host's stat gave {what}"));
        Ok(FileInfo {
            name: written(&info.name).ok_or_else(|| wrong("a name that is none"))?,
            size: info.size,
            version: written(&info.version)
                .and_then(|text| Version::new(text).ok())
                .ok_or_else(|| wrong("a version that is none"))?,
            verdict: match info.verdict {
                THUMBLING_VERDICT_CLEAN => Verdict::Clean,
                THUMBLING_VERDICT_VIRAL => Verdict::Viral,
                THUMBLING_VERDICT_MALICIOUS => Verdict::Malicious,
                _ => return Err(wrong("an unknown verdict")),
            },
        })
    }

    fn open(&self, file: &FileRef) -> std::result::Result<Source, DriveError> {
        let open = self.open.ok_or_else(|| missing("open"))?;
        let (named, mut source) = (Named::of(file), thumbling_source_t { id: 0 });
        // SAFETY: as in `stat`.
        let status = unsafe { open(self.data(), &named.lend(), &mut source) };
        let taken = SOURCES.get(source.id).map(|source| source.as_ref().clone());
        // Ours now, also if the host changed its mind after it had set it.
        let _ = SOURCES.free(source.id);
        answered(status, "open")?;
        taken.map_err(|e| DriveError::unavailable(format!("the host's open gave no source: {e}")))
    }

    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
    ) -> std::result::Result<Access, DriveError> {
        let authorize = self.authorize.ok_or_else(|| missing("authorize"))?;
        let who = Who::of(caller);
        let named = match file {
            Some(file) => Named::of(file),
            None => Named { space: text::owned(space.as_str()), file: None },
        };
        let action = match action {
            Action::Look => THUMBLING_ACTION_LOOK,
            Action::Make => THUMBLING_ACTION_MAKE,
            Action::Package => THUMBLING_ACTION_PACKAGE,
            Action::Save => THUMBLING_ACTION_SAVE,
            Action::Receive => THUMBLING_ACTION_RECEIVE,
        };
        // SAFETY: as in `stat`.
        match unsafe { authorize(self.data(), &who.lend(), &named.lend(), action) } {
            THUMBLING_OK => Ok(Access::Allow),
            THUMBLING_ERROR_DENIED => Ok(Access::Deny),
            THUMBLING_ERROR_NOT_FOUND => Err(DriveError::no_such_space(space.as_str())),
            status => Err(DriveError::unavailable(format!("the host's authorize returned {status}"))),
        }
    }

    fn resolve(&self, uri: &str, caller: &Caller) -> std::result::Result<FileRef, DriveError> {
        let resolve = self.resolve.ok_or_else(|| missing("resolve"))?;
        let (uri, who, mut name) = (text::owned(uri), Who::of(caller), no_name());
        // SAFETY: as in `stat`.
        answered(unsafe { resolve(self.data(), uri.as_ptr(), &who.lend(), &mut name) }, "resolve")?;
        written_name(&name)
    }

    fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        caller: &Caller,
        key: &str,
    ) -> std::result::Result<FileRef, DriveError> {
        let copy = self.copy.ok_or_else(|| missing("copy"))?;
        let (file, folder, who, key) = (Named::of(file), Named::of(folder), Who::of(caller), text::owned(key));
        let mut name = no_name();
        // SAFETY: as in `stat`.
        let status = unsafe { copy(self.data(), &file.lend(), &folder.lend(), &who.lend(), key.as_ptr(), &mut name) };
        answered(status, "copy")?;
        written_name(&name)
    }
}
