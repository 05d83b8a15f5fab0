//! Encrypted Office Open XML documents, decrypted if they use Excel's default password.

use crate::{detect, encryption};
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

pub const ENTRY: FormatEntry = FormatEntry {
    format: Format::document(detect::ENCRYPTED),
    mime_types: &["application/encrypted"],
    score: |peek| detect::score(peek, detect::ENCRYPTED),
    open: |source, cx| cx.open_inner(&encryption::package(source, cx)?, cx.hint()),
};
