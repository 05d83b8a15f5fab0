//! farbfeld: 16-bit RGBA and nothing else (<https://tools.suckless.org/farbfeld/>).

use image::codecs::farbfeld::FarbfeldDecoder;

use crate::codecs::image::image_crate;
use thumbling_core::decode::FormatEntry;
use thumbling_core::format::Format;
use thumbling_core::probe::Score;

const FORMAT: Format = Format::image("farbfeld");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/x-farbfeld"],
    score: |peek| Score::magic_if(peek.has(0, b"farbfeld")),
    open: |source, _| image_crate::decoder(source, FORMAT, FarbfeldDecoder::new),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;
    use thumbling_core::frame::Samples;

    #[test]
    fn samples_are_big_endian() {
        let file = b"farbfeld\0\0\0\x01\0\0\0\x01\x12\x34\0\x01\0\x02\xFF\xFF";
        let samples = testing::decode(&ENTRY, file).unwrap().1.samples;
        assert_eq!(samples, Samples::U16(vec![0x1234, 1, 2, 65_535]));
    }

    #[test]
    fn gigapixels_are_refused_at_once() {
        let file = b"farbfeld\x7F\0\0\x01\x7F\0\0\x01\x12\x34\0\x01\0\x02\xFF\xFF";
        // The `image` crate calls them unsupported before our own limit is asked.
        let kind = testing::decode(&ENTRY, file).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Limit | ErrorKind::Unsupported), "{kind}");
    }
}
