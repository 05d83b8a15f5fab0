//! The engine: what an error says more
//!
//! An error of an engine's call is a thumbling_error_t like any other.

use std::ffi::c_char;

use super::super::boundary;
use super::super::error::{ERRORS, thumbling_error_t};
use super::super::text;
use super::drive::THUMBLING_LANGUAGE_ZH_CN;
use crate::engine::EngineError;
use crate::engine::caller::Language;
use crate::engine::message::Problem;

fn with<T>(error: thumbling_error_t, look: impl FnOnce(&EngineError) -> T) -> crate::Result<Option<T>> {
    ERRORS.with(error.id, |error| std::error::Error::source(error).and_then(|e| e.downcast_ref()).map(look))
}

/// When trying again may help, ms; 0 if it does not, or nobody knows.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_retry_after_ms(error: thumbling_error_t) -> u64 {
    boundary::value(0, || {
        let after = with(error, |e| e.retry_after())?.flatten().unwrap_or_default();
        Ok(u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
    })
}

/// By what the call is found in the log, copied to `buffer` of `capacity` bytes with a NUL behind it. Returns its length
/// without the NUL, also if `buffer` is too small (nothing is written then); 0 if the error is not an engine's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_error_correlation(
    error: thumbling_error_t,
    buffer: *mut c_char,
    capacity: usize,
) -> usize {
    boundary::value(0, || {
        let id = with(error, |e| e.correlation().as_str().to_owned())?.unwrap_or_default();
        // SAFETY: the header asks for as many writable bytes as are said.
        Ok(unsafe { super::url::copied(&id, buffer, capacity) })
    })
}

/// What is the matter, for people, in `language` (THUMBLING_LANGUAGE_...). Never freed; NULL if the handle names no
/// error.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_message(error: thumbling_error_t, language: i32) -> *const c_char {
    boundary::value(std::ptr::null(), || {
        let kind = ERRORS.with(error.id, |error| error.kind())?;
        let problem = with(error, Problem::of)?.unwrap_or_else(|| kind.into());
        let language = if language == THUMBLING_LANGUAGE_ZH_CN { Language::ZhCn } else { Language::EnUs };
        Ok(text::fixed(problem.spelling().text(language)))
    })
}
