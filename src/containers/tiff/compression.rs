//! Compression: TIFF 6.0, its technical notes, and the numbers that Adobe registered later.

use thumbling_core::error::Error;

pub(super) const NONE: u16 = 1;
pub(super) const CCITT_RLE: u16 = 2;
pub(super) const CCITT_T4: u16 = 3;
pub(super) const CCITT_T6: u16 = 4;
pub(super) const LZW: u16 = 5;
pub(super) const OLD_JPEG: u16 = 6;
pub(super) const JPEG: u16 = 7;
pub(super) const ADOBE_DEFLATE: u16 = 8;
pub(super) const CCITT_RLE_WORDS: u16 = 32_771;
pub(super) const PACKBITS: u16 = 32_773;
pub(super) const DEFLATE: u16 = 32_946;
pub(super) const SGI_LOG: u16 = 34_676;
/// libtiff's number, and the one registered earlier.
pub(super) const ZSTANDARD: [u16; 2] = [50_000, 34_926];
/// JPEG 2000 (Aperio, Bio-Formats), WebP, PNG, JPEG XL (libtiff, DNG 1.7).
pub(super) const PICTURES: [u16; 7] = [33_005, 34_712, 50_001, 34_927, 34_933, 50_002, 52_546];

/// Whether the samples of a stream are in native byte order instead of the file's.
pub(super) fn is_in_order(compression: u16) -> bool {
    compression == SGI_LOG || PICTURES.contains(&compression)
}

/// Whether `compression` is one of ITU-T T.4 and T.6.
pub(super) fn is_fax(compression: u16) -> bool {
    matches!(compression, CCITT_RLE | CCITT_T4 | CCITT_T6 | CCITT_RLE_WORDS)
}

/// An `unsupported` error with the name of `compression`.
pub(super) fn unsupported(compression: u16) -> Error {
    let name = match compression {
        9 | 10 => "JBIG (T.85, T.43)",
        32_766 => "NeXT",
        32_809 => "ThunderScan",
        32_867 => "Kodak DCR",
        32_895..=32_898 => "IT8",
        32_908 => "PixarFilm",
        32_909 => "PixarLog",
        34_661 => "JBIG",
        33_003 => "JPEG 2000 of YCbCr",
        34_713 => "Nikon NEF",
        34_677 => "SGI LogLuv of 24 bits",
        34_887 => "LERC",
        34_892 => "lossy DNG",
        34_925 => "LZMA",
        34_934 => "JPEG XR",
        _ => "unknown",
    };
    Error::unsupported(format!("TIFF compression {compression} ({name})"))
}
