//! HEIF (ISO/IEC 23008-12), the container of HEIC and AVIF: items of coded pictures, composed and transformed.
//!
//! A file is read by ranges: first its description (`meta`, or `moov` of a sequence), then the data of the items that
//! make up the picture. Thumbnail items are used for sizes that they cover; grids are decoded tile by tile and reduced
//! in YCbCr, so that a picture of many megapixels takes the memory of its thumbnail and one tile. Orientation comes
//! from the container's transforms; EXIF orientation is ignored, as the standard requires.
//!
//! Not supported: pictures coded as AVC, VVC or JPEG 2000, uncompressed pictures, gain maps.

#[cfg(feature = "avif")]
mod av1;
mod canvas;
mod compose;
mod container;
mod convert;
mod decoder;
#[cfg(feature = "heic")]
mod hevc;
mod location;
mod meta;
mod overlay;
mod picture;
mod property;
mod sequence;
#[cfg(feature = "heic")]
mod sps;
mod transform;

use thumbling_core::bytes::u32_be;
use thumbling_core::decode::Decoder;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;

/// A decoder of `format` over a HEIF file.
pub(crate) fn decoder(source: &Source, format: Format) -> Box<dyn Decoder> {
    Box::new(decoder::Heif::new(source, format))
}

/// Brands that name a codec (ISO/IEC 23008-12, annex B; AV1 Image File Format, clause 6.2).
const HEVC: [&[u8; 4]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"];
const AV1: [&[u8; 4]; 2] = [b"avif", b"avis"];
/// Brands of the container alone.
const ANY: [&[u8; 4]; 3] = [b"mif1", b"mif2", b"msf1"];

/// Whether a file's first box declares AVIF (`av1`), or any other HEIF.
pub(crate) fn score(peek: &Peek<'_>, av1: bool) -> Score {
    if !peek.has(4, b"ftyp") {
        // The first box is lost: broken HEIF rather than an unknown format, if the name agrees.
        let broken = peek.has(4, b"meta") || peek.has(4, b"iprp");
        return if broken { Score::PLAUSIBLE } else { Score::NONE };
    }
    let size = u32_be(peek.head, 0).map_or(0, |n| n as usize);
    let listed = peek.head.get(8..size.clamp(8, peek.head.len().max(8))).unwrap_or_default();
    // The major brand, its version, then the compatible brands.
    let mut brands = listed.chunks_exact(4);
    let own = brands.next().unwrap_or_default();
    let compatible = || brands.clone().skip(1);
    let among = |set: &[&[u8; 4]], brand: &[u8]| set.iter().any(|b| b.as_slice() == brand);
    let is_av1 = among(&AV1, own) || (!among(&HEVC, own) && compatible().any(|b| among(&AV1, b)));
    let is_ours = |brand: &[u8]| among(&AV1, brand) || among(&HEVC, brand) || among(&ANY, brand);
    match is_ours(own) {
        _ if is_av1 != av1 => Score::NONE,
        true => Score::CERTAIN,
        false => Score::magic_if(compatible().any(is_ours)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(brands: &[u8]) -> (Score, Score) {
        let mut head = (brands.len() as u32 + 8).to_be_bytes().to_vec();
        head.extend(b"ftyp");
        head.extend(brands);
        let peek = Peek::new(&head, 1 << 20, "", "");
        (score(&peek, false), score(&peek, true))
    }

    #[test]
    fn a_file_is_of_the_coding_that_its_brands_name() {
        assert_eq!(scores(b"heic\0\0\0\0mif1heic"), (Score::CERTAIN, Score::NONE));
        assert_eq!(scores(b"mif1\0\0\0\0mif1heic"), (Score::CERTAIN, Score::NONE));
        assert_eq!(scores(b"mif1\0\0\0\0mif1avif"), (Score::NONE, Score::CERTAIN));
        assert_eq!(scores(b"avif\0\0\0\0mif1heic"), (Score::NONE, Score::CERTAIN));
        assert_eq!(scores(b"miaf\0\0\0\0heic"), (Score::MAGIC, Score::NONE));
        assert_eq!(scores(b"isom\0\0\0\0mp41avc1"), (Score::NONE, Score::NONE));
    }
}
