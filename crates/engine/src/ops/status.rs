//! Watching, waiting for and cancelling tasks.

use std::time::Duration;

use crate::deadline::Deadline;
use crate::inner::Inner;
use crate::model::caller::Caller;
use crate::model::drive::Action;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::{CorrelationId, TaskId, Version};
use crate::model::job::{StoredItem, StoredTask};
use crate::model::package;
use crate::model::task::{ItemStatus, ShareTask, TaskKind, TaskState, TaskStatus};
use crate::port::clock;
use thumbling::ErrorKind;

/// How often a waiting call checks for results of other processes.
const POLL: Duration = Duration::from_millis(100);

impl Inner {
    pub(crate) fn task(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        let task = self.visible_task(id, caller);
        task.and_then(|task| self.status_of(task)).map_err(|e| e.traced_by(caller))
    }

    /// The task, if the caller may see it: one it created, or one whose files the drive lets it view. `not-found`
    /// otherwise.
    fn visible_task(&self, id: &TaskId, caller: &Caller) -> Result<StoredTask> {
        self.check_open()?;
        let unknown = || EngineError::not_found(Subject::Task, "there is no such task, or the caller may not see it");
        let task = self.queue.task(id)?.ok_or_else(unknown)?;
        let first = task.items.first().ok_or_else(unknown)?;
        let created = task.caller.user == caller.user && task.caller.share == caller.share;
        let call = self.host.context(None);
        let authorize =
            |item: &StoredItem| self.host.authorize(caller, Some(&item.file), &item.file.space, Action::View, &call);
        // Even the creator may have lost access since.
        let authorized = if created && caller.user.is_some() {
            self.host.authorize(caller, None, &first.file.space, Action::View, &call).or_else(|_| authorize(first))
        } else {
            task.items.iter().try_for_each(authorize)
        };
        authorized.map_err(|e| match e.kind() {
            ErrorKind::Denied | ErrorKind::NotFound => unknown(),
            _ => e,
        })?;
        Ok(task)
    }

    /// The status of a task, without authorization. `None` if there is no such task.
    pub(crate) fn status(&self, id: &TaskId) -> Result<Option<TaskStatus>> {
        self.queue.task(id)?.map(|task| self.status_of(task)).transpose()
    }

    fn status_of(&self, task: StoredTask) -> Result<TaskStatus> {
        let has_package = matches!(task.share, Some(ShareTask::Package { .. }))
            && matches!(task.state, TaskState::Succeeded | TaskState::PartlyFailed);
        let url = match task.items.first() {
            Some(first) if has_package => {
                let file = package::file_of(&first.file.space, &task.id)?;
                Some(self.sign(&file, &Version::new(package::VERSION)?, package::SPEC)?)
            }
            _ => None,
        };
        let is_save = task.kind == TaskKind::Save;
        let items = task.items.into_iter().map(|StoredItem { file, state, failure, output }| {
            let saved = output.as_deref().filter(|_| is_save).and_then(package::decode_copy);
            let (error, detail) = failure.unzip();
            ItemStatus { file, state, error, detail, saved }
        });
        Ok(TaskStatus {
            id: task.id,
            kind: task.kind,
            state: task.state,
            total: task.total,
            done: task.done,
            failed: task.failed,
            items: items.collect(),
            created: clock::time_from_ms(task.created),
            updated: clock::time_from_ms(task.updated),
            url,
            trace: task.caller.trace.as_deref().and_then(|trace| CorrelationId::new(trace).ok()),
        })
    }

    pub(crate) fn wait(&self, id: &TaskId, caller: &Caller, timeout: Duration) -> Result<TaskStatus> {
        self.visible_task(id, caller).map_err(|e| e.traced_by(caller))?;
        let deadline = Deadline::after(timeout);
        loop {
            let seen = self.changed.count();
            let state = self.queue.task_state(id)?;
            let remaining = deadline.remaining();
            if state.is_none_or(TaskState::is_final) || remaining.is_zero() || self.is_closed() {
                return self.status(id)?.ok_or_else(|| forgotten(caller));
            }
            self.changed.wait(seen, remaining.min(POLL));
        }
    }

    pub(crate) fn cancel(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.visible_task(id, caller).map_err(|e| e.traced_by(caller))?;
        for job in self.queue.cancel(id, self.now())? {
            self.jobs.cancel(job);
        }
        self.changed.notify();
        self.status(id)?.ok_or_else(|| forgotten(caller))
    }
}

/// The error for a task that was forgotten during the call.
fn forgotten(caller: &Caller) -> EngineError {
    EngineError::not_found(Subject::Task, "the task was forgotten").traced_by(caller)
}
