//! Changes to the folder: written to a temporary file, fsynced, renamed.

use std::fs::File;
use std::io::{self, Write};

use super::path::{self, Part};
use super::sys::{self, Dir, EntryType};
use super::{FolderDrive, drive_error, version};
use crate::model::blob::hex;
use crate::model::drive::DriveError;
use crate::model::id::FileRef;
use crate::random;
use thumbling::{Error, Result};

/// A file being written. Dropping it before [`finish`](Upload::finish) leaves nothing behind.
#[derive(Debug)]
pub struct Upload<'a> {
    drive: &'a FolderDrive,
    name: Part,
    file: FileRef,
    temporary: TemporaryFile,
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.content.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.content.flush()
    }
}

impl Upload<'_> {
    /// Moves the file into place, replacing a file of the same name.
    pub fn finish(self) -> Result<FileRef> {
        self.temporary.rename_to(&self.name)?;
        self.drive.mark_reported(&self.file);
        Ok(self.file)
    }
}

impl FolderDrive {
    /// Starts writing the file at `path`, parts separated by `/`. Missing folders are created. `invalid-argument` for a
    /// path that leads elsewhere, or to a folder.
    pub fn upload(&self, path: &str) -> Result<Upload<'_>> {
        let parts = path::split(path)?;
        let file = self.file_with_id(&path::id(&parts))?;
        let Some((name, parents)) = parts.split_last() else {
            return Err(Error::invalid_argument("the path of the folder itself"));
        };
        if self.is_folder(&file) {
            return Err(Error::invalid_argument("there is a folder of that name"));
        }
        let temporary = TemporaryFile::new(self.create_folders(parents)?)?;
        Ok(Upload { drive: self, name: name.clone(), file, temporary })
    }

    /// Deletes a file, or a folder with everything in it. Returns the files that were deleted.
    pub fn delete(&self, file: &FileRef) -> std::result::Result<Vec<FileRef>, DriveError> {
        let (parts, metadata) = self.metadata(file)?;
        if metadata.kind == EntryType::Other {
            return Err(DriveError::no_such_file("neither a file nor a folder"));
        }
        let Some((name, parents)) = parts.split_last() else {
            return Err(DriveError::unsupported("the root folder cannot be deleted"));
        };
        let mut deleted = Vec::new();
        if metadata.kind == EntryType::Folder {
            for entry in self.list(file)? {
                deleted.extend(self.delete(&entry.file)?);
            }
        } else {
            deleted.push(file.clone());
        }
        let folder = self.folder(parents).map_err(drive_error)?;
        // First, so that a watcher does not report it too.
        self.reported().remove(&file.file);
        let removed = match metadata.kind {
            EntryType::Folder => folder.remove_folder(name),
            EntryType::File | EntryType::Other => folder.remove_file(name),
        };
        removed.map_err(drive_error)?;
        Ok(deleted)
    }

    /// Opens the folder at `parts`, creating what is missing.
    pub(super) fn create_folders(&self, parts: &[Part]) -> Result<Dir> {
        let mut folder = self.root.try_clone()?;
        for part in parts {
            folder = folder.create_folder(part).map_err(|e| match e {
                e if sys::is_absent(&e) => Error::invalid_argument("a file is in the way"),
                e => e.into(),
            })?;
        }
        Ok(folder)
    }

    /// Tells watchers not to report `file` in its current version.
    pub(super) fn mark_reported(&self, file: &FileRef) {
        if let Ok((_, metadata)) = self.metadata(file) {
            self.reported().insert(file.file.clone(), version(&metadata));
        }
    }
}

/// A file under a name that is not part of the drive; removed when dropped, unless it was renamed.
#[derive(Debug)]
pub(super) struct TemporaryFile {
    pub(super) folder: Dir,
    pub(super) name: String,
    pub(super) content: File,
    renamed: std::cell::Cell<bool>,
}

impl TemporaryFile {
    /// Creates a temporary file in `folder`.
    pub(super) fn new(folder: Dir) -> Result<Self> {
        let name = format!(".upload-{}", hex(&random::bytes::<8>()?));
        let content = folder.create_file(name.as_bytes())?;
        Ok(Self { folder, name, content, renamed: false.into() })
    }

    /// Renames the file durably, replacing a file of that name.
    pub(super) fn rename_to(&self, name: &[u8]) -> io::Result<()> {
        self.content.sync_all()?;
        self.folder.rename(self.name.as_bytes(), name)?;
        self.renamed.set(true);
        self.folder.sync()
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.renamed.get() {
            let _ = self.folder.remove_file(self.name.as_bytes());
        }
    }
}
