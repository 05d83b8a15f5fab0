//! Presentations of PowerPoint up to 2003, by the preview inside.

use crate::{kind, preview};
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
    score: |peek| kind::score(peek, "ppt"),
    open: |source, cx| preview::of_ole(source, ENTRY.format, cx),
};
