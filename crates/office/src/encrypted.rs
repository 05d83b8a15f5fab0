//! Documents of Office since 2007 that are encrypted: what is inside, if the password is the one that everybody knows.

use crate::{encryption, kind};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document(kind::ENCRYPTED),
    mime_types: &["application/encrypted"],
    score: |peek| kind::score(peek, kind::ENCRYPTED),
    open: |source, cx| cx.open_inner(&encryption::package(source, cx)?, cx.hint()),
};
