//! Folders by path.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{EntryType, Metadata};
use crate::fs::sync_folder;

/// A folder.
#[derive(Debug)]
pub(in super::super) struct Dir(PathBuf);

impl Dir {
    /// Opens the folder at `path`, which may be a link.
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        if !path.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(path))
    }

    pub(in super::super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.clone()))
    }

    pub(in super::super) fn open_folder(&self, name: &[u8]) -> io::Result<Self> {
        match self.metadata(name)?.kind {
            EntryType::Folder => Ok(Self(self.path(name)?)),
            EntryType::File | EntryType::Other => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens a folder, creating it if it is missing.
    pub(in super::super) fn create_folder(&self, name: &[u8]) -> io::Result<Self> {
        match fs::create_dir(self.path(name)?) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
            _ => self.open_folder(name),
        }
    }

    /// Opens a file for reading.
    pub(in super::super) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        match self.metadata(name)?.kind {
            EntryType::Other => Err(io::ErrorKind::NotFound.into()),
            EntryType::File | EntryType::Folder => File::open(self.path(name)?),
        }
    }

    /// Creates a new file for writing.
    pub(in super::super) fn create_file(&self, name: &[u8]) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.path(name)?)
    }

    /// Renames an entry, replacing a file.
    pub(in super::super) fn rename(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        fs::rename(self.path(from)?, self.path(to)?)
    }

    /// Gives a file a second name; `AlreadyExists` if there is an entry of that name.
    pub(in super::super) fn link(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        fs::hard_link(self.path(from)?, self.path(to)?)
    }

    pub(in super::super) fn remove_file(&self, name: &[u8]) -> io::Result<()> {
        fs::remove_file(self.path(name)?)
    }

    pub(in super::super) fn remove_folder(&self, name: &[u8]) -> io::Result<()> {
        fs::remove_dir(self.path(name)?)
    }

    /// Makes changes to the folder's entries survive a power cut.
    pub(in super::super) fn sync(&self) -> io::Result<()> {
        sync_folder(&self.0)
    }

    /// What is known about the folder itself.
    pub(in super::super) fn own_metadata(&self) -> io::Result<Metadata> {
        fs::symlink_metadata(&self.0).map(|meta| metadata(&meta))
    }

    pub(in super::super) fn metadata(&self, name: &[u8]) -> io::Result<Metadata> {
        fs::symlink_metadata(self.path(name)?).map(|meta| metadata(&meta))
    }

    /// Calls `each` with the name of every entry. Names that are not Unicode are skipped.
    pub(in super::super) fn names(&self, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            if let Some(name) = entry?.file_name().to_str() {
                each(name.as_bytes());
            }
        }
        Ok(())
    }

    fn path(&self, name: &[u8]) -> io::Result<PathBuf> {
        let name = std::str::from_utf8(name).map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
        if !is_valid_name(name.as_bytes()) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(self.0.join(name))
    }
}

fn metadata(meta: &fs::Metadata) -> Metadata {
    let kind = match meta.file_type() {
        t if t.is_file() => EntryType::File,
        t if t.is_dir() => EntryType::Folder,
        _ => EntryType::Other,
    };
    let size = if kind == EntryType::Folder { 0 } else { meta.len() };
    let unix = |time: io::Result<std::time::SystemTime>| {
        time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default()
    };
    let (modified, created) = (unix(meta.modified()), unix(meta.created()));
    // The creation time takes the place of the inode, which tells a replaced file from the old one.
    let version =
        format!("{:x}.{:x}-{:x}-{:x}", modified.as_secs(), modified.subsec_nanos(), meta.len(), created.as_nanos());
    Metadata { kind, size, version }
}

/// Whether an error means that there is no such entry. A link on the way counts as no entry.
pub(in super::super) fn is_absent(e: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(e.kind(), NotFound | NotADirectory | InvalidFilename | InvalidInput)
}

/// Whether Windows accepts `name` as the name of one ordinary file.
pub(in super::super) fn is_valid_name(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let is_reserved = |c: char| c.is_control() || "\\/:*?\"<>|".contains(c);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_numbered = |prefix: &str| stem.strip_prefix(prefix).is_some_and(|rest| rest.chars().count() == 1);
    let is_device =
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&&*stem) || is_numbered("COM") || is_numbered("LPT");
    !name.contains(is_reserved) && !name.ends_with(['.', ' ']) && !is_device
}
