//! The codecs that may decode, by FFmpeg's names: those that videos of people are made with. FFmpeg has hundreds more,
//! written for games and machines of the nineties and rarely looked at since.

use std::ffi::CStr;

#[rustfmt::skip]
const ALLOWED: &[&str] = &[
    // Of today.
    "h264", "hevc", "av1", "vp8", "vp9",
    // Of discs, broadcasts, phones and the web before them.
    "mpeg1video", "mpeg2video", "mpeg4", "h261", "h263", "h263i", "h263p", "flv1", "vp3", "vp5", "vp6", "vp6a", "vp6f", "vp7", "theora",
    "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "wmv3image", "vc1", "vc1image", "mss1", "mss2",
    "rv10", "rv20", "rv30", "rv40", "svq1", "svq3", "cinepak", "indeo2", "indeo3", "indeo4", "indeo5", "dirac",
    // Of cameras and editors.
    "mjpeg", "mjpegb", "jpeg2000", "prores", "dnxhd", "cfhd", "dvvideo", "hap", "ffv1", "huffyuv", "ffvhuff", "utvideo", "lagarith",
    "magicyuv", "rawvideo", "v210", "v308", "v408", "v410", "r210", "yuv4",
    // Of screens.
    "qtrle", "rpza", "smc", "png", "msrle", "msvideo1", "cscd", "tscc", "tscc2", "zmbv", "flashsv", "flashsv2", "bmp", "gif",
];

/// Whether a video of this codec is decoded.
pub(super) fn is_allowed(codec: &str) -> bool {
    ALLOWED.contains(&codec)
}

/// Whether sample aspect, size and depth stand in the packets, and are read from them even if no frame is decoded
/// (FFmpeg's internal `SKIP_FRAME_FILL_PARAM`).
pub(super) fn tells_without_decoding(codec: &str) -> bool {
    matches!(codec, "h264" | "hevc" | "mpeg1video" | "mpeg2video" | "mpeg4" | "h263")
}

/// Another decoder than FFmpeg's first choice: of those for VP8 and VP9 only libvpx knows transparency.
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
        // Video codecs are numbered from 1, and from 0x8000 on as they came later; the next kind begins at 0x10000.
        let known: Vec<_> = (1..400).chain(0x8000..0x8200).map(|id: ffi::AVCodecID| library.codec_name(id)).collect();
        let unknown: Vec<_> = ALLOWED.iter().filter(|name| !known.contains(name)).collect();
        assert_eq!(unknown, [&""; 0]);
    }
}
