//! Engine: notification of ended tasks
//!
//! The callback runs on a thread of the engine, outside any lock, and may call the engine.

use super::super::boundary;
use super::super::call::{Lent, UserData, thumbling_release_t};
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{self, Out};
use super::super::status::thumbling_status_t;
use super::open::{engine, thumbling_engine_t};
use super::status::{TASKS, insert, thumbling_task_t};
use thumbling_engine::events::Subscription;

/// A subscription to ended tasks.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_subscription_t {
    /// 0: none.
    pub id: u64,
}

/// Called when a task has ended. The library frees `task` when the callback returns.
pub type thumbling_task_ended_t = Option<unsafe extern "C" fn(user_data: UserData, task: thumbling_task_t)>;

pub(super) static SUBSCRIPTIONS: Table<Subscription> = Table::new(18, "thumbling_subscription_t");

/// Calls `ended` once for every task that ends from now on. `release` may be NULL; it is called even if this function fails,
/// and `ended` never after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_subscription_new(
    engine: thumbling_engine_t,
    ended: thumbling_task_ended_t,
    release: thumbling_release_t,
    user_data: UserData,
    subscription: *mut thumbling_subscription_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (subscription, error) = unsafe { (Out::new(subscription), Out::new(error)) };
    error::status(error, || {
        let subscription = subscription.required("subscription")?;
        let ended = ended.ok_or_else(|| pointer::null("ended"))?;
        let engine = self::engine(engine)?;
        let registered = engine.on_finished(move |status| {
            let lent = &lent;
            let Ok(task) = insert(status.clone()) else { return };
            // SAFETY: the host passed the callback together with its user data.
            unsafe { ended(lent.user_data, task) };
            let _ = TASKS.free(task.id);
        });
        subscription.put(thumbling_subscription_t { id: SUBSCRIPTIONS.insert(registered)? })
    })
}

/// Ends a subscription; 0 is a no-op. Waits for a running callback and calls `release` before it returns. If called by that
/// callback, `release` is called as soon as the callback returns.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_subscription_free(subscription: thumbling_subscription_t) -> thumbling_status_t {
    boundary::status(|| SUBSCRIPTIONS.free(subscription.id))
}
