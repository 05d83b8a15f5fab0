//! Workbooks of Excel up to 2003, by the preview inside.

use crate::{kind, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("xls"),
    mime_types: &[
        "application/vnd.ms-excel",
        "application/msexcel",
        "application/x-msexcel",
        "application/excel",
        "application/wps-office.xls",
        "application/wps-office.et",
        "application/wps-office.ett",
        "application/kset",
    ],
    score: |peek| kind::score(peek, "xls"),
    open: |source, cx| preview::of_ole(source, ENTRY.format, cx),
};
