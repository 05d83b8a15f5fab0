//! Documents of Microsoft Works, by the preview inside.

use crate::decode::FormatEntry;
use crate::format::Format;
use crate::office::{kind, preview};

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("works"),
    mime_types: &["application/vnd.ms-works", "application/x-msworks-wp"],
    score: |peek| kind::score(peek, "works"),
    open: |source, cx| preview::of_ole(source, ENTRY.format, cx),
};
