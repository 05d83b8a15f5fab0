//! Formats of this build

use std::ffi::c_char;
use std::sync::LazyLock;

use super::boundary;
use super::pointer::Text;
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{OutStruct, versioned};
use thumbling::Capability;
use thumbling::Error;

/// A format that the library knows. All strings are static.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_format_t {
    /// sizeof(thumbling_format_t).
    pub struct_size: usize,
    /// Its name, such as "jpeg"; the feature's name if this build does not include it.
    pub name: *const c_char,
    /// "image", "document", "video", "audio" or "archive"; NULL if this build does not include it.
    pub family: *const c_char,
    /// Extensions in lower case; the array ends with NULL.
    pub extensions: *const *const c_char,
    /// Media types, the preferred one first; the array ends with NULL. Empty if this build does not include it.
    pub media_types: *const *const c_char,
    /// The Cargo feature that includes it.
    pub feature: *const c_char,
    /// 1 if this build includes it, else 0.
    pub is_enabled: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_format_t);

struct Entry {
    capability: Capability,
    extensions: text::List,
    media_types: text::List,
}

static FORMATS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry = |capability: Capability| Entry {
        extensions: text::List::new(capability.extensions.iter().copied()),
        media_types: text::List::new(capability.mime_types.iter().copied()),
        capability,
    };
    thumbling::capabilities().map(entry).collect()
});

/// 1 if this build includes the format `name` (such as "jpeg") or a format of the Cargo feature `name` (such as "raw"),
/// else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_format_is_enabled(name: *const c_char) -> i32 {
    // SAFETY: the header asks for a pointer that is NULL or valid.
    let name = unsafe { Text::new(name) };
    boundary::value(0, || {
        let name = name.required("name")?;
        let named = |c: &Capability| c.enabled && (c.name == name || c.feature == name);
        Ok(FORMATS.iter().any(|entry| named(&entry.capability)).into())
    })
}

/// Number of formats that the library knows.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_format_count() -> usize {
    boundary::value(0, || Ok(FORMATS.len()))
}

/// The format `index`, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_format_at(index: usize, format: *mut thumbling_format_t) -> thumbling_status_t {
    boundary::status(|| {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let format = unsafe { OutStruct::new(format) }?;
        let entry = FORMATS.get(index).ok_or_else(|| Error::invalid_argument("no such format"))?;
        let Entry { capability, extensions, media_types } = entry;
        format.put(thumbling_format_t {
            struct_size: size_of::<thumbling_format_t>(),
            name: text::fixed(capability.name),
            family: capability.family.map_or(std::ptr::null(), text::fixed),
            extensions: extensions.as_ptr(),
            media_types: media_types.as_ptr(),
            feature: text::fixed(capability.feature),
            is_enabled: capability.enabled.into(),
            reserved: 0,
        });
        Ok(())
    })
}
