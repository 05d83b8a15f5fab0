//! Where errors become status numbers and panics end: nothing unwinds into C.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::status::{THUMBLING_OK, thumbling_status_t};
use thumbling::{Error, Result};

/// Runs `call`; a failure becomes its number.
pub(super) fn status(call: impl FnOnce() -> Result<()>) -> thumbling_status_t {
    result(call).map_or_else(|e| e.kind().code(), |()| THUMBLING_OK)
}

/// Runs `call`; a panic becomes `internal`.
pub(super) fn result<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch(call).and_then(|result| result)
}

/// Runs `call`, which cannot report an error: returns `otherwise` if it fails.
pub(super) fn value<T>(otherwise: T, call: impl FnOnce() -> Result<T>) -> T {
    result(call).unwrap_or(otherwise)
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
        assert_eq!(status(|| panic!("on purpose")), ErrorKind::Internal.code());
    }

    #[test]
    fn a_panic_becomes_the_value_that_stands_for_failure() {
        assert_eq!(value(7, || panic!("on purpose")), 7);
    }

    #[test]
    fn an_error_becomes_its_number() {
        assert_eq!(status(|| Err(Error::limit("too many"))), ErrorKind::Limit.code());
    }
}
