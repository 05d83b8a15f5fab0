//! What an engine call answers when it cannot do what was asked.

use std::fmt;
use std::time::Duration;

use crate::engine::caller::Caller;
use crate::engine::drive::{DriveError, DriveErrorKind};
use crate::engine::id::CorrelationId;
use crate::error::{Error, ErrorKind};

/// The result of an engine call.
pub type Result<T> = std::result::Result<T, EngineError>;

/// What an error is about, so that a wire form can name the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Subject {
    /// The call as a whole.
    #[default]
    Call,
    /// The space.
    Space,
    /// One file.
    File,
    /// The list of files.
    Files,
    /// A task.
    Task,
    /// The name of a spec.
    Spec,
    /// The target of a share task.
    Target,
    /// The engine's own store: its disk, its database.
    Store,
    /// The host's drive.
    Drive,
}

/// Why an engine call failed.
#[derive(Debug, Clone)]
pub struct EngineError {
    kind: ErrorKind,
    subject: Subject,
    detail: String,
    retry_after: Option<Duration>,
    correlation: CorrelationId,
}

impl EngineError {
    /// An error of `kind` about `subject`, with `detail` for a log.
    pub fn new(kind: ErrorKind, subject: Subject, detail: impl Into<String>) -> Self {
        Self { kind, subject, detail: detail.into(), retry_after: None, correlation: CorrelationId::unique() }
    }

    /// A wrong argument.
    pub(crate) fn invalid(subject: Subject, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, subject, detail)
    }

    /// Something is full or not ready; trying again after `after` may help.
    pub(crate) fn busy(subject: Subject, detail: impl Into<String>, after: Duration) -> Self {
        Self { retry_after: Some(after), ..Self::new(ErrorKind::Busy, subject, detail) }
    }

    /// There is no such thing, or the caller may not know of it.
    pub(crate) fn not_found(subject: Subject, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, subject, detail)
    }

    /// A defect of ours.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, Subject::Call, detail)
    }

    /// A call after `close`.
    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Cancelled, Subject::Call, "the engine is closed")
    }

    /// The same error, found in the log by the caller's own trace id if he has one.
    #[must_use]
    pub(crate) fn asked_by(mut self, caller: &Caller) -> Self {
        if let Some(trace) = caller.trace.as_deref().and_then(|trace| CorrelationId::new(trace).ok()) {
            self.correlation = trace;
        }
        self
    }

    /// What a caller can act on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What it is about.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Why, in words for a log; never for an outsider.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// When trying again may help; for errors of kind `busy`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// By what the call is found in the log.
    pub fn correlation(&self) -> &CorrelationId {
        &self.correlation
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.kind, self.detail, self.correlation)
    }
}

impl std::error::Error for EngineError {}

impl From<Error> for EngineError {
    fn from(e: Error) -> Self {
        Self::new(e.kind(), Subject::Call, e.to_string())
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
        Self::new(kind, subject, e.detail)
    }
}
