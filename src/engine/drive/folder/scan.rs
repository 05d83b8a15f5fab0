//! What is in a folder.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Dir, FileType};

use super::path::{self, Part};
use super::{FileInfo, FolderDrive, info};
use crate::engine::drive::{DriveError, DriveErrorKind};
use crate::engine::id::FileRef;

/// A file or folder of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub file: FileRef,
    /// Its path below the drive's folder, for people; parts separated by `/`.
    pub path: String,
    /// Name, size and version; a folder has the size 0.
    pub info: FileInfo,
    /// Whether it is a folder.
    pub folder: bool,
}

impl FolderDrive {
    /// What is in `folder`: folders first, each by name. Links, and what is neither file nor folder, are left out, and so
    /// are names so long that they make no id.
    pub fn list(&self, folder: &FileRef) -> Result<Vec<Entry>, DriveError> {
        let above = self.parts(folder)?;
        let opened = self.folder(&above).map_err(super::drive_error)?;
        let mut entries = self.entries(&above, &opened)?;
        entries.sort_by_cached_key(|entry| (!entry.folder, entry.info.name.to_lowercase(), entry.info.name.clone()));
        Ok(entries)
    }

    /// What is in the opened folder `above`, in no order.
    fn entries(&self, above: &[Part], opened: &OwnedFd) -> Result<Vec<Entry>, DriveError> {
        let mut entries = Vec::new();
        let mut parts = above.to_vec();
        for found in Dir::read_from(opened).map_err(super::drive_error)? {
            let found = found.map_err(super::drive_error)?;
            let name = found.file_name().to_bytes();
            if !path::belongs(name) {
                continue;
            }
            // Gone since it was listed: as if it had not been there.
            let Ok(stat) = rustix::fs::statat(opened, found.file_name(), AtFlags::SYMLINK_NOFOLLOW) else { continue };
            let folder = match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => false,
                FileType::Directory => true,
                _ => continue,
            };
            parts.push(name.to_vec());
            if let Ok(file) = self.named(&path::id(&parts)) {
                let path = parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("/");
                let mut info = info(name, &stat);
                if folder {
                    info.size = 0;
                }
                entries.push(Entry { file, path, info, folder });
            }
            parts.pop();
        }
        Ok(entries)
    }

    /// Calls `each` with every file below `folder`, until it says that it has seen enough. Folders that cannot be read
    /// are passed over.
    pub fn walk(&self, folder: &FileRef, each: &mut dyn FnMut(&Entry) -> Walk) -> Result<(), DriveError> {
        let mut left = vec![self.parts(folder)?];
        while let Some(above) = left.pop() {
            let entries = self.folder(&above).map_err(super::drive_error).and_then(|fd| self.entries(&above, &fd));
            let entries = match entries {
                Ok(entries) => entries,
                // The drive itself has to be there.
                Err(e) if above.is_empty() && e.kind != DriveErrorKind::Denied => return Err(e),
                Err(_) => continue,
            };
            for entry in entries {
                if entry.folder {
                    left.extend(self.parts(&entry.file).ok());
                } else if each(&entry) == Walk::Stop {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// More.
    On,
    /// Enough.
    Stop,
}
