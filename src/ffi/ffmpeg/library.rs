//! FFmpeg's libraries, loaded at the first video: programs that decode no video pay nothing for them, and start in a
//! few milliseconds instead of fifty.
//!
//! Types, constants and function tables are generated from FFmpeg's headers at build time. Its structures change with
//! the major version of each library, so only the versions of those headers are loaded, by their versioned names, from
//! the system's library path.

use std::ffi::c_int;
use std::sync::OnceLock;

use libloading::library_filename;

use thumbling_core::error::{Error, ErrorKind, Result};

/// Types and constants.
pub(super) mod types {
    #![allow(warnings, clippy::all, missing_docs)] // Generated.
    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

macro_rules! tables {
    ($($module:ident: $file:literal, $table:ident;)*) => { $(
        mod $module {
            #![allow(warnings, clippy::all, missing_docs)] // Generated.
            include!(concat!(env!("OUT_DIR"), $file));
        }
        use self::$module::$table;
    )* };
}
tables! {
    avutil: "/avutil.rs", AvUtil;
    avcodec: "/avcodec.rs", AvCodec;
    avformat: "/avformat.rs", AvFormat;
    swscale: "/swscale.rs", SwScale;
}

/// FFmpeg's functions.
pub(super) struct Library {
    pub(super) util: AvUtil,
    pub(super) codec: AvCodec,
    pub(super) format: AvFormat,
    pub(super) scale: SwScale,
}

/// FFmpeg, loaded once per process.
///
/// # Errors
/// `feature-disabled` if the machine lacks the version that this library was built for.
pub(super) fn library() -> Result<&'static Library> {
    static LIBRARY: OnceLock<std::result::Result<Library, String>> = OnceLock::new();
    LIBRARY.get_or_init(load).as_ref().map_err(|missing| {
        Error::new(ErrorKind::FeatureDisabled, format!("videos need FFmpeg, which is not installed: {missing}"))
    })
}

fn load() -> std::result::Result<Library, String> {
    let log_is_ours = !is_loaded(&file_name("avutil", types::LIBAVUTIL_VERSION_MAJOR));
    let open = |name: &str, major: u32| {
        let file = file_name(name, major);
        // SAFETY: what runs while FFmpeg is loaded is its own initialisation, and that of the libraries that it was
        // built with, as every program relies on.
        unsafe { libloading::Library::new(&file) }.map_err(|e| format!("{file}: {e}"))
    };
    let unlike = |e: libloading::Error| e.to_string();
    // SAFETY: each table holds functions by the declarations of the headers of the same major version.
    let library = unsafe {
        Library {
            util: AvUtil::from_library(open("avutil", types::LIBAVUTIL_VERSION_MAJOR)?).map_err(unlike)?,
            codec: AvCodec::from_library(open("avcodec", types::LIBAVCODEC_VERSION_MAJOR)?).map_err(unlike)?,
            format: AvFormat::from_library(open("avformat", types::LIBAVFORMAT_VERSION_MAJOR)?).map_err(unlike)?,
            scale: SwScale::from_library(open("swscale", types::LIBSWSCALE_VERSION_MAJOR)?).map_err(unlike)?,
        }
    };
    if log_is_ours {
        // Its log would go to the standard error of the host, and its errors are returned. A host that has loaded FFmpeg
        // itself has settled where the log goes.
        // SAFETY: a number is set.
        unsafe { library.util.av_log_set_level(types::AV_LOG_QUIET) }
    }
    Ok(library)
}

/// `libavformat.so.59`, `libavformat.59.dylib`, `avformat-59.dll`.
fn file_name(library: &str, major: u32) -> String {
    if cfg!(target_os = "windows") {
        format!("{library}-{major}.dll")
    } else if cfg!(target_vendor = "apple") {
        format!("lib{library}.{major}.dylib")
    } else {
        format!("{}.{major}", library_filename(library).to_string_lossy())
    }
}

/// Whether a library is loaded in this process already.
#[cfg(unix)]
fn is_loaded(file: &str) -> bool {
    use libloading::os::unix::{Library, RTLD_LAZY};
    // SAFETY: nothing is loaded, so nothing is run.
    unsafe { Library::open(Some(file), RTLD_LAZY | libc::RTLD_NOLOAD) }.is_ok()
}

#[cfg(windows)]
fn is_loaded(file: &str) -> bool {
    libloading::os::windows::Library::open_already_loaded(file).is_ok()
}

impl Library {
    /// FFmpeg's description of an error number.
    pub(super) fn error(&self, code: c_int) -> String {
        let mut text = [0; 128];
        // SAFETY: the buffer has the given length, and the text is NUL-terminated for any number.
        unsafe { self.util.av_strerror(code, text.as_mut_ptr(), text.len()) };
        let bytes: Vec<u8> = text.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The name of a codec.
    pub(super) fn codec_name(&self, id: types::AVCodecID) -> &'static str {
        // SAFETY: the result for any number is a static string, and the library is never unloaded.
        unsafe { std::ffi::CStr::from_ptr(self.codec.avcodec_get_name(id)) }.to_str().unwrap_or("unknown")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loaded_is_of_the_version_built_for() {
        let library = library().unwrap();
        assert_eq!(library.codec_name(types::AV_CODEC_ID_H264), "h264");
        assert!(is_loaded(&file_name("avcodec", types::LIBAVCODEC_VERSION_MAJOR)));
        assert!(!is_loaded(&file_name("avcodec", 1)));
        assert_eq!(library.error(-1_094_995_529), "Invalid data found when processing input");
    }
}
