//! EPUB books, shown by their cover.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("epub"),
    mime_types: &["application/epub+zip"],
    score: |peek| detect::score(peek, "epub"),
    open: |source, cx| preview::open_epub(source, ENTRY.format, cx),
};
