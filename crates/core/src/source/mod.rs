//! Input of a request: a path, memory, or a callback. Always read by range, never copied to a file.
//!
//! A [`Source`] is cheap to clone; clones and [slices](Source::slice) share one count of bytes read. The first
//! [`HEAD`] bytes are cached, so that probing and opening a file cost one read.

mod content;
mod reader;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use content::{Content, Seeking, Shared};

pub use content::{Backing, HEAD, ReadAt};
pub use reader::SourceReader;

/// The file to make a thumbnail of.
///
/// ```
/// # use thumbling_core as thumbling;
/// use thumbling::Source;
///
/// let source = Source::from_bytes(b"BM...".to_vec());
/// assert_eq!(source.size(), 5);
/// assert!(Source::from_path("no such file").is_err());
/// ```
#[derive(Clone)]
pub struct Source {
    shared: Arc<Shared>,
    start: u64,
    size: u64,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("start", &self.start).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Source {
    fn new(content: Content, size: u64) -> Self {
        Self { shared: Arc::new(Shared::new(content, size)), start: 0, size }
    }

    /// A regular file. Anything else (a folder, a pipe, a device) is `invalid-argument` and is not opened.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // Checked before opening, since opening a pipe blocks, and again on the open file.
        regular(&std::fs::metadata(path)?)?;
        Self::from_file(File::open(path)?)
    }

    /// An open regular file, read by offset. Anything else is `invalid-argument`.
    pub fn from_file(file: File) -> Result<Self> {
        let size = regular(&file.metadata()?)?;
        Ok(Self::new(Content::File(file), size))
    }

    /// Content in memory: a `Vec<u8>`, an `Arc<[u8]>`, a memory map. Nothing is copied.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        let size = bytes.as_ref().len() as u64;
        Self::new(Content::Bytes(Box::new(bytes)), size)
    }

    /// A copy of `bytes`.
    pub fn from_slice(bytes: &[u8]) -> Self {
        Self::from_bytes(bytes.to_vec())
    }

    /// Content of `size` bytes, read by range.
    pub fn from_read_at(reader: impl ReadAt + 'static, size: u64) -> Self {
        Self::new(Content::Host(Box::new(reader)), size)
    }

    /// Anything that implements `Read` and `Seek`, such as a `Cursor`. Its size is the position of its end.
    pub fn from_reader(mut reader: impl Read + Seek + Send + 'static) -> Result<Self> {
        let size = reader.seek(SeekFrom::End(0))?;
        Ok(Self::from_read_at(Seeking(Mutex::new(reader)), size))
    }

    /// A source of the `len` bytes at `offset`, cut off at the end of this one. Bytes read through it count for this
    /// source too.
    pub fn slice(&self, offset: u64, len: u64) -> Self {
        let offset = offset.min(self.size);
        Self { shared: self.shared.clone(), start: self.start + offset, size: len.min(self.size - offset) }
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes fetched so far from the file or host, through this source and all its clones and slices.
    pub fn bytes_read(&self) -> u64 {
        self.shared.bytes_read()
    }

    /// Adds bytes that another process read from the file itself.
    pub fn add_bytes_read(&self, n: u64) {
        self.shared.add_bytes_read(n);
    }

    /// What the whole source is made of, for handing it to another process.
    pub fn backing(&self) -> Backing<'_> {
        self.shared.backing(self.start, self.size)
    }

    /// Keeps a structure that was parsed from this content, such as the directory of an archive, so that detection and
    /// opening parse it once. Only the last one is kept, of all clones and slices together.
    pub fn cache<T: Send + Sync + 'static>(&self, parsed: Arc<T>) {
        let mut cached = self.shared.cached.lock().unwrap_or_else(|e| e.into_inner());
        *cached = Some((self.start, self.size, parsed));
    }

    /// What [`cache`](Self::cache) keeps, if it is a `T` of exactly this content.
    pub fn cached<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let cached = self.shared.cached.lock().unwrap_or_else(|e| e.into_inner());
        let (start, size, parsed) = cached.as_ref()?;
        let is_same = (*start, *size) == (self.start, self.size);
        parsed.clone().downcast().ok().filter(|_| is_same)
    }

    /// The first bytes, at most 4,096.
    pub fn head(&self) -> Result<Vec<u8>> {
        let mut head = vec![0; HEAD.min(self.size as usize)];
        let n = self.read_up_to(0, &mut head)?;
        head.truncate(n);
        Ok(head)
    }

    /// Reads up to `buf.len()` bytes at `offset`; 0 at the end.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let left = self.size.saturating_sub(offset);
        let want = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.shared.read_at(self.start.saturating_add(offset), &mut buf[..want])
    }

    /// Fills `buf` from `offset` on as far as the content goes; returns the number of bytes read.
    pub fn read_up_to(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.read_at(offset + done as u64, &mut buf[done..])? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }

    /// Fills `buf` from `offset` on; `corrupt` if the content is too short.
    pub fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> Result<()> {
        match self.read_up_to(offset, buf)? == buf.len() {
            true => Ok(()),
            false => Err(Error::corrupt(format!("the file ends before byte {}", offset + buf.len() as u64))),
        }
    }

    /// The `len` bytes at `offset`; `corrupt` if the content is too short, without allocating.
    pub fn read_vec(&self, offset: u64, len: u64) -> Result<Vec<u8>> {
        if offset.checked_add(len).is_none_or(|end| end > self.size) {
            return Err(Error::corrupt(format!("bytes {offset}+{len} lie beyond the file's {}", self.size)));
        }
        let mut buf = vec![0; len as usize];
        self.read_exact_at(offset, &mut buf)?;
        Ok(buf)
    }

    /// The whole content, for codecs that cannot read ranges; `limit` above `max` bytes.
    pub fn read_all(&self, max: u64) -> Result<Vec<u8>> {
        if self.size > max {
            return Err(Error::limit(format!("{} bytes have to be read whole; the limit is {max}", self.size)));
        }
        let mut buf = vec![0; self.size as usize];
        let n = self.read_up_to(0, &mut buf)?;
        buf.truncate(n);
        Ok(buf)
    }
}

/// The size of a regular file; `invalid-argument` for anything else.
fn regular(meta: &Metadata) -> Result<u64> {
    match meta.is_file() {
        true => Ok(meta.len()),
        false => Err(Error::invalid_argument("not a regular file")),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::error::ErrorKind;

    struct Host(Vec<u8>);
    impl ReadAt for Host {
        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            // Hosts may return short reads.
            let from = (offset as usize).min(self.0.len());
            let n = buf.len().min(self.0.len() - from).min(7);
            buf[..n].copy_from_slice(&self.0[from..from + n]);
            Ok(n)
        }
    }

    fn pattern(n: usize) -> Vec<u8> {
        (0..n).map(|i| (i * 31 % 251) as u8).collect()
    }

    #[test]
    fn short_reads_of_a_host_are_joined() {
        let data = pattern(10_000);
        let source = Source::from_read_at(Host(data.clone()), data.len() as u64);
        assert_eq!(source.read_vec(4000, 3000).unwrap(), data[4000..7000]);
    }

    #[test]
    fn a_reader_that_seeks_is_a_source() {
        let data = pattern(6000);
        let source = Source::from_reader(io::Cursor::new(data.clone())).unwrap();
        assert_eq!(source.size(), 6000);
        assert_eq!(source.read_vec(5000, 100).unwrap(), data[5000..5100]);
    }

    #[test]
    fn bytes_are_not_copied() {
        let data: Arc<[u8]> = pattern(100).into();
        let source = Source::from_bytes(data.clone());
        assert_eq!(Arc::strong_count(&data), 2);
        drop(source);
        assert_eq!(Arc::strong_count(&data), 1);
    }

    #[test]
    fn the_head_is_fetched_once() {
        let source = Source::from_bytes(pattern(5000));
        source.head().unwrap();
        source.read_vec(10, 100).unwrap();
        assert_eq!(source.bytes_read(), HEAD as u64);
    }

    #[test]
    fn what_is_cached_belongs_to_one_slice_and_one_type() {
        let source = Source::from_bytes(pattern(100));
        source.slice(10, 20).cache(Arc::new(7_u32));
        assert_eq!(source.clone().slice(10, 20).cached::<u32>().as_deref(), Some(&7));
        assert_eq!(source.slice(10, 21).cached::<u32>(), None);
        assert_eq!(source.slice(10, 20).cached::<u64>(), None);
    }

    #[test]
    fn a_slice_ends_at_its_length() {
        let data = pattern(6000);
        let slice = Source::from_bytes(data.clone()).slice(5000, 500);
        assert_eq!(slice.read_all(u64::MAX).unwrap(), data[5000..5500]);
        assert!(slice.read_vec(400, 200).is_err());
    }

    #[test]
    fn a_reader_seeks_inside_and_outside_its_window() {
        let data = pattern(6000);
        let mut reader = Source::from_bytes(data.clone()).reader(512);
        let mut two = [0; 2];
        for at in [0u64, 100, 50, 5000, 4999, 1] {
            reader.seek(SeekFrom::Start(at)).unwrap();
            reader.read_exact(&mut two).unwrap();
            assert_eq!(two, data[at as usize..at as usize + 2]);
        }
    }

    #[test]
    fn a_folder_is_an_invalid_argument() {
        assert_eq!(Source::from_path(std::env::temp_dir()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
