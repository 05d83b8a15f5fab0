//! Version
//!
//! The library's version follows SemVer. The ABI has a version of its own, `major << 16 | minor`: a program runs with a
//! library whose ABI has the same major and at least the same minor number as the header that it was built with.

use std::ffi::{CStr, c_char};

use super::{cancel, error, source, thumbnails};

/// ABI version that this header describes.
pub const THUMBLING_ABI_VERSION: u32 = 0x10002;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// Version of the library that runs, such as "0.1.0". Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_version() -> *const c_char {
    VERSION.as_ptr()
}

/// ABI version of the library that runs; compare it with THUMBLING_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_abi_version() -> u32 {
    THUMBLING_ABI_VERSION
}

/// Handles of every type that are alive in this process: zero when everything was freed. For tests.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_handles_alive() -> usize {
    let alive =
        error::ERRORS.alive() + source::SOURCES.alive() + thumbnails::THUMBNAILS.alive() + cancel::CANCELS.alive();
    let alive = alive + super::engine::alive();
    alive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_crate() {
        assert_eq!(VERSION.to_str().unwrap(), thumbling::VERSION);
    }
}
