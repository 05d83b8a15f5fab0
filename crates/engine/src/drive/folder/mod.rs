//! A folder of the local disk as a drive with one space.
//!
//! The id of a file is its path below the folder (`path.rs`); its version is made of its modification time, size and
//! inode. Paths are walked part by part without following links, so no id leads outside the folder. Names that start with
//! a dot are not part of the drive. Everyone who knows the space's id may do everything: hosts with users wrap this drive
//! and implement [`Drive::authorize`] themselves.
//!
//! - [`list`](FolderDrive::list): the entries of a folder, for browsing;
//! - [`upload`](FolderDrive::upload), [`delete`](FolderDrive::delete), [`Drive::copy`]: changes, written to temporary
//!   files and renamed;
//! - [`watch`](FolderDrive::watch): changes made by others.

mod change;
mod copy;
mod list;
mod path;
mod sys;
mod watch;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use change::Upload;
pub use list::{Entry, EntryKind, Walk};
pub use path::ROOT;
pub use watch::{Change, Watcher};

use super::{Access, Action, CallContext, Drive, DriveError, DriveErrorKind, FileInfo, Verdict};
use crate::model::caller::Caller;
use crate::model::id::{FileId, FileRef, SpaceId, Version};
use crate::wire::cloudreve;
use path::Part;
use sys::{Dir, EntryType, Metadata};
use thumbling::Result;
use thumbling::Source;

/// A folder of the local disk as a drive with one space.
#[derive(Debug)]
pub struct FolderDrive {
    root: Dir,
    space: SpaceId,
    /// Versions that watchers have reported, or need not report.
    reported: Mutex<HashMap<FileId, Version>>,
}

impl FolderDrive {
    /// Opens the folder `root` as the space `space`. On Unix the drive follows the folder if it is moved.
    pub fn open(root: impl AsRef<Path>, space: SpaceId) -> Result<Self> {
        Ok(Self { root: Dir::open(root.as_ref())?, space, reported: Mutex::default() })
    }

    /// The id of its one space.
    pub fn space(&self) -> &SpaceId {
        &self.space
    }

    /// The file at `path` below the folder, parts separated by `/`; the folder itself for an empty path. It need not
    /// exist. `invalid-argument` for a path that could lead elsewhere.
    pub fn file_at(&self, path: &str) -> Result<FileRef> {
        let parts = path::split(path)?;
        self.file_with_id(&path::id(&parts))
    }

    /// The path of a file below the folder, parts separated by `/`; empty for the folder itself.
    pub fn path_of(&self, file: &FileRef) -> std::result::Result<String, DriveError> {
        let parts = self.parts(file)?;
        Ok(parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("/"))
    }

    fn file_with_id(&self, id: &str) -> Result<FileRef> {
        Ok(FileRef::new(self.space.clone(), FileId::new(id)?))
    }

    fn parts(&self, file: &FileRef) -> std::result::Result<Vec<Part>, DriveError> {
        if file.space != self.space {
            return Err(DriveError::no_such_space(file.space.as_str()));
        }
        path::parts(file.file.as_str()).ok_or_else(|| DriveError::no_such_file("not an id of this drive"))
    }

    /// Opens the folder at `parts`.
    fn folder(&self, parts: &[Part]) -> io::Result<Dir> {
        parts.iter().try_fold(self.root.try_clone()?, |folder, part| folder.open_folder(part))
    }

    /// The parts and the metadata of a file or folder.
    fn metadata(&self, file: &FileRef) -> std::result::Result<(Vec<Part>, Metadata), DriveError> {
        let parts = self.parts(file)?;
        let metadata = match parts.split_last() {
            None => self.root.own_metadata(),
            Some((name, parents)) => self.folder(parents).and_then(|folder| folder.metadata(name)),
        };
        Ok((parts, metadata.map_err(drive_error)?))
    }

    /// Whether `file` is a folder of this drive.
    pub fn is_folder(&self, file: &FileRef) -> bool {
        self.metadata(file).is_ok_and(|(_, metadata)| metadata.kind == EntryType::Folder)
    }

    fn reported(&self) -> MutexGuard<'_, HashMap<FileId, Version>> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drive for FolderDrive {
    fn stat(&self, file: &FileRef, _: &CallContext) -> std::result::Result<FileInfo, DriveError> {
        let (parts, metadata) = self.metadata(file)?;
        match metadata.kind {
            EntryType::File => Ok(info(parts.last().map_or(&[][..], Vec::as_slice), &metadata)),
            EntryType::Folder => Err(DriveError::unsupported("a folder")),
            EntryType::Other => Err(DriveError::no_such_file("neither a file nor a folder")),
        }
    }

    fn open(&self, file: &FileRef, _: &CallContext) -> std::result::Result<Source, DriveError> {
        let parts = self.parts(file)?;
        let Some((name, parents)) = parts.split_last() else { return Err(DriveError::unsupported("a folder")) };
        let opened = self.folder(parents).and_then(|folder| folder.open_file(name)).map_err(drive_error)?;
        Source::from_file(opened).map_err(|e| DriveError::unsupported(e.detail()).caused_by(e))
    }

    fn authorize(
        &self,
        _: &Caller,
        _: Option<&FileRef>,
        space: &SpaceId,
        _: Action,
        _: &CallContext,
    ) -> std::result::Result<Access, DriveError> {
        if *space == self.space { Ok(Access::Allow) } else { Err(DriveError::no_such_space(space.as_str())) }
    }

    /// Resolves the URIs of [`cloudreve::uri`].
    fn resolve(&self, uri: &str, _: &Caller, _: &CallContext) -> std::result::Result<FileRef, DriveError> {
        let path = cloudreve::path(uri).ok_or_else(|| DriveError::no_such_file("not a URI of this drive"))?;
        self.file_at(&path).map_err(|e| DriveError::no_such_file(e.detail()).caused_by(e))
    }

    fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        _: &Caller,
        key: &str,
        call: &CallContext,
    ) -> std::result::Result<FileRef, DriveError> {
        self.copy_once(file, folder, key, call)
    }
}

fn info(name: &[u8], metadata: &Metadata) -> FileInfo {
    FileInfo {
        name: String::from_utf8_lossy(name).into_owned(),
        size: metadata.size,
        version: version(metadata),
        verdict: Verdict::Clean,
    }
}

fn version(metadata: &Metadata) -> Version {
    Version::new(&metadata.version).unwrap_or_else(|_| unreachable!("hexadecimal digits are a valid version"))
}

fn drive_error(e: io::Error) -> DriveError {
    let kind = match e.kind() {
        _ if sys::is_absent(&e) => DriveErrorKind::NoSuchFile,
        io::ErrorKind::PermissionDenied => DriveErrorKind::Denied,
        _ => DriveErrorKind::Unavailable,
    };
    DriveError::new(kind, e.to_string()).caused_by(e)
}

#[cfg(test)]
mod tests;
