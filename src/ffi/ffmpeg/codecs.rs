//! The codecs that are allowed, by FFmpeg's names: those of ordinary videos. FFmpeg has hundreds more, for games and
//! machines of the nineties, which get little review.

use std::ffi::CStr;

#[rustfmt::skip]
const ALLOWED: &[&str] = &[
    // Current codecs.
    "h264", "hevc", "av1", "vp8", "vp9",
    // Earlier codecs of discs, broadcasts, phones and the web.
    "mpeg1video", "mpeg2video", "mpeg4", "h261", "h263", "h263i", "h263p", "flv1", "vp3", "vp5", "vp6", "vp6a", "vp6f", "vp7", "theora",
    "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "wmv3image", "vc1", "vc1image", "mss1", "mss2",
    "rv10", "rv20", "rv30", "rv40", "svq1", "svq3", "cinepak", "indeo2", "indeo3", "indeo4", "indeo5", "dirac",
    // Cameras and editors.
    "mjpeg", "mjpegb", "jpeg2000", "prores", "dnxhd", "cfhd", "dvvideo", "hap", "ffv1", "huffyuv", "ffvhuff", "utvideo", "lagarith",
    "magicyuv", "rawvideo", "v210", "v308", "v408", "v410", "r210", "yuv4",
    // Screen recordings.
    "qtrle", "rpza", "smc", "png", "msrle", "msvideo1", "cscd", "tscc", "tscc2", "zmbv", "flashsv", "flashsv2", "bmp", "gif",
];

/// Whether videos of this codec are decoded.
pub(super) fn is_allowed(codec: &str) -> bool {
    ALLOWED.contains(&codec)
}

/// Whether the packets contain sample aspect ratio, size and depth, and FFmpeg parses them even if no frame is decoded
/// (its internal `SKIP_FRAME_FILL_PARAM`).
pub(super) fn tells_without_decoding(codec: &str) -> bool {
    matches!(codec, "h264" | "hevc" | "mpeg1video" | "mpeg2video" | "mpeg4" | "h263")
}

/// A decoder to prefer over FFmpeg's default: for VP8 and VP9, only libvpx supports transparency.
pub(super) fn with_alpha(codec: &str) -> Option<&'static CStr> {
    match codec {
        "vp8" => Some(c"libvpx"),
        "vp9" => Some(c"libvpx-vp9"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::library::{library, types as ffi};
    use super::*;

    #[test]
    fn names_are_those_of_ffmpeg() {
        let library = library().unwrap();
        // Video codecs are numbered from 1, and later ones from 0x8000; the next media type starts at 0x10000.
        let known: Vec<_> = (1..400).chain(0x8000..0x8200).map(|id: ffi::AVCodecID| library.codec_name(id)).collect();
        let unknown: Vec<_> = ALLOWED.iter().filter(|name| !known.contains(name)).collect();
        assert_eq!(unknown, [&""; 0]);
    }
}
