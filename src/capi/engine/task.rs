//! The engine: tasks
//!
//! A task runs to an end whatever happens to the process. Of what you are told of it you get a copy as of one moment.

use std::ffi::{CString, c_char, c_void};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::{self, Out, Text};
use super::super::source::{Lent, thumbling_release_t};
use super::super::status::{THUMBLING_OK, thumbling_status_t};
use super::super::versioned::{OutStruct, Versioned};
use super::drive::{caller, file, files, thumbling_caller_t, thumbling_file_t};
use super::open::{engine, thumbling_engine_t, thumbling_task_id_t};
use super::{lowered, maybe, pointer_to};
use crate::engine::Engine;
use crate::engine::caller::Caller;
use crate::engine::events::Subscription;
use crate::engine::id::TaskId;
use crate::engine::task::{ItemState, Kind, PackageContent, ShareTask, TaskState, TaskStatus};
use crate::error::{Error, Result};

/// Thumbnails of whatever the file is.
pub const THUMBLING_TASK_AUTO: i32 = 0;
/// Of a document; any other file ends with THUMBLING_ERROR_UNSUPPORTED.
pub const THUMBLING_TASK_DOCUMENT: i32 = 1;
/// Of a video.
pub const THUMBLING_TASK_VIDEO: i32 = 2;
/// Of a picture.
pub const THUMBLING_TASK_IMAGE: i32 = 3;
/// Of a sound file's cover.
pub const THUMBLING_TASK_AUDIO: i32 = 4;
/// Of a file that changed; nobody waits. Not made by thumbling_task_new.
pub const THUMBLING_TASK_CHANGED: i32 = 5;
/// A zip of the files of a share. Not made by thumbling_task_new.
pub const THUMBLING_TASK_PACKAGE: i32 = 6;
/// Copies of the files of a share. Not made by thumbling_task_new.
pub const THUMBLING_TASK_SAVE: i32 = 7;

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

/// A package holds the files themselves.
pub const THUMBLING_CONTENT_FILES: i32 = 0;
/// It holds their thumbnails.
pub const THUMBLING_CONTENT_THUMBNAILS: i32 = 1;
/// It holds both.
pub const THUMBLING_CONTENT_BOTH: i32 = 2;

/// How a task stood.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_task_t {
    /// 0 is none.
    pub id: u64,
}

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

/// Calls back as long as it lives.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_subscription_t {
    /// 0 is none.
    pub id: u64,
}

/// Told of a task that ended. `task` is freed when the call returns. It must not throw.
pub type thumbling_finished_t = Option<unsafe extern "C" fn(user_data: *mut c_void, task: thumbling_task_t)>;

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
struct Told {
    status: TaskStatus,
    url: Option<CString>,
    items: Vec<[Option<CString>; 5]>,
}

static TASKS: Table<Told> = Table::new(17, "thumbling_task_t");
static SUBSCRIPTIONS: Table<Subscription> = Table::new(18, "thumbling_subscription_t");

pub(super) fn alive() -> usize {
    TASKS.alive() + SUBSCRIPTIONS.alive()
}

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
        Self { status, url, items }
    }
}

fn insert(status: TaskStatus) -> Result<thumbling_task_t> {
    Ok(thumbling_task_t { id: TASKS.insert(status.into())? })
}

/// Has the thumbnails of a file made, as `kind` (THUMBLING_TASK_...) says. A file that the drive does not know or the
/// caller may not see is refused at once. `caller` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new(
    engine: thumbling_engine_t,
    kind: i32,
    file: *const thumbling_file_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let file = unsafe { self::file(file, "file") };
    // SAFETY: as above.
    unsafe {
        create(engine, caller, task, error, |engine, caller| {
            let kind = match kind {
                THUMBLING_TASK_AUTO => Kind::Auto,
                THUMBLING_TASK_DOCUMENT => Kind::Document,
                THUMBLING_TASK_VIDEO => Kind::Video,
                THUMBLING_TASK_IMAGE => Kind::Image,
                THUMBLING_TASK_AUDIO => Kind::Audio,
                n => return Err(Error::invalid_argument(format!("kind is {n}"))),
            };
            engine.create_task(kind, &file?, caller).map_err(lowered)
        })
    }
}

/// Has the thumbnails of 1 to 1,000 files made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new_batch(
    engine: thumbling_engine_t,
    files: *const thumbling_file_t,
    files_len: usize,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let files = unsafe { self::files(files, files_len) };
    // SAFETY: as above.
    unsafe { create(engine, caller, task, error, |e, caller| e.create_batch_task(&files?, caller).map_err(lowered)) }
}

/// Packs 1 to 1,000 files of a share into a zip called `zip_name`, with `content` (THUMBLING_CONTENT_...).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new_package(
    engine: thumbling_engine_t,
    zip_name: *const c_char,
    content: i32,
    files: *const thumbling_file_t,
    files_len: usize,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (files, zip_name) = unsafe { (self::files(files, files_len), Text::new(zip_name)) };
    // SAFETY: as above.
    unsafe {
        create(engine, caller, task, error, |engine, caller| {
            let content = match content {
                THUMBLING_CONTENT_FILES => PackageContent::Files,
                THUMBLING_CONTENT_THUMBNAILS => PackageContent::Thumbnails,
                THUMBLING_CONTENT_BOTH => PackageContent::Both,
                n => return Err(Error::invalid_argument(format!("content is {n}"))),
            };
            let share = ShareTask::Package { zip_name: zip_name.required("zip_name")?.into(), content };
            engine.create_share_task(share, &files?, caller).map_err(lowered)
        })
    }
}

/// Copies 1 to 1,000 files of a share into the folder `target`, by the drive; their thumbnails come along.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_new_save(
    engine: thumbling_engine_t,
    target: *const thumbling_file_t,
    files: *const thumbling_file_t,
    files_len: usize,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (files, target) = unsafe { (self::files(files, files_len), file(target, "target")) };
    // SAFETY: as above.
    unsafe {
        create(engine, caller, task, error, |engine, caller| {
            engine.create_share_task(ShareTask::Save { target: target? }, &files?, caller).map_err(lowered)
        })
    }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn create(
    engine: thumbling_engine_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_id_t,
    error: *mut thumbling_error_t,
    make: impl FnOnce(&Engine, &Caller) -> Result<TaskId>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let (caller, task, error) = unsafe { (self::caller(caller), Out::new(task), Out::new(error)) };
    boundary::status(error, || {
        let task = task.required("task")?;
        let id = make(&*self::engine(engine)?, &caller?)?;
        task.put((&id).into())
    })
}

/// How a task stands. One that `caller` may not see is THUMBLING_ERROR_NOT_FOUND, as one that there is not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_get(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { told(engine, id, caller, task, error, |engine, id, caller| engine.task(id, caller)) }
}

/// As thumbling_task_get, as soon as the task has ended or `patience_ms` have passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_wait(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    patience_ms: u64,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let patience = Duration::from_millis(patience_ms);
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { told(engine, id, caller, task, error, |engine, id, caller| engine.wait(id, caller, patience)) }
}

/// Ends a task that has not ended, and says how it stands then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_task_cancel(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    unsafe { told(engine, id, caller, task, error, |engine, id, caller| engine.cancel(id, caller)) }
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn told(
    engine: thumbling_engine_t,
    id: *const thumbling_task_id_t,
    caller: *const thumbling_caller_t,
    task: *mut thumbling_task_t,
    error: *mut thumbling_error_t,
    ask: impl FnOnce(&Engine, &TaskId, &Caller) -> crate::engine::Result<TaskStatus>,
) -> thumbling_status_t {
    // SAFETY: promised by the caller.
    let (caller, task, error) = unsafe { (self::caller(caller), Out::new(task), Out::new(error)) };
    // SAFETY: promised by the caller.
    let id = (!id.is_null()).then(|| unsafe { id.read_unaligned() });
    boundary::status(error, || {
        let (task, id) = (task.required("task")?, id.ok_or_else(|| pointer::null("id"))?);
        let text: String = id.text.iter().take_while(|c| **c != 0).map(|c| char::from(*c as u8)).collect();
        let status = ask(&*self::engine(engine)?, &TaskId::from_str(&text)?, &caller?).map_err(lowered)?;
        task.put(insert(status)?)
    })
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
                Kind::Auto => THUMBLING_TASK_AUTO,
                Kind::Document => THUMBLING_TASK_DOCUMENT,
                Kind::Video => THUMBLING_TASK_VIDEO,
                Kind::Image => THUMBLING_TASK_IMAGE,
                Kind::Audio => THUMBLING_TASK_AUDIO,
                Kind::Changed => THUMBLING_TASK_CHANGED,
                Kind::Package => THUMBLING_TASK_PACKAGE,
                Kind::Save => THUMBLING_TASK_SAVE,
            },
            state: match state {
                TaskState::Queued => THUMBLING_STATE_QUEUED,
                TaskState::Running => THUMBLING_STATE_RUNNING,
                TaskState::Succeeded => THUMBLING_STATE_SUCCEEDED,
                TaskState::PartlyFailed => THUMBLING_STATE_PARTLY_FAILED,
                TaskState::Failed => THUMBLING_STATE_FAILED,
                TaskState::Cancelled => THUMBLING_STATE_CANCELLED,
            },
            total: *total,
            done: *done,
            failed: *failed,
            obfuscated: url.as_ref().is_some_and(|url| url.obfuscated).into(),
            created_ms: unix_ms(*created),
            updated_ms: unix_ms(*updated),
            url: pointer_to(&told.url),
            expires: url.as_ref().map_or(0, |url| url.expires),
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

/// Calls `finished` with every task that ends from now on, once each, on a thread of the engine's. `release` may be
/// NULL; it is called exactly once, also if this fails, and `finished` never after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_subscription_new(
    engine: thumbling_engine_t,
    finished: thumbling_finished_t,
    user_data: *mut c_void,
    release: thumbling_release_t,
    subscription: *mut thumbling_subscription_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    let lent = Lent { user_data, release };
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (subscription, error) = unsafe { (Out::new(subscription), Out::new(error)) };
    boundary::status(error, || {
        let subscription = subscription.required("subscription")?;
        let finished = finished.ok_or_else(|| pointer::null("finished"))?;
        let engine = self::engine(engine)?;
        let made = engine.on_finished(move |status| {
            let lent = &lent;
            let Ok(task) = insert(status.clone()) else { return };
            // SAFETY: the host gave the callback together with its user data.
            unsafe { finished(lent.user_data, task) };
            let _ = TASKS.free(task.id);
        });
        subscription.put(thumbling_subscription_t { id: SUBSCRIPTIONS.insert(made)? })
    })
}

/// Ends a subscription; 0 is a no-op. A call that has begun is waited for, unless it is the one that frees.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_subscription_free(subscription: thumbling_subscription_t) -> thumbling_status_t {
    boundary::status(Out::none(), || SUBSCRIPTIONS.free(subscription.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_id_is_its_text() {
        let id = TaskId::unique().unwrap();
        let text: Vec<u8> = thumbling_task_id_t::from(&id).text.iter().map(|c| *c as u8).collect();
        assert_eq!(std::str::from_utf8(&text[..36]).unwrap(), id.to_string());
        assert_eq!(text[36..], [0; 4]);
    }
}
