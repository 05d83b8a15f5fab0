//! Word 97–2003 documents, shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("doc"),
    mime_types: &[
        "application/msword",
        "application/x-msword",
        "application/vnd.ms-word",
        "application/wps-office.doc",
        "application/wps-office.wps",
        "application/wps-office.wpt",
        "application/kswps",
    ],
    score: |peek| detect::score(peek, "doc"),
    open: |source, cx| preview::open_ole(source, ENTRY.format, cx),
};
