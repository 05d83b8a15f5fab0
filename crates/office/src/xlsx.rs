//! Excel workbooks (Office Open XML, and the binary variant XLSB), shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const XLSX: FormatEntry = FormatEntry {
    format: Format::document("xlsx"),
    mime_types: &[
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        "application/vnd.ms-excel.template.macroEnabled.12",
        "application/vnd.ms-excel.addin.macroEnabled.12",
        "application/wps-office.xlsx",
    ],
    score: |peek| detect::score(peek, "xlsx"),
    open: |source, cx| preview::open_ooxml(source, XLSX.format, cx),
};

pub const XLSB: FormatEntry = FormatEntry {
    format: Format::document("xlsb"),
    mime_types: &["application/vnd.ms-excel.sheet.binary.macroEnabled.12"],
    score: |peek| detect::score(peek, "xlsb"),
    open: |source, cx| preview::open_ooxml(source, XLSB.format, cx),
};
