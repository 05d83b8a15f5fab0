//! How packages of share tasks are named in URLs, and how items of share tasks record their results.

use crate::model::error::Result;
use crate::model::id::{FileId, FileRef, SpaceId, TaskId};

/// Takes the place of a spec in the URL of a package. `@` is not allowed in names of specs.
pub(crate) const SPEC: &str = "@package";
/// Takes the place of a version in the URL of a package.
pub(crate) const VERSION: &str = "1";
/// Precedes the task id in the file id of a package.
const PREFIX: &str = "package.";

/// The file that names the package of `task` in URLs.
pub(crate) fn file_of(space: &SpaceId, task: &TaskId) -> Result<FileRef> {
    Ok(FileRef::new(space.clone(), FileId::new(format!("{PREFIX}{task}"))?))
}

/// The task whose package `file` names.
pub(crate) fn task_of(file: &FileRef) -> Option<TaskId> {
    file.file.as_str().strip_prefix(PREFIX).and_then(|id| id.parse().ok())
}

/// Encodes a saved copy as an item's output.
pub(crate) fn encode_copy(copy: &FileRef) -> Vec<u8> {
    format!("{}\0{}", copy.space, copy.file).into_bytes()
}

/// Decodes the output of an item of a save task.
pub(crate) fn decode_copy(output: &[u8]) -> Option<FileRef> {
    let (space, file) = std::str::from_utf8(output).ok()?.split_once('\0')?;
    Some(FileRef::new(SpaceId::new(space).ok()?, FileId::new(file).ok()?))
}
