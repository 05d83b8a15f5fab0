//! Strings for C: NUL-terminated UTF-8, owned by the library.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char};
use std::sync::{LazyLock, Mutex};

/// `text` with a NUL at its end; an inner NUL, which would hide the rest, becomes U+FFFD.
pub(super) fn owned(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// A static string. There are only so many names: each is converted once.
pub(super) fn fixed(name: &'static str) -> *const c_char {
    static NAMES: LazyLock<Mutex<HashMap<&'static str, &'static CStr>>> = LazyLock::new(Mutex::default);
    let mut names = NAMES.lock().unwrap_or_else(|e| e.into_inner());
    names.entry(name).or_insert_with(|| Box::leak(owned(name).into_boxed_c_str())).as_ptr()
}

/// Text for C; nothing for nothing.
pub(super) fn maybe(text: Option<&str>) -> Option<CString> {
    text.map(owned)
}

/// NULL for nothing.
pub(super) fn pointer_to(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

/// A NULL-terminated array of strings.
pub(super) struct List {
    pointers: Vec<*const c_char>,
    _texts: Vec<CString>,
}

// SAFETY: the pointers lead into `_texts`, which does not change as long as the list lives.
unsafe impl Send for List {}
// SAFETY: as above; nothing is changed through `&List`.
unsafe impl Sync for List {}

impl List {
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let texts: Vec<_> = texts.into_iter().map(owned).collect();
        let pointers = texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect();
        Self { pointers, _texts: texts }
    }

    /// The first of the pointers; valid as long as the list lives.
    pub(super) fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_nul_does_not_hide_the_rest() {
        assert_eq!(owned("a\0b").to_str().unwrap(), "a\u{fffd}b");
    }

    #[test]
    fn a_fixed_name_is_made_once() {
        assert_eq!(fixed("some name"), fixed("some name"));
    }
}
