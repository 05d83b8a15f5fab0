//! One error for the whole library, sorted by who must act.
//!
//! An [`Error`] says what happened ([`ErrorKind`]), to which format, and why in words for a log. The kinds and their
//! numbers are public: they stand in JSON, in the C ABI and in bindings, and are only ever appended to.

use std::fmt;

/// The result of anything in this library that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, as far as a caller can act on it. Numbers are pinned; new kinds are appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// Reading the source failed; trying again later may help.
    Io = 1,
    /// There is no such file.
    NotFound = 2,
    /// The caller may not read it.
    Denied = 3,
    /// The format is unknown, or known and not made.
    Unsupported = 4,
    /// The format is known, but this build was made without it.
    FeatureDisabled = 5,
    /// The file is fine and has nothing to show: audio without a cover, an archive without a picture.
    NoVisual = 6,
    /// The content is encrypted and the key is not here.
    Encrypted = 7,
    /// The file is damaged; trying again does not help.
    Corrupt = 8,
    /// A limit of the request was met: pixels, memory, nesting, expansion.
    Limit = 9,
    /// The deadline passed.
    Timeout = 10,
    /// The caller cancelled.
    Cancelled = 11,
    /// The queue is full; trying again later helps.
    Busy = 12,
    /// The call itself is wrong.
    InvalidArgument = 13,
    /// The sandbox that the host requires cannot be had on this machine.
    SandboxUnavailable = 14,
    /// The host's scanner calls the file viral.
    Viral = 15,
    /// The host's scanner calls the file malicious.
    Malicious = 16,
    /// A defect of this library.
    Internal = 17,
}

impl ErrorKind {
    /// Every kind, in the order of its number.
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

    /// The public name, kebab-case, as it stands in JSON.
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

    /// The pinned number, as it stands in the C ABI. Zero is success and no kind.
    pub const fn code(self) -> i32 {
        self as i32
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What happened, to which format, and why.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    format: Option<&'static str>,
    detail: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind`, with `detail` for people who read logs.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, format: None, detail: detail.into(), source: None }
    }

    /// Damaged content.
    pub fn corrupt(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, detail)
    }

    /// Content of a kind that is not made.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, detail)
    }

    /// A limit of the request was met.
    pub fn limit(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, detail)
    }

    /// A wrong call.
    pub fn invalid_argument(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, detail)
    }

    /// A defect of this library.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, detail)
    }

    /// The same error, caused by `source`.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error, said of `format`; a format that is already named stays.
    #[must_use]
    pub fn of_format(mut self, format: &'static str) -> Self {
        self.format.get_or_insert(format);
        self
    }

    /// What a caller can act on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a decoder has to pass this error on instead of trying another preview, page or entry of the file: the
    /// time is up, the caller cancelled, or the source cannot be read.
    pub fn ends_request(&self) -> bool {
        matches!(self.kind, ErrorKind::Timeout | ErrorKind::Cancelled | ErrorKind::Io)
    }

    /// The name of the format, once it was known.
    pub fn format(&self) -> Option<&'static str> {
        self.format
    }

    /// Why, in words for a log.
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
        // An error of ours that travelled through a `Read` comes back as it was.
        let e = match e.downcast::<Self>() {
            Ok(ours) => return ours,
            Err(e) => e,
        };
        let kind = match e.kind() {
            Io::NotFound => ErrorKind::NotFound,
            Io::PermissionDenied => ErrorKind::Denied,
            Io::UnexpectedEof | Io::InvalidData => ErrorKind::Corrupt,
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
    fn our_error_survives_a_trip_through_io() {
        let e: Error = std::io::Error::from(Error::limit("too many")).into();
        assert_eq!(e.kind(), ErrorKind::Limit);
    }
}
