//! Excel 97–2003 workbooks, shown by their embedded preview.

use crate::{detect, preview};
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
    score: |peek| detect::score(peek, "xls"),
    open: |source, cx| preview::open_ole(source, ENTRY.format, cx),
};
