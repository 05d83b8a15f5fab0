//! Probing: what a file is, without decoding it

use std::ffi::c_char;

use super::error::{self, thumbling_error_t};
use super::pointer::Out;
use super::request::{self, thumbling_request_t};
use super::source::{SOURCES, thumbling_source_t};
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{OutStruct, versioned};
use thumbling::{Family, SourceInfo};

/// A picture.
pub const THUMBLING_FAMILY_IMAGE: i32 = 1;
/// Pages, text, spreadsheets, slides.
pub const THUMBLING_FAMILY_DOCUMENT: i32 = 2;
/// A video.
pub const THUMBLING_FAMILY_VIDEO: i32 = 3;
/// A sound file, represented by its cover art.
pub const THUMBLING_FAMILY_AUDIO: i32 = 4;
/// A container of other files.
pub const THUMBLING_FAMILY_ARCHIVE: i32 = 5;

/// The header does not state the duration.
pub const THUMBLING_DURATION_UNKNOWN: i64 = -1;

/// What the header of a file says.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_info_t {
    /// sizeof(thumbling_info_t).
    pub struct_size: usize,
    /// The name of the format, such as "jpeg". Static string.
    pub format: *const c_char,
    /// Width after orientation and sample aspect: px, for vector pictures CSS px, for pages pt.
    pub width: f64,
    /// Height, in the unit of `width`.
    pub height: f64,
    /// Duration of a video, a sound or an animation, ms, or THUMBLING_DURATION_UNKNOWN.
    pub duration_ms: i64,
    /// THUMBLING_FAMILY_...; more may be added.
    pub family: i32,
    /// Pages, slides or sheets; 1 for files without pages.
    pub pages: u32,
    /// 1 if pixels may be transparent, else 0.
    pub has_alpha: i32,
    /// 1 if there are several frames, else 0.
    pub is_animated: i32,
    /// 1 if the content is encrypted, else 0.
    pub is_encrypted: i32,
    /// 1 for pages and vector pictures, which can be drawn at any size, else 0.
    pub is_scalable: i32,
}

versioned!(thumbling_info_t);

impl From<&SourceInfo> for thumbling_info_t {
    fn from(info: &SourceInfo) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            format: text::fixed(info.format.name),
            width: info.width,
            height: info.height,
            duration_ms: info
                .duration
                .map_or(THUMBLING_DURATION_UNKNOWN, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
            family: family(info.family),
            pages: info.pages,
            has_alpha: info.has_alpha.into(),
            is_animated: info.is_animated.into(),
            is_encrypted: info.is_encrypted.into(),
            is_scalable: info.is_scalable.into(),
        }
    }
}

/// Reads the header of `source`. `request` may be NULL; its specs are not used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_probe(
    source: thumbling_source_t,
    request: *const thumbling_request_t,
    info: *mut thumbling_info_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    error::status(unsafe { Out::new(error) }, || {
        // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
        let (request, info) = unsafe { (request::request(request)?, OutStruct::new(info)?) };
        let found = thumbling::probe(&SOURCES.get(source.id)?.source(request::context(&request)), &request)?;
        info.put((&found).into());
        Ok(())
    })
}

const fn family(family: Family) -> i32 {
    match family {
        Family::Image => THUMBLING_FAMILY_IMAGE,
        Family::Document => THUMBLING_FAMILY_DOCUMENT,
        Family::Video => THUMBLING_FAMILY_VIDEO,
        Family::Audio => THUMBLING_FAMILY_AUDIO,
        Family::Archive => THUMBLING_FAMILY_ARCHIVE,
        _ => 0,
    }
}

/// The name of a family, such as "image"; "unknown" for any other number. Static string.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_family_name(number: i32) -> *const c_char {
    let all = [Family::Image, Family::Document, Family::Video, Family::Audio, Family::Archive];
    all.into_iter().find(|f| family(*f) == number).map_or(c"unknown".as_ptr(), |f| text::fixed(f.name()))
}
