//! Tasks, and the work that they wait for.
//!
//! A *task* is what a caller asked for and holds an id of; it has *items*, one a file. A *job* is work: one version of
//! one file is one job, however many items wait for it, so that it is made once. Jobs are leased to an owner (one engine
//! in one process) with a token that grows with every lease; what an owner says about a job under an old token is stale
//! and changes nothing.

use crate::engine::caller::Caller;
use crate::engine::error::Result;
use crate::engine::id::{FileRef, TaskId, Version};
use crate::engine::port::records::Record;
use crate::engine::recipe::{ContentKey, FileKey, RecordKey};
use crate::engine::task::{ItemState, Kind, ShareTask, TaskState};
use crate::error::ErrorKind;

/// Who is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Priority {
    /// A person is looking.
    Interactive = 0,
    /// Somebody asked.
    Requested = 1,
    /// Nobody waits.
    Background = 2,
}

impl Priority {
    /// Every priority, the first served first.
    pub(crate) const ALL: [Self; 3] = [Self::Interactive, Self::Requested, Self::Background];

    /// The priority of this number.
    pub(crate) fn of(number: i64) -> Self {
        match number {
            0 => Self::Interactive,
            1 => Self::Requested,
            _ => Self::Background,
        }
    }

    /// Its name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Requested => "requested",
            Self::Background => "background",
        }
    }
}

/// One engine of one process, for as long as it is open.
pub(crate) type Owner = [u8; 16];

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Makes the thumbnails of a file.
    Render = 0,
    /// Writes the package of a share task.
    Package = 1,
    /// Copies the files of a share task.
    Save = 2,
}

/// A file that a task is about.
#[derive(Debug, Clone)]
pub(crate) struct NewItem {
    pub(crate) file: FileRef,
    /// As the drive just said it; `None` if it was not asked.
    pub(crate) version: Option<Version>,
    /// Keys of all its thumbnails: where there is a record for each, nothing has to be done.
    pub(crate) keys: Vec<RecordKey>,
}

/// A task to be made durable.
#[derive(Debug, Clone)]
pub(crate) struct NewTask {
    pub(crate) id: TaskId,
    pub(crate) kind: Kind,
    pub(crate) priority: Priority,
    pub(crate) caller: Caller,
    /// At least one.
    pub(crate) items: Vec<NewItem>,
    pub(crate) share: Option<ShareTask>,
    pub(crate) now: i64,
}

/// A thumbnail that a look-up misses.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) file: FileRef,
    pub(crate) version: Version,
    pub(crate) priority: Priority,
    pub(crate) now: i64,
}

/// A job under lease.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) job: i64,
    pub(crate) token: i64,
    pub(crate) work: Work,
    pub(crate) file: FileRef,
    pub(crate) version: Option<Version>,
    pub(crate) priority: Priority,
    /// Failures so far that were nobody's fault: I/O, the drive.
    pub(crate) tries: u32,
    pub(crate) timeouts: u32,
    /// Times that a process died while it drew this file.
    pub(crate) crashes: u32,
    /// When the job was added, ms since 1970.
    pub(crate) added: i64,
}

/// Why a job is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The drive failed, or the file changed while it was read. Counted.
    Drive,
    /// It took too long, or panicked. Counted.
    Timeout,
    /// Our own store could not keep it, which says nothing of the file.
    Store,
}

/// What came of a job.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The thumbnails are there, or it is known why not: one record for each. Versions of the file other than
    /// `version` are forgotten.
    Settled { records: Vec<(RecordKey, Record)>, version: [u8; 16] },
    /// There is nothing to keep a record of: the file is gone, or not to be seen.
    Lost { kind: ErrorKind, detail: String },
    /// To be tried again at `due`, ms since 1970.
    Again { due: i64, cause: Cause },
    /// A share task has run to its end; items have said what became of them. `record` is of what it made.
    Shared { record: Option<(RecordKey, Record)> },
}

/// One item of a share task.
#[derive(Debug, Clone)]
pub(crate) struct ShareItem {
    pub(crate) n: u32,
    pub(crate) file: FileRef,
    pub(crate) state: ItemState,
    /// What the item left behind for its successors, in the form of whoever does the work.
    pub(crate) out: Option<Vec<u8>>,
}

/// A share task as the one who does it sees it.
#[derive(Debug, Clone)]
pub(crate) struct ShareWork {
    pub(crate) id: TaskId,
    pub(crate) caller: Caller,
    pub(crate) share: ShareTask,
    pub(crate) items: Vec<ShareItem>,
}

/// What became of one file of a task.
#[derive(Debug, Clone)]
pub(crate) struct ItemEnd {
    pub(crate) state: ItemState,
    pub(crate) failure: Option<(ErrorKind, String)>,
    pub(crate) out: Option<Vec<u8>>,
}

/// A task as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct TaskRow {
    pub(crate) id: TaskId,
    pub(crate) kind: Kind,
    pub(crate) state: TaskState,
    pub(crate) caller: Caller,
    pub(crate) share: Option<ShareTask>,
    pub(crate) total: u32,
    pub(crate) done: u32,
    pub(crate) failed: u32,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) items: Vec<ItemRow>,
}

/// An item as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct ItemRow {
    pub(crate) file: FileRef,
    pub(crate) state: ItemState,
    pub(crate) failure: Option<(ErrorKind, String)>,
    pub(crate) out: Option<Vec<u8>>,
}

/// How a job stands that a look-up asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) priority: Priority,
}

/// Jobs of an owner that died or hangs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reclaimed {
    /// Queued again.
    pub(crate) queued: u64,
    /// Drawn when the owner died: to be drawn alone.
    pub(crate) suspects: u64,
}

/// Tasks and jobs. Whatever returns has been made durable, unless it says otherwise.
pub(crate) trait Queue: Send + Sync {
    /// Takes a task, or, of one that nobody waits for, names the one that is queued for the same content already.
    /// `busy` if the queue is full.
    fn add(&self, task: NewTask) -> Result<TaskId>;

    /// Asks for thumbnails that a look-up misses. Returns before it is durable, and does nothing if the queue is full.
    fn want(&self, wanted: Wanted);

    /// Whether the content is being worked on.
    fn pending(&self, content: &ContentKey) -> Result<Option<Pending>>;

    /// Leases up to `n` jobs to `owner` until `until` (steady ms), none less urgent than `least`, the most urgent first,
    /// and fair between spaces. Survives the end of the process, not a power cut, after which no lease means anything.
    fn claim(&self, owner: Owner, n: usize, least: Priority, until: i64, now: i64) -> Result<Vec<Claim>>;

    /// Whether there are jobs that may have killed a process, and nobody draws.
    fn has_suspects(&self) -> Result<bool>;

    /// Leases one job that may have killed a process before.
    fn claim_suspect(&self, owner: Owner, until: i64, now: i64) -> Result<Option<Claim>>;

    /// Ends jobs, all or none. Says of each whether its lease still held; one whose lease did not has changed nothing.
    fn finish(&self, ended: Vec<(Claim, Outcome)>, now: i64) -> Result<Vec<bool>>;

    /// Lengthens all leases of `owner`.
    fn extend(&self, owner: Owner, until: i64) -> Result<()>;

    /// Gives up all leases of `owner` but those of `held`: whatever else it leased, it does not know of.
    fn hand_back(&self, owner: Owner, held: &[i64]) -> Result<()>;

    /// Owners that hold leases, and whether all of them have run out by `now` (steady ms).
    fn owners(&self, now: i64) -> Result<Vec<(Owner, bool)>>;

    /// Takes the jobs of an owner that is dead (all), or hangs (those whose lease ran out by `now`, steady ms). Those
    /// among `drawn` are suspects.
    fn reclaim(&self, owner: Owner, dead: bool, drawn: &[i64], now: i64) -> Result<Reclaimed>;

    /// The task; `None` if there is none, or it has been forgotten.
    fn task(&self, id: &TaskId) -> Result<Option<TaskRow>>;

    /// Only how it stands, without its items.
    fn task_state(&self, id: &TaskId) -> Result<Option<TaskState>>;

    /// Ends a task that has not ended; says which jobs nobody waits for any more that are under lease.
    fn cancel(&self, id: &TaskId, now: i64) -> Result<Vec<i64>>;

    /// The share task that `claim` is of; `None` if it was cancelled.
    fn share(&self, claim: &Claim) -> Result<Option<ShareWork>>;

    /// What became of one file of a share task; false if the lease did not hold or the task was cancelled.
    fn share_item(&self, claim: &Claim, n: u32, end: ItemEnd, now: i64) -> Result<bool>;

    /// Tasks that ended after the one of number `after`, in their order, with their numbers.
    fn ended_after(&self, after: i64, n: usize) -> Result<Vec<(i64, TaskId)>>;

    /// The number of the task that ended last.
    fn last_ended(&self) -> Result<i64>;

    /// Jobs that are queued, waiting or under lease.
    fn depth(&self) -> Result<u64>;

    /// Forgets the jobs of a file; items that wait for them fail with `not-found`.
    fn drop_file(&self, file: &FileKey, now: i64) -> Result<()>;

    /// Forgets the jobs of a space; items that wait for them fail with `not-found`.
    fn drop_space(&self, space: &[u8; 16], now: i64) -> Result<()>;

    /// Forgets tasks that ended before `before` (ms since 1970); says how many.
    fn forget(&self, before: i64) -> Result<u64>;
}
