//! Thumbnails: the result
//!
//! Results are immutable and may be read by several threads. What a result's pointers lead to is valid until the result
//! is freed.

use std::ffi::c_char;

use super::boundary;
use super::error::thumbling_error_t;
use super::handle::Table;
use super::info::thumbling_info_t;
use super::options::{self, *};
use super::pointer::Out;
use super::source::{SOURCES, thumbling_source_t};
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{OutStruct, Versioned};
use thumbling::Error;
use thumbling::{Origin, Output, Thumbnails};

/// The pixels come from a preview that the file carries.
pub const THUMBLING_ORIGIN_EMBEDDED: i32 = 1;
/// They are the file's own.
pub const THUMBLING_ORIGIN_DECODED: i32 = 2;
/// They were drawn from a description: a page, a vector picture.
pub const THUMBLING_ORIGIN_RENDERED: i32 = 3;

/// What was made of one source.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_thumbnails_t {
    /// 0 is none.
    pub id: u64,
}

/// One finished thumbnail.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_thumbnail_t {
    /// sizeof(thumbling_thumbnail_t), set by you.
    pub struct_size: usize,
    /// The encoded file, or width x height x 4 bytes for THUMBLING_OUTPUT_RGBA.
    pub data: *const u8,
    /// How many bytes.
    pub len: usize,
    /// "image/jpeg", "image/webp", "image/png", "image/avif" or "application/octet-stream". Never freed.
    pub media_type: *const c_char,
    /// Columns, px.
    pub width: u32,
    /// Rows, px.
    pub height: u32,
    /// THUMBLING_OUTPUT_...: what it is encoded as; never THUMBLING_OUTPUT_AUTO.
    pub output: i32,
    /// Zero.
    pub reserved: u32,
}

/// What goes with all thumbnails of one source.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_report_t {
    /// sizeof(thumbling_report_t), set by you.
    pub struct_size: usize,
    /// Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/>
    pub thumbhash: *const u8,
    /// How many bytes.
    pub thumbhash_len: usize,
    /// What the caller should know and that is no error: strings, then NULL.
    pub warnings: *const *const c_char,
    /// Bytes fetched from the source so far, by all requests.
    pub bytes_read: u64,
    /// 0xRRGGBB: the colour that most of the picture has.
    pub dominant: i32,
    /// THUMBLING_ORIGIN_...: where the pixels come from.
    pub origin: i32,
    /// The share of what the page has that was drawn, 0 to 1, by count of shapes, pictures, charts. Less than 1 only for
    /// office documents, whose `warnings` then say what was left out. Since ABI 1.2.
    pub confidence: f64,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_thumbnail_t {
    const NAME: &'static str = "thumbling_thumbnail_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: as above.
unsafe impl Versioned for thumbling_report_t {
    const NAME: &'static str = "thumbling_report_t";
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, confidence);
}

pub(super) struct Made {
    made: Thumbnails,
    warnings: text::List,
}

pub(super) static THUMBNAILS: Table<Made> = Table::new(3, "thumbling_thumbnails_t");

/// Makes every thumbnail that `options` ask for, from one decode of `source`. `options` may be NULL: one JPEG in a box
/// of 256 x 256 px. Whatever the content is, the call ends, within the limits of the options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_new(
    source: thumbling_source_t,
    options: *const thumbling_options_t,
    thumbnails: *mut thumbling_thumbnails_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (thumbnails, error) = unsafe { (Out::new(thumbnails), Out::new(error)) };
    boundary::status(error, || {
        let thumbnails = thumbnails.required("thumbnails")?;
        // SAFETY: the header asks for NULL or valid options, with their size set.
        let request = unsafe { options::request(options) }?;
        let made = thumbling::thumbnail(SOURCES.get(source.id)?.as_ref(), &request)?;
        let warnings = text::List::new(made.warnings.iter().map(String::as_str));
        thumbnails.put(thumbling_thumbnails_t { id: THUMBNAILS.insert(Made { made, warnings })? })
    })
}

/// How many thumbnails there are: one for each spec, in their order. 0 if the handle names no result.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_thumbnails_count(thumbnails: thumbling_thumbnails_t) -> usize {
    boundary::value(0, || Ok(THUMBNAILS.get(thumbnails.id)?.made.items.len()))
}

/// The thumbnail at `index`, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_at(
    thumbnails: thumbling_thumbnails_t,
    index: usize,
    thumbnail: *mut thumbling_thumbnail_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let thumbnail = unsafe { OutStruct::new(thumbnail) }?;
        let made = THUMBNAILS.get(thumbnails.id)?;
        let item = made.made.items.get(index).ok_or_else(|| Error::invalid_argument("no such thumbnail"))?;
        thumbnail.put(thumbling_thumbnail_t {
            struct_size: size_of::<thumbling_thumbnail_t>(),
            data: item.bytes.as_ptr(),
            len: item.bytes.len(),
            media_type: text::fixed(item.media_type),
            width: item.width,
            height: item.height,
            output: match item.output {
                Output::Jpeg => THUMBLING_OUTPUT_JPEG,
                Output::Webp => THUMBLING_OUTPUT_WEBP,
                Output::Png => THUMBLING_OUTPUT_PNG,
                Output::Avif => THUMBLING_OUTPUT_AVIF,
                Output::Auto => THUMBLING_OUTPUT_AUTO,
                Output::Rgba => THUMBLING_OUTPUT_RGBA,
                _ => return Err(Error::internal("an output without a number")),
            },
            reserved: 0,
        });
        Ok(())
    })
}

/// What the source is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_info(
    thumbnails: thumbling_thumbnails_t,
    info: *mut thumbling_info_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let info = unsafe { OutStruct::new(info) }?;
        info.put((&THUMBNAILS.get(thumbnails.id)?.made.info).into());
        Ok(())
    })
}

/// Placeholder, dominant colour, warnings, where the pixels come from, and how much of the page they show.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_thumbnails_report(
    thumbnails: thumbling_thumbnails_t,
    report: *mut thumbling_report_t,
) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let report = unsafe { OutStruct::new(report) }?;
        let Made { made, warnings } = &*THUMBNAILS.get(thumbnails.id)?;
        let [r, g, b] = [made.dominant.0, made.dominant.1, made.dominant.2].map(i32::from);
        report.put(thumbling_report_t {
            struct_size: size_of::<thumbling_report_t>(),
            thumbhash: made.thumbhash.as_ptr(),
            thumbhash_len: made.thumbhash.len(),
            warnings: warnings.as_ptr(),
            bytes_read: made.bytes_read,
            dominant: r << 16 | g << 8 | b,
            origin: origin(made.origin),
            confidence: f64::from(made.confidence),
        });
        Ok(())
    })
}

/// Frees a result and the memory that its pointers lead to; 0 is a no-op.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_thumbnails_free(thumbnails: thumbling_thumbnails_t) -> thumbling_status_t {
    boundary::status(Out::none(), || THUMBNAILS.free(thumbnails.id))
}

const fn origin(origin: Origin) -> i32 {
    match origin {
        Origin::Embedded => THUMBLING_ORIGIN_EMBEDDED,
        Origin::Decoded => THUMBLING_ORIGIN_DECODED,
        Origin::Rendered => THUMBLING_ORIGIN_RENDERED,
        _ => 0,
    }
}

/// The public name of an origin, such as "embedded"; "unknown" for a number that is none. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_origin_name(number: i32) -> *const c_char {
    let all = [Origin::Embedded, Origin::Decoded, Origin::Rendered];
    all.into_iter().find(|o| origin(*o) == number).map_or(c"unknown".as_ptr(), |o| text::fixed(o.name()))
}
