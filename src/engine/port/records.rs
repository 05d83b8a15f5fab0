//! What is known of each thumbnail: made, or why not.

use crate::engine::error::Result;
use crate::engine::port::blobs::BlobName;
use crate::engine::recipe::{FileKey, RecordKey};
use crate::error::ErrorKind;

/// What is known of one thumbnail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) state: State,
    /// What the content turned out to be; `None` if it was not known.
    pub(crate) family: Option<u8>,
    /// The fingerprint of the fonts, for pictures that were painted with them; else 0.
    pub(crate) fonts: i64,
    /// When, ms since 1970.
    pub(crate) made: i64,
    /// When it was last looked at, to a day, ms since 1970.
    pub(crate) used: i64,
}

/// The family number of a package, which is no file's.
pub(crate) const PACKAGE: u8 = 255;

/// Made, or why not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State {
    Ready(Ready),
    Failed {
        kind: ErrorKind,
        detail: String,
        /// When trying again may help, ms since 1970; `None`: not before the file or the decoder changes.
        retry_at: Option<i64>,
    },
}

/// A thumbnail that is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ready {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) size: u64,
    pub(crate) media_type: String,
    pub(crate) thumbhash: Vec<u8>,
    /// Of the content.
    pub(crate) etag: [u8; 16],
    pub(crate) blob: BlobName,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) ready: u64,
    pub(crate) failed: u64,
    pub(crate) bytes: u64,
}

/// A record that garbage collection or verification looks at.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) key: RecordKey,
    pub(crate) blob: BlobName,
    pub(crate) size: u64,
}

/// Records by key. They are written by [`Queue::finish`](super::queue::Queue::finish), together with the end of the work
/// that made them.
pub(crate) trait Records: Send + Sync {
    /// One answer for each key, all of one moment.
    fn get(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>>;

    /// Notes that these were looked at, now (ms since 1970). Nothing is lost if it is forgotten.
    fn touch(&self, keys: &[RecordKey], now: i64) -> Result<()>;

    /// Gives the file `to` every ready record of the file `from` at these versions; says how many.
    fn link(&self, from: &FileKey, from_version: [u8; 16], to: &FileKey, to_version: [u8; 16]) -> Result<u64>;

    /// Forgets everything whose key begins so, a file's or a space's; says which blobs that was.
    fn drop_under(&self, prefix: &[u8]) -> Result<Vec<BlobName>>;

    /// Forgets these.
    fn drop_records(&self, keys: &[RecordKey]) -> Result<()>;

    /// Ready records after `after` in the order of keys, at most `n`.
    fn page(&self, after: Option<&RecordKey>, n: usize) -> Result<Vec<Kept>>;

    /// Ready records that were last looked at before `before` (ms since 1970), the longest ago first, at most `n`.
    fn unused(&self, before: i64, n: usize) -> Result<Vec<Kept>>;

    /// Packages that were made before `before` (ms since 1970), the oldest first, at most `n`.
    fn packages(&self, before: i64, n: usize) -> Result<Vec<Kept>>;

    /// Those of `blobs` that no record names.
    fn unnamed(&self, blobs: &[BlobName]) -> Result<Vec<BlobName>>;

    /// How much is kept.
    fn totals(&self) -> Result<Totals>;
}
