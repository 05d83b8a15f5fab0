//! Microsoft Works documents, shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("works"),
    mime_types: &["application/vnd.ms-works", "application/x-msworks-wp"],
    score: |peek| detect::score(peek, "works"),
    open: |source, cx| preview::open_ole(source, ENTRY.format, cx),
};
