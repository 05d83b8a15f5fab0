//! The host's callbacks as a [`Drive`]. Their answers are checked.

use super::super::call::{self, Lent, Reply, thumbling_call_t};
use super::super::pointer;
use super::super::source::{SOURCES, thumbling_source_t};
use super::super::status::*;
use super::super::text;
use super::super::versioned;
use super::caller::CallerText;
use super::drive::*;
use super::file::FileText;
use thumbling::Result;
use thumbling::Source;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Access, Action, CallContext, Drive, DriveError, DriveErrorKind, FileInfo};
use thumbling_engine::id::{FileRef, SpaceId};

/// The host's callbacks.
pub(super) struct HostDrive {
    stat: thumbling_drive_stat_t,
    open: thumbling_drive_open_t,
    authorize: thumbling_drive_authorize_t,
    resolve: thumbling_drive_resolve_t,
    copy: thumbling_drive_copy_t,
    lent: Lent,
}

type DriveResult<T> = std::result::Result<T, DriveError>;

impl HostDrive {
    /// # Safety
    /// `from` is NULL or points to as many bytes as its first field says.
    pub(super) unsafe fn new(from: *const thumbling_drive_t) -> Result<Self> {
        // SAFETY: promised by the caller.
        let drive = unsafe { versioned::read(from) }?;
        let lent = Lent { user_data: drive.user_data, release: drive.release };
        for (is_set, name) in
            [(drive.stat.is_some(), "stat"), (drive.open.is_some(), "open"), (drive.authorize.is_some(), "authorize")]
        {
            if !is_set {
                return Err(pointer::null(&format!("thumbling_drive_t.{name}")));
            }
        }
        let thumbling_drive_t { stat, open, authorize, resolve, copy, .. } = drive;
        Ok(Self { stat, open, authorize, resolve, copy, lent })
    }
}

/// Runs `callback`, and returns its reply if it succeeds.
fn answer(
    name: &str,
    context: &CallContext,
    callback: impl FnOnce(*const thumbling_call_t) -> thumbling_status_t,
) -> DriveResult<Option<Reply>> {
    let (status, reply) =
        call::with(context, callback).map_err(|e| DriveError::unavailable(e.to_string()).caused_by(e))?;
    let kind = match status {
        THUMBLING_OK => return Ok(reply),
        THUMBLING_ERROR_NOT_FOUND => DriveErrorKind::NoSuchFile,
        THUMBLING_ERROR_DENIED => DriveErrorKind::Denied,
        THUMBLING_ERROR_UNSUPPORTED => DriveErrorKind::Unsupported,
        _ => DriveErrorKind::Unavailable,
    };
    Err(DriveError::new(kind, format!("the host's {name} returned {status}")))
}

fn file_of(name: &str, reply: Option<Reply>) -> DriveResult<FileRef> {
    match reply {
        Some(Reply::File(file)) => Ok(file),
        _ => Err(DriveError::unavailable(format!("the host's {name} did not reply with a file"))),
    }
}

fn missing(name: &str) -> DriveError {
    DriveError::unsupported(format!("the host has no {name}"))
}

impl Drive for HostDrive {
    fn stat(&self, file: &FileRef, context: &CallContext) -> DriveResult<FileInfo> {
        let stat = self.stat.ok_or_else(|| missing("stat"))?;
        let file = FileText::of(file);
        // SAFETY: the host passed the callback together with its user data; its arguments outlive the call.
        match answer("stat", context, |call| unsafe { stat(self.lent.user_data, call, &file.lend()) })? {
            Some(Reply::Info(info)) => Ok(info),
            _ => Err(DriveError::unavailable("the host's stat did not reply with valid information")),
        }
    }

    fn open(&self, file: &FileRef, context: &CallContext) -> DriveResult<Source> {
        let open = self.open.ok_or_else(|| missing("open"))?;
        let (file, mut source) = (FileText::of(file), thumbling_source_t { id: 0 });
        // SAFETY: as in `stat`.
        let opened =
            answer("open", context, |call| unsafe { open(self.lent.user_data, call, &file.lend(), &mut source) });
        let content = SOURCES.get(source.id).map(|source| source.source(context.clone()));
        // Ours now, even if the callback failed after it had set it.
        let _ = SOURCES.free(source.id);
        opened?;
        content.map_err(|e| DriveError::unavailable(format!("the host's open gave no source: {e}")))
    }

    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
        context: &CallContext,
    ) -> DriveResult<Access> {
        let authorize = self.authorize.ok_or_else(|| missing("authorize"))?;
        let caller = CallerText::of(caller);
        let file = file.map_or_else(|| FileText::of_space(space), FileText::of);
        let action = match action {
            Action::View => THUMBLING_ACTION_VIEW,
            Action::Generate => THUMBLING_ACTION_GENERATE,
            Action::Package => THUMBLING_ACTION_PACKAGE,
            Action::Save => THUMBLING_ACTION_SAVE,
            Action::Receive => THUMBLING_ACTION_RECEIVE,
            // An action that the host cannot know.
            _ => return Ok(Access::Deny),
        };
        let mut status = THUMBLING_OK;
        let answered = answer("authorize", context, |call| {
            // SAFETY: as in `stat`.
            status = unsafe { authorize(self.lent.user_data, call, &caller.lend(), &file.lend(), action) };
            status
        });
        match (status, answered) {
            (_, Ok(_)) => Ok(Access::Allow),
            (THUMBLING_ERROR_DENIED, Err(_)) => Ok(Access::Deny),
            (THUMBLING_ERROR_NOT_FOUND, Err(_)) => Err(DriveError::no_such_space(space.as_str())),
            (_, Err(e)) => Err(DriveError::unavailable(e.detail)),
        }
    }

    fn resolve(&self, uri: &str, caller: &Caller, context: &CallContext) -> DriveResult<FileRef> {
        let resolve = self.resolve.ok_or_else(|| missing("resolve"))?;
        let (uri, caller) = (text::owned(uri), CallerText::of(caller));
        let reply = answer("resolve", context, |call| {
            // SAFETY: as in `stat`.
            unsafe { resolve(self.lent.user_data, call, &caller.lend(), uri.as_ptr()) }
        })?;
        file_of("resolve", reply)
    }

    fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        caller: &Caller,
        key: &str,
        context: &CallContext,
    ) -> DriveResult<FileRef> {
        let copy = self.copy.ok_or_else(|| missing("copy"))?;
        let (file, folder) = (FileText::of(file), FileText::of(folder));
        let (caller, key) = (CallerText::of(caller), text::owned(key));
        let reply = answer("copy", context, |call| {
            let (data, caller, key) = (self.lent.user_data, caller.lend(), key.as_ptr());
            // SAFETY: as in `stat`.
            unsafe { copy(data, call, &caller, &file.lend(), &folder.lend(), key) }
        })?;
        file_of("copy", reply)
    }
}
