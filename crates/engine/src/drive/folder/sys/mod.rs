//! Folders as the system provides them: [`Dir`] opens, creates, renames and removes entries by name, and never follows a
//! symbolic link.
//!
//! On Unix a [`Dir`] is an open file descriptor, so a path cannot be redirected between two calls. On Windows it is a path
//! whose parts are checked before each use: whoever can create links inside the folder at that moment can redirect it.

#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Dir, is_absent, is_valid_name};
#[cfg(not(unix))]
pub(super) use windows::{Dir, is_absent, is_valid_name};

/// The type of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryType {
    File,
    Folder,
    /// A link, a pipe, a device.
    Other,
}

/// What is known about an entry.
#[derive(Debug, Clone)]
pub(super) struct Metadata {
    pub(super) kind: EntryType,
    /// Bytes of content; 0 for a folder.
    pub(super) size: u64,
    /// Changes with the content, as far as the system tells. Starts with the time of the last change, hexadecimal Unix
    /// time in seconds, and a dot.
    pub(super) version: String,
}
