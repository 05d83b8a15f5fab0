//! Version
//!
//! The library's version follows SemVer. The ABI has a version of its own, `major << 16 | minor`: a program works with a
//! library whose ABI has the same major and at least the same minor number as the header it was compiled with.

use std::ffi::{CStr, c_char};

use super::{call, cancel, error, image, source, thumbnails};

/// ABI version of this header: 2.0.
pub const THUMBLING_ABI_VERSION: u32 = 0x20000;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// Version of the library at run time, such as "0.1.0"; compare it with THUMBLING_VERSION_MAJOR, _MINOR and _PATCH.
/// Static string.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_version() -> *const c_char {
    VERSION.as_ptr()
}

/// ABI version of the library at run time; compare it with THUMBLING_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_abi_version() -> u32 {
    THUMBLING_ABI_VERSION
}

/// Number of live handles of all types in this process; 0 once everything is freed. For tests.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_handles_alive() -> usize {
    let images = image::IMAGES.alive() + thumbnails::THUMBNAILS.alive();
    error::ERRORS.alive()
        + images
        + source::SOURCES.alive()
        + cancel::CANCELS.alive()
        + call::CALLS.alive()
        + super::engine::alive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_crate() {
        assert_eq!(VERSION.to_str().unwrap(), thumbling::VERSION);
    }
}
