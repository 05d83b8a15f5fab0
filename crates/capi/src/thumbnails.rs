//! Thumbnails of a request
//!
//! Results are immutable and may be read by several threads.

use std::ffi::c_char;

use super::boundary;
use super::error::{self, thumbling_error_t};
use super::handle::Table;
use super::image::thumbling_image_t;
use super::info::thumbling_info_t;
use super::pointer::Out;
use super::request::{self, thumbling_request_t};
use super::source::{SOURCES, thumbling_source_t};
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{OutStruct, versioned};
use thumbling::Error;
use thumbling::{Origin, Thumbnails};

/// The pixels come from a preview embedded in the file.
pub const THUMBLING_ORIGIN_EMBEDDED: i32 = 1;
/// They are the file's own pixels.
pub const THUMBLING_ORIGIN_DECODED: i32 = 2;
/// They were rendered: a page, a vector picture.
pub const THUMBLING_ORIGIN_RENDERED: i32 = 3;

/// The thumbnails of one source.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_thumbnails_t {
    /// 0: none.
    pub id: u64,
}

/// What all thumbnails of a source have in common. Its pointers are valid until the thumbnails are freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_report_t {
    /// sizeof(thumbling_report_t).
    pub struct_size: usize,
    /// Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/>
    pub thumbhash: *const u8,
    /// Bytes of `thumbhash`.
    pub thumbhash_len: usize,
    /// Human-readable remarks that are no errors; the array ends with NULL.
    pub warnings: *const *const c_char,
    /// Bytes that the request read from the source.
    pub bytes_read: u64,
    /// Share of the page's shapes, pictures and charts that was drawn, 0 to 1. Less than 1 only for office documents, whose
    /// `warnings` then list what is missing.
    pub confidence: f64,
    /// 0xRRGGBB: the dominant colour.
    pub dominant_color: i32,
    /// THUMBLING_ORIGIN_...: where the pixels come from.
    pub origin: i32,
}

versioned!(thumbling_report_t);

pub(super) struct Finished {
    thumbnails: Thumbnails,
    warnings: text::List,
}

pub(super) static THUMBNAILS: Table<Finished> = Table::new(3, "thumbling_thumbnails_t");

/// Makes the thumbnails of `request` from one decode of `source`. `request` may be NULL: one JPEG in a box of 256 x 256 px.
/// The call ends within the limits of the request, whatever the content is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_new(
    source: thumbling_source_t,
    request: *const thumbling_request_t,
    thumbnails: *mut thumbling_thumbnails_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (out, error) = unsafe { (Out::new(thumbnails), Out::new(error)) };
    error::status(error, || {
        let out = out.required("thumbnails")?;
        // SAFETY: the header asks for a NULL or valid request, with its size set.
        let request = unsafe { request::request(request) }?;
        let source = SOURCES.get(source.id)?.source(request::context(&request));
        let thumbnails = thumbling::thumbnail(&source, &request)?;
        let warnings = text::List::new(thumbnails.warnings.iter().map(String::as_str));
        out.put(thumbling_thumbnails_t { id: THUMBNAILS.insert(Finished { thumbnails, warnings })? })
    })
}

/// Number of thumbnails: one for each spec, in their order. 0 for an invalid handle.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_thumbnails_count(thumbnails: thumbling_thumbnails_t) -> usize {
    boundary::value(0, || Ok(THUMBNAILS.get(thumbnails.id)?.thumbnails.items.len()))
}

/// The thumbnail `index`, from 0. The image owns no memory: its data is valid until the thumbnails are freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_at(
    thumbnails: thumbling_thumbnails_t,
    index: usize,
    image: *mut thumbling_image_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let image = unsafe { OutStruct::new(image) }?;
        let finished = THUMBNAILS.get(thumbnails.id)?;
        let item = finished.thumbnails.items.get(index);
        image.put(thumbling_image_t::borrowed(item.ok_or_else(|| Error::invalid_argument("no such thumbnail"))?)?);
        Ok(())
    })
}

/// What the header of the source says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_info(
    thumbnails: thumbling_thumbnails_t,
    info: *mut thumbling_info_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let info = unsafe { OutStruct::new(info) }?;
        info.put((&THUMBNAILS.get(thumbnails.id)?.thumbnails.info).into());
        Ok(())
    })
}

/// Placeholder, dominant colour, warnings, and where the pixels come from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_report(
    thumbnails: thumbling_thumbnails_t,
    report: *mut thumbling_report_t,
) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let report = unsafe { OutStruct::new(report) }?;
        let Finished { thumbnails: found, warnings } = &*THUMBNAILS.get(thumbnails.id)?;
        let [r, g, b] = [found.dominant.0, found.dominant.1, found.dominant.2].map(i32::from);
        report.put(thumbling_report_t {
            struct_size: size_of::<thumbling_report_t>(),
            thumbhash: found.thumbhash.as_ptr(),
            thumbhash_len: found.thumbhash.len(),
            warnings: warnings.as_ptr(),
            bytes_read: found.bytes_read,
            confidence: f64::from(found.confidence),
            dominant_color: r << 16 | g << 8 | b,
            origin: origin(found.origin),
        });
        Ok(())
    })
}

/// Frees thumbnails; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_thumbnails_free(thumbnails: thumbling_thumbnails_t) -> thumbling_status_t {
    boundary::status(|| THUMBNAILS.free(thumbnails.id))
}

const fn origin(origin: Origin) -> i32 {
    match origin {
        Origin::Embedded => THUMBLING_ORIGIN_EMBEDDED,
        Origin::Decoded => THUMBLING_ORIGIN_DECODED,
        Origin::Rendered => THUMBLING_ORIGIN_RENDERED,
        _ => 0,
    }
}

/// The name of an origin, such as "embedded"; "unknown" for any other number. Static string.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_origin_name(number: i32) -> *const c_char {
    let all = [Origin::Embedded, Origin::Decoded, Origin::Rendered];
    all.into_iter().find(|o| origin(*o) == number).map_or(c"unknown".as_ptr(), |o| text::fixed(o.name()))
}
