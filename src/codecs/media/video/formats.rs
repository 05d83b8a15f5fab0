//! The video formats: magic bytes, and the demuxer of each. Nothing else is ever opened: no playlists, no scripts,
//! nothing that refers to other files.

use super::open;
use crate::ffi::ffmpeg::{Demuxer, Seeking};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::{Family, Format};
use thumbling_core::probe::{Peek, Score};

macro_rules! entries {
    ($($entry:ident $name:literal [$($mime:literal)*] $demuxer:literal $seeking:ident, $score:expr;)*) => {
        $(pub(crate) const $entry: FormatEntry = FormatEntry {
            format: Format { name: $name, family: Family::Video },
            mime_types: &[$($mime),*],
            score: $score,
            open: |source, _| {
                const DEMUXER: Demuxer = Demuxer { name: $demuxer, seeking: Seeking::$seeking };
                Ok(open(source, $entry.format, &DEMUXER))
            },
        };)*
    };
}

entries! {
    MP4 "mp4" ["video/mp4" "video/quicktime" "video/3gpp" "video/3gpp2" "video/x-m4v"] c"mov" Time, mp4;
    MATROSKA "matroska" ["video/x-matroska" "video/matroska"] c"matroska" Time, |peek| ebml(peek, false);
    WEBM "webm" ["video/webm"] c"matroska" Time, |peek| ebml(peek, true);
    AVI "avi" ["video/x-msvideo" "video/avi" "video/vnd.avi"] c"avi" Time,
        |peek| Score::magic_if(peek.has(0, b"RIFF") && (peek.has(8, b"AVI ") || peek.has(8, b"AVIX")));
    FLV "flv" ["video/x-flv"] c"flv" Bytes, |peek| Score::magic_if(peek.has(0, b"FLV\x01"));
    MPEG_TS "mpeg-ts" ["video/mp2t"] c"mpegts" Bytes, mpeg_ts;
    MPEG "mpeg" ["video/mpeg"] c"mpeg" Bytes, |peek| Score::magic_if(peek.has(0, b"\0\0\x01\xBA"));
    MPEG_VIDEO "mpeg-video" ["video/mpeg"] c"mpegvideo" Bytes, |peek| Score::magic_if(peek.has(0, b"\0\0\x01\xB3"));
    ASF "asf" ["video/x-ms-wmv" "video/x-ms-asf"] c"asf" Time, asf;
    OGV "ogv" ["video/ogg"] c"ogg" Time, ogv;
    RM "rm" ["application/vnd.rn-realmedia" "application/vnd.rn-realmedia-vbr"] c"rm" Time,
        |peek| Score::magic_if(peek.has(0, b".RMF"));
    MXF "mxf" ["application/mxf"] c"mxf" Time,
        |peek| Score::magic_if(peek.has(0, b"\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02"));
    DV "dv" ["video/x-dv" "video/dv"] c"dv" Time, dv;
    WTV "wtv" ["video/x-ms-wtv"] c"wtv" Time,
        |peek| Score::magic_if(peek.has(0, b"\xB7\xD8\x00\x20\x37\x49\xDA\x11\xA6\x4E\x00\x07\xE9\x5E\xAD\x8D"));
    IVF "ivf" ["video/x-ivf"] c"ivf" Bytes, |peek| Score::magic_if(peek.has(0, b"DKIF\0\0"));
    Y4M "y4m" ["video/x-yuv4mpeg"] c"yuv4mpegpipe" Time, |peek| Score::magic_if(peek.has(0, b"YUV4MPEG2 "));
    H264 "h264" ["video/h264"] c"h264" Bytes, h264;
    HEVC "hevc" ["video/h265"] c"hevc" Bytes, hevc;
}

/// ISO base media and QuickTime, except for brands of pictures and of audio.
fn mp4(peek: &Peek<'_>) -> Score {
    if peek.has(4, b"ftyp") {
        let brand = peek.head.get(8..12).unwrap_or_default();
        return match brand {
            b"mif1" | b"mif2" | b"miaf" | b"heic" | b"heix" | b"heim" | b"heis" | b"avif" | b"avis" | b"jxl "
            | b"jp2 " | b"jpx " | b"jpm " | b"crx " => Score::NONE,
            // Tags of audio files are read without FFmpeg; for unknown brands the file name decides.
            b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B " => Score::LIKELY,
            _ => Score::MAGIC,
        };
    }
    match peek.head.get(4..8).unwrap_or_default() {
        b"moov" => Score::MAGIC,
        b"mdat" | b"wide" | b"pnot" | b"moof" | b"styp" | b"sidx" => Score::LIKELY,
        b"free" | b"skip" if peek.has(0, b"\0\0") => Score::LIKELY,
        _ => Score::NONE,
    }
}

/// EBML; its `DocType` is among the first bytes and tells WebM from Matroska.
fn ebml(peek: &Peek<'_>, webm: bool) -> Score {
    if !peek.has(0, b"\x1A\x45\xDF\xA3") {
        return Score::NONE;
    }
    let head = &peek.head[..peek.head.len().min(128)];
    match head.windows(7).any(|w| w == b"\x42\x82\x84webm") == webm {
        true => Score::CERTAIN,
        false => Score::MAGIC,
    }
}

/// Packets of 188 bytes, of 192 with a time stamp before each, or of 204 with check bytes after each.
fn mpeg_ts(peek: &Peek<'_>) -> Score {
    let packets = |start: usize, length: usize| {
        let expected = (peek.head.len().saturating_sub(start) / length).min(5);
        let all = (0..expected).all(|i| peek.head.get(start + i * length) == Some(&0x47));
        if all { expected } else { 0 }
    };
    match [packets(0, 188), packets(4, 192), packets(0, 204)].into_iter().max() {
        Some(4..) => Score::MAGIC,
        Some(2..) => Score::LIKELY,
        _ => Score::NONE,
    }
}

const ASF_HEADER: &[u8] = b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C";

/// The type of a video stream in its properties.
const ASF_VIDEO: &[u8] = b"\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";

/// ASF with a video stream; if none is among the first bytes, the file name decides between audio and video.
fn asf(peek: &Peek<'_>) -> Score {
    match peek.has(0, ASF_HEADER) {
        true if peek.head.windows(16).any(|w| w == ASF_VIDEO) => Score::CERTAIN,
        true => Score::MAGIC,
        false => Score::NONE,
    }
}

/// Ogg with a stream of a video codec at the start.
fn ogv(peek: &Peek<'_>) -> Score {
    const VIDEO: [&[u8]; 3] = [b"\x80theora", b"BBCD\0", b"OVP80"];
    let starts = |magic: &&[u8]| peek.head.windows(magic.len()).any(|w| w == *magic);
    match peek.has(0, b"OggS") && VIDEO.iter().any(starts) {
        true => Score::CERTAIN,
        false => Score::NONE,
    }
}

/// DV: blocks of 80 bytes, first a header, then two of subcode.
fn dv(peek: &Peek<'_>) -> Score {
    let block = |n: usize| peek.head.get(n * 80).map(|id| id >> 5);
    let header = peek.has(0, b"\x1F\x07\x00");
    match header && (block(1), block(2), block(3)) == (Some(1), Some(1), Some(2)) {
        true => Score::MAGIC,
        false => Score::NONE,
    }
}

/// The type of a NAL unit after a start code of three or four bytes.
fn nal<'a>(peek: &'a Peek<'_>) -> Option<&'a [u8]> {
    let rest = peek.head.strip_prefix(b"\0\0\0\x01").or_else(|| peek.head.strip_prefix(b"\0\0\x01"))?;
    (rest.len() > 8).then_some(rest)
}

/// An H.264 stream: starts with sequence parameters or a delimiter.
fn h264(peek: &Peek<'_>) -> Score {
    match nal(peek) {
        Some([0x67 | 0x27 | 0x47, 66 | 77 | 88 | 100 | 110 | 122 | 244, ..]) => Score::LIKELY,
        Some([0x09, 0x10 | 0x30 | 0x50 | 0x70 | 0x90 | 0xB0 | 0xD0 | 0xF0, 0, 0, ..]) => Score::LIKELY,
        _ => Score::NONE,
    }
}

/// An HEVC stream: starts with video parameters or a delimiter.
fn hevc(peek: &Peek<'_>) -> Score {
    match nal(peek) {
        Some([0x40 | 0x46, 0x01, ..]) => Score::LIKELY,
        _ => Score::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(entry: &FormatEntry, head: &[u8]) -> Score {
        (entry.score)(&Peek::new(head, 1 << 20, "", ""))
    }

    #[test]
    fn brands_of_pictures_are_no_videos() {
        for brand in [b"heic", b"avif", b"crx ", b"jxl ", b"mif1"] {
            assert_eq!(scored(&MP4, &[b"\0\0\0\x18ftyp", &brand[..], &[0; 8]].concat()), Score::NONE);
        }
        for brand in [b"isom", b"qt  ", b"3gp5", b"mp42", b"M4V "] {
            assert_eq!(scored(&MP4, &[b"\0\0\0\x18ftyp", &brand[..], &[0; 8]].concat()), Score::MAGIC);
        }
    }

    #[test]
    fn playlists_and_scripts_are_no_videos() {
        let all = [MP4, MATROSKA, AVI, FLV, MPEG_TS, MPEG, ASF, OGV, H264, HEVC, DV, IVF];
        let texts: [&[u8]; 4] = [
            b"#EXTM3U\n#EXT-X-TARGETDURATION:10\nfile:///etc/passwd\n",
            b"ffconcat version 1.0\nfile /etc/passwd\n",
            b"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">",
            b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
        ];
        for text in texts {
            assert!(all.iter().all(|entry| scored(entry, text) == Score::NONE));
        }
    }

    #[test]
    fn transport_packets_are_known_by_several_sync_bytes() {
        let packets = |start: usize, length: usize| {
            let mut head = vec![0; 2000];
            (0..8).for_each(|i| head[start + i * length] = 0x47);
            head
        };
        assert_eq!(scored(&MPEG_TS, &packets(0, 188)), Score::MAGIC);
        assert_eq!(scored(&MPEG_TS, &packets(4, 192)), Score::MAGIC);
        assert_eq!(scored(&MPEG_TS, b"GIF89a and Going on"), Score::NONE);
    }
}
