//! The port for what is known about each thumbnail.

use crate::model::blob::BlobName;
use crate::model::error::Result;
use crate::model::key::{FileKey, RecordKey};
use crate::model::record::{Record, StoredRecord, Totals};

/// Records by key. They are written by [`Queue::finish`](super::queue::Queue::finish), in one commit with the end of the
/// job that produced them.
pub trait Records: Send + Sync {
    /// One answer for each key, in their order, from one consistent snapshot.
    fn get(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>>;

    /// Notes that these records were looked up at `now` (ms since 1970). Need not be durable.
    fn touch(&self, keys: &[RecordKey], now: i64) -> Result<()>;

    /// Copies every ready record of the file `from` at `from_version` to the file `to` at `to_version`. Returns how many.
    fn link(&self, from: &FileKey, from_version: [u8; 16], to: &FileKey, to_version: [u8; 16]) -> Result<u64>;

    /// Drops every record whose key starts with `prefix`, a file's or a space's key. Returns their blobs.
    fn drop_under(&self, prefix: &[u8]) -> Result<Vec<BlobName>>;

    /// Drops these records.
    fn drop_records(&self, keys: &[RecordKey]) -> Result<()>;

    /// Up to `n` ready records after `after`, in key order.
    fn page(&self, after: Option<&RecordKey>, n: usize) -> Result<Vec<StoredRecord>>;

    /// Up to `n` ready records last looked up before `before` (ms since 1970), least recently used first.
    fn unused(&self, before: i64, n: usize) -> Result<Vec<StoredRecord>>;

    /// Up to `n` packages created before `before` (ms since 1970), oldest first.
    fn packages(&self, before: i64, n: usize) -> Result<Vec<StoredRecord>>;

    /// Those of `blobs` that no record refers to.
    fn unreferenced(&self, blobs: &[BlobName]) -> Result<Vec<BlobName>>;

    /// Size of the store.
    fn totals(&self) -> Result<Totals>;
}
