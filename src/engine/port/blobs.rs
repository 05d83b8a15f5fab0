//! Where the bytes of thumbnails and packages are.

use std::fmt;
use std::path::Path;
use std::time::SystemTime;

use crate::engine::error::Result;
use crate::source::Source;

/// The name of a blob: a hash, never anything that a user chose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BlobName(pub(crate) [u8; 32]);

impl BlobName {
    /// 64 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        hex(&self.0)
    }

    /// The name that [`hex`](Self::hex) wrote.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |d: u8| char::from(d).to_digit(16);
            *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One blob that is listed.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) name: BlobName,
    /// Bytes that it takes.
    pub(crate) size: u64,
    /// When it was written.
    pub(crate) written: SystemTime,
}

/// Immutable bytes by name. What [`put`](Self::put) has returned from is there after a power cut.
pub(crate) trait Blobs: Send + Sync {
    /// Keeps all of these, durably and all at the cost of one. No name was ever used before.
    fn put(&self, blobs: &[(BlobName, &[u8])]) -> Result<()>;

    /// Takes over the finished file at `path`, on the same file system.
    fn adopt(&self, name: BlobName, path: &Path) -> Result<()>;

    /// The content; checked while it is read. `Ok(None)` if there is no such blob, `corrupt` if it is damaged.
    fn open(&self, name: BlobName) -> Result<Option<Source>>;

    /// The whole content, checked. `Ok(None)` if there is no such blob, `corrupt` if it is damaged.
    fn get(&self, name: BlobName, max: u64) -> Result<Option<Vec<u8>>>;

    /// Removes it; nothing is said if it is not there.
    fn remove(&self, name: BlobName) -> Result<()>;

    /// Every blob, in no order.
    fn list(&self, each: &mut dyn FnMut(Listed)) -> Result<()>;

    /// Removes what half-done writes of dead processes left behind, older than `before`.
    fn sweep(&self, before: SystemTime) -> Result<u64>;
}
