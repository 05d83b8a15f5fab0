//! Structures that several codecs read: EXIF and TIFF directories, HEIF items, Windows bitmaps, rows, the charset and lines of text.

pub(crate) mod animation;
#[cfg(feature = "text")]
pub(crate) mod ansi;
#[cfg(any(feature = "avif", feature = "heic", feature = "ffmpeg"))]
pub(crate) mod bmff;
#[cfg(any(
    feature = "bmp",
    feature = "dds",
    feature = "hdr",
    feature = "icns",
    feature = "ico",
    feature = "pcx",
    feature = "psd",
    feature = "tga",
))]
pub(crate) mod bytes;
#[cfg(feature = "text")]
pub(crate) mod charset;
#[cfg(any(feature = "bmp", feature = "ico"))]
pub(crate) mod dib;
pub(crate) mod exif;
#[cfg(any(feature = "avif", feature = "heic"))]
pub(crate) mod heif;
#[cfg(any(feature = "psd", feature = "jp2"))]
pub(crate) mod lab;
#[cfg(feature = "farbfeld")]
pub(crate) mod raster;
#[cfg(any(
    feature = "bmp",
    feature = "dds",
    feature = "hdr",
    feature = "ico",
    feature = "jxl",
    feature = "pcx",
    feature = "pnm",
    feature = "psd",
    feature = "tga",
))]
pub(crate) mod rows;
#[cfg(feature = "text")]
pub(crate) mod text;
pub(crate) mod tiff;
#[cfg(test)]
pub(crate) mod trial;
