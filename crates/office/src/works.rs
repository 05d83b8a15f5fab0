//! Documents of Microsoft Works, by the preview inside.

use crate::{kind, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("works"),
    mime_types: &["application/vnd.ms-works", "application/x-msworks-wp"],
    score: |peek| kind::score(peek, "works"),
    open: |source, cx| preview::of_ole(source, ENTRY.format, cx),
};
