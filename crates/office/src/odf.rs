//! OpenDocument files, shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ODT: FormatEntry = FormatEntry {
    format: Format::document("odt"),
    mime_types: &[
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text-template",
        "application/vnd.oasis.opendocument.text-master",
        "application/vnd.oasis.opendocument.text-web",
        "application/vnd.oasis.opendocument.text-flat-xml",
    ],
    score: |peek| detect::score(peek, "odt"),
    open: |source, cx| preview::open_odf(source, ODT.format, cx),
};

pub const ODS: FormatEntry = FormatEntry {
    format: Format::document("ods"),
    mime_types: &[
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet-template",
        "application/vnd.oasis.opendocument.spreadsheet-flat-xml",
    ],
    score: |peek| detect::score(peek, "ods"),
    open: |source, cx| preview::open_odf(source, ODS.format, cx),
};

pub const ODP: FormatEntry = FormatEntry {
    format: Format::document("odp"),
    mime_types: &[
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.presentation-template",
        "application/vnd.oasis.opendocument.presentation-flat-xml",
    ],
    score: |peek| detect::score(peek, "odp"),
    open: |source, cx| preview::open_odf(source, ODP.format, cx),
};

pub const ODG: FormatEntry = FormatEntry {
    format: Format::document("odg"),
    mime_types: &[
        "application/vnd.oasis.opendocument.graphics",
        "application/vnd.oasis.opendocument.graphics-template",
        "application/vnd.oasis.opendocument.graphics-flat-xml",
    ],
    score: |peek| detect::score(peek, "odg"),
    open: |source, cx| preview::open_odf(source, ODG.format, cx),
};
