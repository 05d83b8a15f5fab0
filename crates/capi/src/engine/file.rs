//! Engine: files
//!
//! Files have your ids: any UTF-8 text of 1 to 4,096 bytes without control characters, compared byte by byte.

use std::ffi::{CString, c_char};

use super::super::pointer::{self, Text};
use super::super::spec::zero;
use super::super::text;
use super::super::versioned::{self, versioned};
use thumbling::{Error, Result};
use thumbling_engine::drive::{FileInfo, Verdict};
use thumbling_engine::id::{FileId, FileRef, SpaceId, Version};

/// Nothing found, or not scanned.
pub const THUMBLING_VERDICT_CLEAN: i32 = 0;
/// Infected with a virus: THUMBLING_ERROR_VIRAL.
pub const THUMBLING_VERDICT_VIRAL: i32 = 1;
/// Written to do harm: THUMBLING_ERROR_MALICIOUS.
pub const THUMBLING_VERDICT_MALICIOUS: i32 = 2;

/// A file or folder. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_file_t {
    /// Id of the space (tenant) that the file belongs to.
    pub space: *const c_char,
    /// Id of the file within the space.
    pub file: *const c_char,
}

/// What you know about a file without reading it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_file_info_t {
    /// sizeof(thumbling_file_info_t).
    pub struct_size: usize,
    /// The last part of its path. Shown to people, and used to break ties between formats.
    pub name: *const c_char,
    /// Changes whenever the content changes: an ETag, a hash, a time with a size. 1 to 4,096 bytes.
    pub version: *const c_char,
    /// Bytes of content.
    pub size: u64,
    /// THUMBLING_VERDICT_...: the result of your malware scanner.
    pub verdict: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_file_info_t);

/// The file at `from`.
///
/// # Safety
/// `from` is NULL or valid, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn file(from: *const thumbling_file_t, name: &str) -> Result<FileRef> {
    if from.is_null() {
        return Err(pointer::null(name));
    }
    // SAFETY: promised by the caller.
    let (space, file) = unsafe {
        let from = from.read_unaligned();
        (Text::new(from.space), Text::new(from.file))
    };
    Ok(FileRef::new(SpaceId::new(space.required("space")?)?, FileId::new(file.required("file")?)?))
}

/// The `len` files from `from` on.
///
/// # Safety
/// As [`file`], for each of them.
pub(super) unsafe fn files(from: *const thumbling_file_t, len: usize) -> Result<Vec<FileRef>> {
    /// Most files that any call takes.
    const MOST: usize = 1000;
    if len > MOST {
        return Err(Error::invalid_argument(format!("{len} files; the maximum is {MOST}")));
    }
    if len > 0 && from.is_null() {
        return Err(pointer::null("files"));
    }
    // SAFETY: promised by the caller: there are `len` files.
    (0..len).map(|n| unsafe { file(from.add(n), "files") }).collect()
}

/// What the host knows about a file.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn info(from: *const thumbling_file_info_t) -> Result<FileInfo> {
    // SAFETY: promised by the caller.
    let (given, name, version) = unsafe {
        let given = versioned::read(from)?;
        (given, Text::new(given.name), Text::new(given.version))
    };
    zero(given.reserved)?;
    Ok(FileInfo {
        name: name.required("name")?.into(),
        size: given.size,
        version: Version::new(version.required("version")?)?,
        verdict: match given.verdict {
            THUMBLING_VERDICT_CLEAN => Verdict::Clean,
            THUMBLING_VERDICT_VIRAL => Verdict::Viral,
            THUMBLING_VERDICT_MALICIOUS => Verdict::Malicious,
            n => return Err(Error::invalid_argument(format!("verdict is {n}"))),
        },
    })
}

/// A file's ids as C strings.
pub(super) struct FileText {
    space: CString,
    file: Option<CString>,
}

impl FileText {
    pub(super) fn of(file: &FileRef) -> Self {
        Self { space: text::owned(file.space.as_str()), file: Some(text::owned(file.file.as_str())) }
    }

    /// A space as a whole.
    pub(super) fn of_space(space: &SpaceId) -> Self {
        Self { space: text::owned(space.as_str()), file: None }
    }

    /// The ids as C sees them; valid as long as `self`.
    pub(super) fn lend(&self) -> thumbling_file_t {
        thumbling_file_t { space: self.space.as_ptr(), file: text::pointer_to(&self.file) }
    }
}

/// No file.
pub(super) const NO_FILE: thumbling_file_t = thumbling_file_t { space: std::ptr::null(), file: std::ptr::null() };
