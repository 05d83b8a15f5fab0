//! The engine: being told of tasks that end
//!
//! A callback of yours, on a thread of the engine's, outside any lock: it may call the engine.

use std::ffi::c_void;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::{self, Out};
use super::super::source::{Lent, thumbling_release_t};
use super::super::status::thumbling_status_t;
use super::open::{engine, thumbling_engine_t};
use super::status::{TASKS, insert};
use super::task::thumbling_task_t;
use thumbling_engine::events::Subscription;

/// Calls back as long as it lives.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_subscription_t {
    /// 0 is none.
    pub id: u64,
}

/// Told of a task that ended. `task` is freed when the call returns. It must not throw.
pub type thumbling_finished_t = Option<unsafe extern "C" fn(user_data: *mut c_void, task: thumbling_task_t)>;

pub(super) static SUBSCRIPTIONS: Table<Subscription> = Table::new(18, "thumbling_subscription_t");

/// Calls `finished` with every task that ends from now on, once each, on a thread of the engine's. `release` may be
/// NULL; it is called exactly once, also if this fails, and `finished` never after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_subscription_new(
    engine: thumbling_engine_t,
    finished: thumbling_finished_t,
    user_data: *mut c_void,
    release: thumbling_release_t,
    subscription: *mut thumbling_subscription_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (subscription, error) = unsafe { (Out::new(subscription), Out::new(error)) };
    boundary::status(error, || {
        let subscription = subscription.required("subscription")?;
        let finished = finished.ok_or_else(|| pointer::null("finished"))?;
        let engine = self::engine(engine)?;
        let made = engine.on_finished(move |status| {
            let lent = &lent;
            let Ok(task) = insert(status.clone()) else { return };
            // SAFETY: the host gave the callback together with its user data.
            unsafe { finished(lent.user_data, task) };
            let _ = TASKS.free(task.id);
        });
        subscription.put(thumbling_subscription_t { id: SUBSCRIPTIONS.insert(made)? })
    })
}

/// Ends a subscription; 0 is a no-op. A call that has begun is waited for, and `user_data` released, before this returns;
/// if it is that call which frees, it is released as soon as the call returns.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_subscription_free(subscription: thumbling_subscription_t) -> thumbling_status_t {
    boundary::status(Out::none(), || SUBSCRIPTIONS.free(subscription.id))
}
