//! Callbacks
//!
//! Callbacks have a `uintptr_t user_data` of your choice: an integer, since bindings pass the number of an object of their
//! own language; C casts a pointer, `(uintptr_t)&object`. Callbacks may be called by several threads at once, must not
//! throw or longjmp, and may use whatever they are passed until they return.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::boundary;
use super::handle::Table;
use super::limits::THUMBLING_NO_TIMEOUT;
use super::pointer;
use super::versioned::{self, versioned};
use thumbling::Result;
use thumbling_engine::drive::{CallContext, FileInfo};
use thumbling_engine::id::FileRef;

/// The call that a callback answers: how long the library waits for the answer, and whether it still needs it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_call_t {
    /// sizeof(thumbling_call_t) of the library.
    pub struct_size: usize,
    /// Private: names the call until the callback returns.
    pub id: u64,
    /// Time left when the callback was called, ms; THUMBLING_NO_TIMEOUT if the library waits without a limit.
    pub remaining_ms: u64,
    /// 1 if nobody needed the answer any more when the callback was called, else 0.
    pub is_cancelled: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_call_t);

/// `uintptr_t` in the header, where cbindgen would write `size_t`.
pub(super) type UserData = usize;

/// Called exactly once, when the library no longer needs `user_data` and the memory that was passed along with it.
pub type thumbling_release_t = Option<unsafe extern "C" fn(user_data: UserData)>;

/// The answer of a callback.
pub(super) enum Reply {
    Info(FileInfo),
    File(FileRef),
}

/// A callback in progress.
pub(super) struct Call {
    context: CallContext,
    reply: Mutex<Option<Reply>>,
}

pub(super) static CALLS: Table<Call> = Table::new(6, "thumbling_call_t");

/// What a host lends to the library, and how it is given back.
pub(super) struct Lent {
    pub(super) user_data: UserData,
    pub(super) release: thumbling_release_t,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the host passed both together, and this runs once.
            unsafe { release(self.user_data) }
        }
    }
}

/// Frees the handle of a call, whatever happens to the callback.
struct Ended(u64);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = CALLS.free(self.0);
    }
}

/// Passes a call to `callback`; returns its result and the reply that it left.
pub(super) fn with<T>(
    context: &CallContext,
    callback: impl FnOnce(*const thumbling_call_t) -> T,
) -> Result<(T, Option<Reply>)> {
    let id = CALLS.insert(Call { context: context.clone(), reply: Mutex::new(None) })?;
    let ended = Ended(id);
    let call = thumbling_call_t {
        struct_size: size_of::<thumbling_call_t>(),
        id,
        remaining_ms: millis(context.remaining()),
        is_cancelled: context.is_cancelled().into(),
        reserved: 0,
    };
    let result = callback(&call);
    let reply = CALLS.get(id)?.reply.lock().unwrap_or_else(PoisonError::into_inner).take();
    drop(ended);
    Ok((result, reply))
}

fn millis(remaining: Option<Duration>) -> u64 {
    remaining.map_or(THUMBLING_NO_TIMEOUT, |left| u64::try_from(left.as_millis()).unwrap_or(THUMBLING_NO_TIMEOUT))
}

/// Applies `read` to the call at `from`.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says.
unsafe fn read<T>(from: *const thumbling_call_t, read: impl FnOnce(&CallContext) -> T) -> Result<T> {
    // SAFETY: promised by the caller.
    let id = unsafe { versioned::read(from) }?.id;
    Ok(read(&CALLS.get(id)?.context))
}

/// Leaves the answer to the call at `from`.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn reply(from: *const thumbling_call_t, reply: Reply) -> Result<()> {
    if from.is_null() {
        return Err(pointer::null("call"));
    }
    // SAFETY: promised by the caller.
    let id = unsafe { versioned::read(from) }?.id;
    *CALLS.get(id)?.reply.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
    Ok(())
}

/// Time left now, ms; THUMBLING_NO_TIMEOUT if the library waits without a limit, 0 if the callback has returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_call_remaining_ms(call: *const thumbling_call_t) -> u64 {
    // SAFETY: the header asks for the pointer that a callback was passed.
    boundary::value(0, || unsafe { read(call, |context| millis(context.remaining())) })
}

/// 1 if nobody needs the answer any more or the callback has returned, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_call_is_cancelled(call: *const thumbling_call_t) -> i32 {
    // SAFETY: the header asks for the pointer that a callback was passed.
    boundary::value(1, || unsafe { read(call, |context| context.is_cancelled().into()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling::CancelToken;

    #[test]
    fn a_call_follows_its_context_and_ends_with_its_callback() {
        let cancel = CancelToken::new();
        let context = CallContext::new(Some(Duration::from_secs(5)), cancel.clone());
        let (copy, _) = with(&context, |call| {
            // SAFETY: `call` is valid until this returns.
            unsafe {
                assert!((*call).remaining_ms <= 5000 && (*call).is_cancelled == 0);
                assert!(thumbling_call_remaining_ms(call) <= 5000 && thumbling_call_is_cancelled(call) == 0);
                cancel.cancel();
                assert_eq!(thumbling_call_is_cancelled(call), 1);
                *call
            }
        })
        .unwrap();
        // SAFETY: `copy` is a struct of the right size.
        unsafe {
            assert_eq!(thumbling_call_remaining_ms(&copy), 0);
            assert!(reply(&copy, Reply::File(file())).is_err());
        }
    }

    #[test]
    fn a_call_without_a_timeout_says_so() {
        let ((), _) = with(&CallContext::unbounded(), |call| {
            // SAFETY: `call` is valid until this returns.
            assert_eq!(unsafe { (*call).remaining_ms }, THUMBLING_NO_TIMEOUT);
        })
        .unwrap();
    }

    fn file() -> FileRef {
        use thumbling_engine::id::{FileId, SpaceId};
        FileRef::new(SpaceId::new("s").unwrap(), FileId::new("f").unwrap())
    }
}
