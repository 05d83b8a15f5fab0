//! The port for bytes of thumbnails and packages.

use std::path::Path;
use std::time::SystemTime;

use crate::model::blob::{BlobEntry, BlobName};
use crate::model::error::Result;
use thumbling::Source;

/// Immutable bytes by name. What [`put`](Self::put) and [`adopt`](Self::adopt) have stored survives a power cut.
pub trait Blobs: Send + Sync {
    /// Stores all of `blobs` durably. No name has ever been used before.
    fn put(&self, blobs: &[(BlobName, &[u8])]) -> Result<()>;

    /// Takes over the finished file at `path`, which is in the engine's state folder.
    fn adopt(&self, name: BlobName, path: &Path) -> Result<()>;

    /// Opens a blob; its content is verified as it is read. `Ok(None)` if there is no such blob, `corrupt` if it is
    /// damaged.
    fn open(&self, name: BlobName) -> Result<Option<Source>>;

    /// The whole content, verified. `Ok(None)` if there is no such blob, `corrupt` if it is damaged or longer than `max`
    /// bytes.
    fn get(&self, name: BlobName, max: u64) -> Result<Option<Vec<u8>>>;

    /// Removes a blob. Does nothing if there is none.
    fn remove(&self, name: BlobName) -> Result<()>;

    /// Calls `each` with every blob, in no particular order.
    fn list(&self, each: &mut dyn FnMut(BlobEntry)) -> Result<()>;

    /// Removes leftovers of interrupted writes that are older than `before`. Returns how many.
    fn sweep(&self, before: SystemTime) -> Result<u64>;
}
