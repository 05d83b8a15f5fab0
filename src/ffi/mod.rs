//! Bindings to C libraries and C-like APIs, each behind one safe file or folder: the only modules besides the C ABI that
//! may contain unsafe code.

#[cfg(feature = "ffmpeg")]
pub(crate) mod ffmpeg;
#[cfg(feature = "libwebp")]
pub(crate) mod libwebp;
#[cfg(feature = "pdfium")]
pub(crate) mod pdfium;
#[cfg(feature = "avif")]
pub(crate) mod rav1d;
