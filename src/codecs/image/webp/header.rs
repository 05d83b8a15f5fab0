//! The header of a WebP file: RFC 9649, sections 2.5 to 2.7, and the frame headers of VP8 (RFC 6386, 9.1) and VP8L.

use thumbling_core::bytes::u32_le;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// The properties that the header declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Features {
    /// Size of the canvas, px.
    pub size: Size,
    /// Whether it has an alpha channel.
    pub has_alpha: bool,
    /// Whether it holds more than one frame.
    pub has_animation: bool,
    /// Whether it is known to be lossless.
    pub is_lossless: bool,
}

/// Reads the features from the first bytes of a file.
pub(super) fn features(head: &[u8]) -> Result<Features> {
    parse(head).ok_or_else(|| Error::corrupt("no valid WebP header"))
}

fn parse(head: &[u8]) -> Option<Features> {
    let (kind, data) = chunk(head, 12)?;
    match kind {
        b"VP8X" => {
            let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = data.first_chunk()?;
            let side = |a, b, c| u32::from_le_bytes([a, b, c, 0]) + 1;
            let size = Size::new(side(w0, w1, w2), side(h0, h1, h2));
            let (has_alpha, has_animation) = (flags & 0x10 != 0, flags & 0x02 != 0);
            let mut features = Features { size, has_alpha, has_animation, is_lossless: false };
            if !has_animation {
                frame_features(head, &mut features);
            }
            Some(features)
        }
        b"VP8 " => {
            let &[tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1] = data.first_chunk()? else { return None };
            // The upper two bits of each side are a hint for display.
            let side = |a, b| u32::from(u16::from_le_bytes([a, b]) & 0x3FFF);
            let size = Size::new(side(w0, w1), side(h0, h1));
            let is_key_frame = tag & 1 == 0;
            (is_key_frame && size.pixels() > 0).then_some(Features {
                size,
                has_alpha: false,
                has_animation: false,
                is_lossless: false,
            })
        }
        b"VP8L" => {
            let (size, has_alpha) = lossless(data)?;
            Some(Features { size, has_alpha, has_animation: false, is_lossless: true })
        }
        _ => None,
    }
}

/// The name of the chunk at `at`, and what `head` has of its data.
fn chunk(head: &[u8], at: usize) -> Option<(&[u8; 4], &[u8])> {
    Some((head.get(at..)?.first_chunk()?, head.get(at.checked_add(8)?..)?))
}

/// Size and alpha of lossless data.
fn lossless(data: &[u8]) -> Option<(Size, bool)> {
    let (0x2F, bits) = (*data.first()?, u32_le(data, 1)?) else { return None };
    let version = bits >> 29;
    (version == 0).then_some((Size::new((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bits >> 28 & 1 != 0))
}

/// Adds what the chunks of an extended still say, as far as `head` has them: flags are sometimes wrong.
fn frame_features(head: &[u8], features: &mut Features) {
    let mut at = 30;
    while let Some((kind, data)) = chunk(head, at) {
        match kind {
            b"ALPH" => features.has_alpha = true,
            b"VP8L" => {
                features.is_lossless = true;
                features.has_alpha |= lossless(data).is_some_and(|(_, has_alpha)| has_alpha);
                return;
            }
            b"VP8 " => return,
            _ => {}
        }
        let length = u32_le(head, at + 4).unwrap_or(0);
        at = at.saturating_add(8 + length as usize + length as usize % 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn riff(chunk: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", &chunk[..], &(data.len() as u32).to_le_bytes(), data].concat()
    }

    #[test]
    fn each_form_of_the_header_is_read() {
        let still = Features { size: Size::new(300, 200), has_alpha: false, has_animation: false, is_lossless: false };
        let lossy = riff(b"VP8 ", &[0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x2C, 0x41, 0xC8, 0x00]);
        assert_eq!(features(&lossy).unwrap(), still);
        let bits: u32 = 299 | 199 << 14 | 1 << 28;
        let lossless = riff(b"VP8L", &[&[0x2F][..], &bits.to_le_bytes()].concat());
        assert_eq!(features(&lossless).unwrap(), Features { has_alpha: true, is_lossless: true, ..still });
        let extended = riff(b"VP8X", &[0x12, 0, 0, 0, 0x2B, 0x01, 0, 0xC7, 0, 0]);
        assert_eq!(features(&extended).unwrap(), Features { has_alpha: true, has_animation: true, ..still });
    }

    #[test]
    fn chunks_of_an_extended_still_correct_its_flags() {
        let extended = riff(b"VP8X", &[0, 0, 0, 0, 0x2B, 0x01, 0, 0xC7, 0, 0]);
        let still = Features { size: Size::new(300, 200), has_alpha: false, has_animation: false, is_lossless: false };
        assert_eq!(features(&extended).unwrap(), still);
        let with = |chunks: &[u8]| features(&[&extended, chunks].concat()).unwrap();
        assert_eq!(with(b"ICCP\x03\0\0\0abc\0ALPH\x01\0\0\0\0\0VP8 "), Features { has_alpha: true, ..still });
        let bits: u32 = 299 | 199 << 14 | 1 << 28;
        let lossless = [&b"VP8L\x05\0\0\0\x2F"[..], &bits.to_le_bytes()].concat();
        assert_eq!(with(&lossless), Features { has_alpha: true, is_lossless: true, ..still });
    }

    #[test]
    fn other_chunks_and_short_headers_are_corrupt() {
        assert!(features(&riff(b"JUNK", &[0; 10])).is_err());
        assert!(features(&riff(b"VP8 ", &[0; 10])).is_err());
        assert!(features(b"RIFF\0\0\0\0WEBPVP8X").is_err());
    }
}
