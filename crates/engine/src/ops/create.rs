//! Creating tasks: the drive is asked first, then the task is stored durably.

use std::collections::HashSet;

use crate::deadline::Deadline;
use crate::inner::Inner;
use crate::model::caller::Caller;
use crate::model::drive::{Action, FileInfo, Verdict};
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::{FileRef, TaskId};
use crate::model::job::{NewItem, NewTask, Priority};
use crate::model::key;
use crate::model::task::{MAX_FILES, ShareTask, TaskKind};
use crate::observe;
use thumbling::ErrorKind;

/// Longest file name of a package, bytes.
const MAX_ZIP_NAME: usize = 1024;

impl Inner {
    pub(crate) fn file_changed(&self, file: &FileRef) -> Result<TaskId> {
        self.check_open()?;
        let info = self.host.stat(file, &self.host.context(None))?;
        self.file_changed_to(file, &info)
    }

    /// As [`file_changed`](Self::file_changed), of a file that the drive has been asked about.
    pub(super) fn file_changed_to(&self, file: &FileRef, info: &FileInfo) -> Result<TaskId> {
        let item = self.new_item(file, Some(info));
        self.add_task(TaskKind::Changed, Priority::Background, &Caller::default(), vec![item], None)
    }

    pub(crate) fn create_task(&self, kind: TaskKind, file: &FileRef, caller: &Caller) -> Result<TaskId> {
        self.thumbnail_task(kind, file, caller).map_err(|e| e.traced_by(caller))
    }

    fn thumbnail_task(&self, kind: TaskKind, file: &FileRef, caller: &Caller) -> Result<TaskId> {
        self.check_open()?;
        if matches!(kind, TaskKind::Changed | TaskKind::Package | TaskKind::Save) {
            let detail = format!("tasks of kind `{}` are created by other calls", kind.name());
            return Err(EngineError::invalid(Subject::Call, detail));
        }
        let info =
            self.host.authorized_stat(caller, file, Action::Generate, &self.host.context(None))?.require_clean()?;
        let item = self.new_item(file, Some(&info));
        self.add_task(kind, Priority::Requested, caller, vec![item], None)
    }

    pub(crate) fn create_batch_task(&self, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.batch_task(files, caller).map_err(|e| e.traced_by(caller))
    }

    fn batch_task(&self, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.check_open()?;
        check_count(files)?;
        let items = self.new_items(files, caller, Action::Generate)?;
        self.add_task(TaskKind::Auto, Priority::Requested, caller, items, None)
    }

    pub(crate) fn create_share_task(&self, share: ShareTask, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.share_task(share, files, caller).map_err(|e| e.traced_by(caller))
    }

    fn share_task(&self, share: ShareTask, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.check_open()?;
        check_count(files)?;
        let (kind, action) = match &share {
            ShareTask::Package { zip_name, .. } => {
                if zip_name.is_empty() || zip_name.len() > MAX_ZIP_NAME || zip_name.chars().any(char::is_control) {
                    return Err(EngineError::invalid(
                        Subject::Call,
                        "the name of the package is not a valid file name",
                    ));
                }
                (TaskKind::Package, Action::Package)
            }
            ShareTask::Save { target } => {
                let call = self.host.context(None);
                let authorized = self.host.authorize(caller, Some(target), &target.space, Action::Receive, &call);
                authorized.map_err(|e| match e.subject() {
                    Subject::File => e.about(Subject::Target),
                    _ => e,
                })?;
                (TaskKind::Save, Action::Save)
            }
        };
        let mut seen = HashSet::new();
        let distinct: Vec<FileRef> = files.iter().filter(|file| seen.insert(*file)).cloned().collect();
        let items = self.new_items(&distinct, caller, action)?;
        self.add_task(kind, Priority::Requested, caller, items, Some(share))
    }

    /// Asks the drive about every file. All of them are authorized; `stat` is skipped for the remaining files once the
    /// call's timeout has elapsed, and left to their jobs.
    fn new_items(&self, files: &[FileRef], caller: &Caller, action: Action) -> Result<Vec<NewItem>> {
        let deadline = Deadline::after(self.config.call_timeout);
        let (authorize, stat) = (self.host.context(None), self.host.context(Some(deadline)));
        let new_item = |file: &FileRef| {
            self.host.authorize(caller, Some(file), &file.space, action, &authorize)?;
            let in_time = !deadline.remaining().is_zero();
            let info = if in_time { Some(self.host.stat(file, &stat)?) } else { None };
            Ok(self.new_item(file, info.as_ref()))
        };
        files.iter().map(new_item).collect()
    }

    fn new_item(&self, file: &FileRef, info: Option<&FileInfo>) -> NewItem {
        let version = info.map(|info| info.version.clone());
        // Thumbnails from before the scanner rejected a file must not settle a task.
        let is_clean = info.is_some_and(|info| info.verdict == Verdict::Clean);
        let keys = match &version {
            Some(version) if is_clean => self.thumbnail_keys(&key::content_key(file, Some(version))),
            _ => Vec::new(),
        };
        NewItem { file: file.clone(), version, keys }
    }

    fn add_task(
        &self,
        kind: TaskKind,
        priority: Priority,
        caller: &Caller,
        items: Vec<NewItem>,
        share: Option<ShareTask>,
    ) -> Result<TaskId> {
        let (id, caller, now) = (TaskId::unique()?, caller.clone(), self.now());
        let added = self.queue.add(NewTask { id, kind, priority, caller, items, share, now });
        match &added {
            Ok(id) => {
                metrics::counter!(observe::TASKS, "kind" => kind.name()).increment(1);
                tracing::debug!(task = %id, kind = kind.name(), "created a task");
                self.jobs.wake_scheduler(priority);
                // The task may have ended already.
                self.changed.notify();
            }
            Err(e) if e.kind() == ErrorKind::Busy => metrics::counter!(observe::REFUSED).increment(1),
            Err(e) => tracing::error!(error = %e, "a task could not be created"),
        }
        added
    }
}

fn check_count(files: &[FileRef]) -> Result<()> {
    match files.len() {
        1..=MAX_FILES => Ok(()),
        n => Err(EngineError::invalid(Subject::Files, format!("{n} files; a task has 1 to {MAX_FILES}"))),
    }
}
