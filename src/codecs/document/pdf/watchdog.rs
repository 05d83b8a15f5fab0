//! Runs third-party code that may panic, recurse deeply or run for too long on a thread of its own.
//!
//! A panic becomes an error, the stack is large enough for the parser's own depth limits, and the caller gets an answer
//! by its deadline. A thread cannot be stopped from outside: it ends when its code next checks the interrupt. Threads
//! past their deadline are counted, and no more are started while there are too many.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, ErrorKind, Result};

/// Stack size, bytes: the parser nests objects 512 deep, the interpreter content streams 50 deep. Untouched pages cost
/// nothing.
const STACK: usize = 64 << 20;
/// Threads that may be past their deadline at once.
const MAX_LATE: u32 = 4;

static LATE: AtomicU32 = AtomicU32::new(0);

// The state of a thread.
const AWAITED: u8 = 0;
const DONE: u8 = 1;
const LET_GO: u8 = 2;

/// The panic payload that unwinds a thread whose time is up.
struct TimeUp;

/// Unwinds the thread if the time is up. Only to be called from code that [`run`] runs.
pub(super) fn stop_if_due(interrupt: &Interrupt) {
    if interrupt.check().is_err() {
        // Does not call the panic hook: nothing is printed.
        resume_unwind(Box::new(TimeUp));
    }
}

/// Whether abandoned threads are still running.
#[cfg(feature = "pdfium")]
pub(super) fn is_late() -> bool {
    LATE.load(Ordering::Relaxed) > 0
}

/// Runs `work` until it ends, panics, or reaches the deadline of `interrupt`.
pub(super) fn run<T: Send + 'static>(
    interrupt: &Interrupt,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    interrupt.check()?;
    if LATE.load(Ordering::Relaxed) >= MAX_LATE {
        return Err(Error::new(ErrorKind::Busy, "too many earlier documents are still running past their deadlines"));
    }
    let (answer, wait) = mpsc::channel();
    let state = Arc::new(AtomicU8::new(AWAITED));
    let own_state = state.clone();
    let body = move || {
        let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            Err(match panic.is::<TimeUp>() {
                true => Error::new(ErrorKind::Timeout, "the deadline passed"),
                false => Error::corrupt("the document crashed its parser"),
            })
        });
        let _ = answer.send(done);
        if own_state.swap(DONE, Ordering::AcqRel) == LET_GO {
            LATE.fetch_sub(1, Ordering::Relaxed);
        }
    };
    let thread = std::thread::Builder::new().name("pdf".to_owned()).stack_size(STACK);
    thread.spawn(body).map_err(|e| Error::internal(format!("cannot start a thread: {e}")).caused_by(e))?;
    loop {
        match wait.recv_timeout(Duration::from_millis(10)) {
            Ok(done) => {
                // The interrupt tells cancellation from timeout.
                if matches!(&done, Err(e) if e.kind() == ErrorKind::Timeout) {
                    interrupt.check()?;
                }
                return done;
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(late) = interrupt.check() {
                    // Counted before it can be subtracted.
                    LATE.fetch_add(1, Ordering::Relaxed);
                    if state.swap(LET_GO, Ordering::AcqRel) == DONE {
                        LATE.fetch_sub(1, Ordering::Relaxed);
                    }
                    return Err(late);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Err(Error::internal("the thread is gone")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use thumbling_core::cancel::CancelToken;

    fn for_ms(ms: u64) -> Interrupt {
        Interrupt::new(Some(Duration::from_millis(ms)), CancelToken::new())
    }

    #[test]
    fn a_panic_is_an_error() {
        let done = run(&for_ms(60_000), || -> Result<()> { resume_unwind(Box::new("index out of bounds")) });
        assert_eq!(done.unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn work_that_checks_the_interrupt_stops_at_the_deadline() {
        let interrupt = for_ms(20);
        let asked = interrupt.clone();
        let done = run(&interrupt, move || -> Result<()> {
            loop {
                stop_if_due(&asked);
            }
        });
        assert_eq!(done.unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[test]
    fn work_that_never_checks_does_not_block_the_caller() {
        let start = Instant::now();
        let done = run(&for_ms(20), || {
            std::thread::sleep(Duration::from_millis(400));
            Ok(())
        });
        assert_eq!(done.unwrap_err().kind(), ErrorKind::Timeout);
        assert!(start.elapsed() < Duration::from_millis(300));
    }
}
