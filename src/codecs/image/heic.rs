//! HEIC and HEIF: HEVC pictures in items.

use crate::decode::FormatEntry;
use crate::format::Format;
use crate::structure::heif;

const FORMAT: Format = Format::image("heic");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"],
    score: |peek| heif::score(peek, false),
    open: |source, _| Ok(heif::decoder(source, FORMAT)),
};
