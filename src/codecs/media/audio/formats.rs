//! The audio formats: magic bytes, and the tag reader of each.

use lofty::file::FileType;

use super::{ReadFn, asf, id3_ape, open, tags};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::{Family, Format};
use thumbling_core::probe::{Peek, Score};

macro_rules! entries {
    ($($entry:ident $name:literal [$($mime:literal)*] $score:expr, $read:expr;)*) => {
        $(pub(crate) const $entry: FormatEntry = FormatEntry {
            format: Format { name: $name, family: Family::Audio },
            mime_types: &[$($mime),*],
            score: $score,
            open: |source, _| {
                const READ: ReadFn = $read;
                Ok(open(source, Format { name: $name, family: Family::Audio }, READ))
            },
        };)*
    };
}

entries! {
    MP3 "mp3" ["audio/mpeg"] mp3, |source, cx| id3_ape::with_ape(source, FileType::Mpeg, cx);
    M4A "m4a" ["audio/mp4" "audio/x-m4a" "audio/x-m4b"] m4a, |source, cx| tags::read(source, FileType::Mp4, cx);
    FLAC "flac" ["audio/flac" "audio/x-flac"] |peek| magic(peek, b"fLaC"),
        |source, cx| tags::read(source, FileType::Flac, cx);
    OGG "ogg" ["audio/ogg" "audio/opus" "application/ogg"] |peek| Score::magic_if(peek.has(0, b"OggS")),
        |source, cx| match ogg_type(&source.head()?) {
            Some(kind) => tags::read(source, kind, cx),
            None => Ok(super::Tags::default()),
        };
    WAV "wav" ["audio/wav" "audio/x-wav" "audio/vnd.wave"]
        |peek| Score::magic_if(peek.has(0, b"RIFF") && peek.has(8, b"WAVE")),
        |source, cx| tags::read(source, FileType::Wav, cx);
    AIFF "aiff" ["audio/aiff" "audio/x-aiff"]
        |peek| Score::magic_if(peek.has(0, b"FORM") && (peek.has(8, b"AIFF") || peek.has(8, b"AIFC"))),
        |source, cx| tags::read(source, FileType::Aiff, cx);
    WMA "wma" ["audio/x-ms-wma"] wma, asf::read;
    APE "ape" ["audio/x-ape" "audio/ape"] |peek| magic(peek, b"MAC "), |source, cx| id3_ape::with_ape(source, FileType::Ape, cx);
    AAC "aac" ["audio/aac" "audio/x-aac"] aac, |source, cx| match source.head()?.starts_with(b"ID3") {
        true => id3_ape::id3(source, cx),
        false => tags::read(source, FileType::Aac, cx),
    };
    DSF "dsf" ["audio/x-dsf" "audio/dsf"] |peek| Score::magic_if(peek.has(0, b"DSD \x1C\0\0\0\0\0\0\0")), id3_ape::dsf;
    TTA "tta" ["audio/x-tta"] |peek| magic(peek, b"TTA1"), id3_ape::tta;
    WAVPACK "wavpack" ["audio/x-wavpack" "audio/wavpack"] |peek| magic(peek, b"wvpk"),
        |source, cx| id3_ape::with_ape(source, FileType::WavPack, cx);
    MUSEPACK "musepack" ["audio/x-musepack" "audio/musepack"]
        |peek| magic(peek, b"MPCK").max(magic(peek, b"MP+")), |source, cx| id3_ape::with_ape(source, FileType::Mpc, cx);
}

/// Scores `magic` at the start, or after an ID3v2 tag if the first bytes reach that far. If a tag hides what follows,
/// the file name decides.
fn magic(peek: &Peek<'_>, magic: &[u8]) -> Score {
    match sound(peek) {
        Some(start) if peek.has(start, magic) => Score::CERTAIN,
        Some(start) if start > peek.head.len() => Score::LIKELY,
        _ => Score::NONE,
    }
}

/// Offset of the audio after an ID3v2 tag, or the start; `None` for a tag with an invalid length.
fn sound(peek: &Peek<'_>) -> Option<usize> {
    if !peek.has(0, b"ID3") {
        return Some(0);
    }
    let size = peek.head.get(6..10)?;
    let size = size.iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7F));
    Some(10 + size)
}

/// A frame of layer II or III followed by a second one, or after a tag. Layer I would match every text that starts with
/// a byte order mark.
fn mp3(peek: &Peek<'_>) -> Score {
    let tagged = peek.has(0, b"ID3");
    let Some(start) = sound(peek) else { return Score::LIKELY };
    let Some(frame) = peek.head.get(start..) else {
        // Most files that start with a long tag are MP3.
        return if tagged { Score(Score::LIKELY.0 + 1) } else { Score::NONE };
    };
    match (frame_length(frame), tagged) {
        (Some(length), _) if frame.get(length..).is_some_and(|next| frame_length(next).is_some()) => Score::MAGIC,
        (Some(_), true) => Score::MAGIC,
        (Some(_), false) => Score::LIKELY,
        // Padding, or another tag.
        (None, true) => Score::LIKELY,
        (None, false) => Score::NONE,
    }
}

/// Length of the MPEG audio frame of layer II or III at the start of `data` (ISO 11172-3, 2.4.2.3, and 13818-3).
fn frame_length(data: &[u8]) -> Option<usize> {
    const RATES_1_2: [usize; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    const RATES_1_3: [usize; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const RATES_2: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let &[0xFF, second, third, ..] = data else { return None };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    if second & 0xE0 != 0xE0 || version == 1 || !matches!(layer, 1 | 2) {
        return None;
    }
    let rates = match (version, layer) {
        (3, 2) => &RATES_1_2,
        (3, _) => &RATES_1_3,
        _ => &RATES_2,
    };
    let rate = *rates.get(usize::from(third >> 4)).filter(|rate| **rate > 0)? * 1000;
    let frequency = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3))? >> [2, 0, 1, 0][usize::from(version)];
    // 1152 samples per frame, 576 for layer III at the lower sample rates.
    let bytes_per_second = if version != 3 && layer == 1 { 72 } else { 144 };
    Some(bytes_per_second * rate / frequency + usize::from(third >> 1 & 1))
}

/// MPEG-4 with an audio brand; any other brand is a video unless the file name says otherwise.
fn m4a(peek: &Peek<'_>) -> Score {
    match (peek.has(4, b"ftyp"), peek.head.get(8..12)) {
        (true, Some(b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B ")) => Score::CERTAIN,
        (true, _) => Score::PLAUSIBLE,
        _ => Score::NONE,
    }
}

/// ADTS: a sync word with the layer that MPEG audio does not use, and a valid sample rate.
fn aac(peek: &Peek<'_>) -> Score {
    match sound(peek).map(|start| (start, peek.head.get(start..))) {
        Some((_, Some(&[0xFF, second, third, ..]))) if second & 0xF6 == 0xF0 && third >> 2 & 15 < 13 => Score::MAGIC,
        Some((1.., None)) => Score::LIKELY,
        _ => Score::NONE,
    }
}

/// ASF: with a video stream it is a video; if none is seen, the file name decides.
fn wma(peek: &Peek<'_>) -> Score {
    Score::magic_if(peek.has(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"))
}

/// The codec of the first stream of an Ogg file.
fn ogg_type(head: &[u8]) -> Option<FileType> {
    let has = |magic: &[u8]| head.windows(magic.len()).any(|w| w == magic);
    match () {
        () if has(b"\x01vorbis") => Some(FileType::Vorbis),
        () if has(b"OpusHead") => Some(FileType::Opus),
        () if has(b"Speex   ") => Some(FileType::Speex),
        () => None,
    }
}
