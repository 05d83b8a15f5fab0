//! Blobs as files of a folder: written aside, fsynced, renamed, and the folder fsynced too; checked when they are read.
//!
//! `object_store`'s local form does not fsync, so the embedded form is our own.

mod format;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::port::blobs::{BlobName, Blobs, Listed, hex};
use crate::error::ErrorKind;
use crate::source::{ReadAt, Source};

/// Blobs up to here are read and checked whole.
const SMALL: u64 = 4 << 20;

/// An error of the blobs' disk.
pub(crate) fn disk(what: &str, path: &Path, e: &io::Error) -> EngineError {
    EngineError::new(ErrorKind::Io, Subject::Store, format!("{what} {}: {e}", path.display()))
}

fn damaged(path: &Path) -> EngineError {
    EngineError::new(ErrorKind::Corrupt, Subject::Store, format!("the blob {} is damaged", path.display()))
}

/// The embedded form of blobs.
pub(crate) struct Folder {
    root: PathBuf,
    /// Where files are written before they are renamed.
    aside: PathBuf,
    /// What tells names aside from those of other processes.
    process: String,
    next: AtomicU64,
}

impl Folder {
    /// Opens the folder, or makes it.
    pub(crate) fn open(root: &Path, process: &[u8]) -> Result<Self> {
        let aside = root.join("new");
        let make = || -> io::Result<()> {
            fs::create_dir_all(&aside)?;
            // The last one is there: so are the others.
            if !root.join("ff").is_dir() {
                (0..=255u8).try_for_each(|n| match fs::create_dir(root.join(hex(&[n]))) {
                    Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                    made => made,
                })?;
                sync_folder(root)?;
            }
            Ok(())
        };
        make().map_err(|e| disk("making", root, &e))?;
        Ok(Self { root: root.to_owned(), aside, process: hex(process), next: AtomicU64::new(0) })
    }

    fn folder_of(&self, name: &BlobName) -> PathBuf {
        self.root.join(hex(&name.0[..1]))
    }

    fn path_of(&self, name: &BlobName) -> PathBuf {
        self.folder_of(name).join(&name.hex()[2..])
    }

    /// A name that no file has.
    fn unused(&self) -> PathBuf {
        self.aside.join(format!("{}-{}", self.process, self.next.fetch_add(1, Ordering::Relaxed)))
    }

    /// A new file, fsynced.
    fn write_aside(&self, content: &[u8]) -> Result<Aside> {
        let aside = Aside(self.unused());
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&aside.0)?;
            let mut whole = Vec::with_capacity(content.len() + 64);
            whole.extend_from_slice(content);
            whole.extend_from_slice(&format::foot(content));
            file.write_all(&whole)?;
            file.sync_all()
        };
        write().map_err(|e| disk("writing", &aside.0, &e))?;
        Ok(aside)
    }

    fn file_of(&self, name: BlobName) -> Result<Option<(File, PathBuf)>> {
        let path = self.path_of(&name);
        match File::open(&path) {
            Ok(file) => Ok(Some((file, path))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(disk("opening", &path, &e)),
        }
    }
}

/// A file that is removed unless it was moved away.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

// Folders cannot be opened there; NTFS logs its renames.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

impl Blobs for Folder {
    fn put(&self, blobs: &[(BlobName, &[u8])]) -> Result<()> {
        // All are written before any is fsynced by its rename's folder: the journal of the file system is flushed less.
        let written = blobs.iter().map(|(_, content)| self.write_aside(content)).collect::<Result<Vec<_>>>()?;
        let mut folders = Vec::new();
        for ((name, _), aside) in blobs.iter().zip(written) {
            let path = self.path_of(name);
            fs::rename(&aside.0, &path).map_err(|e| disk("renaming to", &path, &e))?;
            folders.push(self.folder_of(name));
        }
        folders.sort();
        folders.dedup();
        folders.iter().try_for_each(|folder| sync_folder(folder).map_err(|e| disk("syncing", folder, &e)))
    }

    fn adopt(&self, name: BlobName, path: &Path) -> Result<()> {
        let seal = || -> io::Result<()> {
            let mut file = OpenOptions::new().read(true).append(true).open(path)?;
            file.seek(SeekFrom::Start(0))?;
            let mut end = OpenOptions::new().append(true).open(path)?;
            format::seal(&mut file, &mut end)?;
            file.sync_all()?;
            fs::rename(path, self.path_of(&name))?;
            sync_folder(&self.folder_of(&name))
        };
        seal().map_err(|e| disk("adopting", path, &e))
    }

    fn open(&self, name: BlobName) -> Result<Option<Source>> {
        let Some((file, path)) = self.file_of(name)? else { return Ok(None) };
        let io = |e: io::Error| disk("reading", &path, &e);
        let size = file.metadata().map_err(io)?.len();
        if size <= SMALL {
            return Ok(self.get(name, SMALL)?.map(Source::from_bytes));
        }
        let source =
            Source::from_path(&path).map_err(|e| EngineError::new(ErrorKind::Io, Subject::Store, e.to_string()))?;
        let read = |at, len| source.read_vec(at, len).map_err(|_| damaged(&path));
        let tail = read(size - format::FOOT, format::FOOT)?;
        let foot: [u8; format::FOOT as usize] = tail.try_into().map_err(|_| damaged(&path))?;
        let length = format::content_length(&foot, size).ok_or_else(|| damaged(&path))?;
        let hashes = read(length, size - format::FOOT - length)?;
        let hashes = format::Hashes::new(hashes, length, &foot).ok_or_else(|| damaged(&path))?;
        let checked = Checked { source: source.slice(0, length), hashes, last: Mutex::new((u64::MAX, Vec::new())) };
        Ok(Some(Source::from_read_at(Arc::new(checked), length)))
    }

    fn get(&self, name: BlobName, max: u64) -> Result<Option<Vec<u8>>> {
        let Some((file, path)) = self.file_of(name)? else { return Ok(None) };
        let io = |e: io::Error| disk("reading", &path, &e);
        let size = file.metadata().map_err(io)?.len();
        if size > max.saturating_add(max / format::CHUNK * 16 + 64) {
            return Err(damaged(&path));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.take(size).read_to_end(&mut bytes).map_err(io)?;
        format::content(bytes).map(Some).ok_or_else(|| damaged(&path))
    }

    fn remove(&self, name: BlobName) -> Result<()> {
        let path = self.path_of(&name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(disk("removing", &path, &e)),
            _ => Ok(()),
        }
    }

    fn list(&self, each: &mut dyn FnMut(Listed)) -> Result<()> {
        for n in 0..=255u8 {
            let folder = self.root.join(hex(&[n]));
            let io = |e: io::Error| disk("listing", &folder, &e);
            for entry in fs::read_dir(&folder).map_err(io)? {
                let entry = entry.map_err(io)?;
                let name = entry.file_name();
                let name = name.to_str().and_then(|rest| BlobName::from_hex(&format!("{}{rest}", hex(&[n]))));
                // Gone since it was listed, or none of ours.
                if let (Some(name), Ok(meta)) = (name, entry.metadata()) {
                    let written = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    each(Listed { name, size: meta.len(), written });
                }
            }
        }
        Ok(())
    }

    fn sweep(&self, before: SystemTime) -> Result<u64> {
        let mut swept = 0;
        let entries = fs::read_dir(&self.aside).map_err(|e| disk("listing", &self.aside, &e))?;
        for entry in entries.flatten() {
            let old = entry.metadata().and_then(|meta| meta.modified()).is_ok_and(|written| written < before);
            if old && fs::remove_file(entry.path()).is_ok() {
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// A large blob, checked chunk by chunk as it is read.
struct Checked {
    source: Source,
    hashes: format::Hashes,
    /// The chunk that was read last: readers go forward in small steps.
    last: Mutex<(u64, Vec<u8>)>,
}

impl ReadAt for Checked {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.source.size() || buf.is_empty() {
            return Ok(0);
        }
        let n = offset / format::CHUNK;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != n {
            let length = format::CHUNK.min(self.source.size() - n * format::CHUNK);
            let chunk = self.source.read_vec(n * format::CHUNK, length)?;
            if !self.hashes.match_chunk(n, &chunk) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a chunk of the blob is damaged"));
            }
            *last = (n, chunk);
        }
        let from = (offset % format::CHUNK) as usize;
        let some = buf.len().min(last.1.len() - from);
        buf[..some].copy_from_slice(&last.1[from..from + some]);
        Ok(some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Temp(PathBuf);
    impl Temp {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("thumbling-blobs-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }
    impl Drop for Temp {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn name(n: u8) -> BlobName {
        BlobName([n; 32])
    }

    #[test]
    fn what_is_put_is_got_and_nothing_is_left_aside() {
        let temp = Temp::new("put");
        let blobs = Folder::open(&temp.0, b"p").unwrap();
        blobs.put(&[(name(1), b"one"), (name(2), b"")]).unwrap();
        assert_eq!(blobs.get(name(1), 99).unwrap().unwrap(), b"one");
        assert_eq!(blobs.get(name(2), 99).unwrap().unwrap(), b"");
        assert_eq!(blobs.get(name(3), 99).unwrap(), None);
        assert_eq!(fs::read_dir(&blobs.aside).unwrap().count(), 0);
        let mut listed = 0;
        blobs.list(&mut |_| listed += 1).unwrap();
        assert_eq!(listed, 2);
    }

    #[test]
    fn a_damaged_blob_is_never_given_out() {
        let temp = Temp::new("damaged");
        let blobs = Folder::open(&temp.0, b"p").unwrap();
        blobs.put(&[(name(1), b"content")]).unwrap();
        let path = blobs.path_of(&name(1));
        let mut bytes = fs::read(&path).unwrap();
        bytes[3] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(blobs.get(name(1), 99).unwrap_err().kind(), ErrorKind::Corrupt);
        fs::write(&path, &bytes[..5]).unwrap();
        assert_eq!(blobs.open(name(1)).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn a_large_blob_is_read_by_range_and_checked_chunk_by_chunk() {
        let temp = Temp::new("large");
        let blobs = Folder::open(&temp.0, b"p").unwrap();
        let content: Vec<u8> = (0..6_000_000u32).map(|i| (i % 253) as u8).collect();
        let part = blobs.unused();
        fs::write(&part, &content).unwrap();
        blobs.adopt(name(7), &part).unwrap();
        let source = blobs.open(name(7)).unwrap().unwrap();
        assert_eq!(source.size(), content.len() as u64);
        assert_eq!(source.read_vec(1_048_000, 2000).unwrap(), content[1_048_000..1_050_000]);
        let path = blobs.path_of(&name(7));
        let mut bytes = fs::read(&path).unwrap();
        bytes[5_500_000] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let source = blobs.open(name(7)).unwrap().unwrap();
        assert!(source.read_vec(0, 1000).is_ok());
        assert!(source.read_vec(5_400_000, 1000).is_err());
    }
}
