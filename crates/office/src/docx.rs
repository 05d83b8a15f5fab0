//! Word documents (Office Open XML), shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document("docx"),
    mime_types: &[
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroEnabled.12",
        "application/vnd.ms-word.template.macroEnabled.12",
        "application/wps-office.docx",
    ],
    score: |peek| detect::score(peek, "docx"),
    open: |source, cx| preview::open_ooxml(source, ENTRY.format, cx),
};
