//! Signed URLs: what they say, what they are asked for, and what they open.

use std::fmt;

use crate::model::id::{FileRef, Version};
use thumbling::Source;

/// What a signed URL grants access to, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The file that the thumbnail is of.
    pub file: FileRef,
    /// The version of its content.
    pub version: Version,
    /// The name of the spec.
    pub spec: String,
    /// Expiry, Unix time in seconds: the URL stops working at this second.
    pub expires: u64,
}

/// A URL that a client can fetch.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// Absolute if the engine's base URL is. Obfuscated URLs have to be decoded first.
    pub url: String,
    /// Expiry, Unix time in seconds: the URL stops working at this second.
    pub expires: u64,
    /// Whether `url` has to be decoded with one of the decoders in `bindings/decoders` first.
    pub obfuscated: bool,
}

// Without the query: anyone who reads the log could use the signature.
impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("SignedUrl").field("url", &url).field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// A URL that opens nothing: forged, expired, or of a file that is gone. Outsiders cannot tell these apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlError;

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such thumbnail")
    }
}

impl std::error::Error for UrlError {}

/// The file that a URL is requested for.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// By the host's URI, which the drive resolves.
    Uri(&'a str),
    /// By its id.
    File(&'a FileRef),
}

/// The content behind a signed URL.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UrlContent {
    /// The bytes; checked against their checksum as they are read.
    pub body: Source,
    /// Media type.
    pub content_type: String,
    /// Changes when the bytes change; without quotes.
    pub etag: String,
    /// Expiry of the URL, Unix time in seconds.
    pub expires: u64,
    /// Suggested file name; only packages have one.
    pub file_name: Option<String>,
}

impl UrlContent {
    pub(crate) fn new(body: Source, content_type: String, etag: String, expires: u64) -> Self {
        Self { body, content_type, etag, expires, file_name: None }
    }
}
