//! Workbooks of Excel since 2007, of XML or binary, by the preview inside.

use crate::{kind, preview};
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
    score: |peek| kind::score(peek, "xlsx"),
    open: |source, cx| preview::of_ooxml(source, XLSX.format, cx),
};

pub const XLSB: FormatEntry = FormatEntry {
    format: Format::document("xlsb"),
    mime_types: &["application/vnd.ms-excel.sheet.binary.macroEnabled.12"],
    score: |peek| kind::score(peek, "xlsb"),
    open: |source, cx| preview::of_ooxml(source, XLSB.format, cx),
};
