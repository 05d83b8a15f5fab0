//! The registry entries of both formats, plain or gzipped.

use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;
use thumbling_core::gzip::is_gzip;
use thumbling_core::probe::{Peek, Score};

use super::convert::{is_emf, is_wmf};
use super::decoder::Metafile;

const EMF_FORMAT: Format = Format::image("emf");
const WMF_FORMAT: Format = Format::image("wmf");
/// Magic of a placeable metafile.
const PLACEABLE: [u8; 4] = [0xd7, 0xcd, 0xc6, 0x9a];

/// Enhanced metafiles, with or without EMF+ records.
pub const EMF: FormatEntry = FormatEntry {
    format: EMF_FORMAT,
    mime_types: &["image/emf", "image/x-emf"],
    score: score_emf,
    open: |source, cx| Metafile::open(source, EMF_FORMAT, cx),
};

/// Windows metafiles, placeable or not.
pub const WMF: FormatEntry = FormatEntry {
    format: WMF_FORMAT,
    mime_types: &["image/wmf", "image/x-wmf", "application/x-msmetafile"],
    score: score_wmf,
    open: |source, cx| Metafile::open(source, WMF_FORMAT, cx),
};

fn score_emf(peek: &Peek<'_>) -> Score {
    if is_gzip(peek.head) {
        return score_gzip(peek, "emz");
    }
    if is_emf(peek.head) { Score::CERTAIN } else { Score::NONE }
}

fn score_wmf(peek: &Peek<'_>) -> Score {
    if is_gzip(peek.head) {
        return score_gzip(peek, "wmz");
    }
    // The header of a plain metafile is six bytes that few other files start with.
    match is_wmf(peek.head) {
        true if peek.has(0, &PLACEABLE) => Score::CERTAIN,
        true => Score::MAGIC,
        false => Score::NONE,
    }
}

/// The content of gzip is unknown without inflating it, so the extension decides.
fn score_gzip(peek: &Peek<'_>, extension: &str) -> Score {
    if peek.extension == extension { Score::LIKELY } else { Score::NONE }
}
