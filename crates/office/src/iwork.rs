//! Pages, Numbers and Keynote documents, shown by their embedded preview.

use crate::{detect, preview};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const PAGES: FormatEntry = FormatEntry {
    format: Format::document("pages"),
    mime_types: &["application/vnd.apple.pages", "application/x-iwork-pages-sffpages"],
    score: |peek| detect::score(peek, "pages"),
    open: |source, cx| preview::open_iwork(source, PAGES.format, cx),
};

pub const NUMBERS: FormatEntry = FormatEntry {
    format: Format::document("numbers"),
    mime_types: &["application/vnd.apple.numbers", "application/x-iwork-numbers-sffnumbers"],
    score: |peek| detect::score(peek, "numbers"),
    open: |source, cx| preview::open_iwork(source, NUMBERS.format, cx),
};

pub const KEYNOTE: FormatEntry = FormatEntry {
    format: Format::document("key"),
    mime_types: &["application/vnd.apple.keynote", "application/x-iwork-keynote-sffkey"],
    score: |peek| detect::score(peek, "key"),
    open: |source, cx| preview::open_iwork(source, KEYNOTE.format, cx),
};
