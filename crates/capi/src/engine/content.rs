//! Engine: serving signed URLs
//!
//! Pass the URL to thumbling_content_new as your HTTP server received it, neither decoded nor normalised.

use std::ffi::{CString, c_char, c_void};

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use super::super::text;
use super::super::versioned::{OutStruct, versioned};
use super::open::{engine, thumbling_engine_t};
use thumbling::{Error, ErrorKind};
use thumbling_engine::url::UrlContent;

/// The content behind a signed URL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_content_t {
    /// 0: none.
    pub id: u64,
}

/// What to send with the content. Its strings are valid until the content is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_content_info_t {
    /// sizeof(thumbling_content_info_t).
    pub struct_size: usize,
    /// Bytes of content.
    pub size: u64,
    /// Media type.
    pub media_type: *const c_char,
    /// Changes when the bytes change; without quotes.
    pub etag: *const c_char,
    /// File name of a package; NULL for a thumbnail.
    pub file_name: *const c_char,
    /// When the URL expires, Unix time in s.
    pub expires_s: u64,
}

versioned!(thumbling_content_info_t);

pub(super) struct Content {
    content: UrlContent,
    media_type: CString,
    etag: CString,
    file_name: Option<CString>,
}

pub(super) static CONTENTS: Table<Content> = Table::new(21, "thumbling_content_t");

/// Opens the content behind a signed URL. THUMBLING_ERROR_NOT_FOUND if the URL is forged or expired or its file is gone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_content_new(
    engine: thumbling_engine_t,
    url: *const c_char,
    content: *mut thumbling_content_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (out, error, url) = unsafe { (Out::new(content), Out::new(error), Text::new(url)) };
    error::status(error, || {
        let out = out.required("content")?;
        let none = || Error::new(ErrorKind::NotFound, "no such thumbnail");
        let engine = self::engine(engine)?;
        // The engine signs UTF-8 only.
        let url = url.utf8("url").map_err(|_| none())?.ok_or_else(|| pointer::null("url"))?;
        let content = engine.open_url(url).map_err(|_| none())?;
        let content = Content {
            media_type: text::owned(&content.content_type),
            etag: text::owned(&content.etag),
            file_name: text::maybe(content.file_name.as_deref()),
            content,
        };
        out.put(thumbling_content_t { id: CONTENTS.insert(content)? })
    })
}

/// What to send with the content.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_content_info(
    content: thumbling_content_t,
    info: *mut thumbling_content_info_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let info = unsafe { OutStruct::new(info) }?;
        let content = CONTENTS.get(content.id)?;
        info.put(thumbling_content_info_t {
            struct_size: size_of::<thumbling_content_info_t>(),
            size: content.content.body.size(),
            media_type: content.media_type.as_ptr(),
            etag: content.etag.as_ptr(),
            file_name: text::pointer_to(&content.file_name),
            expires_s: content.content.expires,
        });
        Ok(())
    })
}

/// Reads up to `len` bytes at `offset` into `buffer`. `read` is how many; less than `len` only at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_content_read(
    content: thumbling_content_t,
    offset: u64,
    buffer: *mut c_void,
    len: usize,
    read: *mut usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (read, error) = unsafe { (Out::new(read), Out::new(error)) };
    error::status(error, || {
        let (content, read) = (CONTENTS.get(content.id)?, read.required("read")?);
        // SAFETY: the header asks for `len` writable bytes.
        let buffer = unsafe { pointer::buffer(buffer, len) }?;
        read.put(content.content.body.read_up_to(offset, buffer)?)
    })
}

/// Frees content; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_content_free(content: thumbling_content_t) -> thumbling_status_t {
    boundary::status(|| CONTENTS.free(content.id))
}
