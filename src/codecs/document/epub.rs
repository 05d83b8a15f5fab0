//! Books, by their covers.

use crate::decode::FormatEntry;
use crate::format::Format;
use crate::office::{kind, preview};

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("epub"),
    mime_types: &["application/epub+zip"],
    score: |peek| kind::score(peek, "epub"),
    open: |source, cx| preview::of_epub(source, ENTRY.format, cx),
};
