//! Engine: lookups
//!
//! A lookup returns the state of the thumbnails of 1 to 30 files. It takes microseconds unless it is asked to wait.

use std::ffi::{CString, c_char};
use std::time::Duration;

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{Out, Text};
use super::super::spec::zero;
use super::super::status::{THUMBLING_OK, thumbling_status_t};
use super::super::text;
use super::super::versioned::{self, OutStruct, Versioned, versioned};
use super::caller::{caller, thumbling_caller_t};
use super::error::lowered;
use super::file::{files, thumbling_file_t};
use super::open::{engine, thumbling_engine_t};
use thumbling::{Error, ErrorKind, Result};
use thumbling_engine::lookup::{Lookup, LookupMode, LookupState};
use thumbling_engine::problem::Problem;

/// Only reports what is stored.
pub const THUMBLING_LOOKUP_MODE_CACHE_ONLY: i32 = 0;
/// Queues a missing thumbnail at interactive priority and returns at once.
pub const THUMBLING_LOOKUP_MODE_ENQUEUE: i32 = 1;
/// Queues a missing thumbnail and waits for it.
pub const THUMBLING_LOOKUP_MODE_WAIT: i32 = 2;

/// The thumbnail is stored.
pub const THUMBLING_LOOKUP_STATE_READY: i32 = 0;
/// It is being generated.
pub const THUMBLING_LOOKUP_STATE_PENDING: i32 = 1;
/// There is none, and none is being generated.
pub const THUMBLING_LOOKUP_STATE_MISSING: i32 = 2;
/// There is none: `error` and `problem` say why.
pub const THUMBLING_LOOKUP_STATE_FAILED: i32 = 3;

/// What to look up.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_lookup_request_t {
    /// sizeof(thumbling_lookup_request_t).
    pub struct_size: usize,
    /// The files.
    pub files: *const thumbling_file_t,
    /// Number of files, 1 to 30.
    pub files_len: usize,
    /// Name of the spec; NULL: the first.
    pub spec: *const c_char,
    /// NULL: anonymous.
    pub caller: *const thumbling_caller_t,
    /// Longest time to wait for THUMBLING_LOOKUP_MODE_WAIT, ms.
    pub timeout_ms: u64,
    /// THUMBLING_LOOKUP_MODE_...: what to do about a missing thumbnail.
    pub mode: i32,
    /// Zero.
    pub reserved: u32,
}

/// Wait time of requests that do not state one.
pub(super) const DEFAULT_TIMEOUT_MS: u64 = 10_000;

versioned!(
    thumbling_lookup_request_t,
    Self {
        struct_size: size_of::<Self>(),
        files: std::ptr::null(),
        files_len: 0,
        spec: std::ptr::null(),
        caller: std::ptr::null(),
        timeout_ms: DEFAULT_TIMEOUT_MS,
        mode: THUMBLING_LOOKUP_MODE_ENQUEUE,
        reserved: 0,
    }
);

/// The results of a lookup.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_lookup_t {
    /// 0: none.
    pub id: u64,
}

/// The state of one file's thumbnail. Its pointers are valid until the lookup is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_lookup_result_t {
    /// sizeof(thumbling_lookup_result_t).
    pub struct_size: usize,
    /// THUMBLING_LOOKUP_STATE_...
    pub state: i32,
    /// THUMBLING_ERROR_... for THUMBLING_LOOKUP_STATE_FAILED, else THUMBLING_OK.
    pub error: thumbling_status_t,
    /// Why there is no thumbnail: see thumbling_problem_message. NULL for THUMBLING_LOOKUP_STATE_READY. Static string.
    pub problem: *const c_char,
    /// Where its bytes are; NULL if there is no thumbnail.
    pub url: *const c_char,
    /// When the URL expires, Unix time in s.
    pub expires_s: u64,
    /// Changes when the bytes change; without quotes. NULL if there is no thumbnail.
    pub etag: *const c_char,
    /// Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/>
    pub thumbhash: *const u8,
    /// Bytes of `thumbhash`.
    pub thumbhash_len: usize,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// When to look again, ms, for THUMBLING_LOOKUP_STATE_PENDING.
    pub retry_after_ms: u64,
    /// 1 if clients have to decode `url`, else 0.
    pub is_obfuscated: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_lookup_result_t);

/// A result with its strings.
pub(super) struct Answer {
    state: LookupState,
    url: Option<CString>,
    etag: Option<CString>,
}

impl From<Lookup> for Answer {
    fn from(lookup: Lookup) -> Self {
        let (url, etag) = match &lookup.state {
            LookupState::Ready { url, etag, .. } => (Some(text::owned(&url.url)), Some(text::owned(etag))),
            _ => (None, None),
        };
        Self { state: lookup.state, url, etag }
    }
}

pub(super) static LOOKUPS: Table<Vec<Answer>> = Table::new(19, "thumbling_lookup_t");

/// What to do about a missing thumbnail.
pub(super) fn mode(mode: i32, timeout_ms: u64) -> Result<LookupMode> {
    match mode {
        THUMBLING_LOOKUP_MODE_CACHE_ONLY => Ok(LookupMode::CacheOnly),
        THUMBLING_LOOKUP_MODE_ENQUEUE => Ok(LookupMode::EnqueueOnMiss),
        THUMBLING_LOOKUP_MODE_WAIT => Ok(LookupMode::WaitUpTo(Duration::from_millis(timeout_ms))),
        n => Err(Error::invalid_argument(format!("mode is {n}"))),
    }
}

/// Looks up thumbnails. There is one result for each file, in their order; no file fails the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_lookup_new(
    engine: thumbling_engine_t,
    request: *const thumbling_lookup_request_t,
    lookup: *mut thumbling_lookup_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (lookup, error) = unsafe { (Out::new(lookup), Out::new(error)) };
    error::status(error, || {
        let lookup = lookup.required("lookup")?;
        // SAFETY: the header asks for a valid request, with its size set and valid pointers.
        let (given, spec, files, caller) = unsafe {
            let given = versioned::read(request)?;
            let (files, caller) = (files(given.files, given.files_len)?, caller(given.caller)?);
            (given, Text::new(given.spec), files, caller)
        };
        zero(given.reserved)?;
        let (mode, spec) = (mode(given.mode, given.timeout_ms)?, spec.utf8("spec")?);
        let found = self::engine(engine)?.lookup_batch(&files, spec, &caller, mode).map_err(lowered)?;
        lookup.put(thumbling_lookup_t { id: LOOKUPS.insert(found.into_iter().map(Answer::from).collect())? })
    })
}

/// The result for the file `index`, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_lookup_at(
    lookup: thumbling_lookup_t,
    index: usize,
    result: *mut thumbling_lookup_result_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let result = unsafe { OutStruct::new(result) }?;
        let answers = LOOKUPS.get(lookup.id)?;
        let beyond = || Error::invalid_argument(format!("the lookup has no file {index}"));
        result.put(answers.get(index).ok_or_else(beyond)?.result());
        Ok(())
    })
}

impl Answer {
    fn result(&self) -> thumbling_lookup_result_t {
        let mut result = thumbling_lookup_result_t {
            state: THUMBLING_LOOKUP_STATE_FAILED,
            error: THUMBLING_OK,
            problem: Problem::of_lookup(&self.state).map_or(std::ptr::null(), |p| text::fixed(p.text().name)),
            url: text::pointer_to(&self.url),
            etag: text::pointer_to(&self.etag),
            ..thumbling_lookup_result_t::default()
        };
        let mut failed = |kind: ErrorKind| result.error = kind.code();
        match &self.state {
            LookupState::Failed { kind } => failed(*kind),
            LookupState::Unsupported => failed(ErrorKind::Unsupported),
            LookupState::Denied => failed(ErrorKind::Denied),
            LookupState::NoSuchFile => failed(ErrorKind::NotFound),
            LookupState::Viral => failed(ErrorKind::Viral),
            LookupState::Malicious => failed(ErrorKind::Malicious),
            LookupState::NotExist => result.state = THUMBLING_LOOKUP_STATE_MISSING,
            LookupState::Pending { retry_after } => {
                result.state = THUMBLING_LOOKUP_STATE_PENDING;
                result.retry_after_ms = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
            }
            LookupState::Ready { width, height, url, thumbhash, .. } => {
                result.state = THUMBLING_LOOKUP_STATE_READY;
                (result.width, result.height) = (*width, *height);
                (result.expires_s, result.is_obfuscated) = (url.expires, url.obfuscated.into());
                (result.thumbhash, result.thumbhash_len) = (thumbhash.as_ptr(), thumbhash.len());
            }
            _ => failed(ErrorKind::Internal),
        }
        result
    }
}

/// Frees a lookup; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_lookup_free(lookup: thumbling_lookup_t) -> thumbling_status_t {
    boundary::status(|| LOOKUPS.free(lookup.id))
}
