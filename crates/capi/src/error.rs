//! Error details
//!
//! Functions with a parameter `thumbling_error_t *error` always write it: 0 on success, otherwise a handle that you free.
//! Pass NULL if the status is enough. Errors are immutable and may be read by several threads.

use std::ffi::{CString, c_char};

use super::boundary;
use super::handle::Table;
use super::pointer::Out;
use super::status::{THUMBLING_ERROR_INVALID_ARGUMENT, THUMBLING_OK, thumbling_status_t};
use super::text;
use thumbling::Error;
use thumbling_engine::EngineError;

/// An error with its details.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_error_t {
    /// 0: none.
    pub id: u64,
}

pub(super) struct Failure {
    error: Error,
    detail: CString,
    correlation: Option<CString>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let detail = text::owned(error.detail());
        let correlation = engine_error(&error).map(|e| text::owned(e.correlation().as_str()));
        Self { error, detail, correlation }
    }
}

/// The engine's error that `error` stands for, if it does.
fn engine_error(error: &Error) -> Option<&EngineError> {
    std::error::Error::source(error).and_then(|e| e.downcast_ref())
}

pub(super) struct Errors(Table<Failure>);

pub(super) static ERRORS: Errors = Errors(Table::new(1, "thumbling_error_t"));

impl Errors {
    pub(super) fn insert(&self, error: Error) -> thumbling::Result<u64> {
        self.0.insert(error.into())
    }

    /// Applies `read` to the error that `id` names, and to the engine's error that it stands for.
    pub(super) fn with<T>(
        &self,
        id: u64,
        read: impl FnOnce(&Error, Option<&EngineError>) -> T,
    ) -> thumbling::Result<T> {
        let failure = self.0.get(id)?;
        Ok(read(&failure.error, engine_error(&failure.error)))
    }

    pub(super) fn alive(&self) -> usize {
        self.0.alive()
    }
}

/// Runs `call`. A failure becomes its number, and an error handle if the caller passed a place for one.
pub(super) fn status(
    error: Out<'_, thumbling_error_t>,
    call: impl FnOnce() -> thumbling::Result<()>,
) -> thumbling_status_t {
    match boundary::result(call) {
        Ok(()) => THUMBLING_OK,
        Err(e) => {
            let code = e.kind().code();
            // If even this fails, the status still says what happened.
            if error.is_wanted() {
                let id = boundary::value(0, || ERRORS.insert(e));
                let _ = error.put(thumbling_error_t { id });
            }
            code
        }
    }
}

/// The status that was returned with it; THUMBLING_ERROR_INVALID_ARGUMENT for an invalid handle.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_status(error: thumbling_error_t) -> thumbling_status_t {
    boundary::value(THUMBLING_ERROR_INVALID_ARGUMENT, || Ok(ERRORS.0.get(error.id)?.error.kind().code()))
}

/// Human-readable detail, for logs. Valid until the error is freed; NULL for an invalid handle.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_detail(error: thumbling_error_t) -> *const c_char {
    boundary::value(std::ptr::null(), || Ok(ERRORS.0.get(error.id)?.detail.as_ptr()))
}

/// The name of the source's format, such as "jpeg"; NULL if it was not identified. Static string.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_format(error: thumbling_error_t) -> *const c_char {
    boundary::value(std::ptr::null(), || {
        Ok(ERRORS.0.get(error.id)?.error.format().map_or(std::ptr::null(), text::fixed))
    })
}

/// The id under which the engine logged the failed call: the caller's trace id, or a UUID. NULL if the error does not come
/// from an engine. Valid until the error is freed.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_correlation(error: thumbling_error_t) -> *const c_char {
    boundary::value(std::ptr::null(), || Ok(text::pointer_to(&ERRORS.0.get(error.id)?.correlation)))
}

/// When to retry, ms; 0 if retrying does not help or the time is unknown.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_retry_after_ms(error: thumbling_error_t) -> u64 {
    boundary::value(0, || {
        let after = ERRORS.with(error.id, |_, e| e.and_then(EngineError::retry_after))?.unwrap_or_default();
        Ok(u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
    })
}

/// Frees an error; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_free(error: thumbling_error_t) -> thumbling_status_t {
    boundary::status(|| ERRORS.0.free(error.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_clears_the_error() {
        let mut error = thumbling_error_t { id: 7 };
        // SAFETY: a valid pointer.
        assert_eq!(status(unsafe { Out::new(&mut error) }, || Ok(())), THUMBLING_OK);
        assert_eq!(error.id, 0);
    }

    #[test]
    fn a_panic_has_an_error_too() {
        let mut error = thumbling_error_t { id: 0 };
        // SAFETY: a valid pointer.
        let code = status(unsafe { Out::new(&mut error) }, || panic!("on purpose"));
        assert_eq!(thumbling_error_status(error), code);
        assert_eq!(thumbling_error_free(error), THUMBLING_OK);
    }
}
