//! Folders by file descriptor.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{EntryType, Metadata};

/// An open folder.
#[derive(Debug)]
pub(in super::super) struct Dir(OwnedFd);

const OPEN_FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Dir {
    /// Opens the folder at `path`, which may be a link.
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(rustix::fs::open(path, flags, Mode::empty())?))
    }

    pub(in super::super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(rustix::io::dup(&self.0)?))
    }

    pub(in super::super) fn open_folder(&self, name: &[u8]) -> io::Result<Self> {
        Ok(Self(rustix::fs::openat(&self.0, name, OPEN_FOLDER, Mode::empty())?))
    }

    /// Opens a folder, creating it if it is missing.
    pub(in super::super) fn create_folder(&self, name: &[u8]) -> io::Result<Self> {
        match rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(Errno::EXIST) => self.open_folder(name),
            Err(e) => Err(e.into()),
        }
    }

    /// Opens a file for reading.
    pub(in super::super) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        // Without blocking on a pipe that has no writer; the caller accepts regular files only.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::empty())?.into())
    }

    /// Creates a new file for writing.
    pub(in super::super) fn create_file(&self, name: &[u8]) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Renames an entry, replacing a file.
    pub(in super::super) fn rename(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Gives a file a second name; `AlreadyExists` if there is an entry of that name.
    pub(in super::super) fn link(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?)
    }

    pub(in super::super) fn remove_file(&self, name: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    pub(in super::super) fn remove_folder(&self, name: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Makes changes to the folder's entries survive a power cut.
    pub(in super::super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.0)?)
    }

    /// What is known about the folder itself.
    pub(in super::super) fn own_metadata(&self) -> io::Result<Metadata> {
        Ok(metadata(&rustix::fs::fstat(&self.0)?))
    }

    pub(in super::super) fn metadata(&self, name: &[u8]) -> io::Result<Metadata> {
        Ok(metadata(&rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// Calls `each` with the name of every entry.
    pub(in super::super) fn names(&self, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            each(entry?.file_name().to_bytes());
        }
        Ok(())
    }
}

fn metadata(stat: &Stat) -> Metadata {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => EntryType::File,
        FileType::Directory => EntryType::Folder,
        _ => EntryType::Other,
    };
    let size = if kind == EntryType::Folder { 0 } else { stat.st_size.max(0) as u64 };
    let version = format!("{:x}.{:x}-{:x}-{:x}", stat.st_mtime, stat.st_mtime_nsec, stat.st_size, stat.st_ino);
    Metadata { kind, size, version }
}

/// Whether an error means that there is no such entry. A link on the way counts as no entry.
pub(in super::super) fn is_absent(e: &io::Error) -> bool {
    let absent = [Errno::NOENT, Errno::NOTDIR, Errno::LOOP, Errno::NAMETOOLONG, Errno::MLINK, Errno::NXIO];
    Errno::from_io_error(e).is_some_and(|e| absent.contains(&e))
}

/// Whether the system accepts `name`, which is not empty and contains no `/` or NUL.
pub(in super::super) fn is_valid_name(_: &[u8]) -> bool {
    true
}
