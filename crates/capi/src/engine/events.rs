//! The engine: events
//!
//! What happens, to be taken when it suits you. A receiver that does not keep up loses what it has no room for (1,024
//! events), and is told how much.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::Out;
use super::super::status::{THUMBLING_OK, thumbling_status_t};
use super::super::versioned::{OutStruct, Versioned};
use super::change::thumbling_task_id_t;
use super::drive::{THUMBLING_NAME_SIZE, thumbling_file_name_t};
use super::open::{engine, thumbling_engine_t};
use super::status::state;
use thumbling::{Error, ErrorKind};
use thumbling_engine::events::{Closed, Event, Events};

/// Nothing happened in time.
pub const THUMBLING_EVENT_NONE: i32 = 0;
/// The thumbnails of `file` are there, of its content `version`.
pub const THUMBLING_EVENT_READY: i32 = 1;
/// They could not be made: `error` says why.
pub const THUMBLING_EVENT_FAILED: i32 = 2;
/// The task `task` ended in `state`.
pub const THUMBLING_EVENT_TASK: i32 = 3;

/// A receiver of events.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_events_t {
    /// 0 is none.
    pub id: u64,
}

/// Something that happened. What does not belong to its kind is zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_event_t {
    /// sizeof(thumbling_event_t), set by you.
    pub struct_size: usize,
    /// THUMBLING_EVENT_...
    pub kind: i32,
    /// THUMBLING_ERROR_...
    pub error: thumbling_status_t,
    /// THUMBLING_STATE_...
    pub state: i32,
    /// Zero.
    pub reserved: u32,
    /// Events that this receiver has lost so far.
    pub lost: u64,
    /// Which task.
    pub task: thumbling_task_id_t,
    /// Which file, NUL-terminated.
    pub file: thumbling_file_name_t,
    /// Of which content, NUL-terminated.
    pub version: [c_char; THUMBLING_NAME_SIZE],
}

// SAFETY: C layout, the size first, and every field is a number or an array of numbers.
unsafe impl Versioned for thumbling_event_t {
    const NAME: &'static str = "thumbling_event_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

pub(super) static EVENTS: Table<Mutex<Events>> = Table::new(23, "thumbling_events_t");

impl thumbling_event_t {
    const NONE: Self = Self {
        struct_size: size_of::<Self>(),
        kind: THUMBLING_EVENT_NONE,
        error: THUMBLING_OK,
        state: 0,
        reserved: 0,
        lost: 0,
        task: thumbling_task_id_t { text: [0; 40] },
        file: thumbling_file_name_t::EMPTY,
        version: [0; THUMBLING_NAME_SIZE],
    };
}

impl From<Event> for thumbling_event_t {
    fn from(event: Event) -> Self {
        let mut told = Self::NONE;
        match event {
            Event::Ready { file, version } => {
                told.kind = THUMBLING_EVENT_READY;
                told.file = (&file).into();
                super::put(version.as_str(), &mut told.version);
            }
            Event::Failed { file, kind } => {
                told.kind = THUMBLING_EVENT_FAILED;
                told.file = (&file).into();
                told.error = kind.code();
            }
            Event::Task { id, state } => {
                told.kind = THUMBLING_EVENT_TASK;
                told.task = (&id).into();
                told.state = self::state(state);
            }
            // An event that this version of the ABI does not know.
            _ => {}
        }
        told
    }
}

/// A receiver of what happens from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_events_new(
    engine: thumbling_engine_t,
    events: *mut thumbling_events_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (events, error) = unsafe { (Out::new(events), Out::new(error)) };
    boundary::status(error, || {
        let events = events.required("events")?;
        let receiver = self::engine(engine)?.events();
        events.put(thumbling_events_t { id: EVENTS.insert(Mutex::new(receiver))? })
    })
}

/// The next event, as soon as there is one or `patience_ms` have passed: then its kind is THUMBLING_EVENT_NONE.
/// THUMBLING_ERROR_CANCELLED once the engine is closed and every event taken. Threads that share a receiver wait in line.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_events_next(
    events: thumbling_events_t,
    patience_ms: u64,
    event: *mut thumbling_event_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let error = unsafe { Out::new(error) };
    boundary::status(error, || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let (receiver, out) = (EVENTS.get(events.id)?, unsafe { OutStruct::new(event) }?);
        let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
        let next = receiver.wait(Duration::from_millis(patience_ms));
        let next = next.map_err(|Closed| Error::new(ErrorKind::Cancelled, "the engine is closed"))?;
        let told = next.map_or(thumbling_event_t::NONE, thumbling_event_t::from);
        out.put(thumbling_event_t { lost: receiver.lost(), ..told });
        Ok(())
    })
}

/// Frees a receiver; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_events_free(events: thumbling_events_t) -> thumbling_status_t {
    boundary::status(Out::none(), || EVENTS.free(events.id))
}
