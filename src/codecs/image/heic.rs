//! HEIC and HEIF: HEVC pictures in items.

use crate::codecs::image::heif;
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;

const FORMAT: Format = Format::image("heic");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"],
    score: |peek| heif::score(peek, false),
    open: |source, _| Ok(heif::decoder(source, FORMAT)),
};
