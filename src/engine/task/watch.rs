//! How tasks are watched, waited for and cancelled.

use std::time::{Duration, Instant};

use crate::engine::caller::Caller;
use crate::engine::drive::Action;
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{CorrelationId, TaskId, Version};
use crate::engine::inner::Inner;
use crate::engine::port::clock;
use crate::engine::port::queue::{ItemRow, TaskRow};
use crate::engine::task::{ItemStatus, TaskState, TaskStatus, package, save};

impl Inner {
    pub(crate) fn task(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        let task = self.visible(id, caller).map_err(|e| e.asked_by(caller))?;
        self.status_of(task).map_err(|e| e.asked_by(caller))
    }

    /// The task, if the caller may see it: his own, or one of a space that the drive lets him look into.
    fn visible(&self, id: &TaskId, caller: &Caller) -> Result<TaskRow> {
        self.check_open()?;
        let unknown = || EngineError::not_found(Subject::Task, "there is no such task, or none for this caller");
        let task = self.queue.task(id)?.ok_or_else(unknown)?;
        let first = task.items.first().ok_or_else(unknown)?;
        let own = task.caller.user == caller.user && task.caller.share == caller.share;
        // The creator too has to be somebody who may look still.
        let asked = match own && caller.user.is_some() {
            true => self
                .host
                .authorize(caller, None, &first.file.space, Action::Look)
                .or_else(|_| self.host.authorize(caller, Some(&first.file), &first.file.space, Action::Look)),
            false => task
                .items
                .iter()
                .try_for_each(|item| self.host.authorize(caller, Some(&item.file), &item.file.space, Action::Look)),
        };
        asked.map_err(|e| match e.kind() {
            crate::ErrorKind::Denied | crate::ErrorKind::NotFound => unknown(),
            _ => e,
        })?;
        Ok(task)
    }

    /// How a task stands, whoever asks.
    pub(crate) fn status(&self, id: &TaskId) -> Result<Option<TaskStatus>> {
        self.queue.task(id)?.map(|task| self.status_of(task)).transpose()
    }

    fn status_of(&self, task: TaskRow) -> Result<TaskStatus> {
        let url = match (&task.share, task.state, task.items.first()) {
            (Some(_), TaskState::Succeeded | TaskState::PartlyFailed, Some(first)) => {
                match package::is_package(&task) {
                    true => {
                        let file = package::file_of(&first.file.space, &task.id)?;
                        Some(self.sign(&file, &Version::new(package::VERSION)?, package::SPEC)?)
                    }
                    false => None,
                }
            }
            _ => None,
        };
        let items = task.items.into_iter().map(|ItemRow { file, state, failure, out }| {
            let saved = out.as_deref().filter(|_| task.kind == crate::engine::task::Kind::Save).and_then(save::copy_of);
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
            created: clock::time_of(task.created),
            updated: clock::time_of(task.updated),
            url,
            trace: task.caller.trace.as_deref().and_then(|trace| CorrelationId::new(trace).ok()),
        })
    }

    pub(crate) fn wait(&self, id: &TaskId, caller: &Caller, patience: Duration) -> Result<TaskStatus> {
        self.visible(id, caller).map_err(|e| e.asked_by(caller))?;
        let deadline = Instant::now().checked_add(patience);
        loop {
            let seen = self.published.seen();
            let state = self.queue.task_state(id)?;
            let left = deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            if state.is_none_or(TaskState::is_final) || left.is_zero() || self.is_closed() {
                let gone = || EngineError::not_found(Subject::Task, "the task was forgotten").asked_by(caller);
                return self.status(id)?.ok_or_else(gone);
            }
            // What another process ends is not told here.
            self.published.wait(seen, left.min(Duration::from_millis(100)));
        }
    }

    pub(crate) fn cancel(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.visible(id, caller).map_err(|e| e.asked_by(caller))?;
        for job in self.queue.cancel(id, clock::wall_ms(&*self.clock))? {
            self.work.interrupt(job);
        }
        self.published.tell();
        self.status(id)?.ok_or_else(|| EngineError::not_found(Subject::Task, "the task was forgotten").asked_by(caller))
    }
}
