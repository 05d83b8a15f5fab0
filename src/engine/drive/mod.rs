//! The host's side: where files are, who may see them, what is in them.
//!
//! The engine keeps no files and knows no users; it asks the [`Drive`] at every call. A drive may be slow, may fail and
//! may panic; it must not be called back into from inside itself.

#[cfg(unix)]
pub mod folder;

use std::fmt;

use crate::engine::caller::Caller;
use crate::engine::id::{FileRef, SpaceId, Version};
use crate::source::Source;

/// What a host gives the engine. Called by many threads at once.
pub trait Drive: Send + Sync + 'static {
    /// What the host knows of a file without reading it.
    fn stat(&self, file: &FileRef) -> Result<FileInfo, DriveError>;

    /// The content, read by range as it is needed.
    fn open(&self, file: &FileRef) -> Result<Source, DriveError>;

    /// Whether `caller` may do `action` to `file`, or, without a file, to the space as a whole. Asked on every task,
    /// look-up and share call.
    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
    ) -> Result<Access, DriveError>;

    /// The file that `uri` names to `caller`, for hosts that name files by URI.
    fn resolve(&self, uri: &str, caller: &Caller) -> Result<FileRef, DriveError> {
        let _ = (uri, caller);
        Err(DriveError::unsupported("this drive knows no URIs"))
    }

    /// Copies `file` into `folder` for `caller`, and says what the copy is called. The engine tries again with the same
    /// `key` after a crash: the copy that was already made is then the answer.
    fn copy(&self, file: &FileRef, folder: &FileRef, caller: &Caller, key: &str) -> Result<FileRef, DriveError> {
        let _ = (file, folder, caller, key);
        Err(DriveError::unsupported("this drive copies no files"))
    }
}

/// What a host knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// The last part of its path: for people, and to break ties between formats.
    pub name: String,
    /// Bytes of content.
    pub size: u64,
    /// Changes when the content changes.
    pub version: Version,
    /// What the host's scanner says.
    pub verdict: Verdict,
}

/// What the host's scanner says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verdict {
    /// Nothing against it.
    #[default]
    Clean,
    /// Infected.
    Viral,
    /// Made to do harm.
    Malicious,
}

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// See a thumbnail of a file, or how a task goes.
    Look,
    /// Have a thumbnail made.
    Make,
    /// Get the file itself within a package of a share.
    Package,
    /// Have the file copied from a share to a target.
    Save,
    /// Put copies into a folder: the target of [`Action::Save`].
    Receive,
}

/// The host's answer to whether a caller may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// He may.
    Allow,
    /// He may not.
    Deny,
}

/// Why a drive could not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriveErrorKind {
    /// The space has no such file.
    NoSuchFile,
    /// There is no such space.
    NoSuchSpace,
    /// The caller may not.
    Denied,
    /// Not now; trying again later may help.
    Unavailable,
    /// This drive does not do that, or not to this file (a folder).
    Unsupported,
}

/// Why a drive could not answer, with words for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveError {
    /// What the engine can act on.
    pub kind: DriveErrorKind,
    /// In words.
    pub detail: String,
}

impl DriveError {
    /// An error of `kind`.
    pub fn new(kind: DriveErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// The space has no such file.
    pub fn no_such_file(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::NoSuchFile, detail)
    }

    /// There is no such space.
    pub fn no_such_space(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::NoSuchSpace, detail)
    }

    /// Not now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::Unavailable, detail)
    }

    /// Not by this drive.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::Unsupported, detail)
    }
}

impl fmt::Display for DriveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.detail)
    }
}

impl std::error::Error for DriveError {}
