//! Sources: where the bytes come from
//!
//! A source may be used by several threads at once and for any number of requests. What it is, its content decides; the
//! options may give the name as a hint.

use std::ffi::{c_char, c_void};
use std::io;
use std::sync::Arc;

use super::boundary;
use super::error::thumbling_error_t;
use super::handle::Table;
use super::pointer::{self, Out, Text};
use super::status::thumbling_status_t;
use thumbling::Result;
use thumbling::{ReadAt, Source};

/// A file to make thumbnails of.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_source_t {
    /// 0 is none.
    pub id: u64,
}

/// Reads up to `len` bytes at `offset` into `buffer`. Returns how many were read, 0 only at the end of the content, or
/// a negative number if reading failed: the request then ends with THUMBLING_ERROR_IO. Less than `len` may be read at a
/// time. It may be called by every thread that uses the source, by several at once; it must not throw.
pub type thumbling_read_at_t =
    Option<unsafe extern "C" fn(user_data: *mut c_void, offset: u64, buffer: *mut u8, len: usize) -> i64>;

/// Told once that a source no longer needs `user_data` and the memory that came with it. It is called by the thread
/// that ends the last use: the one that frees the source, or one that was still at work with it then. It must not
/// throw.
pub type thumbling_release_t = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

pub(super) static SOURCES: Table<Source> = Table::new(2, "thumbling_source_t");

/// The host's side of a source or a drive: what it lends, and how it wants to be told of the end.
pub(super) struct Lent {
    pub(super) user_data: *mut c_void,
    pub(super) release: thumbling_release_t,
}

// SAFETY: the header asks for callbacks and user data that any thread may use.
unsafe impl Send for Lent {}
// SAFETY: as above, by several threads at once.
unsafe impl Sync for Lent {}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the host gave both together, and this runs once.
            unsafe { release(self.user_data) }
        }
    }
}

struct Callback {
    read_at: unsafe extern "C" fn(*mut c_void, u64, *mut u8, usize) -> i64,
    lent: Lent,
}

impl ReadAt for Callback {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        // SAFETY: `buf` is writable for its length, and the host gave the callback together with its user data.
        let read = unsafe { (self.read_at)(self.lent.user_data, offset, buf.as_mut_ptr(), buf.len()) };
        match usize::try_from(read) {
            Ok(n) if n <= buf.len() => Ok(n),
            Ok(n) => Err(io::Error::other(format!("read_at returned {n} for a buffer of {} bytes", buf.len()))),
            Err(_) => Err(io::Error::other(format!("read_at returned {read}"))),
        }
    }
}

struct Borrowed {
    data: &'static [u8],
    _lent: Lent,
}

impl ReadAt for Borrowed {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.data.get(at..)).unwrap_or_default();
        let n = buf.len().min(rest.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

/// A regular file. Its name is NUL-terminated: bytes as the system has them, on Windows UTF-8. The file is opened now
/// and read as needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_path(
    path: *const c_char,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (path, source, error) = unsafe { (Text::new(path), Out::new(source), Out::new(error)) };
    boundary::status(error, || make(source, || Source::from_path(path.path("path")?)))
}

/// Content in memory, of which a copy is made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_copy(
    data: *const u8,
    len: usize,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    // SAFETY: the header asks for as many bytes as are said.
    boundary::status(error, || make(source, || Ok(Source::from_bytes(unsafe { pointer::bytes(data, len) }?))))
}

/// Content in memory that stays as it is until `release` is called, which may be NULL if nobody needs to be told.
/// `release` is called exactly once, also if this fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_borrowed(
    data: *const u8,
    len: usize,
    user_data: *mut c_void,
    release: thumbling_release_t,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    boundary::status(error, || {
        // SAFETY: the header asks for as many bytes as are said, until `release`, which dropping `lent` calls.
        let data: &'static [u8] = unsafe { pointer::bytes(data, len) }?;
        let host = Borrowed { data, _lent: lent };
        make(source, || Ok(Source::from_read_at(Arc::new(host), len as u64)))
    })
}

/// Content of `size` bytes behind a callback, such as an object in a store. `release` may be NULL; it is called exactly
/// once, also if this fails, and `read_at` never after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_read_at(
    read_at: thumbling_read_at_t,
    size: u64,
    user_data: *mut c_void,
    release: thumbling_release_t,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    boundary::status(error, || {
        let host = Callback { read_at: read_at.ok_or_else(|| pointer::null("read_at"))?, lent };
        make(source, || Ok(Source::from_read_at(Arc::new(host), size)))
    })
}

/// Frees a source; 0 is a no-op. Requests that are at work with it finish.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_source_free(source: thumbling_source_t) -> thumbling_status_t {
    boundary::status(Out::none(), || SOURCES.free(source.id))
}

fn make(source: Out<'_, thumbling_source_t>, open: impl FnOnce() -> Result<Source>) -> Result<()> {
    let source = source.required("source")?;
    source.put(thumbling_source_t { id: SOURCES.insert(open()?)? })
}
