//! Content of files, memory and hosts, read by range.

use std::any::Any;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::error::{Error, ErrorKind, Result};

/// Number of bytes at the start of a source that are cached.
pub const HEAD: usize = 4096;

/// Random access to content held by the host: an object store, an encrypted file.
///
/// ```
/// # use thumbling_core as thumbling;
/// use std::io;
/// use thumbling::{ReadAt, Source};
///
/// /// An object of which ranges are requested over the network.
/// struct Object {
///     content: Vec<u8>,
/// }
///
/// impl ReadAt for Object {
///     fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
///         let from = (offset as usize).min(self.content.len());
///         let n = buf.len().min(self.content.len() - from);
///         buf[..n].copy_from_slice(&self.content[from..from + n]);
///         Ok(n)
///     }
/// }
///
/// let source = Source::from_read_at(Object { content: vec![0; 1000] }, 1000);
/// assert_eq!(source.size(), 1000);
/// ```
pub trait ReadAt: Send + Sync {
    /// Reads up to `buf.len()` bytes at `offset`; 0 only at the end.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;
}

impl<T: ReadAt + ?Sized> ReadAt for Arc<T> {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buf)
    }
}

/// Implements ranged reads with `Read` and `Seek`.
pub(super) struct Seeking<R>(pub(super) Mutex<R>);

impl<R: Read + Seek + Send> ReadAt for Seeking<R> {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut reader = self.0.lock().unwrap_or_else(|e| e.into_inner());
        reader.seek(SeekFrom::Start(offset))?;
        reader.read(buf)
    }
}

/// Where content comes from.
pub(super) enum Content {
    File(File),
    Bytes(Box<dyn AsRef<[u8]> + Send + Sync>),
    Host(Box<dyn ReadAt>),
}

/// The content behind a [`Source`](super::Source).
#[derive(Debug)]
pub enum Backing<'a> {
    /// A file.
    File(&'a File),
    /// Memory.
    Bytes(&'a [u8]),
    /// A callback of the host, or part of something else.
    Ranges,
}

/// Content with its cached start and its count of bytes read, shared by all clones and slices of a source.
pub(super) struct Shared {
    content: Content,
    size: u64,
    head: OnceLock<Box<[u8]>>,
    bytes_read: AtomicU64,
    /// What [`Source::cache`](super::Source::cache) keeps.
    pub(super) cached: Mutex<Option<Cached>>,
}

/// A parsed structure and the start and size of the slice that it was parsed from.
type Cached = (u64, u64, Arc<dyn Any + Send + Sync>);

impl Shared {
    pub(super) fn new(content: Content, size: u64) -> Self {
        Self { content, size, head: OnceLock::new(), bytes_read: AtomicU64::new(0), cached: Mutex::new(None) }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    pub(super) fn add_bytes_read(&self, n: u64) {
        let add = |sum: u64| Some(sum.saturating_add(n));
        let _ = self.bytes_read.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// What the range is made of: the content itself if it is all of it.
    pub(super) fn backing(&self, start: u64, size: u64) -> Backing<'_> {
        let is_whole = (start, size) == (0, self.size);
        match &self.content {
            Content::File(file) if is_whole => Backing::File(file),
            Content::Bytes(bytes) if is_whole => Backing::Bytes((**bytes).as_ref()),
            _ => Backing::Ranges,
        }
    }

    /// Reads up to `buf.len()` bytes at `offset`; 0 at the end.
    pub(super) fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let end = offset.saturating_add(buf.len() as u64);
        if end <= HEAD as u64 {
            let head = self.head()?;
            let from = (offset as usize).min(head.len());
            let n = buf.len().min(head.len() - from);
            buf[..n].copy_from_slice(&head[from..from + n]);
            return Ok(n);
        }
        self.fetch(offset, buf)
    }

    fn head(&self) -> Result<&[u8]> {
        if let Some(head) = self.head.get() {
            return Ok(head);
        }
        let mut head = vec![0; HEAD.min(self.size as usize)];
        let mut done = 0;
        while done < head.len() {
            match self.fetch(done as u64, &mut head[done..])? {
                0 => break,
                n => done += n,
            }
        }
        head.truncate(done);
        Ok(self.head.get_or_init(|| head.into()))
    }

    fn fetch(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let n = match &self.content {
            Content::Bytes(bytes) => {
                let bytes = (**bytes).as_ref();
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let n = buf.len().min(bytes.len() - from);
                buf[..n].copy_from_slice(&bytes[from..from + n]);
                n
            }
            Content::File(file) => read_file_at(file, offset, buf)?,
            Content::Host(host) => loop {
                match host.read_at(offset, buf) {
                    Ok(n) if n > buf.len() => {
                        return Err(Error::new(ErrorKind::Io, "read_at filled more than its buffer"));
                    }
                    Ok(n) => break n,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                    // Failures of a host never mean that the file is missing or corrupt, whatever their kind.
                    Err(e) => return Err(Error::new(ErrorKind::Io, e.to_string()).caused_by(e)),
                }
            },
        };
        self.bytes_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;
    loop {
        match file.read_at(buf, offset) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => return other,
        }
    }
}

#[cfg(windows)]
fn read_file_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    use std::os::windows::fs::FileExt;
    file.seek_read(buf, offset)
}
