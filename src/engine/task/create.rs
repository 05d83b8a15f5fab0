//! How tasks come into being: the drive is asked, then the task is made durable.

use std::time::Instant;

use crate::engine::caller::Caller;
use crate::engine::drive::{Action, FileInfo, Verdict};
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileRef, TaskId};
use crate::engine::inner::Inner;
use crate::engine::observe;
use crate::engine::port::clock;
use crate::engine::port::queue::{NewItem, NewTask, Priority};
use crate::engine::recipe;
use crate::engine::task::save::clean;
use crate::engine::task::{Kind, ShareTask};
use crate::error::ErrorKind;

/// Files of one task.
pub const MAX_FILES: usize = 1000;
/// Bytes of the name of a package.
const MAX_NAME: usize = 1024;

impl Inner {
    pub(crate) fn file_changed(&self, file: &FileRef) -> Result<TaskId> {
        self.check_open()?;
        let info = self.host.stat(file)?;
        let item = self.item(file, Some(&info));
        self.add(Kind::Changed, Priority::Background, &Caller::default(), vec![item], None)
    }

    pub(crate) fn create_task(&self, kind: Kind, file: &FileRef, caller: &Caller) -> Result<TaskId> {
        self.make(kind, file, caller).map_err(|e| e.asked_by(caller))
    }

    fn make(&self, kind: Kind, file: &FileRef, caller: &Caller) -> Result<TaskId> {
        self.check_open()?;
        if matches!(kind, Kind::Changed | Kind::Package | Kind::Save) {
            let detail = format!("a task of the kind `{}` is not made so", kind.name());
            return Err(EngineError::invalid(Subject::Call, detail));
        }
        self.host.authorize(caller, Some(file), &file.space, Action::Make)?;
        let info = clean(self.host.stat(file)?)?;
        let item = self.item(file, Some(&info));
        self.add(kind, Priority::Requested, caller, vec![item], None)
    }

    pub(crate) fn create_batch_task(&self, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.batch(files, caller).map_err(|e| e.asked_by(caller))
    }

    fn batch(&self, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.check_open()?;
        count(files)?;
        let items = self.ask(files, caller, Action::Make)?;
        self.add(Kind::Auto, Priority::Requested, caller, items, None)
    }

    pub(crate) fn create_share_task(&self, share: ShareTask, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.share(share, files, caller).map_err(|e| e.asked_by(caller))
    }

    fn share(&self, share: ShareTask, files: &[FileRef], caller: &Caller) -> Result<TaskId> {
        self.check_open()?;
        count(files)?;
        let (kind, action) = match &share {
            ShareTask::Package { zip_name, .. } => {
                if zip_name.is_empty() || zip_name.len() > MAX_NAME || zip_name.chars().any(char::is_control) {
                    return Err(EngineError::invalid(Subject::Call, "the package has no name that a file can have"));
                }
                (Kind::Package, Action::Package)
            }
            ShareTask::Save { target } => {
                self.host.authorize(caller, Some(target), &target.space, Action::Receive).map_err(|e| {
                    match e.subject() {
                        Subject::File => EngineError::new(e.kind(), Subject::Target, e.detail()),
                        _ => e,
                    }
                })?;
                (Kind::Save, Action::Save)
            }
        };
        let mut seen = std::collections::HashSet::new();
        let once: Vec<FileRef> = files.iter().filter(|file| seen.insert(*file)).cloned().collect();
        let items = self.ask(&once, caller, action)?;
        self.add(kind, Priority::Requested, caller, items, Some(share))
    }

    /// Asks the drive about every file, as far as that is done in time; what is not asked, the task finds out. Whether
    /// the caller may is asked of all of them.
    fn ask(&self, files: &[FileRef], caller: &Caller, action: Action) -> Result<Vec<NewItem>> {
        let started = Instant::now();
        let one = |file: &FileRef| {
            self.host.authorize(caller, Some(file), &file.space, action)?;
            let info = match started.elapsed() < self.config.call_patience {
                true => Some(self.host.stat(file)?),
                false => None,
            };
            Ok(self.item(file, info.as_ref()))
        };
        files.iter().map(one).collect()
    }

    fn item(&self, file: &FileRef, info: Option<&FileInfo>) -> NewItem {
        // What is not clean is not settled by what was made of it when it was.
        let clean = info.filter(|info| info.verdict == Verdict::Clean);
        let content = clean.map(|info| recipe::content_key(file, Some(&info.version)));
        let keys = content.map(|content| self.specs.iter().map(|s| recipe::record_key(&content, &s.variant)).collect());
        NewItem { file: file.clone(), version: info.map(|info| info.version.clone()), keys: keys.unwrap_or_default() }
    }

    fn add(
        &self,
        kind: Kind,
        priority: Priority,
        caller: &Caller,
        items: Vec<NewItem>,
        share: Option<ShareTask>,
    ) -> Result<TaskId> {
        let (id, caller, now) = (TaskId::unique()?, caller.clone(), clock::wall_ms(&*self.clock));
        let added = self.queue.add(NewTask { id, kind, priority, caller, items, share, now });
        match &added {
            Ok(id) => {
                metrics::counter!(observe::TASKS, "kind" => kind.name()).increment(1);
                tracing::debug!(task = %id, kind = kind.name(), "a task was taken");
                self.work.ring(priority);
                // It may have ended at once.
                self.published.tell();
            }
            Err(e) if e.kind() == ErrorKind::Busy => metrics::counter!(observe::REFUSED).increment(1),
            Err(e) => tracing::error!(error = %e, "a task could not be taken"),
        }
        added
    }
}

fn count(files: &[FileRef]) -> Result<()> {
    match files.len() {
        1..=MAX_FILES => Ok(()),
        n => Err(EngineError::invalid(Subject::Files, format!("{n} files; a task has 1 to {MAX_FILES}"))),
    }
}
