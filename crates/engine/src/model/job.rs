//! Tasks as they are queued, and the jobs they wait for.
//!
//! A *task* is what a caller requested and holds an id of; it has one *item* per file. A *job* is the work: each version
//! of each file is one job, however many items wait for it, so it is done once. A job is leased to an *owner* (one open
//! engine) under a fencing token that grows with every lease. Results under an older token are stale and change nothing.

use crate::model::caller::Caller;
use crate::model::id::{FileRef, TaskId, Version};
use crate::model::key::RecordKey;
use crate::model::record::{Record, RecordKind, RecordState};
use crate::model::task::{ItemState, ShareTask, TaskKind, TaskState};
use thumbling::ErrorKind;

/// Order of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A person is looking at a missing thumbnail.
    Interactive = 0,
    /// A caller requested it.
    Requested = 1,
    /// Nobody is waiting.
    Background = 2,
}

impl Priority {
    /// All priorities, most urgent first.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Requested, Self::Background];

    /// The name used in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Requested => "requested",
            Self::Background => "background",
        }
    }
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Generates the thumbnails of a file.
    Render,
    /// Writes the package of a share task.
    Package,
    /// Copies the files of a share task.
    Save,
}

/// A file of a task that is being created.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The file.
    pub file: FileRef,
    /// Its version according to the drive; `None` if the drive was not asked.
    pub version: Option<Version>,
    /// Keys of all its thumbnails. If every one has a record, the item is done at once. Empty if they cannot be used.
    pub keys: Vec<RecordKey>,
}

/// A task to be queued.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its id.
    pub id: TaskId,
    /// What it is for.
    pub kind: TaskKind,
    /// How urgent its jobs are.
    pub priority: Priority,
    /// Who requested it.
    pub caller: Caller,
    /// Its files, at least one.
    pub items: Vec<NewItem>,
    /// What to do, for share tasks.
    pub share: Option<ShareTask>,
    /// The current time, ms since 1970.
    pub now: i64,
}

/// A missing thumbnail that a lookup wants generated.
#[derive(Debug, Clone)]
pub struct WantedThumbnail {
    /// The file.
    pub file: FileRef,
    /// The version of its content.
    pub version: Version,
    /// How urgent it is.
    pub priority: Priority,
    /// The current time, ms since 1970.
    pub now: i64,
}

/// A job under lease.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The job.
    pub job: i64,
    /// Fencing token of this lease.
    pub token: i64,
    /// What to do.
    pub kind: JobKind,
    /// The file; for share tasks, the first one.
    pub file: FileRef,
    /// The version that was queued, if known.
    pub version: Option<Version>,
    /// How urgent it is.
    pub priority: Priority,
    /// Failed attempts so far that the file is not to blame for: I/O, the drive, no room. For a share task, these are
    /// attempts at the item that it is at.
    pub tries: u32,
    /// Attempts so far that took too long or panicked.
    pub timeouts: u32,
    /// How many processes died while running this job.
    pub crashes: u32,
    /// When the job was queued, ms since 1970.
    pub added: i64,
}

/// Why a job is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryCause {
    /// The drive failed, the file changed while it was being read, or the machine had no room for it. Counts as a try.
    Drive,
    /// It took too long, or panicked. Counts as a timeout.
    Timeout,
    /// The engine's own store failed, which says nothing about the file. Not counted.
    Store,
}

/// The outcome of a job.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Every thumbnail is ready or known to fail.
    Recorded {
        /// One record for each thumbnail.
        records: Vec<(RecordKey, Record)>,
        /// The [version part](crate::key::version_part) of their keys. Records of other versions are dropped.
        version: [u8; 16],
    },
    /// The job failed without a record: the file is gone, or off limits.
    Failed {
        /// Why.
        kind: ErrorKind,
        /// Human-readable detail, for logs.
        detail: String,
    },
    /// The job has to be retried.
    Retry {
        /// When, ms since 1970.
        due: i64,
        /// Why.
        cause: RetryCause,
    },
    /// A share task ran to its end; its items have reported their own results.
    ShareDone {
        /// The record of the package, if there is one.
        record: Option<(RecordKey, Record)>,
    },
}

/// An item of a share task in progress.
#[derive(Debug, Clone)]
pub struct ShareItem {
    /// Its number within the task.
    pub n: u32,
    /// The file.
    pub file: FileRef,
    /// Whether it is done.
    pub state: ItemState,
    /// What the job recorded when it finished this item.
    pub output: Option<Vec<u8>>,
}

/// A share task in progress.
#[derive(Debug, Clone)]
pub struct ShareJob {
    /// The task.
    pub id: TaskId,
    /// Who requested it.
    pub caller: Caller,
    /// What to do.
    pub share: ShareTask,
    /// Its files.
    pub items: Vec<ShareItem>,
}

/// The result of one item of a task.
#[derive(Debug, Clone)]
pub struct ItemResult {
    /// How it ended.
    pub state: ItemState,
    /// Why it failed, with detail for the log.
    pub failure: Option<(ErrorKind, String)>,
    /// What a later attempt, or the status, needs to know.
    pub output: Option<Vec<u8>>,
}

/// How to treat recorded failures that may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failures {
    /// The job that recorded them has given up.
    AreFinal,
    /// A new job will retry them.
    AreRetried,
}

impl ItemResult {
    /// An item that failed.
    pub fn failed(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { state: ItemState::Failed, failure: Some((kind, detail.into())), output: None }
    }

    /// The result of an item of a task of `kind`, from the records of all its thumbnails. `None` if the item has to wait
    /// for a job: a record is missing, or a failure will be retried.
    pub fn of_records(records: &[Option<Record>], kind: TaskKind, failures: Failures) -> Option<Self> {
        let mut result = Self { state: ItemState::Succeeded, failure: None, output: None };
        for record in records {
            let record = record.as_ref()?;
            if let RecordKind::Thumbnail(Some(family)) = record.kind
                && !kind.accepts(family)
            {
                let detail = format!("the file is of family `{}`", family.name());
                return Some(Self::failed(ErrorKind::Unsupported, detail));
            }
            match &record.state {
                RecordState::Ready(_) => {}
                RecordState::Failed { retry_at: Some(_), .. } if failures == Failures::AreRetried => return None,
                RecordState::Failed { kind, detail, .. } => result = Self::failed(*kind, detail),
            }
        }
        Some(result)
    }
}

/// A task as it is stored.
#[derive(Debug, Clone)]
pub struct StoredTask {
    /// Its id.
    pub id: TaskId,
    /// What it is for.
    pub kind: TaskKind,
    /// Its state.
    pub state: TaskState,
    /// Who requested it.
    pub caller: Caller,
    /// What to do, for share tasks.
    pub share: Option<ShareTask>,
    /// Number of items.
    pub total: u32,
    /// Items that succeeded.
    pub done: u32,
    /// Items that failed.
    pub failed: u32,
    /// When it was created, ms since 1970.
    pub created: i64,
    /// When it last changed, ms since 1970.
    pub updated: i64,
    /// Its items, in the order they were given.
    pub items: Vec<StoredItem>,
}

/// An item as it is stored.
#[derive(Debug, Clone)]
pub struct StoredItem {
    /// The file.
    pub file: FileRef,
    /// Its state.
    pub state: ItemState,
    /// Why it failed, with detail for the log.
    pub failure: Option<(ErrorKind, String)>,
    /// What the job recorded when it finished this item.
    pub output: Option<Vec<u8>>,
}

/// Whose leases to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReclaimScope {
    /// The owner is dead: all its leases. The jobs listed were running when it died and are quarantined.
    Dead {
        /// Jobs that the owner was running.
        running: Vec<i64>,
    },
    /// The owner hangs: only leases that have expired.
    Expired,
}

/// Jobs taken away from an owner that died or hangs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reclaimed {
    /// Queued again.
    pub queued: u64,
    /// Quarantined: they were running when the owner died, and will be run alone.
    pub quarantined: u64,
}
