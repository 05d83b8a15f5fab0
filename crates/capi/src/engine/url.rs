//! The engine: signed URLs
//!
//! A URL lets whoever has it fetch one thumbnail or package for a while. Hand what your HTTP server was asked for to
//! thumbling_url_open, as it came: nothing decoded, nothing made canonical.

use std::ffi::{CString, c_char};

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use super::super::text;
use super::super::versioned::{OutStruct, Versioned};
use super::caller::{caller, thumbling_caller_t};
use super::drive::{file, thumbling_file_info_t, thumbling_file_t};
use super::lowered;
use super::open::{engine, thumbling_engine_t};
use thumbling::{Error, ErrorKind, Result};
use thumbling_engine::url::{SignedUrl, Target, UrlContent};

/// A signed URL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_url_t {
    /// 0 is none.
    pub id: u64,
}

/// What a signed URL gives.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_opened_t {
    /// 0 is none.
    pub id: u64,
}

/// What a signed URL gives. Its strings are valid until it is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_opened_info_t {
    /// sizeof(thumbling_opened_info_t), set by you.
    pub struct_size: usize,
    /// Bytes of content.
    pub size: u64,
    /// Media type.
    pub content_type: *const c_char,
    /// Changes when the bytes change; without quotes.
    pub etag: *const c_char,
    /// What a package is called; NULL for a thumbnail.
    pub file_name: *const c_char,
    /// Unix time in s from which on the URL gives nothing.
    pub expires: u64,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_opened_info_t {
    const NAME: &'static str = "thumbling_opened_info_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

struct Signed {
    url: SignedUrl,
    text: CString,
}

struct Content {
    opened: UrlContent,
    content_type: CString,
    etag: CString,
    file_name: Option<CString>,
}

static URLS: Table<Signed> = Table::new(20, "thumbling_url_t");
static OPENED: Table<Content> = Table::new(21, "thumbling_opened_t");

pub(super) fn alive() -> usize {
    URLS.alive() + OPENED.alive()
}

/// A signed URL of the thumbnail `spec` (NULL: the first) of `file` or, if that is NULL, of what `uri` names. `hint` (may
/// be NULL) is what thumbling_hint_new gave. `mode` is THUMBLING_LOOK_...; `wait_ms` bounds THUMBLING_LOOK_WAIT.
/// THUMBLING_ERROR_BUSY while the thumbnail is being made: thumbling_error_retry_after_ms says when to try again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_url_new(
    engine: thumbling_engine_t,
    file: *const thumbling_file_t,
    uri: *const c_char,
    spec: *const c_char,
    caller: *const thumbling_caller_t,
    hint: *const c_char,
    mode: i32,
    wait_ms: u64,
    url: *mut thumbling_url_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (url, error, uri, spec, hint) =
        unsafe { (Out::new(url), Out::new(error), Text::new(uri), Text::new(spec), Text::new(hint)) };
    // SAFETY: as above.
    let (file, caller) =
        unsafe { ((!file.is_null()).then(|| self::file(file, "file")).transpose(), self::caller(caller)) };
    boundary::status(error, || {
        let (url, mode, file) = (url.required("url")?, super::look::mode(mode, wait_ms)?, file?);
        let target = match &file {
            Some(file) => Target::File(file),
            None => Target::Uri(uri.required("uri")?),
        };
        let engine = self::engine(engine)?;
        let signed =
            engine.thumbnail_url(target, spec.utf8("spec")?, &caller?, hint.utf8("hint")?, mode).map_err(lowered)?;
        let text = text::owned(&signed.url);
        url.put(thumbling_url_t { id: URLS.insert(Signed { url: signed, text })? })
    })
}

/// The URL itself. Valid until it is freed; NULL if the handle names none.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_url_text(url: thumbling_url_t) -> *const c_char {
    boundary::value(std::ptr::null(), || Ok(URLS.get(url.id)?.text.as_ptr()))
}

/// Unix time in s from which on it gives nothing; 0 if the handle names none.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_url_expires(url: thumbling_url_t) -> u64 {
    boundary::value(0, || Ok(URLS.get(url.id)?.url.expires))
}

/// Whether clients have to decode it first.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_url_is_obfuscated(url: thumbling_url_t) -> i32 {
    boundary::value(0, || Ok(URLS.get(url.id)?.url.obfuscated.into()))
}

/// Frees a URL; 0 is a no-op. It goes on to give what it gives.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_url_free(url: thumbling_url_t) -> thumbling_status_t {
    boundary::status(Out::none(), || URLS.free(url.id))
}

/// What makes the next URL of `file` by `caller` quicker, for a minute, copied to `buffer` of `capacity` bytes with a NUL
/// behind it; `len` is its length without the NUL. If the file will be asked for by URI, `uri` is that URI, else NULL.
/// `info` is what a listing already knows of the file; the drive is asked if it is NULL. THUMBLING_ERROR_LIMIT if `buffer`
/// is too small; 5,000 bytes always do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_hint_new(
    engine: thumbling_engine_t,
    file: *const thumbling_file_t,
    uri: *const c_char,
    info: *const thumbling_file_info_t,
    caller: *const thumbling_caller_t,
    buffer: *mut c_char,
    capacity: usize,
    len: *mut usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
    let (len, error, uri) = unsafe { (Out::new(len), Out::new(error), Text::new(uri)) };
    // SAFETY: as above.
    let (file, caller) = unsafe { (self::file(file, "file"), self::caller(caller)) };
    // SAFETY: as above.
    let info = (!info.is_null()).then(|| unsafe { super::host::known(&*info) }).transpose();
    boundary::status(error, || {
        if buffer.is_null() {
            return Err(pointer::null("buffer"));
        }
        let info = info.map_err(|what| Error::invalid_argument(format!("info has {what}")))?;
        let engine = self::engine(engine)?;
        let hint = engine.context_hint(&file?, uri.utf8("uri")?, info.as_ref(), &caller?).map_err(lowered)?;
        if hint.len() >= capacity {
            return Err(Error::limit(format!("a hint of {} bytes in a buffer of {capacity}", hint.len())));
        }
        // SAFETY: the header asks for as many writable bytes as are said.
        let written = unsafe { copied(&hint, buffer, capacity) };
        if len.is_wanted() { len.put(written) } else { Ok(()) }
    })
}

/// Copies `text` and a NUL to `buffer` if they fit; says how long `text` is.
///
/// # Safety
/// `buffer` is NULL or valid for writes of `capacity` bytes.
pub(super) unsafe fn copied(text: &str, buffer: *mut c_char, capacity: usize) -> usize {
    if !buffer.is_null() && text.len() < capacity {
        // SAFETY: promised by the caller; both fit.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast::<u8>(), text.len());
            buffer.add(text.len()).write(0);
        }
    }
    text.len()
}

/// What a signed URL gives. Forged, expired, of a file that is gone: all are THUMBLING_ERROR_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_url_open(
    engine: thumbling_engine_t,
    url: *const c_char,
    opened: *mut thumbling_opened_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (opened, error, url) = unsafe { (Out::new(opened), Out::new(error), Text::new(url)) };
    boundary::status(error, || {
        let opened = opened.required("opened")?;
        let none = || Error::new(ErrorKind::NotFound, "no such thumbnail");
        let engine = self::engine(engine)?;
        // What is no UTF-8 was not signed.
        let found = engine.open_url(url.utf8("url").map_err(|_| none())?.ok_or_else(|| pointer::null("url"))?);
        let found = found.map_err(|_| none())?;
        let content = Content {
            content_type: text::owned(&found.content_type),
            etag: text::owned(&found.etag),
            file_name: super::maybe(found.file_name.as_deref()),
            opened: found,
        };
        opened.put(thumbling_opened_t { id: OPENED.insert(content)? })
    })
}

/// What the URL gave.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_opened_info(
    opened: thumbling_opened_t,
    info: *mut thumbling_opened_info_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let (content, info) = (OPENED.get(opened.id)?, unsafe { OutStruct::new(info) }?);
        info.put(thumbling_opened_info_t {
            struct_size: size_of::<thumbling_opened_info_t>(),
            size: content.opened.body.size(),
            content_type: content.content_type.as_ptr(),
            etag: content.etag.as_ptr(),
            file_name: super::pointer_to(&content.file_name),
            expires: content.opened.expires,
        });
        Ok(())
    })
}

/// Reads up to `len` bytes at `offset` into `buffer`; `read` is how many, 0 only at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_opened_read(
    opened: thumbling_opened_t,
    offset: u64,
    buffer: *mut u8,
    len: usize,
    read: *mut usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (read, error) = unsafe { (Out::new(read), Out::new(error)) };
    boundary::status(error, || {
        let (content, read) = (OPENED.get(opened.id)?, read.required("read")?);
        let buffer = match (buffer.is_null(), len) {
            (_, 0) => &mut [][..],
            (true, _) => return Err(pointer::null("buffer")),
            (false, len) if len > isize::MAX as usize => {
                return Err(Error::invalid_argument("more than can be in memory"));
            }
            // SAFETY: the header asks for as many writable bytes as are said; zeroed, since a slice has to be initialised.
            (false, len) => unsafe {
                buffer.write_bytes(0, len);
                std::slice::from_raw_parts_mut(buffer, len)
            },
        };
        read.put(fill(&content.opened, offset, buffer)?)
    })
}

fn fill(opened: &UrlContent, offset: u64, buffer: &mut [u8]) -> Result<usize> {
    if buffer.is_empty() { Ok(0) } else { opened.body.read_up_to(offset, buffer) }
}

/// Frees what a URL gave; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_opened_free(opened: thumbling_opened_t) -> thumbling_status_t {
    boundary::status(Out::none(), || OPENED.free(opened.id))
}
