//! Log
//!
//! Messages of the library, and how long its spans took: a span is a step of its work, such as "decode" or "job".

use std::ffi::c_char;
use std::time::Duration;

use super::boundary;
use super::call::UserData;
use super::status::thumbling_status_t;
use super::subscriber::{self, Entry, Sink};
use super::text;
use super::versioned::versioned;
use thumbling::{Error, ErrorKind};

/// Nothing.
pub const THUMBLING_LOG_OFF: i32 = 0;
/// The engine could not do its work: its disk, its database, the drive failed.
pub const THUMBLING_LOG_ERROR: i32 = 1;
/// Something that may need attention.
pub const THUMBLING_LOG_WARN: i32 = 2;
/// Files that have no thumbnail, and why.
pub const THUMBLING_LOG_INFO: i32 = 3;
/// Tasks, retries, and all spans.
pub const THUMBLING_LOG_DEBUG: i32 = 4;
/// Everything.
pub const THUMBLING_LOG_TRACE: i32 = 5;

/// An entry of the log. It is valid until the callback returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_log_entry_t {
    /// sizeof(thumbling_log_entry_t) of the library.
    pub struct_size: usize,
    /// The module that it comes from, such as "thumbling_engine::lifecycle".
    pub target: *const c_char,
    /// The message or the name of the span, then its fields: "a file could not be rendered kind=corrupt".
    pub message: *const c_char,
    /// The spans around it, outermost first, separated by " > "; NULL if there are none.
    pub spans: *const c_char,
    /// Time between the start and the end of a span, ns; 0 for a message.
    pub duration_ns: u64,
    /// THUMBLING_LOG_ERROR to THUMBLING_LOG_TRACE.
    pub level: i32,
    /// 1 if this is a span that has ended, 0 if it is a message.
    pub is_span: i32,
}

versioned!(thumbling_log_entry_t);

/// Takes an entry of the log, on any thread of the library or of yours that called it. It must return soon.
pub type thumbling_log_t = Option<unsafe extern "C" fn(user_data: UserData, entry: *const thumbling_log_entry_t)>;

/// Calls `callback` with every entry up to `level` (THUMBLING_LOG_...), in place of the callback before, if any. That one
/// is not called any more once this returns; calls in progress are waited for. NULL or THUMBLING_LOG_OFF stops the log.
/// What the library logs during a callback is dropped. THUMBLING_ERROR_INVALID_ARGUMENT if called by the callback itself;
/// THUMBLING_ERROR_BUSY if the program is written in Rust and has a `tracing` subscriber already.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_log_set(level: i32, callback: thumbling_log_t, user_data: UserData) -> thumbling_status_t {
    boundary::status(|| {
        if !(THUMBLING_LOG_OFF..=THUMBLING_LOG_TRACE).contains(&level) {
            return Err(Error::invalid_argument(format!("level is {level}")));
        }
        let sink = callback.filter(|_| level != THUMBLING_LOG_OFF).map(|callback| -> Sink {
            Box::new(move |entry| {
                // SAFETY: the host passed the callback together with its user data.
                with_entry(entry, |entry| unsafe { callback(user_data, entry) });
            })
        });
        subscriber::set(level, sink).map_err(|e| match e {
            subscriber::SetError::Reentrant => Error::invalid_argument("thumbling_log_set called by its own callback"),
            subscriber::SetError::Taken => Error::new(ErrorKind::Busy, "another tracing subscriber is installed"),
        })
    })
}

fn with_entry(entry: &Entry<'_>, call: impl FnOnce(*const thumbling_log_entry_t)) {
    let (target, message) = (text::owned(entry.target), text::owned(entry.message));
    let spans = text::maybe(entry.spans);
    call(&thumbling_log_entry_t {
        struct_size: size_of::<thumbling_log_entry_t>(),
        target: target.as_ptr(),
        message: message.as_ptr(),
        spans: text::pointer_to(&spans),
        duration_ns: entry.duration.map_or(0, nanoseconds),
        level: entry.level,
        is_span: entry.duration.is_some().into(),
    });
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
