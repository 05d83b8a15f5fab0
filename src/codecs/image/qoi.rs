//! QOI, the Quite OK Image format: <https://qoiformat.org/qoi-specification.pdf>.

use image::codecs::qoi::QoiDecoder;

use crate::decode::FormatEntry;
use crate::format::Format;
use crate::probe::Score;
use crate::structure::raster;

const FORMAT: Format = Format::image("qoi");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/qoi"],
    score: |peek| Score::magic_if(peek.has(0, b"qoif")),
    open: |source, _| raster::decoder(source, FORMAT, QoiDecoder::new),
};
