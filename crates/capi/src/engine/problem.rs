//! The engine: what an error says more
//!
//! An error of an engine's call is a thumbling_error_t like any other.

use std::ffi::c_char;

use super::super::boundary;
use super::super::error::{ERRORS, thumbling_error_t};
use super::super::pointer::Out;
use super::super::status::thumbling_status_t;
use super::super::text;
use super::super::versioned::{OutStruct, Versioned};
use super::caller::THUMBLING_LANGUAGE_ZH_CN;
use thumbling_engine::EngineError;
use thumbling_engine::caller::Language;
use thumbling_engine::problem::Problem;

/// The name of a problem and its messages for people. The strings are never freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_spelling_t {
    /// sizeof(thumbling_spelling_t), set by you.
    pub struct_size: usize,
    /// Stable name, such as "no-such-space".
    pub name: *const c_char,
    /// Message in American English.
    pub en_us: *const c_char,
    /// Message in simplified Chinese.
    pub zh_cn: *const c_char,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_spelling_t {
    const NAME: &'static str = "thumbling_spelling_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl From<Problem> for thumbling_spelling_t {
    fn from(problem: Problem) -> Self {
        let problem = problem.text();
        Self {
            struct_size: size_of::<Self>(),
            name: text::fixed(problem.name),
            en_us: text::fixed(problem.en_us),
            zh_cn: text::fixed(problem.zh_cn),
        }
    }
}

fn problem(error: thumbling_error_t) -> thumbling::Result<Problem> {
    let kind = ERRORS.with(error.id, |error| error.kind())?;
    Ok(with(error, Problem::of_error)?.unwrap_or_else(|| kind.into()))
}

fn with<T>(error: thumbling_error_t, look: impl FnOnce(&EngineError) -> T) -> thumbling::Result<Option<T>> {
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
        let language = if language == THUMBLING_LANGUAGE_ZH_CN { Language::ZhCn } else { Language::EnUs };
        Ok(text::fixed(problem(error)?.message(language)))
    })
}

/// The name of the problem, and its messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_error_spelling(
    error: thumbling_error_t,
    spelling: *mut thumbling_spelling_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let out = unsafe { OutStruct::new(spelling) }?;
        out.put(problem(error)?.into());
        Ok(())
    })
}
