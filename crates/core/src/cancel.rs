//! Deadlines and cancellation, checked inside every long loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

/// A flag that another thread can set; clones share it.
///
/// ```
/// # use thumbling_core as thumbling;
/// let token = thumbling::CancelToken::new();
/// let other_thread = token.clone();
/// other_thread.cancel();
/// assert!(token.is_cancelled());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests that all work holding a clone stop with `cancelled`.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A deadline on the monotonic clock and a cancel token, checked together.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    deadline: Option<Instant>,
    cancel: CancelToken,
}

impl Interrupt {
    /// Interrupts when `timeout` has elapsed from now, or when `cancel` is cancelled.
    pub fn new(timeout: Option<Duration>, cancel: CancelToken) -> Self {
        Self { deadline: timeout.and_then(|t| Instant::now().checked_add(t)), cancel }
    }

    /// `cancelled` or `timeout` if the work has to stop. Costs tens of nanoseconds: call it per row or block, not per
    /// pixel.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled by the caller"));
        }
        match self.deadline {
            Some(at) if Instant::now() >= at => Err(Error::new(ErrorKind::Timeout, "the deadline passed")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_deadline_is_a_timeout() {
        let i = Interrupt::new(Some(Duration::ZERO), CancelToken::new());
        assert_eq!(i.check().unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[test]
    fn cancellation_takes_precedence_over_the_deadline() {
        let token = CancelToken::new();
        let i = Interrupt::new(Some(Duration::ZERO), token.clone());
        token.cancel();
        assert_eq!(i.check().unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
