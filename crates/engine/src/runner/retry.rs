//! What follows a failure: the one table of what is retried and what is remembered.
//!
//! | failure | attempts | afterwards |
//! |---|---|---|
//! | of the drive (`io`, a panic of the host, a damaged answer) | 4, after 1, 5 and 25 s | remembered for 5 minutes |
//! | `timeout` of the drive | 2, after 10 s | remembered for 5 minutes |
//! | `timeout` of the file | 2, after 10 s | remembered for 6 hours |
//! | `internal`: the decoder panicked | 2, after 2 s | remembered until the file or the decoder changes |
//! | any other of the file: `corrupt`, `limit`, `encrypted` … | 1 | remembered until the file or the decoder changes |
//! | of the machine: `busy`, `sandbox-unavailable` | 8, after 1 to 60 s | not remembered |
//! | of the drive's rules: `not-found`, `denied`, `viral`, `malicious` | 1 | not remembered |
//! | of the engine's store, which says nothing about the file | no limit, after 10 s | |
//! | of a store that is damaged | 1 | not remembered |
//! | `cancelled` | no limit | back to the queue |
//!
//! "Not remembered": the task fails, and the next lookup tries again.

use std::time::Duration;

use crate::model::error::{EngineError, Subject};
use crate::model::job::RetryCause;
use crate::runtime::jobs::Attempts;
use crate::runtime::watch::Stuck;
use thumbling::ErrorKind;

/// Attempts when the drive fails.
const DRIVE_TRIES: u32 = 4;
/// Attempts when the machine has no room for the file.
const MACHINE_TRIES: u32 = 8;

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The content of the file, or its decoder.
    File,
    /// The host's drive.
    Drive,
    /// The engine's own store.
    Store,
}

impl Origin {
    /// What failed if an engine call failed with `e`.
    pub(super) fn of(e: &EngineError) -> Self {
        match e.subject() {
            Subject::Store => Self::Store,
            Subject::Drive => Self::Drive,
            _ => Self::File,
        }
    }

    /// What failed if a worker is stuck.
    pub(super) fn of_stuck(at: Stuck) -> Self {
        match at {
            Stuck::Drive => Self::Drive,
            Stuck::Decoder => Self::File,
        }
    }
}

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

/// What follows a failure of `kind`.
pub(super) fn disposition(kind: ErrorKind, origin: Origin, attempts: Attempts) -> Disposition {
    let seconds = Duration::from_secs;
    let retry = |after, cause| Disposition::Retry { after: seconds(after), cause };
    let remember = |retry_after: Option<u64>| Disposition::Record { retry_after: retry_after.map(seconds) };
    let delay = 5u64.saturating_pow(attempts.tries).min(60);
    match (kind, origin) {
        (ErrorKind::Cancelled, _) => Disposition::Release,
        (ErrorKind::Corrupt, Origin::Store) => Disposition::Fail,
        (_, Origin::Store) => retry(10, RetryCause::Store),
        (ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Viral | ErrorKind::Malicious, _) => Disposition::Fail,
        (ErrorKind::Busy | ErrorKind::SandboxUnavailable, _) if attempts.tries + 1 < MACHINE_TRIES => {
            retry(delay, RetryCause::Drive)
        }
        (ErrorKind::Busy | ErrorKind::SandboxUnavailable, _) => Disposition::Fail,
        (ErrorKind::Timeout, _) if attempts.timeouts == 0 => retry(10, RetryCause::Timeout),
        (ErrorKind::Timeout, Origin::Drive) => remember(Some(5 * 60)),
        (ErrorKind::Timeout, Origin::File) => remember(Some(6 * 60 * 60)),
        (ErrorKind::Io, _) | (_, Origin::Drive) if attempts.tries + 1 < DRIVE_TRIES => retry(delay, RetryCause::Drive),
        (ErrorKind::Io, _) | (_, Origin::Drive) => remember(Some(5 * 60)),
        (ErrorKind::Internal, Origin::File) if attempts.timeouts == 0 => retry(2, RetryCause::Timeout),
        (_, Origin::File) => remember(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What follows each attempt until the job ends: delays, and the disposition that ends it.
    fn course(kind: ErrorKind, origin: Origin) -> (Vec<u64>, Disposition) {
        let (mut delays, mut attempts) = (Vec::new(), Attempts::default());
        loop {
            match disposition(kind, origin, attempts) {
                Disposition::Retry { after, cause } => {
                    delays.push(after.as_secs());
                    match cause {
                        RetryCause::Drive => attempts.tries += 1,
                        RetryCause::Timeout => attempts.timeouts += 1,
                        RetryCause::Store => return (delays, Disposition::Retry { after, cause }),
                    }
                }
                end => return (delays, end),
            }
        }
    }

    fn remembered(seconds: u64) -> Disposition {
        Disposition::Record { retry_after: Some(Duration::from_secs(seconds)) }
    }

    const FOR_GOOD: Disposition = Disposition::Record { retry_after: None };

    #[test]
    fn a_failure_of_the_file_is_remembered_until_it_changes() {
        use ErrorKind::*;
        for kind in [Corrupt, Limit, Encrypted, Unsupported, FeatureDisabled, NoVisual, InvalidArgument] {
            assert_eq!(course(kind, Origin::File), (vec![], FOR_GOOD), "{kind}");
        }
        assert_eq!(course(Internal, Origin::File), (vec![2], FOR_GOOD));
        assert_eq!(course(Timeout, Origin::File), (vec![10], remembered(6 * 60 * 60)));
    }

    #[test]
    fn a_failure_of_the_drive_is_never_remembered_for_long() {
        for kind in [ErrorKind::Io, ErrorKind::Internal, ErrorKind::Corrupt, ErrorKind::Limit] {
            assert_eq!(course(kind, Origin::Drive), (vec![1, 5, 25], remembered(5 * 60)), "{kind}");
        }
        assert_eq!(course(ErrorKind::Io, Origin::File), (vec![1, 5, 25], remembered(5 * 60)));
        assert_eq!(course(ErrorKind::Timeout, Origin::Drive), (vec![10], remembered(5 * 60)));
    }

    #[test]
    fn what_other_files_or_the_machine_cause_is_not_remembered() {
        for origin in [Origin::File, Origin::Drive] {
            for kind in [ErrorKind::Busy, ErrorKind::SandboxUnavailable] {
                assert_eq!(course(kind, origin), (vec![1, 5, 25, 60, 60, 60, 60], Disposition::Fail), "{kind}");
            }
        }
    }

    #[test]
    fn a_refusal_of_the_drive_fails_the_task_alone() {
        use ErrorKind::*;
        for (kind, origin) in [NotFound, Denied, Viral, Malicious].map(|kind| (kind, Origin::Drive)) {
            assert_eq!(course(kind, origin), (vec![], Disposition::Fail), "{kind}");
        }
    }

    #[test]
    fn a_failure_of_the_store_says_nothing_about_the_file() {
        for kind in [ErrorKind::Io, ErrorKind::Busy, ErrorKind::Internal] {
            let forever = Disposition::Retry { after: Duration::from_secs(10), cause: RetryCause::Store };
            assert_eq!(course(kind, Origin::Store), (vec![10], forever), "{kind}");
        }
        assert_eq!(course(ErrorKind::Corrupt, Origin::Store), (vec![], Disposition::Fail));
    }

    #[test]
    fn a_cancelled_job_goes_back_to_the_queue() {
        for origin in [Origin::File, Origin::Drive, Origin::Store] {
            assert_eq!(course(ErrorKind::Cancelled, origin), (vec![], Disposition::Release));
        }
    }
}
