//! Containers that several codecs read: TIFF directories, ISO base media boxes, EXIF.

#[cfg(any(feature = "avif", feature = "heic", feature = "ffmpeg"))]
pub(crate) mod bmff;
pub(crate) mod exif;
pub(crate) mod tiff;
