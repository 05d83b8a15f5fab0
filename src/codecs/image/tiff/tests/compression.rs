//! Strips and tiles in the compressions that TIFF knows.

use super::*;
use crate::testing;
use thumbling_core::bytes::Endian;

#[test]
fn lzw_of_either_bit_order_is_read() {
    for (order, make) in [
        (weezl::BitOrder::Msb, weezl::encode::Encoder::with_tiff_size_switch as fn(_, _) -> _),
        (weezl::BitOrder::Lsb, weezl::encode::Encoder::new),
    ] {
        let data = make(order, 8).encode(&ramp()).unwrap();
        assert_eq!(bytes(classic(&[Ifd::picture((4, 4), RGB, 3, 8, data).short(tag::COMPRESSION, 5)])), ramp());
    }
}

/// A JPEG of one RGB colour, as libjpeg stores it: in YCbCr, with a JFIF header.
pub(super) fn jpeg(width: usize, height: usize, color: [u8; 3]) -> Vec<u8> {
    let pixels: Vec<u8> = color.iter().copied().cycle().take(width * height * 3).collect();
    testing::jpeg(width, height, &pixels)
}

/// Splits a JPEG into its tables, as a stream, and the rest without them and without a JFIF header.
pub(super) fn split(jpeg: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut tables, mut rest, mut at) = (vec![0xFF, 0xD8], vec![0xFF, 0xD8], 2);
    loop {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        match jpeg[at + 1] {
            0xDB | 0xC4 => tables.extend(&jpeg[at..end]),
            0xE0 => {}
            0xDA => {
                rest.extend(&jpeg[at..]);
                tables.extend([0xFF, 0xD9]);
                return (tables, rest);
            }
            _ => rest.extend(&jpeg[at..end]),
        }
        at = end;
    }
}

fn near(pixel: &[u8], color: [u8; 3]) -> bool {
    pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 3)
}

#[test]
fn jpeg_strips_share_tables() {
    let (red, blue) = (jpeg(16, 8, [200, 30, 20]), jpeg(16, 8, [10, 20, 220]));
    let (tables, first) = split(&red);
    let ifd = Ifd::picture((16, 16), YCBCR, 3, 8, vec![])
        .strips(vec![first, split(&blue).1])
        .short(tag::COMPRESSION, 7)
        .short(tag::ROWS_PER_STRIP, 8)
        .with(tag::JPEG_TABLES, Value::Bytes(tables));
    let out = bytes(classic(&[ifd]));
    assert!(near(&out[..3], [200, 30, 20]) && near(&out[out.len() - 3..], [10, 20, 220]));
}

#[test]
fn old_style_jpeg_is_put_together_from_its_pieces() {
    let (tables, rest) = split(&jpeg(16, 8, [200, 30, 20]));
    // Bare tables without their segments: two of quantisation, then DC and AC of luma and chroma.
    let mut q = Vec::new();
    let (mut dc, mut ac) = (Vec::new(), Vec::new());
    let mut at = 2;
    while tables[at + 1] != 0xD9 {
        let end = at + 2 + usize::from(u16::from_be_bytes([tables[at + 2], tables[at + 3]]));
        let body = tables[at + 5..end].to_vec();
        match (tables[at + 1], tables[at + 4] >> 4) {
            (0xDB, _) => q.push(body),
            (_, 0) => dc.push(body),
            _ => ac.push(body),
        }
        at = end;
    }
    let scan = rest.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let data = rest[scan + 2 + 12..].to_vec();
    let ifd = Ifd::picture((16, 8), YCBCR, 3, 8, data)
        .short(tag::COMPRESSION, 6)
        .with(tag::YCBCR_SUBSAMPLING, Value::Short(vec![1, 1]))
        .with(tag::JPEG_Q_TABLES, Value::Offsets(q))
        .with(tag::JPEG_DC_TABLES, Value::Offsets(dc))
        .with(tag::JPEG_AC_TABLES, Value::Offsets(ac));
    assert!(near(&bytes(classic(&[ifd]))[..3], [200, 30, 20]));
}

#[test]
fn jpeg_tiles_are_scaled_while_decoded() {
    let ifd = Ifd::picture((64, 64), YCBCR, 3, 8, vec![]).short(tag::COMPRESSION, 7);
    let tiles = [[200, 30, 20], [10, 20, 220], [5, 200, 5], [90, 90, 90]].map(|color| jpeg(32, 32, color));
    let file = classic(&[ifd.tiles((32, 32), tiles.to_vec())]);
    let (frame, _) = try_decode(file, |want| want.size = Size::new(8, 8));
    let frame = frame.unwrap();
    let out = frame.as_u8().unwrap();
    assert_eq!(frame.size(), Size::new(8, 8));
    assert!(near(&out[..3], [200, 30, 20]) && near(&out[7 * 3..8 * 3], [10, 20, 220]));
}

#[test]
fn unknown_compressions_are_named() {
    let (frame, _) = try_decode(classic(&[gray(8, 8, 0).short(tag::COMPRESSION, 34_887)]), |_| {});
    let e = frame.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
    assert!(e.detail().contains("LERC"), "{e}");
}

/// A frame of Zstandard (RFC 8878) with `data` in one block, as it is.
fn zstandard(data: &[u8]) -> Vec<u8> {
    let block = (data.len() as u32) << 3 | 1;
    [&[0x28, 0xB5, 0x2F, 0xFD, 0x20, data.len() as u8][..], &block.to_le_bytes()[..3], data].concat()
}

#[test]
fn zstandard_strips_are_read() {
    let ifd = Ifd::picture((4, 4), RGB, 3, 8, zstandard(&ramp())).short(tag::COMPRESSION, 50_000);
    assert_eq!(bytes(classic(&[ifd])), ramp());
}

#[test]
fn a_strip_may_be_a_picture_of_another_format() {
    let png = thumbling_core::png::encode(&Frame::from_u8(4, 4, PixelFormat::Rgb8, ramp()).unwrap()).unwrap();
    let ifd = Ifd::picture((4, 4), RGB, 3, 8, png.clone()).short(tag::COMPRESSION, 34_933);
    assert_eq!(bytes(classic(&[ifd])), ramp());
    let with_alpha = Ifd::picture((4, 4), RGB, 4, 8, png).short(tag::COMPRESSION, 34_933).short(tag::EXTRA_SAMPLES, 2);
    assert_eq!(bytes(classic(&[with_alpha]))[..8], [0, 5, 10, 255, 15, 20, 25, 255]);
}

#[test]
fn a_strip_that_is_a_picture_of_another_size_is_corrupt() {
    let png = thumbling_core::png::encode(&Frame::from_u8(4, 4, PixelFormat::Rgb8, ramp()).unwrap()).unwrap();
    let ifd = Ifd::picture((5, 4), RGB, 3, 8, png).short(tag::COMPRESSION, 34_933);
    assert_eq!(try_decode(classic(&[ifd]), |_| {}).0.unwrap_err().kind(), thumbling_core::error::ErrorKind::Corrupt);
}

#[test]
fn logarithmic_light_is_the_same_in_either_byte_order() {
    // Two pixels: each of the four byte planes as a literal run of two.
    let data = vec![2, 0x40, 0x3E, 2, 0, 0, 2, 0x51, 0x51, 2, 0xC2, 0xC2];
    let light = |order| {
        let ifd = Ifd::picture((2, 1), 32_845, 3, 16, data.clone()).short(tag::COMPRESSION, 34_676);
        decode(write(order, false, &[ifd])).samples
    };
    let Samples::F32(v) = light(Endian::Big) else { panic!("no floats") };
    assert!((v[1] / v[4] - 4.0).abs() < 0.05, "two stops: {v:?}");
    assert_eq!(Samples::F32(v), light(Endian::Little));
}
