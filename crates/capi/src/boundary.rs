//! Where errors become status numbers and panics end: nothing unwinds into C.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::{ERRORS, thumbling_error_t};
use super::pointer::Out;
use super::status::{THUMBLING_OK, thumbling_status_t};
use thumbling::{Error, Result};

/// Runs `call`. A failure becomes its number, and an error handle if the caller passed a place for one.
pub(super) fn status(error: Out<'_, thumbling_error_t>, call: impl FnOnce() -> Result<()>) -> thumbling_status_t {
    match catch(call).and_then(|result| result) {
        Ok(()) => THUMBLING_OK,
        Err(e) => {
            let code = e.kind().code();
            // If even this fails, the status still says what happened.
            if error.is_wanted() {
                let id = catch(|| ERRORS.insert(e)).and_then(|id| id).unwrap_or(0);
                let _ = error.put(thumbling_error_t { id });
            }
            code
        }
    }
}

/// Runs `call`, which cannot report an error: returns `otherwise` if it fails.
pub(super) fn value<T>(otherwise: T, call: impl FnOnce() -> Result<T>) -> T {
    catch(call).and_then(|result| result).unwrap_or(otherwise)
}

/// Runs `call`; a panic is `internal`. Everything that `call` holds is dropped or behind a lock that ignores poison, so
/// no broken state is seen later.
fn catch<T>(call: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| Error::internal(format!("a panic: {}", message(panic))))
}

fn message(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&'static str>() {
            Ok(text) => (*text).to_owned(),
            Err(panic) => {
                // Its drop could panic again.
                std::mem::forget(panic);
                "of an unknown type".to_owned()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling::ErrorKind;

    #[test]
    fn a_panic_becomes_internal() {
        let status = status(Out::none(), || panic!("on purpose"));
        assert_eq!(status, ErrorKind::Internal.code());
    }

    #[test]
    fn a_panic_becomes_the_value_that_stands_for_failure() {
        assert_eq!(value(7, || panic!("on purpose")), 7);
    }

    #[test]
    fn an_error_becomes_its_number() {
        assert_eq!(status(Out::none(), || Err(Error::limit("too many"))), ErrorKind::Limit.code());
    }

    #[test]
    fn success_clears_the_error() {
        let mut error = thumbling_error_t { id: 7 };
        // SAFETY: a valid pointer.
        assert_eq!(status(unsafe { Out::new(&mut error) }, || Ok(())), THUMBLING_OK);
        assert_eq!(error.id, 0);
    }
}
