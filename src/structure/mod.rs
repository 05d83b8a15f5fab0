//! Structures that several codecs read: EXIF and TIFF directories, HEIF items, decoders of the `image` crate.

pub(crate) mod animation;
pub(crate) mod exif;
#[cfg(any(feature = "avif", feature = "heic"))]
pub(crate) mod heif;
pub(crate) mod raster;
pub(crate) mod tiff;
