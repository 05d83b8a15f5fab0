//! The engine: how a task stood
//!
//! Of what you are told of a task you get a copy as of one moment.

use std::ffi::{CString, c_char};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::boundary;
use super::super::handle::Table;
use super::super::pointer::Out;
use super::super::status::{THUMBLING_OK, thumbling_status_t};
use super::super::versioned::{OutStruct, Versioned};
use super::change::thumbling_task_id_t;
use super::drive::thumbling_file_t;
use super::task::*;
use super::{maybe, pointer_to};
use thumbling::{Error, Result};
use thumbling_engine::task::{ItemState, TaskKind, TaskState, TaskStatus};

/// Durable, and not begun.
pub const THUMBLING_STATE_QUEUED: i32 = 0;
/// Worked on.
pub const THUMBLING_STATE_RUNNING: i32 = 1;
/// All of it was done.
pub const THUMBLING_STATE_SUCCEEDED: i32 = 2;
/// Some of it was done, some failed.
pub const THUMBLING_STATE_PARTLY_FAILED: i32 = 3;
/// All of it failed.
pub const THUMBLING_STATE_FAILED: i32 = 4;
/// It was cancelled before its end.
pub const THUMBLING_STATE_CANCELLED: i32 = 5;

/// How a task stood as a whole.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_info_t {
    /// sizeof(thumbling_task_info_t), set by you.
    pub struct_size: usize,
    /// What it is called.
    pub id: thumbling_task_id_t,
    /// THUMBLING_TASK_...: what it was made for.
    pub kind: i32,
    /// THUMBLING_STATE_...
    pub state: i32,
    /// Files that it is about.
    pub total: u32,
    /// Files that are done.
    pub done: u32,
    /// Files that failed.
    pub failed: u32,
    /// Whether `url` is obfuscated.
    pub obfuscated: i32,
    /// When it was made, Unix time in ms.
    pub created_ms: i64,
    /// When it last changed, Unix time in ms.
    pub updated_ms: i64,
    /// Where a finished package is; NULL for anything else. Valid until the task is freed.
    pub url: *const c_char,
    /// Until when, Unix time in s.
    pub expires: u64,
    /// The trace id of the caller who made it; NULL if he brought none. Valid until the task is freed.
    pub trace: *const c_char,
}

/// How one file of a task stood. Its strings are valid until the task is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_item_t {
    /// sizeof(thumbling_task_item_t), set by you.
    pub struct_size: usize,
    /// Which file.
    pub file: thumbling_file_t,
    /// The copy that was made of it; NULL and NULL if there is none.
    pub saved: thumbling_file_t,
    /// Why it failed, in words for a log; NULL if it did not.
    pub detail: *const c_char,
    /// THUMBLING_STATE_...: queued, succeeded, failed or cancelled.
    pub state: i32,
    /// THUMBLING_ERROR_...: why it failed; THUMBLING_OK if it did not.
    pub error: thumbling_status_t,
}

// SAFETY: C layout, the size first, and every field is a number, a pointer or an array of numbers.
unsafe impl Versioned for thumbling_task_info_t {
    const NAME: &'static str = "thumbling_task_info_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: as above.
unsafe impl Versioned for thumbling_task_item_t {
    const NAME: &'static str = "thumbling_task_item_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// A status with its strings.
pub(super) struct Told {
    status: TaskStatus,
    url: Option<CString>,
    trace: Option<CString>,
    items: Vec<[Option<CString>; 5]>,
}

pub(super) static TASKS: Table<Told> = Table::new(17, "thumbling_task_t");

impl From<TaskStatus> for Told {
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

/// How the task stood as a whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_info(
    task: thumbling_task_t,
    info: *mut thumbling_task_info_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let (told, info) = (TASKS.get(task.id)?, unsafe { OutStruct::new(info) }?);
        let TaskStatus { id, kind, state, total, done, failed, created, updated, url, .. } = &told.status;
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
            obfuscated: url.as_ref().is_some_and(|url| url.obfuscated).into(),
            created_ms: unix_ms(*created),
            updated_ms: unix_ms(*updated),
            url: pointer_to(&told.url),
            expires: url.as_ref().map_or(0, |url| url.expires),
            trace: pointer_to(&told.trace),
        });
        Ok(())
    })
}

fn unix_ms(time: SystemTime) -> i64 {
    i64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// How the file `index`, below `total`, stood.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_item(
    task: thumbling_task_t,
    index: usize,
    item: *mut thumbling_task_item_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let (told, out) = (TASKS.get(task.id)?, unsafe { OutStruct::new(item) }?);
        let beyond = || Error::invalid_argument(format!("the task has no file {index}"));
        let (texts, item) = told.items.get(index).zip(told.status.items.get(index)).ok_or_else(beyond)?;
        let [space, file, saved_space, saved_file, detail] = texts.each_ref().map(pointer_to);
        out.put(thumbling_task_item_t {
            struct_size: size_of::<thumbling_task_item_t>(),
            file: thumbling_file_t { space, file },
            saved: thumbling_file_t { space: saved_space, file: saved_file },
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

/// Frees what was told of a task; 0 is a no-op. The task itself goes on.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_task_free(task: thumbling_task_t) -> thumbling_status_t {
    boundary::status(Out::none(), || TASKS.free(task.id))
}
