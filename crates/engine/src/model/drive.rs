//! What a host's drive is asked and answers.

use std::fmt;
use std::sync::Arc;

use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::Version;
use thumbling::ErrorKind;

/// What a host knows about a file without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// The last part of its path. Shown to people, and used to break ties between formats.
    pub name: String,
    /// Bytes of content.
    pub size: u64,
    /// Changes whenever the content changes.
    pub version: Version,
    /// The result of the host's malware scanner.
    pub verdict: Verdict,
}

impl FileInfo {
    /// The file itself, or `viral` or `malicious` if the host's scanner rejected it.
    pub(crate) fn require_clean(self) -> Result<Self> {
        match self.verdict {
            Verdict::Clean => Ok(self),
            Verdict::Viral => Err(EngineError::new(ErrorKind::Viral, Subject::File, "the file is viral")),
            Verdict::Malicious => Err(EngineError::new(ErrorKind::Malicious, Subject::File, "the file is malicious")),
        }
    }
}

/// The result of the host's malware scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verdict {
    /// Nothing found, or not scanned.
    #[default]
    Clean,
    /// Infected with a virus.
    Viral,
    /// Written to do harm.
    Malicious,
}

/// What a caller wants to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// See a thumbnail of the file, or the status of a task that generates thumbnails.
    View,
    /// Have a thumbnail generated.
    Generate,
    /// Download the file as part of a package of a share, or see the status of a task that packages it.
    Package,
    /// Copy the file from a share to a target folder, or see the status of a task that copies it.
    Save,
    /// Receive copies: asked about the target folder of [`Action::Save`].
    Receive,
}

/// The host's answer to an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Allowed.
    Allow,
    /// Denied.
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
    /// The caller is not allowed to do this.
    Denied,
    /// Temporarily unavailable; retrying later may help.
    Unavailable,
    /// The drive does not support this operation, or not on this file (for example on a folder).
    Unsupported,
}

/// Why a drive could not answer, with detail for the log.
#[derive(Debug, Clone)]
pub struct DriveError {
    /// What the engine acts on.
    pub kind: DriveErrorKind,
    /// Human-readable detail, for logs.
    pub detail: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl DriveError {
    /// An error of `kind`.
    pub fn new(kind: DriveErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), source: None }
    }

    /// The space has no such file.
    pub fn no_such_file(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::NoSuchFile, detail)
    }

    /// There is no such space.
    pub fn no_such_space(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::NoSuchSpace, detail)
    }

    /// Temporarily unavailable.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::Unavailable, detail)
    }

    /// Not supported by this drive.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(DriveErrorKind::Unsupported, detail)
    }

    /// The same error, caused by `source`.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }
}

impl fmt::Display for DriveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.detail)
    }
}

impl std::error::Error for DriveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

impl From<DriveError> for EngineError {
    fn from(e: DriveError) -> Self {
        let (kind, subject) = match e.kind {
            DriveErrorKind::NoSuchFile => (ErrorKind::NotFound, Subject::File),
            DriveErrorKind::NoSuchSpace => (ErrorKind::NotFound, Subject::Space),
            DriveErrorKind::Denied => (ErrorKind::Denied, Subject::File),
            DriveErrorKind::Unavailable => (ErrorKind::Io, Subject::Drive),
            DriveErrorKind::Unsupported => (ErrorKind::Unsupported, Subject::File),
        };
        Self::new(kind, subject, e.detail.as_str()).caused_by(e)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::*;

    #[test]
    fn a_drive_error_and_its_own_source_stay_in_the_chain() {
        let e = EngineError::from(DriveError::unavailable("offline").caused_by(io::Error::from_raw_os_error(5)));
        assert_eq!((e.kind(), e.subject(), e.detail()), (ErrorKind::Io, Subject::Drive, "offline"));
        let drive = e.source().and_then(|e| e.downcast_ref::<DriveError>()).unwrap();
        assert_eq!(drive.kind, DriveErrorKind::Unavailable);
        let system = drive.source().and_then(|e| e.downcast_ref::<io::Error>()).unwrap();
        assert_eq!(system.raw_os_error(), Some(5));
    }
}
