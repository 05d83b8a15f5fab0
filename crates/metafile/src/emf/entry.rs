//! Enhanced metafiles of Windows, with their EMF+ records, plain or gzipped.

use crate::Metafile;
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};

const FORMAT: Format = Format::image("emf");

pub const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/emf", "image/x-emf"],
    score,
    open: |source, cx| Metafile::open(source, FORMAT, cx),
};

fn score(peek: &Peek<'_>) -> Score {
    if peek.has(0, &[0x1f, 0x8b]) {
        return if peek.extension == "emz" { Score::LIKELY } else { Score::NONE };
    }
    if super::is_emf(peek.head) { Score::CERTAIN } else { Score::NONE }
}
