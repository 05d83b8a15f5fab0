//! Bitmaps in memory to RGBA, for callers that need every pixel and know which ones are missing.

use std::ops::Range;

use super::rle::Rle;
use super::samples::Unpacker;
use super::{Compression, Header};
use crate::error::{Error, Result};

/// The stored `pixels` as width × height RGBA pixels with straight alpha, top row first.
///
/// Pixels that the data does not cover are transparent black: those after its end, and those that run lengths skip.
/// Allocates about width × height × 4 bytes without checking limits; that is up to the caller.
///
/// # Errors
/// `unsupported` if the bitmap is a JPEG or PNG file.
pub fn rgba(header: &Header, pixels: &[u8]) -> Result<Vec<[u8; 4]>> {
    let unpacker = Unpacker::new(header, header.has_alpha());
    let (width, channels) = (header.size.width as usize, unpacker.format().channels());
    let mut samples = vec![0; width * channels];
    let mut out = vec![[0; 4]; width * header.size.height as usize];
    match header.compression {
        Compression::None => {
            for (stored, out) in pixels.chunks(header.stride()).zip(out.chunks_exact_mut(width)) {
                let covered = (stored.len() * 8 / usize::from(header.bits)).min(width);
                unpacker.unpack(stored, &mut samples[..covered * channels]);
                copy(&samples, channels, 0..covered, out);
            }
        }
        Compression::Rle4 | Compression::Rle8 | Compression::Rle24 => {
            let mut rle = Rle::new(pixels, header.compression);
            let mut stored = vec![0; rle.row_bytes(width)];
            for out in out.chunks_exact_mut(width) {
                if !rle.row(&mut stored)? {
                    break;
                }
                unpacker.unpack(&stored, &mut samples);
                for columns in rle.covered() {
                    copy(&samples, channels, columns.clone(), out);
                }
            }
        }
        Compression::Jpeg | Compression::Png => return Err(Error::unsupported("a picture file inside a bitmap")),
    }
    if !header.top_down {
        let mut rows = out.chunks_exact_mut(width);
        while let (Some(top), Some(bottom)) = (rows.next(), rows.next_back()) {
            top.swap_with_slice(bottom);
        }
    }
    Ok(out)
}

/// Copies `columns` of a row of grey, RGB or RGBA samples.
fn copy(samples: &[u8], channels: usize, columns: Range<usize>, out: &mut [[u8; 4]]) {
    let from = samples.chunks_exact(channels).skip(columns.start);
    for (pixel, sample) in out[columns].iter_mut().zip(from) {
        *pixel = match *sample {
            [r, g, b, a] => [r, g, b, a],
            [r, g, b] => [r, g, b, 255],
            [grey, ..] => [grey, grey, grey, 255],
            [] => [0; 4],
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dib::ColorTable;

    /// A BITMAPINFOHEADER and what follows it.
    fn decode(width: i32, height: i32, bits: u16, compression: u32, rest: &[u8]) -> Vec<[u8; 4]> {
        let mut bytes = 40u32.to_le_bytes().to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([1, 0]);
        bytes.extend(bits.to_le_bytes());
        bytes.extend(compression.to_le_bytes());
        bytes.resize(40, 0);
        bytes.extend(rest);
        let header = Header::parse(&bytes, None, ColorTable::Rgb).unwrap();
        rgba(&header, &bytes[header.pixels as usize..]).unwrap()
    }

    #[test]
    fn rows_are_flipped_to_top_down() {
        assert_eq!(decode(1, 2, 24, 0, &[3, 2, 1, 0, 6, 5, 4, 0]), [[4, 5, 6, 255], [1, 2, 3, 255]]);
        assert_eq!(decode(1, -2, 24, 0, &[3, 2, 1, 0, 6, 5, 4, 0]), [[1, 2, 3, 255], [4, 5, 6, 255]]);
    }

    #[test]
    fn pixels_of_64_bits_are_converted_to_srgb() {
        // Blue, green, red, alpha, 1.0 is 0x2000.
        let pixel = [[0x00, 0x00], [0x00, 0x20], [0x00, 0x20], [0x00, 0x20]].concat();
        assert_eq!(decode(1, 1, 64, 0, &pixel), [[255, 255, 0, 255]]);
    }

    #[test]
    fn pixels_past_the_end_of_the_data_are_transparent() {
        assert_eq!(decode(2, -2, 24, 0, &[3, 2, 1, 9]), [[1, 2, 3, 255], [0; 4], [0; 4], [0; 4]]);
    }

    #[test]
    fn pixels_that_runs_skip_are_transparent() {
        let mut table = vec![0; 1024];
        table[4..7].copy_from_slice(&[30, 20, 10]);
        let rest = [&table[..], &[1, 1, 0, 2, 1, 0, 1, 1, 0, 1]].concat();
        assert_eq!(decode(3, 1, 8, 1, &rest), [[10, 20, 30, 255], [0; 4], [10, 20, 30, 255]]);
    }

    #[test]
    fn palette_indices_are_resolved_by_the_caller() {
        let mut bytes = [&40u32.to_le_bytes()[..], &1u32.to_le_bytes(), &1u32.to_le_bytes(), &[1, 0, 1, 0]].concat();
        bytes.resize(40, 0);
        bytes.extend([5, 0, 7, 0]);
        let header = Header::parse(&bytes, None, ColorTable::Indices(&|index| [index as u8; 3])).unwrap();
        assert_eq!((header.palette, header.pixels), (vec![[5; 3], [7; 3]], 44));
    }
}
