//! Formats: what this build can read

use std::ffi::c_char;
use std::sync::LazyLock;

use super::boundary;
use super::pointer::Out;
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{OutStruct, Versioned};
use thumbling::Capability;
use thumbling::Error;

/// One format that this library knows. Nothing of it is ever freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_format_t {
    /// sizeof(thumbling_format_t), set by you.
    pub struct_size: usize,
    /// The format's public name; the feature's if this build lacks it.
    pub name: *const c_char,
    /// "image", "document", "video", "audio" or "archive"; NULL if this build lacks it.
    pub family: *const c_char,
    /// Extensions in lower case: strings, then NULL.
    pub extensions: *const *const c_char,
    /// Media types, the preferred one first: strings, then NULL. None if this build lacks it.
    pub mime_types: *const *const c_char,
    /// The Cargo feature that switches it.
    pub feature: *const c_char,
    /// 1 if this build makes it, else 0.
    pub enabled: i32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_format_t {
    const NAME: &'static str = "thumbling_format_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

struct Entry {
    capability: Capability,
    extensions: text::List,
    mime_types: text::List,
}

static FORMATS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry = |capability: Capability| Entry {
        extensions: text::List::new(capability.extensions.iter().copied()),
        mime_types: text::List::new(capability.mime_types.iter().copied()),
        capability,
    };
    thumbling::capabilities().map(entry).collect()
});

/// How many formats this library knows.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_formats_count() -> usize {
    boundary::value(0, || Ok(FORMATS.len()))
}

/// The format at `index`, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_formats_at(index: usize, format: *mut thumbling_format_t) -> thumbling_status_t {
    boundary::status(Out::none(), || {
        // SAFETY: the header asks for a pointer that is NULL or valid, with its size set.
        let format = unsafe { OutStruct::new(format) }?;
        let entry = FORMATS.get(index).ok_or_else(|| Error::invalid_argument("no such format"))?;
        let Entry { capability, extensions, mime_types } = entry;
        format.put(thumbling_format_t {
            struct_size: size_of::<thumbling_format_t>(),
            name: text::fixed(capability.name),
            family: capability.family.map_or(std::ptr::null(), text::fixed),
            extensions: extensions.as_ptr(),
            mime_types: mime_types.as_ptr(),
            feature: text::fixed(capability.feature),
            enabled: capability.enabled.into(),
            reserved: 0,
        });
        Ok(())
    })
}
