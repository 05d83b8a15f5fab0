//! The codecs that are allowed, by FFmpeg's names: those of ordinary videos. FFmpeg has hundreds more, for games and
//! machines of the nineties, which get little review.

use std::ffi::CStr;

// Left out on purpose, although such files exist: recorders of meetings and screens, which convert what they record
// (g2m, msa1, mts2, vmnc, rscc, screenpresso); codecs of one editor each that rarely leave it (cllc, media100, notchlc,
// pixlet, sheervideo, speedhq); what QuickTime and Video for Windows had before the web (8bps, qdraw, asv1, cyuv, loco,
// truemotion, ultimotion); pictures that videos hardly ever hold (exr, targa, tiff, webp); snow, which stayed an
// experiment; and vvc, which FFmpeg decodes only since version 7.
#[rustfmt::skip]
const ALLOWED: &[&str] = &[
    // Current.
    "h264", "hevc", "av1", "vp8", "vp9",
    // Discs, broadcasts, phones and the older web.
    "mpeg1video", "mpeg2video", "mpeg4", "h261", "h263", "h263i", "h263p", "flv1", "vp3", "vp4", "vp5", "vp6", "vp6a", "vp6f", "vp7",
    "theora", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "wmv3image", "vc1", "vc1image", "mss1", "mss2",
    "rv10", "rv20", "rv30", "rv40", "svq1", "svq3", "cinepak", "indeo2", "indeo3", "indeo4", "indeo5", "dirac",
    // Cameras and editors.
    "mjpeg", "mjpegb", "sp5x", "jpeg2000", "prores", "dnxhd", "cfhd", "aic", "hq_hqa", "hqx", "dvvideo", "hap", "dxv", "ffv1", "huffyuv",
    "ffvhuff", "utvideo", "lagarith", "magicyuv", "rawvideo", "v210", "v308", "v408", "v410", "r210", "r10k", "yuv4",
    // Screens and games.
    "qtrle", "rpza", "smc", "png", "msrle", "msvideo1", "cscd", "tscc", "tscc2", "zmbv", "flashsv", "flashsv2", "fraps", "dxtory",
    "bmp", "gif",
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

    #[test]
    fn codecs_of_old_editors_and_recorders_are_allowed_and_those_of_games_are_not() {
        for codec in ["aic", "dxv", "hqx", "fraps", "dxtory", "vp4", "sp5x", "r10k"] {
            assert!(is_allowed(codec), "{codec}");
        }
        for codec in ["binkvideo", "smackvideo", "sanm", "exr", "webp", "snow", "", "h264 "] {
            assert!(!is_allowed(codec), "{codec}");
        }
    }
}
