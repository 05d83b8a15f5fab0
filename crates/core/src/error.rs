//! One error for the whole library, sorted by who must act.
//!
//! An [`Error`] has an [`ErrorKind`], the format concerned, and a human-readable detail for logs. Kinds and their
//! numbers are public (JSON, C ABI, bindings) and append-only.

use std::fmt;

/// The result of a fallible operation.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in terms of what the caller can do. Numbers are pinned; new kinds are appended.
///
/// ```
/// # use thumbling_core as thumbling;
/// use thumbling::ErrorKind;
///
/// let retry = matches!(ErrorKind::Timeout, ErrorKind::Io | ErrorKind::Timeout | ErrorKind::Busy);
/// assert!(retry);
/// assert_eq!((ErrorKind::NoVisual.name(), ErrorKind::NoVisual.code()), ("no-visual", 6));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// Reading the source failed; retrying later may help.
    Io = 1,
    /// The file does not exist.
    NotFound = 2,
    /// The caller may not read it.
    Denied = 3,
    /// Unknown or unsupported format.
    Unsupported = 4,
    /// The format is known, but this build lacks it.
    FeatureDisabled = 5,
    /// The file is valid but has nothing to show: audio without a cover, an archive without a picture.
    NoVisual = 6,
    /// The content is encrypted.
    Encrypted = 7,
    /// The file is damaged; retrying does not help.
    Corrupt = 8,
    /// A limit of the request was exceeded: pixels, memory, nesting, expansion.
    Limit = 9,
    /// The deadline passed.
    Timeout = 10,
    /// The caller cancelled.
    Cancelled = 11,
    /// The queue is full; retry later.
    Busy = 12,
    /// Invalid call.
    InvalidArgument = 13,
    /// The sandbox that the host requires is unavailable on this machine.
    SandboxUnavailable = 14,
    /// The host's scanner reported the file as viral.
    Viral = 15,
    /// The host's scanner reported the file as malicious.
    Malicious = 16,
    /// A bug in this library.
    Internal = 17,
}

impl ErrorKind {
    /// All kinds, in numeric order.
    pub const ALL: [Self; 17] = [
        Self::Io,
        Self::NotFound,
        Self::Denied,
        Self::Unsupported,
        Self::FeatureDisabled,
        Self::NoVisual,
        Self::Encrypted,
        Self::Corrupt,
        Self::Limit,
        Self::Timeout,
        Self::Cancelled,
        Self::Busy,
        Self::InvalidArgument,
        Self::SandboxUnavailable,
        Self::Viral,
        Self::Malicious,
        Self::Internal,
    ];

    /// The public name, kebab-case, as used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::NotFound => "not-found",
            Self::Denied => "denied",
            Self::Unsupported => "unsupported",
            Self::FeatureDisabled => "feature-disabled",
            Self::NoVisual => "no-visual",
            Self::Encrypted => "encrypted",
            Self::Corrupt => "corrupt",
            Self::Limit => "limit",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Busy => "busy",
            Self::InvalidArgument => "invalid-argument",
            Self::SandboxUnavailable => "sandbox-unavailable",
            Self::Viral => "viral",
            Self::Malicious => "malicious",
            Self::Internal => "internal",
        }
    }

    /// The pinned number, as used in the C ABI. Zero means success and is no kind.
    pub const fn code(self) -> i32 {
        self as i32
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error: what happened, to which format, and why.
///
/// ```
/// # use thumbling_core as thumbling;
/// use thumbling::{Error, ErrorKind, Source};
///
/// let error: Error = Source::from_path("no such file").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// assert!(std::error::Error::source(&error).is_some());
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    format: Option<&'static str>,
    detail: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind`, with `detail` for logs.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, format: None, detail: detail.into(), source: None }
    }

    /// Damaged content.
    pub fn corrupt(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, detail)
    }

    /// Unsupported content.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, detail)
    }

    /// An exceeded limit of the request.
    pub fn limit(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, detail)
    }

    /// An invalid call.
    pub fn invalid_argument(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, detail)
    }

    /// A bug in this library.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, detail)
    }

    /// Sets the underlying error.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Sets the format, unless one is set already.
    #[must_use]
    pub fn of_format(mut self, format: &'static str) -> Self {
        self.format.get_or_insert(format);
        self
    }

    /// The kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a decoder must return this error instead of trying another preview, page or entry of the file: the
    /// deadline has passed, the caller cancelled, or the source cannot be read.
    pub fn ends_request(&self) -> bool {
        matches!(self.kind, ErrorKind::Timeout | ErrorKind::Cancelled | ErrorKind::Io)
    }

    /// The name of the format, if it was known.
    pub fn format(&self) -> Option<&'static str> {
        self.format
    }

    /// Human-readable detail, for logs.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// `None` for an error that only costs a detail of the page, such as a damaged picture. Errors that
/// [end the request](Error::ends_request) are passed on.
pub fn tolerate<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.ends_request() => Err(e),
        Err(_) => Ok(None),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Some(format) => write!(f, "{}: {format}: {}", self.kind, self.detail),
            None => write!(f, "{}: {}", self.kind, self.detail),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        // Unwraps an error of ours that passed through a `Read` implementation.
        let e = match e.downcast::<Self>() {
            Ok(ours) => return ours,
            Err(e) => e,
        };
        let kind = match e.kind() {
            Io::NotFound => ErrorKind::NotFound,
            Io::PermissionDenied => ErrorKind::Denied,
            Io::UnexpectedEof | Io::InvalidData => ErrorKind::Corrupt,
            // What `flate2` says of damaged data. The operating system's own kind, of a wrong argument, has a number.
            Io::InvalidInput if e.raw_os_error().is_none() => ErrorKind::Corrupt,
            _ => ErrorKind::Io,
        };
        Self::new(kind, e.to_string()).caused_by(e)
    }
}

impl From<Error> for std::io::Error {
    fn from(e: Error) -> Self {
        std::io::Error::other(e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pinned_and_names_are_kebab_case() {
        for (i, kind) in ErrorKind::ALL.into_iter().enumerate() {
            assert_eq!(kind.code(), i as i32 + 1);
            assert!(kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{kind}");
        }
    }

    #[test]
    fn damaged_data_is_corrupt_and_a_refusal_of_the_system_is_io() {
        use std::io::{self, ErrorKind as Io};

        let of = |e: io::Error| Error::from(e).kind();
        for kind in [Io::UnexpectedEof, Io::InvalidData, Io::InvalidInput] {
            assert_eq!(of(io::Error::new(kind, "damaged")), ErrorKind::Corrupt, "{kind:?}");
        }
        // EINVAL.
        assert_eq!(of(io::Error::from_raw_os_error(22)), ErrorKind::Io);
    }

    #[test]
    fn our_error_survives_conversion_to_io_error() {
        let e: Error = std::io::Error::from(Error::limit("too many")).into();
        assert_eq!(e.kind(), ErrorKind::Limit);
    }
}
