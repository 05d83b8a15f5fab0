//! Status
//!
//! Every function that can fail returns a status: 0, or what went wrong as far as a caller can act on it. Numbers are
//! pinned, new ones are appended: treat one that you do not know as THUMBLING_ERROR_INTERNAL.

use std::ffi::c_char;

use super::text;
use thumbling::ErrorKind;

/// THUMBLING_OK, or one of THUMBLING_ERROR_...
pub type thumbling_status_t = i32;

/// Success.
pub const THUMBLING_OK: thumbling_status_t = 0;
/// Reading the source failed; trying again later may help.
pub const THUMBLING_ERROR_IO: thumbling_status_t = 1;
/// There is no such file.
pub const THUMBLING_ERROR_NOT_FOUND: thumbling_status_t = 2;
/// The caller may not read it.
pub const THUMBLING_ERROR_DENIED: thumbling_status_t = 3;
/// The format is unknown, or known and not made.
pub const THUMBLING_ERROR_UNSUPPORTED: thumbling_status_t = 4;
/// The format is known, but this build was made without it.
pub const THUMBLING_ERROR_FEATURE_DISABLED: thumbling_status_t = 5;
/// The file is fine and has nothing to show: audio without a cover, an archive without a picture.
pub const THUMBLING_ERROR_NO_VISUAL: thumbling_status_t = 6;
/// The content is encrypted and the key is not here.
pub const THUMBLING_ERROR_ENCRYPTED: thumbling_status_t = 7;
/// The file is damaged; trying again does not help.
pub const THUMBLING_ERROR_CORRUPT: thumbling_status_t = 8;
/// A limit of the request was met: pixels, memory, nesting, expansion.
pub const THUMBLING_ERROR_LIMIT: thumbling_status_t = 9;
/// The deadline passed.
pub const THUMBLING_ERROR_TIMEOUT: thumbling_status_t = 10;
/// The caller cancelled.
pub const THUMBLING_ERROR_CANCELLED: thumbling_status_t = 11;
/// The queue is full; trying again later helps.
pub const THUMBLING_ERROR_BUSY: thumbling_status_t = 12;
/// The call itself is wrong: NULL, a stale handle, a number out of range.
pub const THUMBLING_ERROR_INVALID_ARGUMENT: thumbling_status_t = 13;
/// The sandbox that the host requires cannot be had on this machine.
pub const THUMBLING_ERROR_SANDBOX_UNAVAILABLE: thumbling_status_t = 14;
/// The host's scanner calls the file viral.
pub const THUMBLING_ERROR_VIRAL: thumbling_status_t = 15;
/// The host's scanner calls the file malicious.
pub const THUMBLING_ERROR_MALICIOUS: thumbling_status_t = 16;
/// A defect of this library.
pub const THUMBLING_ERROR_INTERNAL: thumbling_status_t = 17;

/// The public name of a status, such as "not-found"; "ok" for 0, "unknown" for a number that is none. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_status_name(status: thumbling_status_t) -> *const c_char {
    let kind = ErrorKind::ALL.into_iter().find(|kind| kind.code() == status);
    match (status, kind) {
        (THUMBLING_OK, _) => c"ok".as_ptr(),
        (_, Some(kind)) => text::fixed(kind.name()),
        (_, None) => c"unknown".as_ptr(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_error_kinds() {
        let here = [
            (THUMBLING_ERROR_IO, ErrorKind::Io),
            (THUMBLING_ERROR_NOT_FOUND, ErrorKind::NotFound),
            (THUMBLING_ERROR_DENIED, ErrorKind::Denied),
            (THUMBLING_ERROR_UNSUPPORTED, ErrorKind::Unsupported),
            (THUMBLING_ERROR_FEATURE_DISABLED, ErrorKind::FeatureDisabled),
            (THUMBLING_ERROR_NO_VISUAL, ErrorKind::NoVisual),
            (THUMBLING_ERROR_ENCRYPTED, ErrorKind::Encrypted),
            (THUMBLING_ERROR_CORRUPT, ErrorKind::Corrupt),
            (THUMBLING_ERROR_LIMIT, ErrorKind::Limit),
            (THUMBLING_ERROR_TIMEOUT, ErrorKind::Timeout),
            (THUMBLING_ERROR_CANCELLED, ErrorKind::Cancelled),
            (THUMBLING_ERROR_BUSY, ErrorKind::Busy),
            (THUMBLING_ERROR_INVALID_ARGUMENT, ErrorKind::InvalidArgument),
            (THUMBLING_ERROR_SANDBOX_UNAVAILABLE, ErrorKind::SandboxUnavailable),
            (THUMBLING_ERROR_VIRAL, ErrorKind::Viral),
            (THUMBLING_ERROR_MALICIOUS, ErrorKind::Malicious),
            (THUMBLING_ERROR_INTERNAL, ErrorKind::Internal),
        ];
        assert_eq!(here.map(|(_, kind)| kind), ErrorKind::ALL);
        for (status, kind) in here {
            assert_eq!(status, kind.code(), "{kind}");
        }
    }
}
