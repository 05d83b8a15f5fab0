//! Who may do what with a task. Every call about a task id starts here.
//!
//! A task belongs to the caller that created it: the same user, through whichever share, or for callers without a user, the
//! same share and token. A task without a creator (of [`file_changed`](crate::Engine::file_changed) or an
//! anonymous caller) belongs to every caller who is allowed what the task does.
//!
//! | call | the owner | any other caller |
//! |---|---|---|
//! | status, wait | must be allowed to view the space or the first file | must be allowed every file |
//! | URL of a package | must be allowed to package every file | as for the status |
//! | cancel | as for the status | denied |
//!
//! "Allowed" means the action that the task itself needs: [`Action::View`] for thumbnails, [`Action::Package`] for
//! packages, [`Action::Save`] (and [`Action::Receive`] of the target) for copies. To any other caller the task does not
//! exist.

use crate::drive::CallContext;
use crate::inner::Inner;
use crate::model::caller::Caller;
use crate::model::drive::Action;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::TaskId;
use crate::model::job::StoredTask;
use crate::model::task::{ItemState, ShareTask, TaskKind};
use thumbling::ErrorKind;

/// What a caller wants from a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaskAccess {
    /// Its status.
    View,
    /// That it ends.
    Cancel,
}

/// A task that a caller may see.
pub(super) struct VisibleTask {
    pub(super) task: StoredTask,
    /// Whether the caller may download its package.
    pub(super) may_download: bool,
}

/// The relation of a caller to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Owner,
    /// Nobody owns the task.
    Unowned,
    Other,
}

impl Inner {
    /// The task, if the caller may see it, and may do `access` to it.
    ///
    /// # Errors
    /// `not-found` for a task that the caller may not see, `denied` for one that it may see but not cancel.
    pub(super) fn visible_task(&self, id: &TaskId, caller: &Caller, access: TaskAccess) -> Result<VisibleTask> {
        self.check_open()?;
        let task = self.queue.task(id)?.ok_or_else(unknown)?;
        let visible = self.authorize_task(task, caller, access);
        visible.map_err(|e| match (e.kind(), e.subject()) {
            (ErrorKind::Denied, Subject::Task) => e,
            (ErrorKind::Denied | ErrorKind::NotFound, _) => unknown(),
            _ => e,
        })
    }

    fn authorize_task(&self, task: StoredTask, caller: &Caller, access: TaskAccess) -> Result<VisibleTask> {
        let call = self.host.context(None);
        let relation = relation(&task.caller, caller);
        let is_package = matches!(task.share, Some(ShareTask::Package { .. }));
        let may_download = if relation == Relation::Owner {
            self.authorize_owner(&task, caller, &call)?;
            is_package && task.state.is_final() && self.authorize_files(&task, caller, &call).is_ok()
        } else {
            // A task whose files are lost belongs to its owner alone.
            if task.items.is_empty() {
                return Err(unknown());
            }
            self.authorize_files(&task, caller, &call)?;
            is_package
        };
        match (access, relation) {
            (TaskAccess::Cancel, Relation::Other) => {
                let detail = "only the caller that created a task may cancel it";
                return Err(EngineError::new(ErrorKind::Denied, Subject::Task, detail));
            }
            (TaskAccess::Cancel, Relation::Unowned) if !task.kind.is_share() => {
                for item in &task.items {
                    self.host.authorize(caller, Some(&item.file), &item.file.space, Action::Generate, &call)?;
                }
            }
            _ => {}
        }
        Ok(VisibleTask { task, may_download })
    }

    /// Even the owner may have lost access since.
    fn authorize_owner(&self, task: &StoredTask, caller: &Caller, call: &CallContext) -> Result<()> {
        let Some(first) = task.items.first() else { return Ok(()) };
        let space = &first.file.space;
        let whole = self.host.authorize(caller, None, space, Action::View, call);
        whole.or_else(|_| self.host.authorize(caller, Some(&first.file), space, Action::View, call))
    }

    /// Whether the caller may do to the files what the task does. Failed files of a package are not in it.
    fn authorize_files(&self, task: &StoredTask, caller: &Caller, call: &CallContext) -> Result<()> {
        let action = match &task.share {
            None => Action::View,
            Some(ShareTask::Package { .. }) => Action::Package,
            Some(ShareTask::Save { target }) => {
                self.host.authorize(caller, Some(target), &target.space, Action::Receive, call)?;
                Action::Save
            }
        };
        let is_left_out = |state| task.state.is_final() && state != ItemState::Succeeded && action == Action::Package;
        task.items.iter().try_for_each(|item| {
            let action = if is_left_out(item.state) { Action::View } else { action };
            self.host.authorize(caller, Some(&item.file), &item.file.space, action, call)
        })
    }
}

impl TaskKind {
    fn is_share(self) -> bool {
        matches!(self, Self::Package | Self::Save)
    }
}

fn relation(creator: &Caller, caller: &Caller) -> Relation {
    let owns = match (&creator.user, &creator.share) {
        (None, None) => return Relation::Unowned,
        (Some(user), _) => caller.user.as_ref() == Some(user),
        (None, share) => caller.user.is_none() && *share == caller.share && creator.ticket == caller.ticket,
    };
    if owns { Relation::Owner } else { Relation::Other }
}

pub(super) fn unknown() -> EngineError {
    EngineError::not_found(Subject::Task, "there is no such task, or the caller may not see it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_belongs_to_the_caller_that_created_it() {
        let mary = Caller::user("mary");
        let visitor = || Caller::anonymous().with_share("s", Some("token".into()));
        let shared = mary.clone().with_share("s", Some("token".into()));
        for (creator, caller, expected) in [
            (&mary, &mary, Relation::Owner),
            (&mary, &mary.clone().with_trace("another"), Relation::Owner),
            (&shared, &mary, Relation::Owner),
            (&mary, &shared, Relation::Owner),
            (&visitor(), &visitor(), Relation::Owner),
            (&mary, &Caller::user("john"), Relation::Other),
            (&mary, &Caller::anonymous(), Relation::Other),
            (&visitor(), &Caller::anonymous().with_share("s", Some("guess".into())), Relation::Other),
            (&visitor(), &visitor().with_ticket("bought"), Relation::Other),
            (&visitor(), &mary, Relation::Other),
            (&visitor(), &shared, Relation::Other),
            (&Caller::anonymous(), &Caller::anonymous(), Relation::Unowned),
            (&Caller::default(), &mary, Relation::Unowned),
        ] {
            assert_eq!(relation(creator, caller), expected, "{creator:?}, {caller:?}");
        }
    }
}
