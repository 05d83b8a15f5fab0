//! Engine: signed URLs
//!
//! Whoever has a signed URL may fetch one thumbnail or package for a while. A hint speeds up the next URL of the same file
//! and caller during the next minute: it saves asking the drive to resolve and stat the file.

use std::ffi::{CString, c_char};

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{Out, Text};
use super::super::spec::zero;
use super::super::status::thumbling_status_t;
use super::super::text;
use super::super::versioned::{self, OutStruct, versioned};
use super::caller::{caller, thumbling_caller_t};
use super::error::lowered;
use super::file::{self, file, thumbling_file_info_t, thumbling_file_t};
use super::lookup::{self, DEFAULT_TIMEOUT_MS, THUMBLING_LOOKUP_MODE_ENQUEUE};
use super::open::{engine, thumbling_engine_t};
use thumbling_engine::url::{SignedUrl, Target};

/// A thumbnail to sign a URL for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_url_request_t {
    /// sizeof(thumbling_url_request_t).
    pub struct_size: usize,
    /// The file; NULL if it is identified by `uri`.
    pub file: *const thumbling_file_t,
    /// The file's URI, which your drive resolves; used if `file` is NULL.
    pub uri: *const c_char,
    /// Name of the spec; NULL: the first.
    pub spec: *const c_char,
    /// NULL: anonymous.
    pub caller: *const thumbling_caller_t,
    /// Text of a hint; NULL if there is none. An invalid one is ignored.
    pub hint: *const c_char,
    /// Longest time to wait for THUMBLING_LOOKUP_MODE_WAIT, ms.
    pub timeout_ms: u64,
    /// THUMBLING_LOOKUP_MODE_...: what to do about a missing thumbnail.
    pub mode: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(
    thumbling_url_request_t,
    Self {
        struct_size: size_of::<Self>(),
        file: std::ptr::null(),
        uri: std::ptr::null(),
        spec: std::ptr::null(),
        caller: std::ptr::null(),
        hint: std::ptr::null(),
        timeout_ms: DEFAULT_TIMEOUT_MS,
        mode: THUMBLING_LOOKUP_MODE_ENQUEUE,
        reserved: 0,
    }
);

/// A signed URL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_url_t {
    /// 0: none.
    pub id: u64,
}

/// A signed URL. Its strings are valid until the URL is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_url_info_t {
    /// sizeof(thumbling_url_info_t).
    pub struct_size: usize,
    /// The URL itself.
    pub url: *const c_char,
    /// When it expires, Unix time in s.
    pub expires_s: u64,
    /// 1 if clients have to decode `url`, else 0.
    pub is_obfuscated: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_url_info_t);

/// A file to make a hint for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_hint_request_t {
    /// sizeof(thumbling_hint_request_t).
    pub struct_size: usize,
    /// The file.
    pub file: *const thumbling_file_t,
    /// The URI by which the URL will be requested; NULL if it will be requested by `file`.
    pub uri: *const c_char,
    /// What a listing already knows about the file; NULL: the drive is asked.
    pub info: *const thumbling_file_info_t,
    /// NULL: anonymous.
    pub caller: *const thumbling_caller_t,
}

versioned!(thumbling_hint_request_t);

/// A hint.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_hint_t {
    /// 0: none.
    pub id: u64,
}

pub(super) struct Signed {
    url: SignedUrl,
    text: CString,
}

pub(super) static URLS: Table<Signed> = Table::new(20, "thumbling_url_t");
pub(super) static HINTS: Table<CString> = Table::new(24, "thumbling_hint_t");

/// A signed URL of a thumbnail. THUMBLING_ERROR_BUSY while it is being generated: thumbling_error_retry_after_ms says when to
/// retry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_url_new(
    engine: thumbling_engine_t,
    request: *const thumbling_url_request_t,
    url: *mut thumbling_url_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (url, error) = unsafe { (Out::new(url), Out::new(error)) };
    error::status(error, || {
        let url = url.required("url")?;
        // SAFETY: the header asks for a valid request, with its size set and valid pointers.
        let (given, file, caller, [uri, spec, hint]) = unsafe {
            let given = versioned::read(request)?;
            let file = (!given.file.is_null()).then(|| file(given.file, "file")).transpose()?;
            let texts = [given.uri, given.spec, given.hint].map(|text| Text::new(text));
            (given, file, caller(given.caller)?, texts)
        };
        zero(given.reserved)?;
        let mode = lookup::mode(given.mode, given.timeout_ms)?;
        let target = match &file {
            Some(file) => Target::File(file),
            None => Target::Uri(uri.required("uri")?),
        };
        let (spec, hint) = (spec.utf8("spec")?, hint.utf8("hint")?);
        let signed = self::engine(engine)?.thumbnail_url(target, spec, &caller, hint, mode).map_err(lowered)?;
        let text = text::owned(&signed.url);
        url.put(thumbling_url_t { id: URLS.insert(Signed { url: signed, text })? })
    })
}

/// The URL and when it expires.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_url_info(
    url: thumbling_url_t,
    info: *mut thumbling_url_info_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let info = unsafe { OutStruct::new(info) }?;
        let signed = URLS.get(url.id)?;
        info.put(thumbling_url_info_t {
            struct_size: size_of::<thumbling_url_info_t>(),
            url: signed.text.as_ptr(),
            expires_s: signed.url.expires,
            is_obfuscated: signed.url.obfuscated.into(),
            reserved: 0,
        });
        Ok(())
    })
}

/// Frees a URL; 0 is a no-op. The URL itself stays valid until it expires.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_url_free(url: thumbling_url_t) -> thumbling_status_t {
    boundary::status(|| URLS.free(url.id))
}

/// A hint for a file and caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_hint_new(
    engine: thumbling_engine_t,
    request: *const thumbling_hint_request_t,
    hint: *mut thumbling_hint_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (hint, error) = unsafe { (Out::new(hint), Out::new(error)) };
    error::status(error, || {
        let hint = hint.required("hint")?;
        // SAFETY: the header asks for a valid request, with its size set and valid pointers.
        let (file, info, caller, uri) = unsafe {
            let given = versioned::read(request)?;
            let info = (!given.info.is_null()).then(|| file::info(given.info)).transpose()?;
            (file(given.file, "file")?, info, caller(given.caller)?, Text::new(given.uri))
        };
        let engine = self::engine(engine)?;
        let text = engine.context_hint(&file, uri.utf8("uri")?, info.as_ref(), &caller).map_err(lowered)?;
        hint.put(thumbling_hint_t { id: HINTS.insert(text::owned(&text))? })
    })
}

/// The text of a hint, for thumbling_url_request_t. Valid until the hint is freed; NULL for an invalid handle.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_hint_text(hint: thumbling_hint_t) -> *const c_char {
    boundary::value(std::ptr::null(), || Ok(HINTS.get(hint.id)?.as_ptr()))
}

/// Frees a hint; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_hint_free(hint: thumbling_hint_t) -> thumbling_status_t {
    boundary::status(|| HINTS.free(hint.id))
}
