//! The header of a WebP file: RFC 9649, sections 2.5 to 2.7, and the frame headers of VP8 (RFC 6386, 9.1) and VP8L.

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
    /// Whether it is known to be lossless; the extended form does not tell.
    pub is_lossless: bool,
}

/// Reads the features from the first bytes of a file.
pub(super) fn features(head: &[u8]) -> Result<Features> {
    parse(head).ok_or_else(|| Error::corrupt("no valid WebP header"))
}

fn parse(head: &[u8]) -> Option<Features> {
    let chunk: &[u8; 4] = head.get(12..)?.first_chunk()?;
    let data = head.get(20..)?;
    let still = |width: u32, height: u32, has_alpha: bool, is_lossless: bool| {
        let size = Size::new(width, height);
        (size.pixels() > 0).then_some(Features { size, has_alpha, has_animation: false, is_lossless })
    };
    match chunk {
        b"VP8X" => {
            let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = data.first_chunk()?;
            let side = |a, b, c| u32::from_le_bytes([a, b, c, 0]) + 1;
            let features = still(side(w0, w1, w2), side(h0, h1, h2), flags & 0x10 != 0, false)?;
            Some(Features { has_animation: flags & 0x02 != 0, ..features })
        }
        b"VP8 " => {
            let &[tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1] = data.first_chunk()? else { return None };
            // Inter frames have bit 0 set; the upper two bits of each side are a hint for display.
            let side = |a, b| u32::from(u16::from_le_bytes([a, b]) & 0x3FFF);
            if tag & 1 == 0 { still(side(w0, w1), side(h0, h1), false, false) } else { None }
        }
        b"VP8L" => {
            let (0x2F, bits) = (*data.first()?, data.get(1..)?.first_chunk()?) else { return None };
            let bits = u32::from_le_bytes(*bits);
            let version = bits >> 29;
            if version != 0 {
                return None;
            }
            still((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1 != 0, true)
        }
        _ => None,
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
    fn other_chunks_and_short_headers_are_corrupt() {
        assert!(features(&riff(b"JUNK", &[0; 10])).is_err());
        assert!(features(&riff(b"VP8 ", &[0; 10])).is_err());
        assert!(features(b"RIFF\0\0\0\0WEBPVP8X").is_err());
    }
}
