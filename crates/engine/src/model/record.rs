//! Records: one per thumbnail or package, saying where its bytes are or why there are none.

use crate::model::blob::BlobName;
use crate::model::key::RecordKey;
use thumbling::ErrorKind;
use thumbling::Family;

/// What is stored about one thumbnail or package.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Ready, or why not.
    pub state: RecordState,
    /// Whether this is a thumbnail or a package.
    pub kind: RecordKind,
    /// Fingerprint of the fonts that the picture was drawn with; 0 if it was drawn without fonts.
    pub fonts: i64,
    /// When it was generated, ms since 1970.
    pub created: i64,
    /// When it was last looked up, to the day, ms since 1970.
    pub used: i64,
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// A thumbnail of a file of this family; `None` if the format was not recognised.
    Thumbnail(Option<Family>),
    /// The package of a share task.
    Package,
}

/// Whether a thumbnail is ready.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordState {
    /// Its bytes are stored.
    Ready(Ready),
    /// It could not be generated.
    Failed {
        /// Why.
        kind: ErrorKind,
        /// Human-readable detail, for logs.
        detail: String,
        /// When a retry may help, ms since 1970; `None` if not before the file or the decoder changes.
        retry_at: Option<i64>,
    },
}

/// A stored thumbnail or package.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// Width, px; 0 for a package.
    pub width: u32,
    /// Height, px; 0 for a package.
    pub height: u32,
    /// Bytes of content.
    pub size: u64,
    /// Media type of the content.
    pub media_type: String,
    /// Placeholder; empty for a package.
    pub thumbhash: Vec<u8>,
    /// Hash of the content.
    pub etag: [u8; 16],
    /// Where the content is.
    pub blob: BlobName,
}

/// Size of the store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records that are ready.
    pub ready: u64,
    /// Records of failures.
    pub failed: u64,
    /// Bytes of everything that is ready.
    pub bytes: u64,
}

/// A ready record as garbage collection and verification see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its key.
    pub key: RecordKey,
    /// Its blob.
    pub blob: BlobName,
    /// Bytes of content.
    pub size: u64,
}
