//! Containers and streams that several codecs read: TIFF, ISO base media boxes, EXIF, JPEG streams.
#![cfg_attr(not(feature = "rust-only"), allow(dead_code))] // A build with few formats uses part of it.

#[cfg(any(feature = "avif", feature = "heic", feature = "ffmpeg"))]
pub(crate) mod bmff;
pub(crate) mod exif;
#[cfg(feature = "jpeg")]
pub(crate) mod jpeg;
pub(crate) mod tiff;
