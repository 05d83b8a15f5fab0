//! Word documents up to 2003, by the preview inside.

use crate::{kind, preview};
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
    score: |peek| kind::score(peek, "doc"),
    open: |source, cx| preview::of_ole(source, ENTRY.format, cx),
};
