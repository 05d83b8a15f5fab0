//! The host's callbacks as a [`Drive`]: what they answer is checked before anybody believes it.

use std::ffi::{CString, c_char, c_void};

use super::super::pointer;
use super::super::source::{Lent, SOURCES, thumbling_source_t};
use super::super::status::*;
use super::super::text;
use super::super::versioned;
use super::caller::Who;
use super::drive::*;
use thumbling::Result;
use thumbling::Source;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Access, Action, Drive, DriveError, DriveErrorKind, FileInfo, Verdict};
use thumbling_engine::id::{FileId, FileRef, SpaceId, Version};

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
                return Err(pointer::null(&format!("thumbling_drive_t.{name}")));
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

/// What the host knows of a file; in words what is wrong with it.
pub(super) fn known(info: &thumbling_file_info_t) -> std::result::Result<FileInfo, &'static str> {
    Ok(FileInfo {
        name: written(&info.name).ok_or("a name that is none")?,
        size: info.size,
        version: written(&info.version).and_then(|text| Version::new(text).ok()).ok_or("a version that is none")?,
        verdict: match info.verdict {
            THUMBLING_VERDICT_CLEAN => Verdict::Clean,
            THUMBLING_VERDICT_VIRAL => Verdict::Viral,
            THUMBLING_VERDICT_MALICIOUS => Verdict::Malicious,
            _ => return Err("an unknown verdict"),
        },
    })
}

fn written_name(name: &thumbling_file_name_t) -> std::result::Result<FileRef, DriveError> {
    let wrong = || DriveError::unavailable("the host answered with what is no name");
    let space = SpaceId::new(written(&name.space).ok_or_else(wrong)?).map_err(|_| wrong())?;
    let file = FileId::new(written(&name.file).ok_or_else(wrong)?).map_err(|_| wrong())?;
    Ok(FileRef::new(space, file))
}

impl Drive for Table {
    fn stat(&self, file: &FileRef) -> std::result::Result<FileInfo, DriveError> {
        let stat = self.stat.ok_or_else(|| missing("stat"))?;
        let named = Named::of(file);
        let mut info = thumbling_file_info_t::EMPTY;
        // SAFETY: the host gave the callback together with its user data; what it is passed outlives the call.
        answered(unsafe { stat(self.data(), &named.lend(), &mut info) }, "stat")?;
        known(&info).map_err(|what| DriveError::unavailable(format!("the host's stat gave {what}")))
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
            Action::View => THUMBLING_ACTION_LOOK,
            Action::Generate => THUMBLING_ACTION_MAKE,
            Action::Package => THUMBLING_ACTION_PACKAGE,
            Action::Save => THUMBLING_ACTION_SAVE,
            Action::Receive => THUMBLING_ACTION_RECEIVE,
            // An action that the host cannot know.
            _ => return Ok(Access::Deny),
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
        let (uri, who, mut name) = (text::owned(uri), Who::of(caller), thumbling_file_name_t::EMPTY);
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
        let mut name = thumbling_file_name_t::EMPTY;
        // SAFETY: as in `stat`.
        let status = unsafe { copy(self.data(), &file.lend(), &folder.lend(), &who.lend(), key.as_ptr(), &mut name) };
        answered(status, "copy")?;
        written_name(&name)
    }
}
