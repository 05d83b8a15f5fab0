//! C libraries, each behind one safe file or folder: the only places outside the C ABI that may be unsafe.

#[cfg(feature = "avif")]
pub(crate) mod av1;
#[cfg(feature = "ffmpeg")]
pub(crate) mod ffmpeg;
#[cfg(feature = "pdfium")]
pub(crate) mod pdfium;
pub(crate) mod webp;
