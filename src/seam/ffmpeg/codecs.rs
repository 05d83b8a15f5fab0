//! The codecs that may decode: those that videos of people are made with. FFmpeg has hundreds more, written for games
//! and machines of the nineties and rarely looked at since.

use ffmpeg_next::codec::Id;

/// Whether a video of this codec is decoded.
pub(super) fn is_allowed(id: Id) -> bool {
    use Id::*;
    matches!(
        id,
        // Of today.
        H264 | HEVC | AV1 | VP8 | VP9
        // Of discs, broadcasts, phones and the web before them.
        | MPEG1VIDEO | MPEG2VIDEO | MPEG4 | H261 | H263 | H263I | H263P | FLV1 | VP3 | VP5 | VP6 | VP6A | VP6F | VP7 | THEORA
        | MSMPEG4V1 | MSMPEG4V2 | MSMPEG4V3 | WMV1 | WMV2 | WMV3 | WMV3IMAGE | VC1 | VC1IMAGE | MSS1 | MSS2
        | RV10 | RV20 | RV30 | RV40 | SVQ1 | SVQ3 | CINEPAK | INDEO2 | INDEO3 | INDEO4 | INDEO5 | DIRAC
        // Of cameras and editors.
        | MJPEG | MJPEGB | JPEG2000 | PRORES | DNXHD | CFHD | DVVIDEO | HAP | FFV1 | HUFFYUV | FFVHUFF | UTVIDEO | LAGARITH
        | MAGICYUV | RAWVIDEO | V210 | V308 | V408 | V410 | R210 | YUV4
        // Of screens.
        | QTRLE | RPZA | SMC | PNG | MSRLE | MSVIDEO1 | CSCD | TSCC | TSCC2 | ZMBV | FLASHSV | FLASHSV2 | BMP | GIF
    )
}

/// Whether sample aspect, size and depth stand in the packets, and are read from them even if no frame is decoded
/// (FFmpeg's internal `SKIP_FRAME_FILL_PARAM`).
pub(super) fn tells_without_decoding(id: Id) -> bool {
    matches!(id, Id::H264 | Id::HEVC | Id::MPEG1VIDEO | Id::MPEG2VIDEO | Id::MPEG4 | Id::H263)
}

/// Another decoder than FFmpeg's first choice: of those for VP8 and VP9 only libvpx knows transparency.
pub(super) fn with_alpha(id: Id) -> Option<&'static str> {
    match id {
        Id::VP8 => Some("libvpx"),
        Id::VP9 => Some("libvpx-vp9"),
        _ => None,
    }
}
