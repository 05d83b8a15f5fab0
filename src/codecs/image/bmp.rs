//! BMP, also OS/2's bitmap arrays and bitmaps without a file header: see [`dib`](thumbling_core::dib).

use thumbling_core::bytes::{u16_le, u32_le};
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::dib::{self, Header};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("bmp");
/// BITMAPFILEHEADER.
const FILE_HEADER: u64 = 14;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/bmp", "image/x-ms-bmp", "image/x-bmp"],
    score,
    open: |source, _| Ok(Box::new(Bmp { source: source.clone(), opened: None })),
};

fn score(peek: &Peek<'_>) -> Score {
    let at = match peek.head {
        [b'B', b'A', ..] => 14,
        _ => 0,
    };
    if peek.has(at, b"BM") {
        return match header_length(peek.head, at + FILE_HEADER as usize) {
            Some(_) => Score::MAGIC,
            None => Score::NONE,
        };
    }
    // A bare header has no magic, but few valid values.
    match header_length(peek.head, 0) {
        Some(40..) => Score::LIKELY,
        Some(_) => Score::PLAUSIBLE,
        None => Score::NONE,
    }
}

/// The length that a header at `at` declares, if its plane count and bit depth are valid.
fn header_length(head: &[u8], at: usize) -> Option<u32> {
    let length = u32_le(head, at)?;
    let planes = match length {
        12 => u16_le(head, at + 8)?,
        16..=64 | 108 | 124 => u16_le(head, at + 12)?,
        _ => return None,
    };
    let bits = u16_le(head, at + if length == 12 { 10 } else { 14 })?;
    (planes == 1 && matches!(bits, 0 | 1 | 2 | 4 | 8 | 16 | 24 | 32 | 64)).then_some(length)
}

struct Bmp {
    source: Source,
    opened: Option<(Source, Header)>,
}

impl Bmp {
    fn opened(&mut self) -> Result<&(Source, Header)> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => open(&self.source)?,
        };
        Ok(self.opened.insert(opened))
    }
}

/// The bitmap after the file header.
fn open(source: &Source) -> Result<(Source, Header)> {
    let head = source.head()?;
    // In an array, the first picture follows the array's own header.
    let at = if head.starts_with(b"BA") { FILE_HEADER } else { 0 };
    if !head.get(at as usize..).is_some_and(|h| h.starts_with(b"BM")) {
        return Ok((source.clone(), Header::read(source, None)?));
    }
    let start = at + FILE_HEADER;
    let offset = u32_le(&head, at as usize + 10).ok_or_else(|| Error::corrupt("the file ends inside its header"))?;
    // Offsets are relative to the file; the caller needs them relative to the bitmap.
    let pixels = u64::from(offset).checked_sub(start).filter(|p| start + p < source.size());
    let dib = source.slice(start, u64::MAX);
    let header = Header::read(&dib, pixels)?;
    Ok((dib, header))
}

impl Decoder for Bmp {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let (_, header) = self.opened()?;
        let mut info = SourceInfo::new(FORMAT, header.size);
        info.has_alpha = header.has_alpha();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let (dib, header) = self.opened()?;
        dib::frame(dib, header, want, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;
    use thumbling_core::frame::PixelFormat;
    use thumbling_core::orient::upright;

    /// A file with a BITMAPINFOHEADER and `extra` between it and the pixels.
    fn bmp(width: i32, height: i32, bits: u16, compression: u32, extra: &[u8], pixels: &[u8]) -> Vec<u8> {
        let mut b = b"BM\0\0\0\0\0\0\0\0".to_vec();
        b.extend((54 + extra.len() as u32).to_le_bytes());
        b.extend(40u32.to_le_bytes());
        b.extend(width.to_le_bytes());
        b.extend(height.to_le_bytes());
        b.extend([1, 0]);
        b.extend(bits.to_le_bytes());
        b.extend(compression.to_le_bytes());
        b.extend([0; 20]);
        b.extend(extra);
        b.extend(pixels);
        b
    }

    fn shown(bytes: &[u8]) -> (PixelFormat, Vec<u8>) {
        let frame = upright(testing::decode(&ENTRY, bytes).unwrap().1);
        (frame.format, frame.as_u8().unwrap().to_vec())
    }

    #[test]
    fn rows_are_stored_bottom_up() {
        let file = bmp(1, 2, 24, 0, &[], &[1, 2, 3, 0, 4, 5, 6, 0]);
        assert_eq!(shown(&file), (PixelFormat::Rgb8, vec![6, 5, 4, 3, 2, 1]));
    }

    #[test]
    fn a_negative_height_is_top_down() {
        let file = bmp(1, -2, 24, 0, &[], &[1, 2, 3, 0, 4, 5, 6, 0]);
        assert_eq!(shown(&file).1, [3, 2, 1, 6, 5, 4]);
    }

    #[test]
    fn a_palette_is_blue_green_red() {
        let file = bmp(4, 1, 1, 0, &[9, 8, 7, 0, 1, 2, 3, 0], &[0b0100_0000, 0, 0, 0]);
        assert_eq!(shown(&file).1, [7, 8, 9, 3, 2, 1, 7, 8, 9, 7, 8, 9]);
    }

    #[test]
    fn alpha_counts_where_a_mask_names_it() {
        let masks: Vec<u8> = [0xFFu32, 0xFF00, 0xFF_0000, 0xFF00_0000].into_iter().flat_map(u32::to_le_bytes).collect();
        let pixels = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(shown(&bmp(2, 1, 32, 6, &masks, &pixels)), (PixelFormat::Rgba8, pixels.to_vec()));
        assert_eq!(shown(&bmp(2, 1, 32, 0, &[], &pixels)), (PixelFormat::Rgb8, vec![3, 2, 1, 7, 6, 5]));
    }

    #[test]
    fn an_alpha_channel_of_nothing_is_ignored() {
        let masks: Vec<u8> = [0xFF_0000u32, 0xFF00, 0xFF, 0xFF00_0000].into_iter().flat_map(u32::to_le_bytes).collect();
        assert_eq!(shown(&bmp(1, 1, 32, 6, &masks, &[3, 2, 1, 0])), (PixelFormat::Rgb8, vec![1, 2, 3]));
    }

    #[test]
    fn sixteen_bits_are_555_without_masks() {
        let file = bmp(2, 1, 16, 0, &[], &[0xFF, 0x7F, 0x00, 0x7C]);
        assert_eq!(shown(&file).1, [255, 255, 255, 255, 0, 0]);
    }

    /// Pixels of 64 bits: blue, green, red and alpha in 8192nds.
    fn fixed(samples: &[i16]) -> Vec<u8> {
        samples.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    #[test]
    fn sixty_four_bits_are_linear_light_in_8192nds() {
        // 0.5 and 0.2140 in linear light are 188 and 127.5 in sRGB; alpha is neither curved nor multiplied in.
        let pixels = fixed(&[0, 4096, 8192, 8192, 1753, 8192, 0, 4096]);
        assert_eq!(
            shown(&bmp(2, 1, 64, 0, &[], &pixels)),
            (PixelFormat::Rgba8, vec![255, 188, 0, 255, 0, 255, 127, 128])
        );
    }

    #[test]
    fn sixty_four_bits_beyond_black_and_white_are_clipped() {
        let pixels = fixed(&[-1, i16::MIN, i16::MAX, 8193]);
        assert_eq!(shown(&bmp(1, 1, 64, 0, &[], &pixels)).1, [255, 0, 0, 255]);
    }

    #[test]
    fn sixty_four_bits_without_any_alpha_are_opaque() {
        let pixels = fixed(&[8192, 0, 0, 0]);
        assert_eq!(shown(&bmp(1, 1, 64, 0, &[], &pixels)), (PixelFormat::Rgb8, vec![0, 0, 255]));
    }

    #[test]
    fn sixty_four_bits_stand_behind_every_header() {
        for length in [108u32, 124] {
            let mut file = bmp(1, 1, 64, 0, &vec![0; length as usize - 40], &fixed(&[0, 0, 8192, 8192]));
            file[14..18].copy_from_slice(&length.to_le_bytes());
            assert_eq!(shown(&file).1, [255, 0, 0, 255], "{length}");
        }
        let file = bmp(1, 1, 64, 3, &[0; 12], &fixed(&[0; 4]));
        assert_eq!(testing::decode(&ENTRY, &file).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn the_header_of_os2_has_triples() {
        let mut file = b"BM\0\0\0\0\0\0\0\0\x20\0\0\0\x0C\0\0\0\x02\0\x01\0\x01\0\x01\0".to_vec();
        file.extend([0, 0, 255, 255, 0, 0]);
        file.extend([0b0100_0000, 0, 0, 0]);
        assert_eq!(shown(&file).1, [255, 0, 0, 0, 0, 255]);
    }

    #[test]
    fn a_bitmap_needs_no_file_header() {
        let file = bmp(1, 1, 24, 0, &[], &[1, 2, 3, 0]);
        assert_eq!(testing::score(&ENTRY, &file[14..]), Score::LIKELY);
        assert_eq!(shown(&file[14..]).1, [3, 2, 1]);
    }

    #[test]
    fn gigapixels_are_a_limit_at_once() {
        let file = bmp(i32::MAX, i32::MIN, 24, 0, &[], &[0; 16]);
        assert_eq!(testing::decode(&ENTRY, &file).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &bmp(9, 9, 32, 0, &[], &[7; 9 * 9 * 4]));
        testing::cut_everywhere(&ENTRY, &bmp(9, 9, 64, 0, &[], &[7; 9 * 9 * 8]));
        let rle = [9, 1, 0, 0, 0, 4, 1, 2, 3, 4, 0, 2, 1, 1, 5, 1, 0, 1];
        testing::cut_everywhere(&ENTRY, &bmp(9, 9, 8, 1, &[7; 1024], &rle));
    }
}
