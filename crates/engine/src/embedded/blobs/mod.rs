//! Blobs as files in a folder: written to a temporary file, fsynced, renamed, and the folder fsynced; verified on read.
//!
//! The local store of `object_store` does not fsync, hence this one.

mod format;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::fs::sync_folder;
use crate::model::blob::{BlobEntry, BlobName, hex};
use crate::model::error::{EngineError, Result, Subject};
use crate::port::blobs::Blobs;
use crate::random;
use thumbling::ErrorKind;
use thumbling::{ReadAt, Source};

/// Blobs up to this size are read and verified whole.
const SMALL: u64 = 4 << 20;

fn damaged(path: &Path) -> EngineError {
    EngineError::new(ErrorKind::Corrupt, Subject::Store, format!("the blob {} is damaged", path.display()))
}

/// A folder of blobs.
pub(super) struct Folder {
    root: PathBuf,
    /// Where files are written before they are renamed.
    temporary: PathBuf,
    /// Distinguishes temporary files of this instance from those of others.
    prefix: String,
    next: AtomicU64,
}

impl Folder {
    /// Opens the folder, creating it if it is missing.
    pub(super) fn open(root: &Path) -> Result<Self> {
        let prefix = random::bytes::<16>()?;
        let temporary = root.join("new");
        let create = || -> io::Result<()> {
            fs::create_dir_all(&temporary)?;
            // They are created in order: if the last one exists, so do the others.
            if !root.join("ff").is_dir() {
                (0..=255u8).try_for_each(|n| match fs::create_dir(root.join(hex(&[n]))) {
                    Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                    result => result,
                })?;
                sync_folder(root)?;
            }
            Ok(())
        };
        create().map_err(|e| EngineError::disk("creating", root, e))?;
        Ok(Self { root: root.to_owned(), temporary, prefix: hex(&prefix), next: AtomicU64::new(0) })
    }

    fn folder_of(&self, name: &BlobName) -> PathBuf {
        self.root.join(hex(&name.0[..1]))
    }

    fn path_of(&self, name: &BlobName) -> PathBuf {
        self.folder_of(name).join(&name.hex()[2..])
    }

    /// A temporary path that no file has.
    fn temporary_path(&self) -> PathBuf {
        self.temporary.join(format!("{}-{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed)))
    }

    /// A new temporary file, fsynced.
    fn write_temporary(&self, content: &[u8]) -> Result<TemporaryFile> {
        let file = TemporaryFile(self.temporary_path());
        let write = || -> io::Result<()> {
            let mut new = OpenOptions::new().write(true).create_new(true).open(&file.0)?;
            let mut whole = Vec::with_capacity(content.len() + 64);
            whole.extend_from_slice(content);
            whole.extend_from_slice(&format::trailer(content));
            new.write_all(&whole)?;
            new.sync_all()
        };
        write().map_err(|e| EngineError::disk("writing", &file.0, e))?;
        Ok(file)
    }

    fn file_of(&self, name: BlobName) -> Result<Option<(File, PathBuf)>> {
        let path = self.path_of(&name);
        match File::open(&path) {
            Ok(file) => Ok(Some((file, path))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(EngineError::disk("opening", &path, e)),
        }
    }
}

/// Removes the file when dropped, unless it was renamed.
struct TemporaryFile(PathBuf);

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Blobs for Folder {
    fn put(&self, blobs: &[(BlobName, &[u8])]) -> Result<()> {
        // All files are written before any folder is fsynced, which flushes the file system's journal less often.
        let written = blobs.iter().map(|(_, content)| self.write_temporary(content)).collect::<Result<Vec<_>>>()?;
        let mut folders = Vec::new();
        for ((name, _), file) in blobs.iter().zip(written) {
            let path = self.path_of(name);
            fs::rename(&file.0, &path).map_err(|e| EngineError::disk("renaming to", &path, e))?;
            folders.push(self.folder_of(name));
        }
        folders.sort();
        folders.dedup();
        folders.iter().try_for_each(|folder| sync_folder(folder).map_err(|e| EngineError::disk("syncing", folder, e)))
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
        seal().map_err(|e| EngineError::disk("adopting", path, e))
    }

    fn open(&self, name: BlobName) -> Result<Option<Source>> {
        let Some((file, path)) = self.file_of(name)? else { return Ok(None) };
        let io = |e: io::Error| EngineError::disk("reading", &path, e);
        let size = file.metadata().map_err(io)?.len();
        if size <= SMALL {
            return Ok(self.get(name, SMALL)?.map(Source::from_bytes));
        }
        let source = Source::from_path(&path)
            .map_err(|e| EngineError::new(ErrorKind::Io, Subject::Store, e.to_string()).caused_by(e))?;
        let read = |at, len| source.read_vec(at, len).map_err(|e| damaged(&path).caused_by(e));
        let tail = read(size - format::FOOTER, format::FOOTER)?;
        let footer: [u8; format::FOOTER as usize] = tail.try_into().map_err(|_| damaged(&path))?;
        let length = format::content_length(&footer, size).ok_or_else(|| damaged(&path))?;
        let hashes = read(length, size - format::FOOTER - length)?;
        let hashes = format::Hashes::new(hashes, length, &footer).ok_or_else(|| damaged(&path))?;
        let verified =
            VerifiedSource { source: source.slice(0, length), hashes, last: Mutex::new((u64::MAX, Vec::new())) };
        Ok(Some(Source::from_read_at(Arc::new(verified), length)))
    }

    fn get(&self, name: BlobName, max: u64) -> Result<Option<Vec<u8>>> {
        let Some((file, path)) = self.file_of(name)? else { return Ok(None) };
        let io = |e: io::Error| EngineError::disk("reading", &path, e);
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
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(EngineError::disk("removing", &path, e)),
            _ => Ok(()),
        }
    }

    fn list(&self, each: &mut dyn FnMut(BlobEntry)) -> Result<()> {
        for n in 0..=255u8 {
            let folder = self.root.join(hex(&[n]));
            let io = |e: io::Error| EngineError::disk("listing", &folder, e);
            for entry in fs::read_dir(&folder).map_err(io)? {
                let entry = entry.map_err(io)?;
                let name = entry.file_name();
                let name = name.to_str().and_then(|rest| BlobName::from_hex(&format!("{}{rest}", hex(&[n]))));
                // Skips files that are gone by now, or that are not blobs.
                if let (Some(name), Ok(meta)) = (name, entry.metadata()) {
                    let written = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    each(BlobEntry { name, size: meta.len(), written });
                }
            }
        }
        Ok(())
    }

    fn sweep(&self, before: SystemTime) -> Result<u64> {
        let mut swept = 0;
        let entries = fs::read_dir(&self.temporary).map_err(|e| EngineError::disk("listing", &self.temporary, e))?;
        for entry in entries.flatten() {
            let old = entry.metadata().and_then(|meta| meta.modified()).is_ok_and(|written| written < before);
            if old && fs::remove_file(entry.path()).is_ok() {
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// A large blob, verified chunk by chunk as it is read.
struct VerifiedSource {
    source: Source,
    hashes: format::Hashes,
    /// The chunk read last, with its number: most readers advance in small steps.
    last: Mutex<(u64, Vec<u8>)>,
}

impl ReadAt for VerifiedSource {
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
        let n = buf.len().min(last.1.len() - from);
        buf[..n].copy_from_slice(&last.1[from..from + n]);
        Ok(n)
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
    fn stored_blobs_are_found_and_no_temporary_files_remain() {
        let temp = Temp::new("put");
        let blobs = Folder::open(&temp.0).unwrap();
        blobs.put(&[(name(1), b"one"), (name(2), b"")]).unwrap();
        assert_eq!(blobs.get(name(1), 99).unwrap().unwrap(), b"one");
        assert_eq!(blobs.get(name(2), 99).unwrap().unwrap(), b"");
        assert_eq!(blobs.get(name(3), 99).unwrap(), None);
        assert_eq!(fs::read_dir(&blobs.temporary).unwrap().count(), 0);
        let mut listed = 0;
        blobs.list(&mut |_| listed += 1).unwrap();
        assert_eq!(listed, 2);
    }

    #[test]
    fn a_damaged_blob_is_never_returned() {
        let temp = Temp::new("damaged");
        let blobs = Folder::open(&temp.0).unwrap();
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
    fn a_large_blob_is_read_by_range_and_verified_chunk_by_chunk() {
        let temp = Temp::new("large");
        let blobs = Folder::open(&temp.0).unwrap();
        let content: Vec<u8> = (0..6_000_000u32).map(|i| (i % 253) as u8).collect();
        let part = blobs.temporary_path();
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
