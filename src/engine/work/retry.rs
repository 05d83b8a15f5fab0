//! What to do about a failure, by its class: what the file is to blame for is not tried again until it changes.

use std::time::Duration;

use crate::engine::port::queue::Cause;
use crate::error::ErrorKind;

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The same job tries again.
    Again { after: Duration, cause: Cause },
    /// It is written down; look-ups try again after so long, or not before the file or the decoder changes.
    Settle { retry_after: Option<Duration> },
    /// The task ends, and nothing is written down: it is not the content's failure.
    Lose,
    /// The engine closes; the job goes back into the queue as it was.
    HandBack,
}

/// No retry of a look-up lies farther ahead than this: one that does says that the clock was set back. Ms.
const FARTHEST: i64 = 7 * 60 * 60 * 1000;

/// What a job has been through.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Past {
    pub(crate) tries: u32,
    pub(crate) timeouts: u32,
}

/// What follows a failure of `kind`.
pub(crate) fn next(kind: ErrorKind, past: Past) -> Next {
    let seconds = Duration::from_secs;
    match kind {
        ErrorKind::Io | ErrorKind::Busy | ErrorKind::SandboxUnavailable if past.tries < 3 => {
            Next::Again { after: seconds(5u64.pow(past.tries)), cause: Cause::Drive }
        }
        ErrorKind::Io | ErrorKind::Busy | ErrorKind::SandboxUnavailable => {
            Next::Settle { retry_after: Some(seconds(5 * 60)) }
        }
        ErrorKind::Timeout if past.timeouts == 0 => Next::Again { after: seconds(10), cause: Cause::Timeout },
        ErrorKind::Timeout => Next::Settle { retry_after: Some(seconds(6 * 60 * 60)) },
        ErrorKind::Internal if past.timeouts == 0 => Next::Again { after: seconds(2), cause: Cause::Timeout },
        ErrorKind::Cancelled => Next::HandBack,
        ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Viral | ErrorKind::Malicious => Next::Lose,
        ErrorKind::Internal
        | ErrorKind::Unsupported
        | ErrorKind::FeatureDisabled
        | ErrorKind::NoVisual
        | ErrorKind::Encrypted
        | ErrorKind::Corrupt
        | ErrorKind::Limit
        | ErrorKind::InvalidArgument
        | _ => Next::Settle { retry_after: None },
    }
}

/// Whether a retry of `at` is due at `now`, both ms since 1970.
pub(crate) fn is_due(at: i64, now: i64) -> bool {
    at <= now || at.saturating_sub(now) > FARTHEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_file_is_not_tried_again() {
        for kind in [ErrorKind::Corrupt, ErrorKind::Limit, ErrorKind::Encrypted, ErrorKind::Unsupported] {
            assert_eq!(next(kind, Past::default()), Next::Settle { retry_after: None }, "{kind}");
        }
    }

    #[test]
    fn a_drive_that_fails_is_tried_three_times_more_and_then_later() {
        for tries in 0..3 {
            assert!(matches!(
                next(ErrorKind::Io, Past { tries, timeouts: 0 }),
                Next::Again { cause: Cause::Drive, .. }
            ));
        }
        assert!(matches!(next(ErrorKind::Io, Past { tries: 3, timeouts: 0 }), Next::Settle { retry_after: Some(_) }));
    }

    #[test]
    fn two_time_outs_are_enough() {
        assert!(matches!(next(ErrorKind::Timeout, Past::default()), Next::Again { cause: Cause::Timeout, .. }));
        let twice = Past { tries: 0, timeouts: 1 };
        assert!(matches!(next(ErrorKind::Timeout, twice), Next::Settle { retry_after: Some(_) }));
        assert_eq!(next(ErrorKind::Internal, twice), Next::Settle { retry_after: None });
    }

    #[test]
    fn a_clock_that_was_set_back_delays_no_retry() {
        assert!(is_due(5, 5) && !is_due(1000, 5));
        assert!(is_due(10 * 24 * 60 * 60 * 1000, 5));
    }
}
