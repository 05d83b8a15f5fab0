//! Engine: messages for people
//!
//! Everything that can go wrong with a call or a file has a stable name, such as "no-such-space", and a message in each
//! language that contains no details and may be shown to anyone.

use std::ffi::c_char;

use super::super::boundary;
use super::super::error::{ERRORS, thumbling_error_t};
use super::super::pointer::Text;
use super::super::text;
use super::caller::language;
use thumbling::{Error, Result};
use thumbling_engine::problem::Problem;

fn of_error(error: thumbling_error_t) -> Result<Problem> {
    ERRORS.with(error.id, |error, engine| engine.map_or_else(|| error.kind().into(), Problem::of_error))
}

/// The name of the problem behind an error; NULL for an invalid handle. Static string.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_error_problem(error: thumbling_error_t) -> *const c_char {
    boundary::value(std::ptr::null(), || Ok(text::fixed(of_error(error)?.text().name)))
}

/// The message of the problem `name` in `language` (THUMBLING_LANGUAGE_...); NULL if there is none. Static string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_problem_message(name: *const c_char, language: i32) -> *const c_char {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let name = unsafe { Text::new(name) };
    boundary::value(std::ptr::null(), || {
        let (name, language) = (name.required("name")?, self::language(language)?);
        let problem = Problem::ALL.iter().find(|problem| problem.text().name == name);
        let unknown = || Error::invalid_argument(format!("no problem is named {name:?}"));
        Ok(text::fixed(problem.ok_or_else(unknown)?.message(language)))
    })
}
