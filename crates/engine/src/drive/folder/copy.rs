//! Copies that are created once per key, however often they are requested.
//!
//! The target of each key is recorded in a file `.copies/<hash of the key>` before the copy appears. The copy appears by a
//! hard link, which fails if the name is taken, so nothing is ever overwritten.

use std::io;

use sha2::{Digest, Sha256};

use super::change::TemporaryFile;
use super::path::{self, Part};
use super::sys::Dir;
use super::{FolderDrive, drive_error};
use crate::drive::{CallContext, Drive};
use crate::model::blob::hex;
use crate::model::drive::DriveError;
use crate::model::id::FileRef;
use thumbling::{Error, Result as CoreResult};

/// The folder of recorded copies. Its dot makes it no part of the drive.
const COPIES: &str = ".copies";

impl FolderDrive {
    /// The copy of `file` in `folder` for `key`.
    pub(super) fn copy_once(
        &self,
        file: &FileRef,
        folder: &FileRef,
        key: &str,
        call: &CallContext,
    ) -> Result<FileRef, DriveError> {
        let parents = self.parts(folder)?;
        let target = self.folder(&parents).map_err(drive_error)?;
        let copies = self.create_folders(&[COPIES.into()]).map_err(unavailable)?;
        let record = hex(&Sha256::digest(key));
        if let Some(copy) = read_record(self, &copies, &record) {
            return Ok(copy);
        }
        let info = self.stat(file, call)?;
        let source = self.open(file, call)?;
        let mut temporary = TemporaryFile::new(target).map_err(unavailable)?;
        io::copy(&mut source.reader(1 << 18), &mut temporary.content)
            .and_then(|_| temporary.content.sync_all())
            .map_err(unavailable)?;
        for n in 1..=10_000 {
            let name = numbered(info.name.as_bytes(), n);
            let parts: Vec<Part> = parents.iter().cloned().chain([name.clone()]).collect();
            let copy = self.file_with_id(&path::id(&parts)).map_err(unavailable)?;
            if self.metadata(&copy).is_ok() {
                continue;
            }
            write_record(&copies, &record, copy.file.as_str()).map_err(unavailable)?;
            match temporary.folder.link(temporary.name.as_bytes(), &name) {
                Ok(()) => {
                    temporary.folder.sync().map_err(drive_error)?;
                    self.mark_reported(&copy);
                    return Ok(copy);
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(drive_error(e)),
            }
        }
        Err(DriveError::unavailable("every name is taken"))
    }
}

/// `photo.png`, `photo (2).png`, `photo (3).png`, …
fn numbered(name: &[u8], n: u32) -> Part {
    if n == 1 {
        return name.to_vec();
    }
    let dot = name.iter().rposition(|&b| b == b'.').filter(|&at| at > 0).unwrap_or(name.len());
    let (stem, extension) = name.split_at(dot);
    let number = format!(" ({n})");
    let room = path::MAX_NAME.saturating_sub(number.len() + extension.len()).min(stem.len());
    [&stem[..room], number.as_bytes(), extension].concat()
}

/// The recorded copy, if it exists.
fn read_record(drive: &FolderDrive, copies: &Dir, record: &str) -> Option<FileRef> {
    let opened = copies.open_file(record.as_bytes()).ok()?;
    let id = io::read_to_string(opened).ok()?;
    let copy = drive.file_with_id(&id).ok()?;
    drive.metadata(&copy).ok().map(|_| copy)
}

fn write_record(copies: &Dir, record: &str, id: &str) -> CoreResult<()> {
    let mut temporary = TemporaryFile::new(copies.try_clone()?)?;
    io::Write::write_all(&mut temporary.content, id.as_bytes()).map_err(Error::from)?;
    Ok(temporary.rename_to(record.as_bytes())?)
}

fn unavailable(e: impl std::error::Error + Send + Sync + 'static) -> DriveError {
    DriveError::unavailable(e.to_string()).caused_by(e)
}
