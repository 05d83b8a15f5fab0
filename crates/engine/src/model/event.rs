//! Events about files and tasks.

use crate::model::id::{FileRef, TaskId, Version};
use crate::model::task::TaskState;
use thumbling::ErrorKind;

/// Something that happened in the engine.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The thumbnails of a file are ready.
    Ready {
        /// The file.
        file: FileRef,
        /// The version of its content they show.
        version: Version,
    },
    /// The thumbnails of a file could not be generated.
    Failed {
        /// The file.
        file: FileRef,
        /// Why.
        kind: ErrorKind,
    },
    /// A task ended.
    Task {
        /// The task.
        id: TaskId,
        /// Its final state.
        state: TaskState,
    },
}
