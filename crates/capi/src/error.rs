//! Errors: what a status does not say
//!
//! A function that takes a `thumbling_error_t *error` writes a handle there if it fails and `error` is not NULL: free
//! it. What was there before is overwritten. Errors are immutable and may be read by several threads.

use std::ffi::{CString, c_char};

use super::boundary;
use super::handle::Table;
use super::pointer::Out;
use super::status::{THUMBLING_ERROR_INVALID_ARGUMENT, thumbling_status_t};
use super::text;
use thumbling::Error;

/// What happened, to which format, and why.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_error_t {
    /// 0 is none.
    pub id: u64,
}

pub(super) struct Failure {
    error: Error,
    detail: CString,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let detail = text::owned(error.detail());
        Self { error, detail }
    }
}

pub(super) struct Errors(Table<Failure>);

pub(super) static ERRORS: Errors = Errors(Table::new(1, "thumbling_error_t"));

impl Errors {
    pub(super) fn insert(&self, error: Error) -> thumbling::Result<u64> {
        self.0.insert(error.into())
    }

    /// The error that `id` names, for `look`.
    pub(super) fn with<T>(&self, id: u64, look: impl FnOnce(&Error) -> T) -> thumbling::Result<T> {
        Ok(look(&self.0.get(id)?.error))
    }

    pub(super) fn alive(&self) -> usize {
        self.0.alive()
    }
}

/// The status that came with it. THUMBLING_ERROR_INVALID_ARGUMENT if the handle names no error.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_status(error: thumbling_error_t) -> thumbling_status_t {
    boundary::value(THUMBLING_ERROR_INVALID_ARGUMENT, || Ok(ERRORS.0.get(error.id)?.error.kind().code()))
}

/// Why, in words for a log. Valid until the error is freed; NULL if the handle names no error.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_detail(error: thumbling_error_t) -> *const c_char {
    boundary::value(std::ptr::null(), || Ok(ERRORS.0.get(error.id)?.detail.as_ptr()))
}

/// The name of the source's format, such as "jpeg"; NULL if it was not known yet. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_format(error: thumbling_error_t) -> *const c_char {
    boundary::value(std::ptr::null(), || {
        Ok(ERRORS.0.get(error.id)?.error.format().map_or(std::ptr::null(), text::fixed))
    })
}

/// Frees an error; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_free(error: thumbling_error_t) -> thumbling_status_t {
    boundary::status(Out::none(), || ERRORS.0.free(error.id))
}
