//! The engine: look-ups
//!
//! What there is for files, right now. Strings and bytes are valid until the looks are freed.

use std::ffi::{CString, c_char};
use std::time::Duration;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::{Out, Text};
use super::super::status::{THUMBLING_OK, thumbling_status_t};
use super::super::text;
use super::super::versioned::{OutStruct, Versioned};
use super::caller::{caller, thumbling_caller_t};
use super::drive::{files, thumbling_file_t};
use super::lowered;
use super::open::{engine, thumbling_engine_t};
use super::problem::thumbling_spelling_t;
use thumbling::{Error, ErrorKind, Result};
use thumbling_engine::lookup::{Lookup, LookupMode, LookupState};
use thumbling_engine::problem::Problem;

/// A thumbnail that is not there is not made.
pub const THUMBLING_LOOK_CACHE_ONLY: i32 = 0;
/// It is made, before everything that nobody is looking at.
pub const THUMBLING_LOOK_ENQUEUE: i32 = 1;
/// It is made, and waited for.
pub const THUMBLING_LOOK_WAIT: i32 = 2;

/// There is a thumbnail.
pub const THUMBLING_LOOKED_READY: i32 = 0;
/// It is being made.
pub const THUMBLING_LOOKED_PENDING: i32 = 1;
/// There is none, and nobody makes one.
pub const THUMBLING_LOOKED_NOT_EXIST: i32 = 2;
/// There is none: `error` says why.
pub const THUMBLING_LOOKED_FAILED: i32 = 3;

/// The answers of one look-up.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_looks_t {
    /// 0 is none.
    pub id: u64,
}

/// The answer about one file.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_look_t {
    /// sizeof(thumbling_look_t), set by you.
    pub struct_size: usize,
    /// THUMBLING_LOOKED_...
    pub state: i32,
    /// THUMBLING_ERROR_...: why there is none; THUMBLING_OK otherwise.
    pub error: thumbling_status_t,
    /// Columns, px.
    pub width: u32,
    /// Rows, px.
    pub height: u32,
    /// Where its bytes are; NULL if there is none.
    pub url: *const c_char,
    /// Until when, Unix time in s.
    pub expires: u64,
    /// Changes when the bytes change; without quotes. NULL if there is none.
    pub etag: *const c_char,
    /// Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/>
    pub thumbhash: *const u8,
    /// How many bytes.
    pub thumbhash_len: usize,
    /// When to look again, ms; for THUMBLING_LOOKED_PENDING.
    pub retry_after_ms: u64,
    /// Whether `url` is obfuscated.
    pub obfuscated: i32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_look_t {
    const NAME: &'static str = "thumbling_look_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// An answer with its strings.
pub(super) struct Seen {
    state: LookupState,
    url: Option<CString>,
    etag: Option<CString>,
}

impl From<Lookup> for Seen {
    fn from(look: Lookup) -> Self {
        let (url, etag) = match &look.state {
            LookupState::Ready { url, etag, .. } => (Some(text::owned(&url.url)), Some(text::owned(etag))),
            _ => (None, None),
        };
        Self { state: look.state, url, etag }
    }
}

pub(super) static LOOKS: Table<Vec<Seen>> = Table::new(19, "thumbling_looks_t");

/// What to do about a thumbnail that is not there.
pub(super) fn mode(mode: i32, wait_ms: u64) -> Result<LookupMode> {
    match mode {
        THUMBLING_LOOK_CACHE_ONLY => Ok(LookupMode::CacheOnly),
        THUMBLING_LOOK_ENQUEUE => Ok(LookupMode::EnqueueOnMiss),
        THUMBLING_LOOK_WAIT => Ok(LookupMode::WaitUpTo(Duration::from_millis(wait_ms))),
        n => Err(Error::invalid_argument(format!("mode is {n}"))),
    }
}

/// Looks up the thumbnails `spec` (NULL: the first) of 1 to 30 files, one answer each in their order; none fails
/// another. `mode` is THUMBLING_LOOK_...; `wait_ms` bounds THUMBLING_LOOK_WAIT. `caller` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_looks_new(
    engine: thumbling_engine_t,
    files: *const thumbling_file_t,
    files_len: usize,
    spec: *const c_char,
    caller: *const thumbling_caller_t,
    mode: i32,
    wait_ms: u64,
    looks: *mut thumbling_looks_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (looks, error, spec) = unsafe { (Out::new(looks), Out::new(error), Text::new(spec)) };
    // SAFETY: as above.
    let (files, caller) = unsafe { (self::files(files, files_len), self::caller(caller)) };
    boundary::status(error, || {
        let (looks, mode) = (looks.required("looks")?, self::mode(mode, wait_ms)?);
        let found = self::engine(engine)?.lookup_batch(&files?, spec.utf8("spec")?, &caller?, mode).map_err(lowered)?;
        looks.put(thumbling_looks_t { id: LOOKS.insert(found.into_iter().map(Seen::from).collect())? })
    })
}

/// The answer about the file `index`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_looks_at(
    looks: thumbling_looks_t,
    index: usize,
    look: *mut thumbling_look_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let (looks, out) = (LOOKS.get(looks.id)?, unsafe { OutStruct::new(look) }?);
        out.put(seen(&looks, index)?.look());
        Ok(())
    })
}

impl Seen {
    fn look(&self) -> thumbling_look_t {
        let mut look = thumbling_look_t {
            struct_size: size_of::<thumbling_look_t>(),
            state: THUMBLING_LOOKED_FAILED,
            error: THUMBLING_OK,
            width: 0,
            height: 0,
            url: super::pointer_to(&self.url),
            expires: 0,
            etag: super::pointer_to(&self.etag),
            thumbhash: std::ptr::null(),
            thumbhash_len: 0,
            retry_after_ms: 0,
            obfuscated: 0,
            reserved: 0,
        };
        let mut failed = |kind: ErrorKind| look.error = kind.code();
        match &self.state {
            LookupState::Failed { kind } => failed(*kind),
            LookupState::Unsupported => failed(ErrorKind::Unsupported),
            LookupState::Denied => failed(ErrorKind::Denied),
            LookupState::NoSuchFile => failed(ErrorKind::NotFound),
            LookupState::Viral => failed(ErrorKind::Viral),
            LookupState::Malicious => failed(ErrorKind::Malicious),
            LookupState::NotExist => look.state = THUMBLING_LOOKED_NOT_EXIST,
            LookupState::Pending { retry_after } => {
                look.state = THUMBLING_LOOKED_PENDING;
                look.retry_after_ms = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
            }
            LookupState::Ready { width, height, url, thumbhash, .. } => {
                look.state = THUMBLING_LOOKED_READY;
                (look.width, look.height) = (*width, *height);
                (look.expires, look.obfuscated) = (url.expires, url.obfuscated.into());
                (look.thumbhash, look.thumbhash_len) = (thumbhash.as_ptr(), thumbhash.len());
            }
            _ => failed(ErrorKind::Internal),
        }
        look
    }
}

/// Why there is no thumbnail of the file `index`. THUMBLING_ERROR_NOT_FOUND if there is one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_looks_spelling(
    looks: thumbling_looks_t,
    index: usize,
    spelling: *mut thumbling_spelling_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let (looks, out) = (LOOKS.get(looks.id)?, unsafe { OutStruct::new(spelling) }?);
        let ready = || Error::new(ErrorKind::NotFound, "there is a thumbnail");
        out.put(Problem::of_lookup(&seen(&looks, index)?.state).ok_or_else(ready)?.into());
        Ok(())
    })
}

fn seen(looks: &[Seen], index: usize) -> Result<&Seen> {
    looks.get(index).ok_or_else(|| Error::invalid_argument(format!("there is no look {index}")))
}

/// Frees the answers; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_looks_free(looks: thumbling_looks_t) -> thumbling_status_t {
    boundary::status(Out::none(), || LOOKS.free(looks.id))
}
