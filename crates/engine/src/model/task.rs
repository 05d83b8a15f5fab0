//! Tasks: what a caller requests, and the status it gets.

use std::time::SystemTime;

use crate::model::id::{CorrelationId, FileRef, TaskId};
use crate::model::url::SignedUrl;
use thumbling::ErrorKind;
use thumbling::Family;

/// Most files of one task.
pub const MAX_FILES: usize = 1000;

/// What a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskKind {
    /// Thumbnails of a file of any family.
    Auto,
    /// Thumbnails of a document; other files fail with `unsupported`.
    Document,
    /// Thumbnails of a video; other files fail with `unsupported`.
    Video,
    /// Thumbnails of a picture; other files fail with `unsupported`.
    Image,
    /// Thumbnails of the cover of an audio file; other files fail with `unsupported`.
    Audio,
    /// Thumbnails of a file that changed; nobody is waiting.
    Changed,
    /// A zip of files of a share.
    Package,
    /// Copies of files of a share.
    Save,
}

impl TaskKind {
    /// Every kind. Positions are stored in databases: append only.
    pub(crate) const ALL: [Self; 8] =
        [Self::Auto, Self::Document, Self::Video, Self::Image, Self::Audio, Self::Changed, Self::Package, Self::Save];

    /// The public name, kebab-case, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Document => "document",
            Self::Video => "video",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Changed => "changed",
            Self::Package => "package",
            Self::Save => "save",
        }
    }

    /// Whether this kind of task accepts files of `family`.
    pub fn accepts(self, family: Family) -> bool {
        match self {
            Self::Document => family == Family::Document,
            Self::Video => family == Family::Video,
            Self::Image => family == Family::Image,
            Self::Audio => family == Family::Audio,
            Self::Auto | Self::Changed | Self::Package | Self::Save => true,
        }
    }
}

/// The state of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskState {
    /// Stored durably; not started.
    Queued,
    /// Started.
    Running,
    /// Every file succeeded.
    Succeeded,
    /// Some files succeeded and some failed.
    PartlyFailed,
    /// Every file failed.
    Failed,
    /// Cancelled before it ended.
    Cancelled,
}

impl TaskState {
    /// Every state. Positions are stored in databases: append only.
    pub(crate) const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::PartlyFailed, Self::Failed, Self::Cancelled];

    /// The public name, kebab-case, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::PartlyFailed => "partly-failed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the task has ended.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The final state of a task with `total` items of which `done` succeeded and the others failed.
    pub fn of_counts(total: u32, done: u32) -> Self {
        match done {
            done if done == total => Self::Succeeded,
            0 => Self::Failed,
            _ => Self::PartlyFailed,
        }
    }
}

/// The state of one file of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemState {
    /// Not done yet.
    Queued,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
    /// The task was cancelled first.
    Cancelled,
}

impl ItemState {
    /// Every state. Positions are stored in databases: append only.
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The public name, kebab-case, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a share task does with the files of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShareTask {
    /// Packs them into one zip, which the caller downloads by a signed URL.
    Package {
        /// File name of the zip.
        zip_name: String,
        /// What the zip contains.
        content: PackageContent,
    },
    /// Has the drive copy them into a folder. Their thumbnails are linked to the copies.
    Save {
        /// The folder.
        target: FileRef,
    },
}

impl ShareTask {
    /// A zip named `zip_name`.
    pub fn package(zip_name: impl Into<String>, content: PackageContent) -> Self {
        Self::Package { zip_name: zip_name.into(), content }
    }

    /// Copies in the folder `target`.
    pub fn save(target: FileRef) -> Self {
        Self::Save { target }
    }
}

/// What a package contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PackageContent {
    /// The files themselves.
    #[default]
    Files,
    /// Their thumbnails, by the first spec.
    Thumbnails,
    /// Both.
    Both,
}

/// A snapshot of a task.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TaskStatus {
    /// The task.
    pub id: TaskId,
    /// What it is for.
    pub kind: TaskKind,
    /// Its state.
    pub state: TaskState,
    /// Number of files.
    pub total: u32,
    /// Files that succeeded.
    pub done: u32,
    /// Files that failed.
    pub failed: u32,
    /// Each file, in the order they were given.
    pub items: Vec<ItemStatus>,
    /// When the task was created.
    pub created: SystemTime,
    /// When it last changed.
    pub updated: SystemTime,
    /// Where to download a finished package.
    pub url: Option<SignedUrl>,
    /// The trace id of the caller that created the task, if it sent one.
    pub trace: Option<CorrelationId>,
}

/// A snapshot of one file of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemStatus {
    /// The file.
    pub file: FileRef,
    /// Its state.
    pub state: ItemState,
    /// Why it failed.
    pub error: Option<ErrorKind>,
    /// Human-readable detail of the failure, for logs.
    pub detail: Option<String>,
    /// The copy that a save task created.
    pub saved: Option<FileRef>,
}
