//! ZIP archives: the directory and the data of entries, read by range (PKWARE APPNOTE 6.3.10).
//!
//! [`Directory::peek`] is the bounded lookup for format detection, [`Directory::read`] the whole directory for opening.
//! Both keep the result with the [`Source`](crate::source::Source), so that a file that is detected and then opened has
//! its tail fetched once. [`Entry::reader`] and [`Entry::content`] fetch only the entry's own bytes, and
//! [`Entry::content`] inflates within the limits of the request.
//!
//! Damage is tolerated as far as entries can be found: data before the archive, wrong directory sizes, trailing bytes.
//! Spanned archives, encrypted entries and methods other than Stored and Deflate are not supported. Data descriptors
//! need no support, because the directory repeats what they say.

mod directory;
mod entry;
mod local;
#[cfg(test)]
mod tests;

pub use directory::Directory;
pub use entry::{Content, Entry, Method};
pub use local::scan;

/// Signature of a local file header.
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";

/// Signature of a directory entry.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
