//! The host's drive: a folder with users and shares.

use std::sync::Arc;

use thumbling::Source;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::folder::FolderDrive;
use thumbling_engine::drive::{Access, Action, CallContext, Drive, DriveError, FileInfo, Verdict};
use thumbling_engine::id::{FileRef, SpaceId};

use super::feed::{Feed, HostEvent};
use super::shares::Shares;

/// The user id of the host itself: no other id starts with a star.
pub const HOST: &str = "*host";
/// Prefix of the share id of callers that act inside a shared folder (`x-hw-share-folder-id`).
pub const SHARED_FOLDER: &str = "folder:";

/// The test file that every scanner reports as a virus: <https://www.eicar.org/download-anti-malware-testfile/>. In two
/// parts, so that scanners do not report this program.
const EICAR: &[u8] = concat!(r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").as_bytes();

/// The test file that this host's scanner reports as malicious.
const MALICIOUS: &[u8] = b"THUMBLING-MALICIOUS-TEST-FILE!";

/// A folder with users and shares.
pub struct DemoDrive {
    pub folder: Arc<FolderDrive>,
    pub shares: Shares,
    pub feed: Feed,
}

impl DemoDrive {
    fn is_allowed(&self, caller: &Caller, file: Option<&FileRef>, action: Action) -> bool {
        let share = caller.share.as_ref();
        if let Some(folder) = share.and_then(|share| share.id.strip_prefix(SHARED_FOLDER)) {
            return caller.user.is_some() && file.is_none_or(|file| self.is_within(file, folder));
        }
        if caller.user.is_some() {
            return true;
        }
        // Visitors may see and download what a share contains.
        let is_read = matches!(action, Action::View | Action::Package);
        is_read && share.zip(file).is_some_and(|(share, file)| self.shares.opens(share, caller.ticket.as_deref(), file))
    }

    fn is_within(&self, file: &FileRef, folder: &str) -> bool {
        let below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let folder = thumbling_engine::id::FileId::new(folder).map(|id| FileRef::new(file.space.clone(), id));
        folder.is_ok_and(|folder| self.folder.is_folder(&folder)) && below(file.file.as_str())
    }
}

impl Drive for DemoDrive {
    /// The scanner knows two test files: EICAR's, and one of its own.
    fn stat(&self, file: &FileRef, call: &CallContext) -> Result<FileInfo, DriveError> {
        let mut info = self.folder.stat(file, call)?;
        for (known, verdict) in [(EICAR, Verdict::Viral), (MALICIOUS, Verdict::Malicious)] {
            let size = known.len() as u64;
            if info.size == size && self.folder.open(file, call)?.read_all(size).is_ok_and(|content| content == known) {
                info.verdict = verdict;
            }
        }
        Ok(info)
    }

    fn open(&self, file: &FileRef, call: &CallContext) -> Result<Source, DriveError> {
        self.folder.open(file, call)
    }

    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
        _: &CallContext,
    ) -> Result<Access, DriveError> {
        if space != self.folder.space() {
            return Err(DriveError::no_such_space(space.as_str()));
        }
        Ok(if self.is_allowed(caller, file, action) { Access::Allow } else { Access::Deny })
    }

    /// `cloudreve://my/<path>`, and `cloudreve://<id>:<password>@share/<path>`.
    fn resolve(&self, uri: &str, caller: &Caller, call: &CallContext) -> Result<FileRef, DriveError> {
        match &caller.share {
            Some(share) if uri.contains("@share") => self
                .shares
                .resolve(share, caller.ticket.as_deref(), uri)
                .ok_or_else(|| DriveError::no_such_file("no such share, or nothing of that name in it")),
            _ => self.folder.resolve(uri, caller, call),
        }
    }

    fn copy(
        &self,
        file: &FileRef,
        folder: &FileRef,
        caller: &Caller,
        key: &str,
        call: &CallContext,
    ) -> Result<FileRef, DriveError> {
        let copied = self.folder.copy(file, folder, caller, key, call)?;
        self.feed.publish(&HostEvent::Changed(&copied));
        Ok(copied)
    }
}
