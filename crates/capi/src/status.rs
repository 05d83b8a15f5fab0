//! Status
//!
//! Functions that can fail return a status. It says whether to retry, to fix the call or to skip the file. The numbers
//! never change; new ones may be added: treat an unknown one as THUMBLING_ERROR_INTERNAL.

use std::ffi::c_char;

use super::text;
use thumbling::ErrorKind;

/// THUMBLING_OK or one of THUMBLING_ERROR_...
pub type thumbling_status_t = i32;

/// Success.
pub const THUMBLING_OK: thumbling_status_t = 0;
/// Reading or storing failed; retrying later may help.
pub const THUMBLING_ERROR_IO: thumbling_status_t = 1;
/// No such file, task or space.
pub const THUMBLING_ERROR_NOT_FOUND: thumbling_status_t = 2;
/// The caller is not allowed to do this.
pub const THUMBLING_ERROR_DENIED: thumbling_status_t = 3;
/// Unknown or unsupported format.
pub const THUMBLING_ERROR_UNSUPPORTED: thumbling_status_t = 4;
/// Known format that this build does not include.
pub const THUMBLING_ERROR_FEATURE_DISABLED: thumbling_status_t = 5;
/// The file has nothing to show: audio without cover art, an archive without a picture.
pub const THUMBLING_ERROR_NO_VISUAL: thumbling_status_t = 6;
/// The content is encrypted.
pub const THUMBLING_ERROR_ENCRYPTED: thumbling_status_t = 7;
/// The file is damaged; retrying does not help.
pub const THUMBLING_ERROR_CORRUPT: thumbling_status_t = 8;
/// A limit was exceeded: pixels, memory, nesting, expansion.
pub const THUMBLING_ERROR_LIMIT: thumbling_status_t = 9;
/// The timeout elapsed.
pub const THUMBLING_ERROR_TIMEOUT: thumbling_status_t = 10;
/// Cancelled by the caller, or the engine is closed.
pub const THUMBLING_ERROR_CANCELLED: thumbling_status_t = 11;
/// The queue is full or the thumbnail is not ready; retry later.
pub const THUMBLING_ERROR_BUSY: thumbling_status_t = 12;
/// The call is wrong: NULL, a stale handle, a number out of range.
pub const THUMBLING_ERROR_INVALID_ARGUMENT: thumbling_status_t = 13;
/// The required sandbox is unavailable on this machine.
pub const THUMBLING_ERROR_SANDBOX_UNAVAILABLE: thumbling_status_t = 14;
/// The host's malware scanner found a virus.
pub const THUMBLING_ERROR_VIRAL: thumbling_status_t = 15;
/// The host's malware scanner found malicious content.
pub const THUMBLING_ERROR_MALICIOUS: thumbling_status_t = 16;
/// A defect of this library.
pub const THUMBLING_ERROR_INTERNAL: thumbling_status_t = 17;

/// The name of a status, such as "not-found"; "ok" for 0, "unknown" for any other number. Static string.
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
