//! Structures that several codecs read: EXIF and TIFF directories, decoders of the `image` crate.

pub(crate) mod exif;
pub(crate) mod raster;
pub(crate) mod tiff;
