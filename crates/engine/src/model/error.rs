//! Errors of engine calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::model::caller::Caller;
use crate::model::id::CorrelationId;
use thumbling::{Error, ErrorKind};

/// The result of an engine call.
pub type Result<T> = std::result::Result<T, EngineError>;

/// What an error is about, so that a wire API can name the argument.
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
    /// The target folder of a share task.
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
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl EngineError {
    /// An error of `kind` about `subject`, with `detail` for the log.
    pub fn new(kind: ErrorKind, subject: Subject, detail: impl Into<String>) -> Self {
        let correlation = CorrelationId::unique();
        Self { kind, subject, detail: detail.into(), retry_after: None, correlation, source: None }
    }

    /// A `busy` error: something is full or not ready, and retrying after `after` may help.
    pub fn busy(subject: Subject, detail: impl Into<String>, after: Duration) -> Self {
        Self { retry_after: Some(after), ..Self::new(ErrorKind::Busy, subject, detail) }
    }

    /// An invalid argument.
    pub(crate) fn invalid(subject: Subject, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, subject, detail)
    }

    /// Something that does not exist, or that the caller is not allowed to know about.
    pub(crate) fn not_found(subject: Subject, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, subject, detail)
    }

    /// A defect of the engine.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, Subject::Call, detail)
    }

    /// A call after the engine was closed.
    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Cancelled, Subject::Call, "the engine is closed")
    }

    /// A call in a child process, of an engine that its parent opened.
    pub(crate) fn forked() -> Self {
        let detail = "the engine was opened by another process: open one in each process, after the fork";
        Self::new(ErrorKind::InvalidArgument, Subject::Call, detail)
    }

    /// An I/O error of the store at `path`.
    pub(crate) fn disk(action: &str, path: &std::path::Path, e: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, Subject::Store, format!("{action} {}: {e}", path.display())).caused_by(e)
    }

    /// The same error, caused by `source`.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The same error, about `subject`.
    #[must_use]
    pub(crate) fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// The same error, with the caller's own trace id as correlation id if it sent one.
    #[must_use]
    pub(crate) fn traced_by(mut self, caller: &Caller) -> Self {
        if let Some(trace) = caller.trace.as_deref().and_then(|trace| CorrelationId::new(trace).ok()) {
            self.correlation = trace;
        }
        self
    }

    /// What went wrong, as a class that callers can act on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the error is about.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Human-readable detail for logs. May name internals: do not show it to outsiders.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// When a retry may help; only for errors of kind `busy`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Finds the call in the log.
    pub fn correlation(&self) -> &CorrelationId {
        &self.correlation
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.kind, self.detail, self.correlation)
    }
}

impl std::error::Error for EngineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

impl From<Error> for EngineError {
    fn from(e: Error) -> Self {
        Self::new(e.kind(), Subject::Call, e.to_string()).caused_by(e)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::*;

    #[test]
    fn an_error_of_the_store_keeps_the_error_of_the_system_and_so_do_its_clones() {
        let e = EngineError::disk("writing", "blob".as_ref(), io::Error::from_raw_os_error(28)).clone();
        let source = e.source().and_then(|e| e.downcast_ref::<io::Error>()).unwrap();
        assert_eq!(source.raw_os_error(), Some(28));
        assert!(e.detail().contains(&source.to_string()), "{e}");
    }

    #[test]
    fn an_error_of_the_pipeline_and_its_own_source_stay_in_the_chain() {
        let e = EngineError::from(Error::from(io::Error::from(io::ErrorKind::NotFound)));
        assert_eq!(e.kind(), ErrorKind::NotFound);
        let pipeline = e.source().and_then(|e| e.downcast_ref::<Error>()).unwrap();
        assert!(pipeline.source().is_some_and(|e| e.is::<io::Error>()));
    }

    #[test]
    fn an_error_about_another_subject_keeps_its_source_and_correlation() {
        let e = EngineError::internal("x").caused_by("why");
        let other = e.clone().about(Subject::Target);
        assert_eq!(other.subject(), Subject::Target);
        assert_eq!(other.correlation(), e.correlation());
        assert_eq!(other.source().unwrap().to_string(), "why");
    }

    #[test]
    fn an_error_without_a_cause_has_no_source() {
        assert!(EngineError::closed().source().is_none());
    }
}
