//! PowerPoint 97–2003 presentations, shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("ppt"),
    mime_types: &[
        "application/vnd.ms-powerpoint",
        "application/mspowerpoint",
        "application/powerpoint",
        "application/x-mspowerpoint",
        "application/wps-office.ppt",
        "application/wps-office.dps",
        "application/wps-office.dpt",
        "application/ksdps",
    ],
    score: |peek| detect::score(peek, "ppt"),
    open: |source, cx| preview::open_ole(source, ENTRY.format, cx),
};
