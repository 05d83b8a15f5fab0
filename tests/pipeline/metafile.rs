//! Metafiles from file to pixels.

use std::io::Write;

use thumbling::{Isolation, Output, Request, Source};

fn record(kind: u32, arguments: &[i32]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((arguments.len() as u32 * 4 + 8).to_le_bytes());
    bytes.extend(arguments.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// An EMF of 200 × 100 device pixels with a red left half.
fn half_red() -> Vec<u8> {
    let header = [0, 0, 199, 99, 0, 0, 2000, 1000, 0x464d_4520, 0x1_0000, 0, 0, 2, 0, 0, 0, 1000, 1000, 100, 100];
    [
        record(1, &header),
        record(39, &[1, 0, 0xff, 0]),
        record(37, &[1]),
        record(37, &[0x8000_0008_u32 as i32]),
        record(43, &[0, 0, 100, 100]),
        record(14, &[0, 0, 20]),
    ]
    .concat()
}

/// Width and RGBA pixels of a PNG with alpha.
fn pixels(png: &[u8]) -> (u32, Vec<[u8; 4]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgba);
    (info.width, bytes.as_chunks::<4>().0.to_vec())
}

fn check(name: &str, bytes: Vec<u8>) {
    let request = Request::new().name(name).square(64).output(Output::Png).isolation(Isolation::Nothing);
    let thumbnails = thumbling::thumbnail(&Source::from_bytes(bytes), &request).unwrap();
    assert_eq!(thumbnails.info.format.name, "emf");
    let (width, pixels) = pixels(&thumbnails.items[0].bytes);
    assert_eq!((width, pixels.len()), (64, 64 * 32));
    assert_eq!((pixels[16 * 64 + 8], pixels[16 * 64 + 56]), ([255, 0, 0, 255], [0; 4]));
}

#[test]
fn emf_has_a_transparent_background() {
    check("picture", half_red());
}

#[test]
fn emz_is_decompressed() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&half_red()).unwrap();
    check("picture.emz", gzip.finish().unwrap());
}

#[test]
fn raster_operation_without_effect_stays_transparent() {
    const ONE: i32 = 0x3f80_0000;
    let end = record(14, &[0, 0, 20]);
    let mut bytes = half_red();
    bytes.truncate(bytes.len() - end.len());
    // SRCPAINT of a single black pixel, stretched over everything.
    let place = [0, 0, 199, 99, 0, 0, 200, 100, 0x00ee_0086, 0, 0, ONE, 0, 0, ONE, 0, 0, 0, 0, 108, 40, 148, 4, 1, 1];
    let bitmap = [40, 1, 1, 1 | 24 << 16, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(record(77, &[&place[..], &bitmap].concat()));
    bytes.extend(end);
    check("picture", bytes);
}
