//! Pointers that a C caller passes, turned into types that are safe to use after one promise at the entry.

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::ptr::NonNull;

use thumbling::{Error, Result};

/// A plain out-parameter: a handle, a number. Cleared as soon as the call begins; nothing if the caller passed NULL.
pub(super) struct Out<'a, T>(Option<NonNull<T>>, PhantomData<&'a mut T>);

impl<T: Copy> Out<'_, T> {
    /// Clears what `to` points to.
    ///
    /// # Safety
    /// `to` is NULL or stays valid for writes of a `T` until the call ends, and zeros are a `T`.
    pub(super) unsafe fn new(to: *mut T) -> Self {
        let to = NonNull::new(to);
        if let Some(to) = to {
            // SAFETY: promised by the caller.
            unsafe { to.cast::<u8>().as_ptr().write_bytes(0, size_of::<T>()) };
        }
        Self(to, PhantomData)
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Refuses NULL, before any work is done.
    pub(super) fn required(self, name: &str) -> Result<Self> {
        match self.0 {
            Some(_) => Ok(self),
            None => Err(null(name)),
        }
    }

    /// Writes `value`; NULL is `invalid-argument`.
    pub(super) fn put(self, value: T) -> Result<()> {
        let to = self.0.ok_or_else(|| null("out-parameter"))?;
        // SAFETY: `new` was promised that `to` is valid; it need not be aligned.
        unsafe { to.as_ptr().write_unaligned(value) };
        Ok(())
    }

    /// Writes `value` unless the caller passed NULL.
    pub(super) fn put_if_wanted(self, value: T) -> Result<()> {
        if self.is_wanted() { self.put(value) } else { Ok(()) }
    }
}

/// A NUL-terminated string; nothing if the caller passed NULL.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(Option<&'a CStr>);

impl<'a> Text<'a> {
    /// # Safety
    /// `text` is NULL or NUL-terminated, and stays as it is until the call ends.
    pub(super) unsafe fn new(text: *const c_char) -> Self {
        // SAFETY: promised by the caller.
        Self((!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }))
    }

    /// A path, which on Unix need not be UTF-8.
    #[cfg(unix)]
    pub(super) fn path(self, name: &str) -> Result<&'a Path> {
        use std::os::unix::ffi::OsStrExt;
        let text = self.0.ok_or_else(|| null(name))?;
        Ok(Path::new(std::ffi::OsStr::from_bytes(text.to_bytes())))
    }

    /// A path in UTF-8.
    #[cfg(not(unix))]
    pub(super) fn path(self, name: &str) -> Result<&'a Path> {
        let text = self.0.ok_or_else(|| null(name))?;
        text.to_str().map(Path::new).map_err(|_| Error::invalid_argument(format!("{name} is not UTF-8")))
    }

    /// A string; nothing for NULL, `invalid-argument` if it is not UTF-8.
    pub(super) fn utf8(self, name: &str) -> Result<Option<&'a str>> {
        let text =
            self.0.map(|text| text.to_str().map_err(|_| Error::invalid_argument(format!("{name} is not UTF-8"))));
        text.transpose()
    }

    /// A string that may not be NULL.
    pub(super) fn required(self, name: &str) -> Result<&'a str> {
        self.utf8(name)?.ok_or_else(|| null(name))
    }

    /// A string whose bytes need not be UTF-8, such as a file's name: invalid bytes are replaced.
    pub(super) fn lossy(self) -> Option<String> {
        self.0.map(|text| text.to_string_lossy().into_owned())
    }
}

/// `len` bytes at `data`; NULL is `invalid-argument` unless `len` is zero.
///
/// # Safety
/// `data` is NULL or valid for reads of `len` bytes, which nobody changes as long as the slice lives.
pub(super) unsafe fn bytes<'a>(data: *const c_void, len: usize) -> Result<&'a [u8]> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(null("data")),
        (false, len) if len > isize::MAX as usize => Err(Error::invalid_argument("more bytes than fit into memory")),
        // SAFETY: promised by the caller.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
    }
}

/// `len` bytes to write at `buffer`, cleared first; NULL is `invalid-argument` unless `len` is zero.
///
/// # Safety
/// `buffer` is NULL or valid for writes of `len` bytes, which nobody else uses as long as the slice lives.
pub(super) unsafe fn buffer<'a>(buffer: *mut c_void, len: usize) -> Result<&'a mut [u8]> {
    match (buffer.is_null(), len) {
        (_, 0) => Ok(&mut []),
        (true, _) => Err(null("buffer")),
        (false, len) if len > isize::MAX as usize => Err(Error::invalid_argument("more bytes than fit into memory")),
        // SAFETY: promised by the caller; a slice has to be initialised.
        (false, len) => unsafe {
            buffer.cast::<u8>().write_bytes(0, len);
            Ok(std::slice::from_raw_parts_mut(buffer.cast(), len))
        },
    }
}

pub(super) fn null(name: &str) -> Error {
    Error::invalid_argument(format!("{name} is NULL"))
}
