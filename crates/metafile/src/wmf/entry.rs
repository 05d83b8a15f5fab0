//! Windows metafiles, placeable or not, plain or gzipped.

use crate::Metafile;
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};

const FORMAT: Format = Format::image("wmf");

pub const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/wmf", "image/x-wmf", "application/x-msmetafile"],
    score,
    open: |source, cx| Metafile::open(source, FORMAT, cx),
};

fn score(peek: &Peek<'_>) -> Score {
    if peek.has(0, &[0x1f, 0x8b]) {
        return if peek.extension == "wmz" { Score::LIKELY } else { Score::NONE };
    }
    // Six bytes that few other files begin with; a placeable header makes it sure.
    match super::is_wmf(peek.head) {
        true if peek.has(0, &[0xd7, 0xcd, 0xc6, 0x9a]) => Score::CERTAIN,
        true => Score::MAGIC,
        false => Score::NONE,
    }
}
