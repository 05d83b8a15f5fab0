//! Cancelling from another thread
//!
//! A request with a token ends with THUMBLING_ERROR_CANCELLED soon after the token is raised.

use super::boundary;
use super::error::{self, thumbling_error_t};
use super::handle::Table;
use super::pointer::Out;
use super::status::thumbling_status_t;
use thumbling::CancelToken;

/// A flag that stops the requests that refer to it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_cancel_t {
    /// 0: none.
    pub id: u64,
}

pub(super) static CANCELS: Table<CancelToken> = Table::new(4, "thumbling_cancel_t");

/// A new token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_cancel_new(
    cancel: *mut thumbling_cancel_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (cancel, error) = unsafe { (Out::new(cancel), Out::new(error)) };
    error::status(error, || {
        let cancel = cancel.required("cancel")?;
        cancel.put(thumbling_cancel_t { id: CANCELS.insert(CancelToken::new())? })
    })
}

/// Raises a token, permanently.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_cancel_raise(cancel: thumbling_cancel_t) -> thumbling_status_t {
    boundary::status(|| {
        CANCELS.get(cancel.id)?.cancel();
        Ok(())
    })
}

/// Frees a token; 0 is a no-op. Running requests that refer to it continue.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_cancel_free(cancel: thumbling_cancel_t) -> thumbling_status_t {
    boundary::status(|| CANCELS.free(cancel.id))
}
