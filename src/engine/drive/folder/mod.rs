//! A folder of the local disk as a drive of one space.
//!
//! A file's id is its path below the folder (`path.rs`), its version its time, size and inode. Everything is walked part
//! by part without following links, so that no id leads outside, whatever is moved meanwhile. Names that begin with a
//! dot are not part of the drive. Whoever knows the space's id may do everything: a host that knows users wraps this
//! drive and answers [`Drive::authorize`] itself.
//!
//! - [`list`](FolderDrive::list): a folder as people browse it;
//! - [`upload`](FolderDrive::upload), [`delete`](FolderDrive::delete), [`Drive::copy`]: changes, made aside and moved
//!   into place;
//! - [`watch`](FolderDrive::watch): changes that others make.

mod change;
mod copy;
mod path;
mod scan;
mod watch;

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};

pub use change::Upload;
pub use scan::Entry;
pub use watch::{Change, Watch};

use super::{Access, Action, Drive, DriveError, FileInfo, Verdict};
use crate::engine::caller::Caller;
use crate::engine::id::{FileId, FileRef, SpaceId, Version};
use crate::error::{Error, Result};
use crate::source::Source;

/// The id of the folder itself, as KooDrive has it.
pub const ROOT: &str = "root";

/// A folder of the local disk as a drive of one space.
#[derive(Debug)]
pub struct FolderDrive {
    root: OwnedFd,
    space: SpaceId,
    /// What watchers know, or need not be told.
    known: Mutex<HashMap<FileId, Version>>,
}

impl FolderDrive {
    /// The folder `root` as the space `space`. The folder that is opened now stays the drive, even if it is moved.
    pub fn open(root: impl AsRef<Path>, space: SpaceId) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(root.as_ref(), flags, Mode::empty()).map_err(std::io::Error::from)?;
        Ok(Self { root, space, known: Mutex::default() })
    }

    /// The id of its one space.
    pub fn space(&self) -> &SpaceId {
        &self.space
    }

    /// The file at `path` below the folder, parts separated by `/`; the folder itself for an empty path. It need not
    /// be there. `invalid-argument` for a path that could lead elsewhere.
    pub fn file_at(&self, path: &str) -> Result<FileRef> {
        let parts = path::split(path)?;
        self.named(&path::id(&parts))
    }

    /// The path of a file below the folder, parts separated by `/`; empty for the folder itself.
    pub fn path_of(&self, file: &FileRef) -> std::result::Result<String, DriveError> {
        let parts = self.parts(file)?;
        Ok(parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("/"))
    }

    fn named(&self, id: &str) -> Result<FileRef> {
        Ok(FileRef::new(self.space.clone(), FileId::new(id)?))
    }

    fn parts(&self, file: &FileRef) -> std::result::Result<Vec<path::Part>, DriveError> {
        match file.space == self.space {
            true => path::parts(file.file.as_str()).ok_or_else(|| DriveError::no_such_file("no id of this drive")),
            false => Err(DriveError::no_such_space(file.space.as_str())),
        }
    }

    /// The folder that `parts` leads to.
    fn folder(&self, parts: &[path::Part]) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut folder = rustix::io::dup(&self.root)?;
        for part in parts {
            folder = rustix::fs::openat(&folder, part.as_slice(), flags, Mode::empty())?;
        }
        Ok(folder)
    }

    /// What `file` is, a file or a folder.
    fn look(&self, file: &FileRef) -> std::result::Result<(Vec<path::Part>, Stat), DriveError> {
        let parts = self.parts(file)?;
        let stat = match parts.split_last() {
            None => rustix::fs::fstat(&self.root),
            Some((name, above)) => self
                .folder(above)
                .and_then(|folder| rustix::fs::statat(&folder, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW)),
        };
        Ok((parts, stat.map_err(drive_error)?))
    }

    /// Whether `file` is a folder of this drive.
    pub fn is_folder(&self, file: &FileRef) -> bool {
        self.look(file).is_ok_and(|(_, stat)| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<FileId, Version>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drive for FolderDrive {
    fn stat(&self, file: &FileRef) -> std::result::Result<FileInfo, DriveError> {
        let (parts, stat) = self.look(file)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(info(parts.last().map_or(&[][..], Vec::as_slice), &stat)),
            FileType::Directory => Err(DriveError::unsupported("a folder")),
            _ => Err(DriveError::no_such_file("neither file nor folder")),
        }
    }

    fn open(&self, file: &FileRef) -> std::result::Result<Source, DriveError> {
        let parts = self.parts(file)?;
        let Some((name, above)) = parts.split_last() else { return Err(DriveError::unsupported("a folder")) };
        // Without waiting for whoever writes to a pipe; the source takes regular files alone.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let opened = self
            .folder(above)
            .and_then(|folder| rustix::fs::openat(&folder, name.as_slice(), flags, Mode::empty()))
            .map_err(drive_error)?;
        Source::from_file(opened.into()).map_err(|e| DriveError::unsupported(e.detail()))
    }

    fn authorize(
        &self,
        _: &Caller,
        _: Option<&FileRef>,
        space: &SpaceId,
        _: Action,
    ) -> std::result::Result<Access, DriveError> {
        if *space == self.space { Ok(Access::Allow) } else { Err(DriveError::no_such_space(space.as_str())) }
    }

    /// `cloudreve://my/<path>`, percent-encoded as in any URI.
    fn resolve(&self, uri: &str, _: &Caller) -> std::result::Result<FileRef, DriveError> {
        let path = uri.strip_prefix("cloudreve://my").and_then(path::of_uri);
        let path = path.ok_or_else(|| DriveError::no_such_file("no URI of this drive"))?;
        self.file_at(&path).map_err(|e| DriveError::no_such_file(e.detail()))
    }

    fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        _: &Caller,
        key: &str,
    ) -> std::result::Result<FileRef, DriveError> {
        copy::copy(self, file, folder, key)
    }
}

/// `cloudreve://my/<path>` of a path below the folder.
pub fn uri(path: &str) -> String {
    path::uri(path)
}

fn info(name: &[u8], stat: &Stat) -> FileInfo {
    FileInfo {
        name: String::from_utf8_lossy(name).into_owned(),
        size: stat.st_size.max(0) as u64,
        version: version(stat),
        verdict: Verdict::Clean,
    }
}

/// Changes when the content does, as far as the file system tells: time of the last change in ns, size, inode.
fn version(stat: &Stat) -> Version {
    let text = format!("{:x}.{:x}-{:x}-{:x}", stat.st_mtime, stat.st_mtime_nsec, stat.st_size, stat.st_ino);
    Version::new(text).unwrap_or_else(|_| unreachable!("hexadecimal digits are a version"))
}

fn drive_error(e: rustix::io::Errno) -> DriveError {
    use rustix::io::Errno;
    match e {
        // A link in the way is as good as nothing there.
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG | Errno::MLINK | Errno::NXIO => {
            DriveError::no_such_file(e.to_string())
        }
        Errno::ACCESS | Errno::PERM => DriveError::new(super::DriveErrorKind::Denied, e.to_string()),
        _ => DriveError::unavailable(e.to_string()),
    }
}

fn error(e: rustix::io::Errno) -> Error {
    std::io::Error::from(e).into()
}

#[cfg(test)]
mod tests;
