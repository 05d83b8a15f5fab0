//! C libraries, each behind one safe file or folder: the only places outside the C ABI that may be unsafe.

#[cfg(feature = "avif")]
pub(crate) mod av1;
#[cfg(feature = "fonts")]
pub(crate) mod map;
#[cfg(feature = "pdfium")]
pub(crate) mod pdfium;
#[cfg(feature = "ffmpeg")]
pub(crate) mod ffmpeg;
pub(crate) mod webp;
