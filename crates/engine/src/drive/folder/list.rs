//! Listing and walking folders.

use super::path::{self, Part};
use super::sys::{Dir, EntryType};
use super::{FileInfo, FolderDrive, drive_error, info};
use crate::model::drive::{DriveError, DriveErrorKind};
use crate::model::id::FileRef;

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file or folder.
    pub file: FileRef,
    /// Its path below the drive's folder, for people; parts separated by `/`.
    pub path: String,
    /// Name, size and version. The size of a folder is 0.
    pub info: FileInfo,
    /// File or folder.
    pub kind: EntryKind,
}

impl Entry {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.kind == EntryKind::Folder
    }
}

/// The type of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
}

/// Whether to continue a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Continue.
    Continue,
    /// Stop.
    Stop,
}

impl FolderDrive {
    /// The entries of `folder`: folders first, each sorted by name. Links and special files are skipped, as are names too
    /// long to have an id.
    pub fn list(&self, folder: &FileRef) -> Result<Vec<Entry>, DriveError> {
        let parents = self.parts(folder)?;
        let opened = self.folder(&parents).map_err(drive_error)?;
        let mut entries = self.entries(&parents, &opened)?;
        entries.sort_by_cached_key(|entry| (entry.kind, entry.info.name.to_lowercase(), entry.info.name.clone()));
        Ok(entries)
    }

    /// The entries of the open folder at `parents`, in no particular order.
    fn entries(&self, parents: &[Part], opened: &Dir) -> Result<Vec<Entry>, DriveError> {
        let mut names: Vec<Part> = Vec::new();
        opened.names(&mut |name| names.push(name.to_vec())).map_err(drive_error)?;
        let mut entries = Vec::new();
        let mut parts = parents.to_vec();
        for name in names.into_iter().filter(|name| path::is_part(name)) {
            // Skips what was removed meanwhile.
            let Ok(metadata) = opened.metadata(&name) else { continue };
            let kind = match metadata.kind {
                EntryType::File => EntryKind::File,
                EntryType::Folder => EntryKind::Folder,
                EntryType::Other => continue,
            };
            let info = info(&name, &metadata);
            parts.push(name);
            if let Ok(file) = self.file_with_id(&path::id(&parts)) {
                let path = parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("/");
                entries.push(Entry { file, path, info, kind });
            }
            parts.pop();
        }
        Ok(entries)
    }

    /// Calls `each` with every file below `folder` until it returns [`Walk::Stop`]. Subfolders that cannot be read are
    /// skipped.
    pub fn walk(&self, folder: &FileRef, each: &mut dyn FnMut(&Entry) -> Walk) -> Result<(), DriveError> {
        let mut remaining = vec![self.parts(folder)?];
        while let Some(parents) = remaining.pop() {
            let opened = self.folder(&parents).map_err(drive_error);
            let entries = match opened.and_then(|opened| self.entries(&parents, &opened)) {
                Ok(entries) => entries,
                // The root folder must be readable, or everything would look deleted.
                Err(e) if parents.is_empty() && e.kind != DriveErrorKind::Denied => return Err(e),
                Err(_) => continue,
            };
            for entry in entries {
                if entry.is_folder() {
                    remaining.extend(self.parts(&entry.file).ok());
                } else if each(&entry) == Walk::Stop {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
