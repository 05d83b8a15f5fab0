//! Copies that are made once, however often they are asked for.
//!
//! What a key was copied to stands in a small file `.copies/<hash of the key>`, written before the copy appears. A copy
//! appears by a link, which fails where something is: nothing is ever overwritten.

use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use super::change::Aside;
use super::path::{self, Part};
use super::{FolderDrive, drive_error};
use crate::engine::drive::{Drive, DriveError};
use crate::engine::id::FileRef;
use crate::error::Error;

const COPIES: &str = ".copies";

/// The copy of `file` in `folder` that `key` stands for.
pub(super) fn copy(drive: &FolderDrive, file: &FileRef, folder: &FileRef, key: &str) -> Result<FileRef, DriveError> {
    let above = drive.parts(folder)?;
    let target = drive.folder(&above).map_err(drive_error)?;
    let notes = drive.make_folders(&[COPIES.into()]).map_err(failed)?;
    let note: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(made) = read_note(drive, &notes, &note) {
        return Ok(made);
    }
    let info = drive.stat(file)?;
    let source = drive.open(file)?;
    let mut aside = Aside::new(&target).map_err(failed)?;
    io::copy(&mut source.reader(1 << 18), &mut aside.content)
        .and_then(|_| aside.content.sync_all())
        .map_err(io_failed)?;
    for n in 1..=10_000 {
        let name = numbered(info.name.as_bytes(), n);
        let parts: Vec<Part> = above.iter().cloned().chain([name.clone()]).collect();
        let copied = drive.named(&path::id(&parts)).map_err(failed)?;
        if drive.look(&copied).is_ok() {
            continue;
        }
        write_note(&notes, &note, copied.file.as_str()).map_err(failed)?;
        match rustix::fs::linkat(&target, aside.name.as_str(), &target, name.as_slice(), AtFlags::empty()) {
            Ok(()) => {
                rustix::fs::fsync(&target).map_err(drive_error)?;
                drive.tell_nobody(&copied);
                return Ok(copied);
            }
            Err(Errno::EXIST) => {}
            Err(e) => return Err(drive_error(e)),
        }
    }
    Err(DriveError::unavailable("every name is taken"))
}

/// `photo.png`, `photo (2).png`, `photo (3).png`, …
fn numbered(name: &[u8], n: u32) -> Part {
    if n == 1 {
        return name.to_vec();
    }
    let dot = name.iter().rposition(|&b| b == b'.').filter(|&at| at > 0).unwrap_or(name.len());
    let (stem, extension) = name.split_at(dot);
    let number = format!(" ({n})");
    let room = 255usize.saturating_sub(number.len() + extension.len()).min(stem.len());
    [&stem[..room], number.as_bytes(), extension].concat()
}

fn read_note(drive: &FolderDrive, notes: &OwnedFd, note: &str) -> Option<FileRef> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = rustix::fs::openat(notes, note, flags, Mode::empty()).ok()?;
    let id = io::read_to_string(std::fs::File::from(opened)).ok()?;
    let made = drive.named(&id).ok()?;
    drive.look(&made).ok().map(|_| made)
}

fn write_note(notes: &OwnedFd, note: &str, id: &str) -> Result<(), Error> {
    let mut aside = Aside::new(notes)?;
    io::Write::write_all(&mut aside.content, id.as_bytes())?;
    aside.content.sync_all()?;
    rustix::fs::renameat(notes, aside.name.as_str(), notes, note).map_err(super::error)?;
    aside.moved = true;
    rustix::fs::fsync(notes).map_err(super::error)
}

fn failed(e: Error) -> DriveError {
    DriveError::unavailable(e.to_string())
}

fn io_failed(e: io::Error) -> DriveError {
    DriveError::unavailable(e.to_string())
}
