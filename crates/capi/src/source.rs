//! Sources
//!
//! A source is a file to make thumbnails of. It may be used by several threads at once and for any number of requests. Its
//! content decides its format; a request may give the name as a hint.

use std::ffi::{c_char, c_int, c_void};
use std::io;
use std::sync::Arc;

use super::boundary;
use super::call::{self, Lent, UserData, thumbling_call_t, thumbling_release_t};
use super::error::{self, thumbling_error_t};
use super::handle::Table;
use super::pointer::{self, Out, Text};
use super::status::thumbling_status_t;
use thumbling::{ReadAt, Result, Source};
use thumbling_engine::drive::CallContext;

/// A file to make thumbnails of.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_source_t {
    /// 0: none.
    pub id: u64,
}

/// Reads up to `len` bytes at `offset` into `buffer`. Returns how many were read, 0 only at the end of the content, or a
/// negative number if reading failed: the request then fails with THUMBLING_ERROR_IO. It may read less than `len`.
pub type thumbling_read_at_t = Option<
    unsafe extern "C" fn(
        user_data: UserData,
        call: *const thumbling_call_t,
        offset: u64,
        buffer: *mut c_void,
        len: usize,
    ) -> i64,
>;

pub(super) static SOURCES: Table<Opened> = Table::new(2, "thumbling_source_t");

/// A source as it was opened: content of a request's own is made of it, which knows the request.
#[derive(Clone)]
pub(super) enum Opened {
    /// Read by the library.
    Library(Source),
    /// Read by the host.
    Host(Arc<Callback>, u64),
}

impl Opened {
    /// The source of one request or job. It counts the bytes that this one reads.
    pub(super) fn source(&self, context: CallContext) -> Source {
        let size = match self {
            Self::Library(source) => source.size(),
            Self::Host(_, size) => *size,
        };
        Source::from_read_at(Reader { opened: self.clone(), context }, size)
    }
}

struct Reader {
    opened: Opened,
    context: CallContext,
}

impl ReadAt for Reader {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        match &self.opened {
            Opened::Library(source) => source.read_at(offset, buf).map_err(io::Error::from),
            Opened::Host(callback, _) => callback.read(&self.context, offset, buf),
        }
    }
}

pub(super) struct Callback {
    read_at: unsafe extern "C" fn(UserData, *const thumbling_call_t, u64, *mut c_void, usize) -> i64,
    lent: Lent,
}

impl Callback {
    fn read(&self, context: &CallContext, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let (read, _) = call::with(context, |call| {
            let (data, to) = (self.lent.user_data, buf.as_mut_ptr().cast());
            // SAFETY: `buf` is writable for its length, and the host passed the callback together with its user data.
            unsafe { (self.read_at)(data, call, offset, to, buf.len()) }
        })?;
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

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        self.data
    }
}

/// A regular file: NUL-terminated, bytes as the system has them, UTF-8 on Windows. It is opened now and read when needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_path(
    path: *const c_char,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (path, source, error) = unsafe { (Text::new(path), Out::new(source), Out::new(error)) };
    error::status(error, || put(source, || Ok(Opened::Library(Source::from_path(path.path("path")?)?))))
}

/// An open regular file. The descriptor is duplicated: yours stays yours and may be closed at once. The file is read from
/// its start, whatever the position of the descriptor, which does not change. THUMBLING_ERROR_UNSUPPORTED on Windows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_fd(
    fd: c_int,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    error::status(error, || put(source, || Ok(Opened::Library(Source::from_file(duplicate(fd)?)?))))
}

#[cfg(unix)]
fn duplicate(fd: c_int) -> Result<std::fs::File> {
    use std::os::fd::BorrowedFd;
    use thumbling::Error;
    let invalid = || Error::invalid_argument(format!("{fd} is not an open file descriptor"));
    if fd < 0 {
        return Err(invalid());
    }
    // SAFETY: the header asks for an open descriptor; one that is not is refused by the system below.
    let owned = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
    owned.map(Into::into).map_err(|e| invalid().caused_by(e))
}

#[cfg(not(unix))]
fn duplicate(_: c_int) -> Result<std::fs::File> {
    Err(thumbling::Error::unsupported("file descriptors are not supported on this system"))
}

/// A copy of the content in memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_copy(
    data: *const c_void,
    len: usize,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    error::status(error, || {
        // SAFETY: the header asks for `len` bytes.
        let data = unsafe { pointer::bytes(data, len) }?;
        put(source, || Ok(Opened::Library(Source::from_slice(data))))
    })
}

/// Content in memory that stays valid and unchanged until `release` is called: when the source is freed and the last
/// request that uses it has ended. `release` may be NULL; it is called even if this function fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_borrowed(
    data: *const c_void,
    len: usize,
    release: thumbling_release_t,
    user_data: UserData,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    error::status(error, || {
        // SAFETY: the header asks for `len` bytes until `release`, which dropping `lent` calls.
        let data: &'static [u8] = unsafe { pointer::bytes(data, len) }?;
        put(source, || Ok(Opened::Library(Source::from_bytes(Borrowed { data, _lent: lent }))))
    })
}

/// Content of `size` bytes behind a callback, such as an object in a store. `release` may be NULL; it is called even if
/// this function fails, and `read_at` never after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_new_read_at(
    read_at: thumbling_read_at_t,
    size: u64,
    release: thumbling_release_t,
    user_data: UserData,
    source: *mut thumbling_source_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (source, error) = unsafe { (Out::new(source), Out::new(error)) };
    error::status(error, || {
        let callback = Callback { read_at: read_at.ok_or_else(|| pointer::null("read_at"))?, lent };
        put(source, || Ok(Opened::Host(Arc::new(callback), size)))
    })
}

/// Frees a source; 0 is a no-op. Running requests that use it continue.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_source_free(source: thumbling_source_t) -> thumbling_status_t {
    boundary::status(|| SOURCES.free(source.id))
}

fn put(source: Out<'_, thumbling_source_t>, open: impl FnOnce() -> Result<Opened>) -> Result<()> {
    let source = source.required("source")?;
    source.put(thumbling_source_t { id: SOURCES.insert(open()?)? })
}
