//! The error for documents that cannot be decrypted.

use thumbling_core::error::{Error, ErrorKind};

pub(crate) fn encrypted_error() -> Error {
    Error::new(ErrorKind::Encrypted, "the document is encrypted")
}
