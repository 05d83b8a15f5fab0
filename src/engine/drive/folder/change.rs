//! Changes to the folder: written aside, made durable, moved into place.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::path::{self, Part};
use super::{FolderDrive, error, version};
use crate::engine::drive::DriveError;
use crate::engine::id::FileRef;
use crate::error::{Error, ErrorKind, Result};

/// A file that is being written. Dropped before [`finish`](Upload::finish), it was never there.
#[derive(Debug)]
pub struct Upload<'a> {
    drive: &'a FolderDrive,
    folder: OwnedFd,
    name: Part,
    file: FileRef,
    aside: Aside,
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.aside.content.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.aside.content.flush()
    }
}

impl Upload<'_> {
    /// Puts the file where it belongs, in place of one that was there.
    pub fn finish(mut self) -> Result<FileRef> {
        self.aside.content.sync_all()?;
        rustix::fs::renameat(&self.folder, self.aside.name.as_str(), &self.folder, self.name.as_slice())
            .map_err(error)?;
        self.aside.moved = true;
        rustix::fs::fsync(&self.folder).map_err(error)?;
        self.drive.tell_nobody(&self.file);
        Ok(self.file.clone())
    }
}

impl FolderDrive {
    /// Begins to write the file at `path`, parts separated by `/`; folders on the way are made. `invalid-argument` for
    /// a path that leads elsewhere, or to a folder.
    pub fn upload(&self, path: &str) -> Result<Upload<'_>> {
        let parts = path::split(path)?;
        let file = self.named(&path::id(&parts))?;
        let Some((name, above)) = parts.split_last() else {
            return Err(Error::invalid_argument("the folder itself is no file"));
        };
        if self.is_folder(&file) {
            return Err(Error::invalid_argument("there is a folder of that name"));
        }
        let folder = self.make_folders(above)?;
        let aside = Aside::new(&folder)?;
        Ok(Upload { drive: self, folder, name: name.clone(), file, aside })
    }

    /// Removes a file, or a folder with all that is in it.
    pub fn delete(&self, file: &FileRef) -> std::result::Result<Vec<FileRef>, DriveError> {
        let (parts, stat) = self.look(file)?;
        let is_folder = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => false,
            FileType::Directory => true,
            _ => return Err(DriveError::no_such_file("neither file nor folder")),
        };
        let Some((name, above)) = parts.split_last() else {
            return Err(DriveError::unsupported("the drive's own folder"));
        };
        let mut gone = Vec::new();
        if is_folder {
            for entry in self.list(file)? {
                gone.extend(self.delete(&entry.file)?);
            }
        } else {
            gone.push(file.clone());
        }
        let folder = self.folder(above).map_err(super::drive_error)?;
        let flags = if is_folder { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        // First, so that a watcher does not report it too.
        self.known().remove(&file.file);
        rustix::fs::unlinkat(&folder, name.as_slice(), flags).map_err(super::drive_error)?;
        Ok(gone)
    }

    /// The folder that `parts` leads to, made as far as it is not there.
    pub(super) fn make_folders(&self, parts: &[Part]) -> Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut folder = rustix::io::dup(&self.root).map_err(error)?;
        for part in parts {
            match rustix::fs::mkdirat(&folder, part.as_slice(), Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(e) => return Err(error(e)),
            }
            folder = match rustix::fs::openat(&folder, part.as_slice(), flags, Mode::empty()) {
                Ok(folder) => folder,
                Err(Errno::NOTDIR | Errno::LOOP) => return Err(Error::invalid_argument("a file is in the way")),
                Err(e) => return Err(error(e)),
            };
        }
        Ok(folder)
    }

    /// A watcher need not report `file` as it is now.
    pub(super) fn tell_nobody(&self, file: &FileRef) {
        if let Ok((_, stat)) = self.look(file) {
            self.known().insert(file.file.clone(), version(&stat));
        }
    }
}

/// A file under a name that is not part of the drive, until it is moved.
#[derive(Debug)]
pub(super) struct Aside {
    folder: OwnedFd,
    pub(super) name: String,
    pub(super) content: File,
    pub(super) moved: bool,
}

impl Aside {
    pub(super) fn new(folder: &OwnedFd) -> Result<Self> {
        let mut unique = [0; 8];
        getrandom::fill(&mut unique).map_err(|e| Error::new(ErrorKind::Io, format!("no randomness: {e}")))?;
        let name = format!(".upload-{:016x}", u64::from_ne_bytes(unique));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(folder, &name, flags, Mode::from_raw_mode(0o666)).map_err(error)?;
        let folder = rustix::io::dup(folder).map_err(error)?;
        Ok(Self { folder, name, content: opened.into(), moved: false })
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.moved {
            let _ = rustix::fs::unlinkat(&self.folder, self.name.as_str(), AtFlags::empty());
        }
    }
}
