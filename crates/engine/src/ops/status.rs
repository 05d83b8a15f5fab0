//! Watching, waiting for and cancelling tasks.

use std::time::Duration;

use crate::deadline::Deadline;
use crate::inner::Inner;
use crate::model::caller::Caller;
use crate::model::error::Result;
use crate::model::id::{CorrelationId, TaskId, Version};
use crate::model::job::{StoredItem, StoredTask};
use crate::model::package;
use crate::model::task::{ItemStatus, ShareTask, TaskKind, TaskState, TaskStatus};
use crate::ops::access::{self, TaskAccess, VisibleTask};
use crate::port::clock;

/// How often a waiting call checks for results of other processes.
const POLL: Duration = Duration::from_millis(100);

impl Inner {
    pub(crate) fn task(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.visible_status(id, caller).map_err(|e| e.traced_by(caller))
    }

    /// The status of a task as the caller may see it now.
    fn visible_status(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        let VisibleTask { task, may_download } = self.visible_task(id, caller, TaskAccess::View)?;
        let mut status = self.status_of(task)?;
        status.url = status.url.filter(|_| may_download);
        Ok(status)
    }

    /// The status of a task, without authorization: for callbacks of the host. `None` if there is no such task.
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
        self.wait_for(id, caller, timeout).map_err(|e| e.traced_by(caller))
    }

    fn wait_for(&self, id: &TaskId, caller: &Caller, timeout: Duration) -> Result<TaskStatus> {
        self.visible_task(id, caller, TaskAccess::View)?;
        let deadline = Deadline::after(timeout);
        loop {
            let seen = self.changed.count();
            let state = self.queue.task_state(id)?;
            let remaining = deadline.remaining();
            if self.is_closed() {
                // The drive can no longer be asked.
                let status = self.status(id)?.ok_or_else(access::unknown)?;
                return Ok(TaskStatus { url: None, ..status });
            }
            if state.is_none_or(TaskState::is_final) || remaining.is_zero() {
                // Authorized once more: access may have been lost meanwhile.
                return self.visible_status(id, caller);
            }
            self.changed.wait(seen, remaining.min(POLL));
        }
    }

    pub(crate) fn cancel(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.cancel_task(id, caller).map_err(|e| e.traced_by(caller))
    }

    fn cancel_task(&self, id: &TaskId, caller: &Caller) -> Result<TaskStatus> {
        self.visible_task(id, caller, TaskAccess::Cancel)?;
        for job in self.queue.cancel(id, self.now())? {
            self.jobs.cancel(job);
        }
        self.changed.notify();
        self.visible_status(id, caller)
    }
}
