//! The states of jobs, items and tasks, and every transition between them.
//!
//! Back-ends apply these tables and have no rules of their own: an event that a table does not list changes nothing.
//!
//! | job | lease | finish | retry | release | quarantine | due | drop |
//! |---|---|---|---|---|---|---|---|
//! | ready | leased | | | | | | gone |
//! | leased | | gone | waiting | ready | quarantined | | gone |
//! | waiting | | | | | | ready | gone |
//! | quarantined | leased | | | | | | gone |
//!
//! | item | end | cancel | restart |
//! |---|---|---|---|
//! | queued | succeeded, failed | cancelled | |
//! | succeeded | | | queued |
//! | failed, cancelled | | | |
//!
//! | task | start | end | cancel |
//! |---|---|---|---|
//! | queued | running | succeeded, partly-failed, failed | cancelled |
//! | running | running | succeeded, partly-failed, failed | cancelled |
//! | final | | | |
//!
//! Finish and retry come from the worker that holds the lease, which a back-end checks by the [token](super::job::Lease):
//! under any other token they change nothing.

use crate::model::task::{ItemState, TaskState};

/// The state of a job that a back-end stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// May be leased.
    Ready,
    /// An owner works on it, under the token of its lease.
    Leased,
    /// Waits until a retry is due.
    Waiting,
    /// Its process died while it was running. It is leased alone, by a call of its own.
    Quarantined,
}

/// What happens to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobEvent {
    /// An owner leases it, under a token that was never used before.
    Lease,
    /// Its worker reports the result.
    Finish,
    /// Its worker reports that it has to be retried.
    Retry,
    /// Its owner gives it up, or loses it: the lease expired or the process died.
    Release,
    /// Its owner's process died while it was running.
    Quarantine,
    /// Its retry is due.
    Due,
    /// Nobody waits for it any more, or its file was deleted.
    Drop,
}

/// A job after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobAfter {
    /// It is in this state.
    Is(JobState),
    /// It has ended and is no longer stored.
    Gone,
}

impl JobState {
    /// Every state. Positions are stored in databases: append only.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Leased, Self::Waiting, Self::Quarantined];

    /// The job after `event`; `None` if the event does not concern a job in this state.
    pub const fn after(self, event: JobEvent) -> Option<JobAfter> {
        let state = match (self, event) {
            (_, JobEvent::Drop) | (Self::Leased, JobEvent::Finish) => return Some(JobAfter::Gone),
            (Self::Ready | Self::Quarantined, JobEvent::Lease) => Self::Leased,
            (Self::Leased, JobEvent::Retry) => Self::Waiting,
            (Self::Leased, JobEvent::Release) | (Self::Waiting, JobEvent::Due) => Self::Ready,
            (Self::Leased, JobEvent::Quarantine) => Self::Quarantined,
            _ => return None,
        };
        Some(JobAfter::Is(state))
    }
}

impl JobEvent {
    /// Every event.
    pub const ALL: [Self; 7] =
        [Self::Lease, Self::Finish, Self::Retry, Self::Release, Self::Quarantine, Self::Due, Self::Drop];
}

/// What happens to an item of a task that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemEvent {
    /// Its job reports success.
    Succeed,
    /// Its job reports a failure.
    Fail,
    /// The task was cancelled.
    Cancel,
    /// What its job had written was lost: it is done again.
    Restart,
}

impl ItemEvent {
    /// Every event.
    pub const ALL: [Self; 4] = [Self::Succeed, Self::Fail, Self::Cancel, Self::Restart];
}

impl ItemState {
    /// The item after `event`; `None` if the event does not concern an item in this state.
    pub const fn after(self, event: ItemEvent) -> Option<Self> {
        match (self, event) {
            (Self::Queued, ItemEvent::Succeed) => Some(Self::Succeeded),
            (Self::Queued, ItemEvent::Fail) => Some(Self::Failed),
            (Self::Queued, ItemEvent::Cancel) => Some(Self::Cancelled),
            (Self::Succeeded, ItemEvent::Restart) => Some(Self::Queued),
            _ => None,
        }
    }

    /// The event that ends a queued item in this state; `None` for [`ItemState::Queued`].
    pub const fn ended_by(self) -> Option<ItemEvent> {
        match self {
            Self::Queued => None,
            Self::Succeeded => Some(ItemEvent::Succeed),
            Self::Failed => Some(ItemEvent::Fail),
            Self::Cancelled => Some(ItemEvent::Cancel),
        }
    }
}

/// What happens to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskEvent {
    /// A job that it waits for is leased.
    Start,
    /// The last of its items has ended: of `total` items, `done` succeeded and the others failed.
    End {
        /// Items.
        total: u32,
        /// Items that succeeded.
        done: u32,
    },
    /// It was cancelled.
    Cancel,
}

impl TaskState {
    /// The task after `event`; `None` if it has ended.
    pub fn after(self, event: TaskEvent) -> Option<Self> {
        if self.is_final() {
            return None;
        }
        Some(match event {
            TaskEvent::Start => Self::Running,
            TaskEvent::End { total, done } => Self::of_counts(total, done),
            TaskEvent::Cancel => Self::Cancelled,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of the module documentation, as a reader sees them: rows of cells.
    fn documented(first: &str) -> Vec<Vec<String>> {
        let lines = include_str!("transition.rs").lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
        let rows = lines.skip_while(|line| !line.starts_with(&format!("| {first} |")));
        let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        rows.take_while(|line| line.starts_with('|')).filter(|line| !line.starts_with("|---")).map(cells).collect()
    }

    #[test]
    fn every_transition_of_a_job_is_documented() {
        let table = documented("job");
        for (row, state) in table[1..].iter().zip(JobState::ALL) {
            assert_eq!(row[0], format!("{state:?}").to_lowercase());
            for (cell, event) in row[1..].iter().zip(JobEvent::ALL) {
                let after = match state.after(event) {
                    None => String::new(),
                    Some(JobAfter::Gone) => "gone".into(),
                    Some(JobAfter::Is(state)) => format!("{state:?}").to_lowercase(),
                };
                assert_eq!(*cell, after, "{state:?}, {event:?}");
            }
        }
        assert_eq!((table.len(), table[0].len()), (1 + JobState::ALL.len(), 1 + JobEvent::ALL.len()));
    }

    #[test]
    fn an_item_ends_once_and_only_success_is_undone() {
        for (state, event) in ItemState::ALL.into_iter().flat_map(|s| ItemEvent::ALL.map(|e| (s, e))) {
            let expected = match (state, event) {
                (ItemState::Queued, ItemEvent::Succeed) => Some(ItemState::Succeeded),
                (ItemState::Queued, ItemEvent::Fail) => Some(ItemState::Failed),
                (ItemState::Queued, ItemEvent::Cancel) => Some(ItemState::Cancelled),
                (ItemState::Succeeded, ItemEvent::Restart) => Some(ItemState::Queued),
                _ => None,
            };
            assert_eq!(state.after(event), expected, "{state:?}, {event:?}");
        }
        for state in ItemState::ALL.into_iter().filter(|state| *state != ItemState::Queued) {
            assert_eq!(state.ended_by().and_then(|event| ItemState::Queued.after(event)), Some(state));
        }
    }

    #[test]
    fn a_final_state_of_a_task_is_final() {
        let events = [TaskEvent::Start, TaskEvent::Cancel, TaskEvent::End { total: 2, done: 1 }];
        for (state, event) in TaskState::ALL.into_iter().flat_map(|s| events.map(|e| (s, e))) {
            let after = state.after(event);
            assert_eq!(after.is_none(), state.is_final(), "{state:?}, {event:?}");
            assert!(event == TaskEvent::Start || after.is_none_or(TaskState::is_final));
        }
    }

    /// Every state of a job can be left in a way that ends it, so that no task waits for ever.
    #[test]
    fn a_job_in_any_state_can_be_leased_and_finished() {
        for state in JobState::ALL {
            let released = match state.after(JobEvent::Release).or(state.after(JobEvent::Due)) {
                Some(JobAfter::Is(state)) => state,
                _ => state,
            };
            assert_eq!(released.after(JobEvent::Lease), Some(JobAfter::Is(JobState::Leased)), "{state:?}");
        }
        assert_eq!(JobState::Leased.after(JobEvent::Finish), Some(JobAfter::Gone));
    }
}
