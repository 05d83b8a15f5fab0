//! Files mapped into memory: fonts of the system, of which one page needs a few pages of many megabytes.
#![allow(unsafe_code)] // A map of a file is a promise about other processes.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// The content of a file, mapped read-only.
pub struct Mapped(Mmap);

impl Mapped {
    /// Maps the file at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the map is private and read-only. What a map cannot rule out is another process that truncates the
        // file while it is in use; fonts are installed by replacing files, never by writing into them, and every
        // program that draws text maps them the same way.
        unsafe { Mmap::map(&file) }.map(Self)
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
