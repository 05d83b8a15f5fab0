//! Requests and results of lookups.

use std::time::Duration;

use crate::model::id::FileRef;
use crate::model::url::SignedUrl;
use thumbling::ErrorKind;

/// Most files of one batch.
pub const MAX_BATCH: usize = 30;

/// What to do when a thumbnail is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LookupMode {
    /// Only report what is stored.
    CacheOnly,
    /// Queue the thumbnail at interactive priority and return at once.
    #[default]
    EnqueueOnMiss,
    /// Queue the thumbnail and wait up to this long for it.
    WaitUpTo(Duration),
}

/// The state of a file's thumbnail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LookupState {
    /// The thumbnail is stored.
    Ready {
        /// Width, px.
        width: u32,
        /// Height, px.
        height: u32,
        /// Where to fetch it.
        url: SignedUrl,
        /// A placeholder to draw until it is loaded: <https://evanw.github.io/thumbhash/>.
        thumbhash: Vec<u8>,
        /// Changes when the bytes change; without quotes.
        etag: String,
    },
    /// The thumbnail is being generated.
    Pending {
        /// When to look it up again.
        retry_after: Duration,
    },
    /// There is no thumbnail, and none is being generated.
    NotExist,
    /// Generating the thumbnail failed.
    Failed {
        /// Why.
        kind: ErrorKind,
    },
    /// Files of this format have no thumbnails.
    Unsupported,
    /// The drive denies this caller access to the file.
    Denied,
    /// The drive knows no such file, or no such space.
    NoSuchFile,
    /// The host's scanner reports the file as viral.
    Viral,
    /// The host's scanner reports the file as malicious.
    Malicious,
}

impl LookupState {
    /// The state of a file about which the drive, or its scanner, answered with an error of `kind`.
    pub(crate) fn of_error(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotFound => Self::NoSuchFile,
            ErrorKind::Denied => Self::Denied,
            ErrorKind::Viral => Self::Viral,
            ErrorKind::Malicious => Self::Malicious,
            kind => Self::of_failure(kind),
        }
    }

    /// The state of a thumbnail that could not be generated because of an error of `kind`.
    pub(crate) fn of_failure(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Unsupported | ErrorKind::FeatureDisabled => Self::Unsupported,
            kind => Self::Failed { kind },
        }
    }
}

/// The result of a lookup of one file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Lookup {
    /// The file.
    pub file: FileRef,
    /// The state of its thumbnail.
    pub state: LookupState,
}

impl Lookup {
    pub(crate) fn new(file: FileRef, state: LookupState) -> Self {
        Self { file, state }
    }
}
