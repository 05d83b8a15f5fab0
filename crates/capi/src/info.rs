//! Probing: what a file is, without decoding it

use std::ffi::c_char;

use super::boundary;
use super::error::thumbling_error_t;
use super::options::{self, thumbling_options_t};
use super::pointer::Out;
use super::source::{SOURCES, thumbling_source_t};
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{OutStruct, Versioned};
use thumbling::{Family, SourceInfo};

/// A picture.
pub const THUMBLING_FAMILY_IMAGE: i32 = 1;
/// Pages, text, sheets, slides.
pub const THUMBLING_FAMILY_DOCUMENT: i32 = 2;
/// Moving pictures.
pub const THUMBLING_FAMILY_VIDEO: i32 = 3;
/// Sound, shown by its cover.
pub const THUMBLING_FAMILY_AUDIO: i32 = 4;
/// A container of other files.
pub const THUMBLING_FAMILY_ARCHIVE: i32 = 5;

/// The header does not say how long it is.
pub const THUMBLING_DURATION_UNKNOWN: i64 = -1;

/// What the header of a file says.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_info_t {
    /// sizeof(thumbling_info_t), set by you.
    pub struct_size: usize,
    /// The format by its public name, such as "jpeg". Never freed.
    pub format: *const c_char,
    /// Columns after orientation and sample aspect: px, for vector pictures CSS px, for pages pt.
    pub width: f64,
    /// Rows after orientation and sample aspect, in the unit of `width`.
    pub height: f64,
    /// Length of a video, a sound or an animation, ms; or THUMBLING_DURATION_UNKNOWN.
    pub duration_ms: i64,
    /// THUMBLING_FAMILY_...: what kind of thing the file is. More may be appended.
    pub family: i32,
    /// Pages, slides, sheets; 1 for anything that has none.
    pub pages: u32,
    /// 1 if pixels may be transparent, else 0.
    pub has_alpha: i32,
    /// 1 if there is more than one frame to be played, else 0.
    pub is_animated: i32,
    /// 1 if the content is encrypted, else 0.
    pub is_encrypted: i32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_info_t {
    const NAME: &'static str = "thumbling_info_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

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
            reserved: 0,
        }
    }
}

/// Says what `source` is, from its header. `options` may be NULL; the specs in them are not looked at closely.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_source_probe(
    source: thumbling_source_t,
    options: *const thumbling_options_t,
    info: *mut thumbling_info_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    boundary::status(unsafe { Out::new(error) }, || {
        // SAFETY: the header asks for pointers that are NULL or valid, with their sizes set.
        let (request, info) = unsafe { (options::request(options)?, OutStruct::new(info)?) };
        let found = thumbling::probe(SOURCES.get(source.id)?.as_ref(), &request)?;
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

/// The public name of a family, such as "image"; "unknown" for a number that is none. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_family_name(number: i32) -> *const c_char {
    let all = [Family::Image, Family::Document, Family::Video, Family::Audio, Family::Archive];
    all.into_iter().find(|f| family(*f) == number).map_or(c"unknown".as_ptr(), |f| text::fixed(f.name()))
}
