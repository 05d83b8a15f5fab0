//! Books, by their covers.

use crate::{kind, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("epub"),
    mime_types: &["application/epub+zip"],
    score: |peek| kind::score(peek, "epub"),
    open: |source, cx| preview::of_epub(source, ENTRY.format, cx),
};
