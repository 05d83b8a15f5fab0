//! AVIF: AV1 pictures in items.

use crate::decode::FormatEntry;
use crate::format::Format;
use crate::structure::heif;

const FORMAT: Format = Format::image("avif");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/avif", "image/avif-sequence"],
    score: |peek| heif::score(peek, true),
    open: |source, _| Ok(heif::decoder(source, FORMAT)),
};
