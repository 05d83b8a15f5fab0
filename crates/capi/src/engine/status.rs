//! Engine: status of a task
//!
//! Statuses are snapshots: they do not change while the task continues.

use std::ffi::{CString, c_char};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{self, Out};
use super::super::status::{THUMBLING_OK, thumbling_status_t};
use super::super::text::{maybe, pointer_to};
use super::super::versioned::{OutStruct, versioned};
use super::caller::{caller, thumbling_caller_t};
use super::change::thumbling_task_id_t;
use super::error::lowered;
use super::file::thumbling_file_t;
use super::open::{engine, thumbling_engine_t};
use super::task::*;
use thumbling::{Error, Result};
use thumbling_engine::Engine;
use thumbling_engine::caller::Caller;
use thumbling_engine::id::TaskId;
use thumbling_engine::task::{ItemState, TaskKind, TaskState, TaskStatus};

/// Durable, not started.
pub const THUMBLING_STATE_QUEUED: i32 = 0;
/// In progress.
pub const THUMBLING_STATE_RUNNING: i32 = 1;
/// All files succeeded.
pub const THUMBLING_STATE_SUCCEEDED: i32 = 2;
/// Some files succeeded, some failed.
pub const THUMBLING_STATE_PARTLY_FAILED: i32 = 3;
/// All files failed.
pub const THUMBLING_STATE_FAILED: i32 = 4;
/// Cancelled before it ended.
pub const THUMBLING_STATE_CANCELLED: i32 = 5;

/// The status of a task.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_t {
    /// 0: none.
    pub id: u64,
}

/// The status of a task as a whole. Its strings are valid until the status is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_info_t {
    /// sizeof(thumbling_task_info_t).
    pub struct_size: usize,
    /// Its id.
    pub id: thumbling_task_id_t,
    /// THUMBLING_TASK_...
    pub kind: i32,
    /// THUMBLING_STATE_...
    pub state: i32,
    /// Number of files.
    pub total: u32,
    /// Files that succeeded.
    pub done: u32,
    /// Files that failed.
    pub failed: u32,
    /// 1 if clients have to decode `url`, else 0.
    pub is_obfuscated: i32,
    /// When it was created, Unix time in ms.
    pub created_ms: i64,
    /// When it last changed, Unix time in ms.
    pub updated_ms: i64,
    /// Where the archive of a finished THUMBLING_TASK_PACKAGE is; NULL for other tasks.
    pub url: *const c_char,
    /// When the URL expires, Unix time in s.
    pub expires_s: u64,
    /// Trace id of the caller who created it; NULL if none.
    pub trace: *const c_char,
}

/// The status of one file of a task. Its strings are valid until the status is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_item_t {
    /// sizeof(thumbling_task_item_t).
    pub struct_size: usize,
    /// The file.
    pub file: thumbling_file_t,
    /// Its copy, for THUMBLING_TASK_SAVE; else NULLs.
    pub copy: thumbling_file_t,
    /// Human-readable detail of a failure, for logs; else NULL.
    pub detail: *const c_char,
    /// THUMBLING_STATE_...: queued, succeeded, failed or cancelled.
    pub state: i32,
    /// THUMBLING_ERROR_... of a failure, else THUMBLING_OK.
    pub error: thumbling_status_t,
}

versioned!(thumbling_task_info_t);
versioned!(thumbling_task_item_t);

/// A status with its strings.
pub(super) struct Snapshot {
    status: TaskStatus,
    url: Option<CString>,
    trace: Option<CString>,
    items: Vec<[Option<CString>; 5]>,
}

pub(super) static TASKS: Table<Snapshot> = Table::new(17, "thumbling_task_t");

impl From<TaskStatus> for Snapshot {
    fn from(status: TaskStatus) -> Self {
        let url = maybe(status.url.as_ref().map(|signed| signed.url.as_str()));
        let items = status
            .items
            .iter()
            .map(|item| {
                let saved = item.saved.as_ref();
                [
                    Some(item.file.space.as_str()),
                    Some(item.file.file.as_str()),
                    saved.map(|file| file.space.as_str()),
                    saved.map(|file| file.file.as_str()),
                    item.detail.as_deref(),
                ]
                .map(maybe)
            })
            .collect();
        let trace = maybe(status.trace.as_ref().map(|trace| trace.as_str()));
        Self { status, url, trace, items }
    }
}

/// A handle of a status.
pub(super) fn insert(status: TaskStatus) -> Result<thumbling_task_t> {
    Ok(thumbling_task_t { id: TASKS.insert(status.into())? })
}

/// The number of a state.
pub(super) fn state(state: TaskState) -> i32 {
    match state {
        TaskState::Queued => THUMBLING_STATE_QUEUED,
        TaskState::Running => THUMBLING_STATE_RUNNING,
        TaskState::Succeeded => THUMBLING_STATE_SUCCEEDED,
        TaskState::PartlyFailed => THUMBLING_STATE_PARTLY_FAILED,
        TaskState::Failed => THUMBLING_STATE_FAILED,
        TaskState::Cancelled => THUMBLING_STATE_CANCELLED,
        _ => 0,
    }
}

/// The status of a task. THUMBLING_ERROR_NOT_FOUND if `caller` (may be NULL) may not see it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_get(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { snapshot(engine, id, caller, task, error, |engine, id, caller| engine.task(id, caller)) }
}

/// Blocks until the task ends or `timeout_ms` elapses, and returns its status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_wait(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    timeout_ms: u64,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let timeout = Duration::from_millis(timeout_ms);
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { snapshot(engine, id, caller, task, error, |engine, id, caller| engine.wait(id, caller, timeout)) }
}

/// Cancels a task that has not ended, and returns its status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_cancel(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { snapshot(engine, id, caller, task, error, |engine, id, caller| engine.cancel(id, caller)) }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn snapshot(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
    ask: impl FnOnce(&Engine, &TaskId, &Caller) -> thumbling_engine::Result<TaskStatus>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let (task, error) = unsafe { (Out::new(task), Out::new(error)) };
    error::status(error, || {
        let task = task.required("task")?;
        if id.is_null() {
            return Err(pointer::null("id"));
        }
        // SAFETY: promised by the caller.
        let (id, caller) = unsafe { (id.read_unaligned(), self::caller(caller)?) };
        let text: String = id.text.iter().take_while(|c| **c != 0).map(|c| char::from(*c as u8)).collect();
        let status = ask(&*self::engine(engine)?, &TaskId::from_str(&text)?, &caller).map_err(lowered)?;
        task.put(insert(status)?)
    })
}

/// The status of the task as a whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_info(
    task: thumbling_task_t,
    info: *mut thumbling_task_info_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let info = unsafe { OutStruct::new(info) }?;
        let snapshot = TASKS.get(task.id)?;
        let TaskStatus { id, kind, state, total, done, failed, created, updated, url, .. } = &snapshot.status;
        info.put(thumbling_task_info_t {
            struct_size: size_of::<thumbling_task_info_t>(),
            id: id.into(),
            kind: match kind {
                TaskKind::Auto => THUMBLING_TASK_AUTO,
                TaskKind::Document => THUMBLING_TASK_DOCUMENT,
                TaskKind::Video => THUMBLING_TASK_VIDEO,
                TaskKind::Image => THUMBLING_TASK_IMAGE,
                TaskKind::Audio => THUMBLING_TASK_AUDIO,
                TaskKind::Changed => THUMBLING_TASK_CHANGED,
                TaskKind::Package => THUMBLING_TASK_PACKAGE,
                TaskKind::Save => THUMBLING_TASK_SAVE,
                _ => 0,
            },
            state: self::state(*state),
            total: *total,
            done: *done,
            failed: *failed,
            is_obfuscated: url.as_ref().is_some_and(|url| url.obfuscated).into(),
            created_ms: unix_ms(*created),
            updated_ms: unix_ms(*updated),
            url: pointer_to(&snapshot.url),
            expires_s: url.as_ref().map_or(0, |url| url.expires),
            trace: pointer_to(&snapshot.trace),
        });
        Ok(())
    })
}

fn unix_ms(time: SystemTime) -> i64 {
    i64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// The status of the file `index`, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_at(
    task: thumbling_task_t,
    index: usize,
    item: *mut thumbling_task_item_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let out = unsafe { OutStruct::new(item) }?;
        let snapshot = TASKS.get(task.id)?;
        let beyond = || Error::invalid_argument(format!("the task has no file {index}"));
        let (texts, item) = snapshot.items.get(index).zip(snapshot.status.items.get(index)).ok_or_else(beyond)?;
        let [space, file, copy_space, copy_file, detail] = texts.each_ref().map(pointer_to);
        out.put(thumbling_task_item_t {
            struct_size: size_of::<thumbling_task_item_t>(),
            file: thumbling_file_t { space, file },
            copy: thumbling_file_t { space: copy_space, file: copy_file },
            detail,
            state: match item.state {
                ItemState::Queued => THUMBLING_STATE_QUEUED,
                ItemState::Succeeded => THUMBLING_STATE_SUCCEEDED,
                ItemState::Failed => THUMBLING_STATE_FAILED,
                ItemState::Cancelled => THUMBLING_STATE_CANCELLED,
                _ => 0,
            },
            error: item.error.map_or(THUMBLING_OK, |kind| kind.code()),
        });
        Ok(())
    })
}

/// Frees a status; 0 is a no-op. The task continues.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_task_free(task: thumbling_task_t) -> thumbling_status_t {
    boundary::status(|| TASKS.free(task.id))
}
