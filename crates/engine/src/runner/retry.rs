//! What follows a failure, by its class. Failures that the file is to blame for are not retried until it changes.

use std::time::Duration;

use crate::model::job::{Lease, RetryCause};
use thumbling::ErrorKind;

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposition {
    /// The job is retried.
    Retry {
        /// Delay of the retry.
        after: Duration,
        cause: RetryCause,
    },
    /// The failure is recorded. Lookups retry it after a delay, or not before the file or the decoder changes.
    Record { retry_after: Option<Duration> },
    /// The job fails without a record: the content is not to blame.
    Fail,
    /// The job goes back to the queue unchanged: it was cancelled, or the engine closes.
    Release,
}

/// Failed attempts of a job so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attempts {
    tries: u32,
    timeouts: u32,
}

impl From<&Lease> for Attempts {
    fn from(lease: &Lease) -> Self {
        Self { tries: lease.tries, timeouts: lease.timeouts }
    }
}

/// What follows a failure of `kind`.
pub(super) fn disposition(kind: ErrorKind, attempts: Attempts) -> Disposition {
    let seconds = Duration::from_secs;
    match kind {
        ErrorKind::Io | ErrorKind::Busy | ErrorKind::SandboxUnavailable if attempts.tries < 3 => {
            Disposition::Retry { after: seconds(5u64.pow(attempts.tries)), cause: RetryCause::Drive }
        }
        ErrorKind::Io | ErrorKind::Busy | ErrorKind::SandboxUnavailable => {
            Disposition::Record { retry_after: Some(seconds(5 * 60)) }
        }
        ErrorKind::Timeout if attempts.timeouts == 0 => {
            Disposition::Retry { after: seconds(10), cause: RetryCause::Timeout }
        }
        ErrorKind::Timeout => Disposition::Record { retry_after: Some(seconds(6 * 60 * 60)) },
        ErrorKind::Internal if attempts.timeouts == 0 => {
            Disposition::Retry { after: seconds(2), cause: RetryCause::Timeout }
        }
        ErrorKind::Cancelled => Disposition::Release,
        ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Viral | ErrorKind::Malicious => Disposition::Fail,
        ErrorKind::Internal
        | ErrorKind::Unsupported
        | ErrorKind::FeatureDisabled
        | ErrorKind::NoVisual
        | ErrorKind::Encrypted
        | ErrorKind::Corrupt
        | ErrorKind::Limit
        | ErrorKind::InvalidArgument
        | _ => Disposition::Record { retry_after: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_file_is_not_retried() {
        for kind in [ErrorKind::Corrupt, ErrorKind::Limit, ErrorKind::Encrypted, ErrorKind::Unsupported] {
            let expected = Disposition::Record { retry_after: None };
            assert_eq!(disposition(kind, Attempts::default()), expected, "{kind}");
        }
    }

    #[test]
    fn a_failing_drive_is_retried_three_times_and_then_later() {
        for tries in 0..3 {
            let retry = disposition(ErrorKind::Io, Attempts { tries, timeouts: 0 });
            assert!(matches!(retry, Disposition::Retry { cause: RetryCause::Drive, .. }));
        }
        let last = disposition(ErrorKind::Io, Attempts { tries: 3, timeouts: 0 });
        assert!(matches!(last, Disposition::Record { retry_after: Some(_) }));
    }

    #[test]
    fn the_second_timeout_is_recorded() {
        let first = disposition(ErrorKind::Timeout, Attempts::default());
        assert!(matches!(first, Disposition::Retry { cause: RetryCause::Timeout, .. }));
        let second = Attempts { tries: 0, timeouts: 1 };
        assert!(matches!(disposition(ErrorKind::Timeout, second), Disposition::Record { retry_after: Some(_) }));
        assert_eq!(disposition(ErrorKind::Internal, second), Disposition::Record { retry_after: None });
    }
}
