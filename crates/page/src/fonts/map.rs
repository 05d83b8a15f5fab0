//! Memory-mapped font files: a page needs only small parts of files that have many megabytes.
#![allow(unsafe_code)] // Mapping a file is unsafe, since other processes can modify it.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// A file mapped read-only.
pub struct MappedFile(Mmap);

impl MappedFile {
    /// Maps the file at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the map is private and read-only. Another process could still truncate the file while it is in use;
        // font files are installed by replacement, not modified in place, and every program that draws text maps them
        // the same way.
        unsafe { Mmap::map(&file) }.map(Self)
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
