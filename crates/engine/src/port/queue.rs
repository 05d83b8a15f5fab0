//! The port for tasks, jobs and leases.

use crate::model::error::Result;
use crate::model::id::{Owner, TaskId};
use crate::model::job::{
    ItemResult, Lease, NewTask, Outcome, Priority, ReclaimScope, Reclaimed, ShareJob, StoredTask, WantedThumbnail,
};
use crate::model::key::{ContentKey, FileKey, SpaceKey};
use crate::model::task::TaskState;

/// Tasks and jobs. What a method has returned from is durable, unless it says otherwise.
///
/// States change as the tables in [`transition`](crate::transition) say.
///
/// Lease times are in milliseconds of the [steady clock](super::clock::Clock::steady), all others in milliseconds since
/// 1970.
pub trait Queue: Send + Sync {
    /// Adds a task and returns its id. A [`Changed`](crate::task::TaskKind::Changed) task for content that
    /// already has one queued is dropped, and the id of that one returned. `busy` if the queue is full.
    fn add(&self, task: NewTask) -> Result<TaskId>;

    /// Queues the thumbnails of a file that a lookup missed. Returns before it is durable; does nothing if the queue is
    /// full.
    fn want(&self, wanted: WantedThumbnail);

    /// The priority of the job for this content; `None` if there is none.
    fn pending(&self, content: &ContentKey) -> Result<Option<Priority>>;

    /// Leases up to `n` jobs of at least priority `least` to `owner` until `until`: most urgent first, fair between
    /// spaces. A lease need only survive the end of the process: after a power cut all leases are void.
    fn lease(&self, owner: Owner, n: usize, least: Priority, until: i64, now: i64) -> Result<Vec<Lease>>;

    /// Whether there are quarantined jobs that no one has leased.
    fn has_quarantined(&self) -> Result<bool>;

    /// Leases one quarantined job.
    fn lease_quarantined(&self, owner: Owner, until: i64, now: i64) -> Result<Option<Lease>>;

    /// Ends jobs, all in one commit. Returns for each whether its lease was still valid; a stale one has changed nothing.
    fn finish(&self, results: Vec<(Lease, Outcome)>, now: i64) -> Result<Vec<bool>>;

    /// Extends all leases of `owner` to `until`.
    fn renew(&self, owner: Owner, until: i64) -> Result<()>;

    /// Gives up all leases of `owner` except those of the jobs in `held`.
    fn release_except(&self, owner: Owner, held: &[i64]) -> Result<()>;

    /// Owners that hold leases, and whether all their leases have expired at `now` (steady).
    fn owners(&self, now: i64) -> Result<Vec<(Owner, bool)>>;

    /// Takes jobs away from an owner that is dead or hangs. `now` is steady.
    fn reclaim(&self, owner: Owner, scope: ReclaimScope, now: i64) -> Result<Reclaimed>;

    /// A task with its items; `None` if it does not exist or was forgotten.
    fn task(&self, id: &TaskId) -> Result<Option<StoredTask>>;

    /// The state of a task; `None` if it does not exist or was forgotten.
    fn task_state(&self, id: &TaskId) -> Result<Option<TaskState>>;

    /// Cancels a task that has not ended. Returns the leased jobs that no task waits for any more.
    fn cancel(&self, id: &TaskId, now: i64) -> Result<Vec<i64>>;

    /// The share task that `lease` works on; `None` if it was cancelled or the lease is stale.
    fn share(&self, lease: &Lease) -> Result<Option<ShareJob>>;

    /// Records the result of item `n` of a share task, and resets the attempts of its job, which counts those at one item.
    /// Returns false if it was cancelled or the lease is stale.
    fn finish_share_item(&self, lease: &Lease, n: u32, result: ItemResult, now: i64) -> Result<bool>;

    /// Queues all items of a share task that succeeded once more, because what their job had written is lost. Returns
    /// false if it was cancelled or the lease is stale.
    fn restart_share(&self, lease: &Lease, now: i64) -> Result<bool>;

    /// Up to `n` tasks that ended after the one numbered `after`, with their numbers, in the order they ended.
    fn ended_after(&self, after: i64, n: usize) -> Result<Vec<(i64, TaskId)>>;

    /// The number of the task that ended last; 0 if none has.
    fn last_ended(&self) -> Result<i64>;

    /// Jobs that are queued, waiting for a retry, or leased.
    fn depth(&self) -> Result<u64>;

    /// Drops the jobs of a file; items that wait for them fail with `not-found`.
    fn drop_file(&self, file: &FileKey, now: i64) -> Result<()>;

    /// Drops the jobs of a space; items that wait for them fail with `not-found`.
    fn drop_space(&self, space: &SpaceKey, now: i64) -> Result<()>;

    /// Forgets some of the tasks that ended before `before`. Returns how many; 0 once none is left.
    fn forget(&self, before: i64) -> Result<u64>;
}
