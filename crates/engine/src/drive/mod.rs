//! The host's side: where files are, who may access them, and what they contain.
//!
//! The engine stores no files and knows no users; it asks the [`Drive`] at every call. A drive may be slow, fail or panic.
//! It must not call back into the engine from inside its methods.

mod call;
pub mod folder;

use crate::model::caller::Caller;
use crate::model::id::{FileRef, SpaceId};
use thumbling::Source;

pub(crate) use call::Waiting;

pub use crate::model::drive::{Access, Action, DriveError, DriveErrorKind, FileInfo, Verdict};
pub use call::CallContext;

/// What a host implements. Called by many threads at the same time. `call` says how long the engine waits for the answer
/// and whether it still needs it; a drive that answers at once ignores it.
pub trait Drive: Send + Sync + 'static {
    /// What is known about a file without reading it.
    fn stat(&self, file: &FileRef, call: &CallContext) -> Result<FileInfo, DriveError>;

    /// The content of a file. The engine reads the ranges it needs.
    fn open(&self, file: &FileRef, call: &CallContext) -> Result<Source, DriveError>;

    /// Whether `caller` may do `action` to `file` or, without a file, to the space as a whole. Called for every task,
    /// lookup and share call.
    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
        call: &CallContext,
    ) -> Result<Access, DriveError>;

    /// The file that `uri` refers to for `caller`. Only for hosts that identify files by URI.
    fn resolve(&self, uri: &str, caller: &Caller, call: &CallContext) -> Result<FileRef, DriveError> {
        let _ = (uri, caller, call);
        Err(DriveError::unsupported("this drive does not resolve URIs"))
    }

    /// Copies `file` into `folder` for `caller` and returns the copy. After a crash the engine calls again with the same
    /// `key`: return the copy that was already created under it.
    fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        caller: &Caller,
        key: &str,
        call: &CallContext,
    ) -> Result<FileRef, DriveError> {
        let _ = (file, folder, caller, key, call);
        Err(DriveError::unsupported("this drive does not copy files"))
    }
}
