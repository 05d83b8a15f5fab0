//! Engine: events
//!
//! A receiver queues events until you take them, at most 1,024. It drops events beyond that and counts them.

use std::ffi::{CString, c_char};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::Out;
use super::super::status::thumbling_status_t;
use super::super::text;
use super::super::versioned::{OutStruct, Versioned, versioned};
use super::change::thumbling_task_id_t;
use super::file::{FileText, NO_FILE, thumbling_file_t};
use super::open::{engine, thumbling_engine_t};
use super::status::state;
use thumbling::{Error, ErrorKind};
use thumbling_engine::events::{Closed, Event, Events};

/// The thumbnails of `file` are ready, for its content `version`.
pub const THUMBLING_EVENT_READY: i32 = 1;
/// The thumbnails of `file` could not be generated: `error` says why.
pub const THUMBLING_EVENT_FAILED: i32 = 2;
/// The task `task` ended in `state`.
pub const THUMBLING_EVENT_TASK: i32 = 3;

/// A receiver of events.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_events_t {
    /// 0: none.
    pub id: u64,
}

/// An event.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_event_t {
    /// 0: none.
    pub id: u64,
}

/// What happened. Fields that do not belong to its kind are zero. Strings are valid until the event is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_event_info_t {
    /// sizeof(thumbling_event_info_t).
    pub struct_size: usize,
    /// THUMBLING_EVENT_...; more may be added.
    pub kind: i32,
    /// THUMBLING_ERROR_...
    pub error: thumbling_status_t,
    /// THUMBLING_STATE_...
    pub state: i32,
    /// Zero.
    pub reserved: u32,
    /// Number of events that the receiver has dropped so far.
    pub lost: u64,
    /// The task.
    pub task: thumbling_task_id_t,
    /// The file.
    pub file: thumbling_file_t,
    /// Version of its content.
    pub version: *const c_char,
}

versioned!(thumbling_event_info_t);

/// An event with its strings.
pub(super) struct Received {
    event: Event,
    lost: u64,
    file: Option<FileText>,
    version: Option<CString>,
}

pub(super) static RECEIVERS: Table<Mutex<Events>> = Table::new(23, "thumbling_events_t");
pub(super) static EVENTS: Table<Received> = Table::new(25, "thumbling_event_t");

impl Received {
    fn new(event: Event, lost: u64) -> Self {
        let (file, version) = match &event {
            Event::Ready { file, version } => (Some(FileText::of(file)), Some(text::owned(version.as_str()))),
            Event::Failed { file, .. } => (Some(FileText::of(file)), None),
            _ => (None, None),
        };
        Self { event, lost, file, version }
    }

    fn info(&self) -> thumbling_event_info_t {
        let mut info = thumbling_event_info_t {
            lost: self.lost,
            file: self.file.as_ref().map_or(NO_FILE, FileText::lend),
            version: text::pointer_to(&self.version),
            ..thumbling_event_info_t::default()
        };
        match &self.event {
            Event::Ready { .. } => info.kind = THUMBLING_EVENT_READY,
            Event::Failed { kind, .. } => (info.kind, info.error) = (THUMBLING_EVENT_FAILED, kind.code()),
            Event::Task { id, state } => {
                info.kind = THUMBLING_EVENT_TASK;
                info.task = id.into();
                info.state = self::state(*state);
            }
            // An event that this version of the ABI does not know.
            _ => {}
        }
        info
    }
}

/// A receiver of every event from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_events_new(
    engine: thumbling_engine_t,
    events: *mut thumbling_events_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (events, error) = unsafe { (Out::new(events), Out::new(error)) };
    error::status(error, || {
        let events = events.required("events")?;
        let receiver = self::engine(engine)?.events();
        events.put(thumbling_events_t { id: RECEIVERS.insert(Mutex::new(receiver))? })
    })
}

/// Waits up to `timeout_ms` for the next event; `event` is 0 if there was none in time. THUMBLING_ERROR_CANCELLED once the
/// engine is closed and every event taken. Threads that share a receiver take turns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_events_next(
    events: thumbling_events_t,
    timeout_ms: u64,
    event: *mut thumbling_event_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (event, error) = unsafe { (Out::new(event), Out::new(error)) };
    error::status(error, || {
        let (out, receiver) = (event.required("event")?, RECEIVERS.get(events.id)?);
        let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
        let next = receiver.wait(Duration::from_millis(timeout_ms));
        match next.map_err(|Closed| Error::new(ErrorKind::Cancelled, "the engine is closed"))? {
            Some(event) => {
                let received = Received::new(event, receiver.lost());
                out.put(thumbling_event_t { id: EVENTS.insert(received)? })
            }
            None => Ok(()),
        }
    })
}

/// What happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_event_info(
    event: thumbling_event_t,
    info: *mut thumbling_event_info_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let info = unsafe { OutStruct::new(info) }?;
        info.put(EVENTS.get(event.id)?.info());
        Ok(())
    })
}

/// Frees an event; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_event_free(event: thumbling_event_t) -> thumbling_status_t {
    boundary::status(|| EVENTS.free(event.id))
}

/// Frees a receiver; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_events_free(events: thumbling_events_t) -> thumbling_status_t {
    boundary::status(|| RECEIVERS.free(events.id))
}
