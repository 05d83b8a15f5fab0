//! What a caller asks for and watches: a task, and how it stands.

mod create;
pub(crate) mod package;
pub(crate) mod save;
mod watch;
mod zip;

use std::time::SystemTime;

use crate::engine::id::{CorrelationId, FileRef, TaskId};
use crate::engine::url::SignedUrl;
use crate::error::ErrorKind;
use crate::format::Family;

pub use create::MAX_FILES;

/// What a task was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Thumbnails of whatever the file is.
    Auto,
    /// Thumbnails of a document; any other file ends with `unsupported`.
    Document,
    /// Thumbnails of a video; any other file ends with `unsupported`.
    Video,
    /// Thumbnails of a picture; any other file ends with `unsupported`.
    Image,
    /// Thumbnails of a sound file's cover; any other file ends with `unsupported`.
    Audio,
    /// A file changed; nobody waits.
    Changed,
    /// A zip of the files of a share.
    Package,
    /// Copies of the files of a share.
    Save,
}

impl Kind {
    /// Every kind, in the order of its number.
    pub(crate) const ALL: [Self; 8] =
        [Self::Auto, Self::Document, Self::Video, Self::Image, Self::Audio, Self::Changed, Self::Package, Self::Save];

    /// The public name, kebab-case, as it stands in JSON.
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

    /// Whether a file of `family` is what was asked for.
    pub(crate) fn takes(self, family: Family) -> bool {
        match self {
            Self::Document => family == Family::Document,
            Self::Video => family == Family::Video,
            Self::Image => family == Family::Image,
            Self::Audio => family == Family::Audio,
            Self::Auto | Self::Changed | Self::Package | Self::Save => true,
        }
    }
}

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskState {
    /// Durable, and not begun.
    Queued,
    /// Some of it is worked on, or done.
    Running,
    /// All of it was done.
    Succeeded,
    /// Some of it was done, some failed.
    PartlyFailed,
    /// All of it failed.
    Failed,
    /// It was cancelled before its end.
    Cancelled,
}

impl TaskState {
    /// Every state, in the order of its number.
    pub(crate) const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::PartlyFailed, Self::Failed, Self::Cancelled];

    /// The public name, kebab-case, as it stands in JSON.
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

    /// Whether it will not change any more.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The end of a task of `total` items.
    pub(crate) fn end(total: u32, done: u32) -> Self {
        match done {
            done if done == total => Self::Succeeded,
            0 => Self::Failed,
            _ => Self::PartlyFailed,
        }
    }
}

/// How one file of a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemState {
    /// Not done yet.
    Queued,
    /// Done.
    Succeeded,
    /// Failed; it says why.
    Failed,
    /// Its task was cancelled first.
    Cancelled,
}

impl ItemState {
    /// Every state, in the order of its number.
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The public name, kebab-case, as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a share task makes of the files of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShareTask {
    /// One zip of them, which the caller gets by a signed URL.
    Package {
        /// What the zip is called.
        zip_name: String,
        /// What is in it.
        content: PackageContent,
    },
    /// A copy of each in a folder, made by the drive; their thumbnails come along.
    Save {
        /// The folder.
        target: FileRef,
    },
}

impl ShareTask {
    /// A zip called `zip_name`.
    pub fn package(zip_name: impl Into<String>, content: PackageContent) -> Self {
        Self::Package { zip_name: zip_name.into(), content }
    }

    /// Copies in the folder `target`.
    pub fn save(target: FileRef) -> Self {
        Self::Save { target }
    }
}

/// What is in a package.
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

/// How a task stands, as of one moment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TaskStatus {
    /// Which task.
    pub id: TaskId,
    /// What it was made for.
    pub kind: Kind,
    /// How it stands as a whole.
    pub state: TaskState,
    /// Files that it is about.
    pub total: u32,
    /// Files that are done.
    pub done: u32,
    /// Files that failed.
    pub failed: u32,
    /// Each file, in the order they were given.
    pub items: Vec<ItemStatus>,
    /// When it was made.
    pub created: SystemTime,
    /// When it last changed.
    pub updated: SystemTime,
    /// Where a finished package is.
    pub url: Option<SignedUrl>,
    /// The trace id of the caller who made it, if he brought one.
    pub trace: Option<CorrelationId>,
}

/// How one file of a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemStatus {
    /// Which file.
    pub file: FileRef,
    /// How it stands.
    pub state: ItemState,
    /// Why it failed.
    pub error: Option<ErrorKind>,
    /// Why it failed, in words for a log.
    pub detail: Option<String>,
    /// The copy that was made of it.
    pub saved: Option<FileRef>,
}
