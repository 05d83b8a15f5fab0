//! What a drive learns about the call that it answers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::deadline::Deadline;
use thumbling::CancelToken;

/// How long the engine waits for the answer of a drive, and whether it still needs one.
///
/// Both change while the drive works. A drive that asks a slow back-end passes [`remaining`](Self::remaining) on as its
/// timeout and checks [`is_cancelled`](Self::is_cancelled) between steps; a [`Source`](thumbling::Source) that it opens
/// may keep a clone, which then speaks of the read in progress.
#[derive(Clone)]
pub struct CallContext(Arc<dyn Waiting>);

/// What waits for the drive.
pub(crate) trait Waiting: Send + Sync {
    /// The time left; `None` without a deadline.
    fn remaining(&self) -> Option<Duration>;

    /// Whether nobody needs the answer any more.
    fn is_cancelled(&self) -> bool;

    /// A call, or a read of what it opened, begins.
    fn begin(&self) {}

    /// It ends.
    fn end(&self) {}

    /// The call in progress has failed.
    fn fail(&self) {}
}

/// A call, or a read, in progress.
pub(crate) struct InCall<'a>(&'a CallContext);

impl InCall<'_> {
    /// Notes that the drive failed.
    pub(crate) fn fail(&self) {
        self.0.0.fail();
    }
}

impl Drop for InCall<'_> {
    fn drop(&mut self) {
        self.0.0.end();
    }
}

struct Request {
    deadline: Option<Deadline>,
    cancel: CancelToken,
}

impl Waiting for Request {
    fn remaining(&self) -> Option<Duration> {
        self.deadline.map(Deadline::remaining)
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl CallContext {
    /// A call that ends after `timeout` (`None`: never) or when `cancel` is raised.
    pub fn new(timeout: Option<Duration>, cancel: CancelToken) -> Self {
        Self(Arc::new(Request { deadline: timeout.map(Deadline::after), cancel }))
    }

    /// A call that is waited for without a deadline and never cancelled, such as one in a test of a drive.
    pub fn unbounded() -> Self {
        Self::new(None, CancelToken::new())
    }

    /// The drive is called until the guard is dropped.
    pub(crate) fn begin(&self) -> InCall<'_> {
        self.0.begin();
        InCall(self)
    }

    pub(crate) fn of(waiting: impl Waiting + 'static) -> Self {
        Self(Arc::new(waiting))
    }

    /// How long the engine goes on waiting; `None` if it waits for as long as the drive takes.
    pub fn remaining(&self) -> Option<Duration> {
        self.0.remaining()
    }

    /// Whether nobody needs the answer any more: the task was cancelled, or the engine closes.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("remaining", &self.remaining())
            .field("is_cancelled", &self.is_cancelled())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_shrinks_to_zero() {
        let call = CallContext::new(Some(Duration::from_millis(20)), CancelToken::new());
        assert!(call.remaining().unwrap() <= Duration::from_millis(20));
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(call.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_raised_token_cancels_the_call() {
        let cancel = CancelToken::new();
        let call = CallContext::new(None, cancel.clone());
        assert!(!call.is_cancelled() && call.remaining().is_none());
        cancel.cancel();
        assert!(call.is_cancelled());
    }
}
