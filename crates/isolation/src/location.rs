//! Where the code of this library is.
#![allow(unsafe_code)] // The loader has no other interface.

use std::ffi::{CStr, OsStr, c_void};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The shared library or executable that contains this code.
pub fn library_path() -> Option<PathBuf> {
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address is allowed, and `info` is writable; it is read only after it was written. The name is a string
    // that the loader keeps while the object is loaded, which it is while its code runs.
    let name = unsafe {
        if libc::dladdr(library_path as *const c_void, info.as_mut_ptr()) == 0 {
            return None;
        }
        let name = info.assume_init().dli_fname;
        (!name.is_null()).then(|| CStr::from_ptr(name))
    }?;
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes())))
}
