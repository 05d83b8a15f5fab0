//! AVIF: AV1 pictures in items.

use crate::codecs::image::heif;
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

const FORMAT: Format = Format::image("avif");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/avif", "image/avif-sequence"],
    score: |peek| heif::score(peek, true),
    open: |source, _| Ok(heif::decoder(source, FORMAT)),
};
