//! A JPEG in each container, and which of several is taken.

use super::*;
use crate::containers::tiff::tag;
use crate::containers::tiff::writer::{Ifd, Value, classic, write};
use crate::request::{Output, Request};
use crate::testing;
use thumbling_core::bytes::Endian;

const RED: [u8; 3] = [200, 30, 20];
const BLUE: [u8; 3] = [10, 20, 220];

fn jpeg(width: usize, height: usize, color: [u8; 3]) -> Vec<u8> {
    let pixels: Vec<u8> = color.iter().copied().cycle().take(width * height * 3).collect();
    testing::jpeg(width, height, &pixels)
}

/// The same JPEG with the EXIF orientation `orientation`.
fn turned(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let tiff = classic(&[Ifd::new().short(tag::ORIENTATION, orientation)]);
    let mut out = vec![0xFF, 0xD8, 0xFF, 0xE1];
    out.extend((tiff.len() as u16 + 8).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&jpeg[2..]);
    out
}

struct Decoded {
    info: SourceInfo,
    size: (u32, u32),
    pixel: [u8; 3],
    origin: Origin,
}

fn try_make(file: Vec<u8>, name: &str, side: u32) -> Result<Decoded> {
    let request = Request::new().fit(crate::Fit::Contain).square(side).output(Output::Rgba).name(name);
    let made = crate::thumbnail(&Source::from_bytes(file), &request)?;
    let item = &made.items[0];
    let middle = (item.height / 2 * item.width + item.width / 2) as usize * 4;
    let pixel = item.bytes[middle..middle + 3].try_into().unwrap();
    Ok(Decoded { info: made.info, size: (item.width, item.height), pixel, origin: made.origin })
}

fn make(file: Vec<u8>, name: &str) -> Decoded {
    try_make(file, name, 16).unwrap()
}

fn near(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 12)
}

/// A directory whose JPEG is named by JPEGInterchangeFormat.
fn interchange(jpeg: Vec<u8>) -> Ifd {
    Ifd::new()
        .long(tag::JPEG_INTERCHANGE_FORMAT_LENGTH, jpeg.len() as u32)
        .with(tag::JPEG_INTERCHANGE_FORMAT, Value::Offsets(vec![jpeg]))
}

fn sensor(width: u32, height: u32) -> Ifd {
    Ifd::picture((width, height), 32_803, 1, 16, vec![1; 64])
}

/// A small camera picture with `sub` in its SubIFDs.
fn camera(sub: Vec<Ifd>) -> Ifd {
    Ifd::picture((4, 3), 2, 3, 8, vec![80; 36])
        .long(tag::NEW_SUBFILE_TYPE, 1)
        .with(tag::MAKE, Value::Text("Maker"))
        .with(tag::SUB_IFDS, Value::Directories(sub))
}

#[test]
fn the_jpeg_of_a_sub_directory_wins_over_the_thumbnail() {
    let made = make(classic(&[camera(vec![sensor(64, 48), interchange(jpeg(64, 48, RED))])]), "a.nef");
    assert!(near(made.pixel, RED));
    assert_eq!((made.info.format.name, made.info.size(), made.origin), ("raw", Size::new(64, 48), Origin::Embedded));
}

#[test]
fn the_smallest_preview_that_covers_is_taken() {
    let file =
        classic(&[camera(vec![sensor(640, 480), interchange(jpeg(640, 480, RED)), interchange(jpeg(64, 48, BLUE))])]);
    assert!(near(try_make(file.clone(), "a.nef", 32).unwrap().pixel, BLUE));
    assert!(near(try_make(file, "a.nef", 256).unwrap().pixel, RED));
}

#[test]
fn a_container_s_orientation_is_applied_once_whatever_the_preview_says() {
    let of = |jpeg| {
        let file = classic(&[camera(vec![sensor(64, 48), interchange(jpeg)]).short(tag::ORIENTATION, 6)]);
        let made = make(file, "a.nef");
        (made.info.size(), made.size)
    };
    let upright = (Size::new(48, 64), (12, 16));
    assert_eq!(of(jpeg(64, 48, RED)), upright);
    assert_eq!(of(turned(&jpeg(64, 48, RED), 6)), upright);
}

#[test]
fn a_preview_s_orientation_counts_where_the_container_has_none() {
    let made = make(raf(&turned(&jpeg(64, 48, RED), 6), (48, 64)), "a.raf");
    assert_eq!((made.info.size(), made.size), (Size::new(48, 64), (12, 16)));
}

#[test]
fn lossless_sensor_data_is_no_preview() {
    // A JPEG whose frame header is that of the lossless process (SOF3).
    let mut lossless = jpeg(64, 48, RED);
    let at = lossless.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    lossless[at + 1] = 0xC3;
    let e = try_make(classic(&[sensor(64, 48).strips(vec![lossless]).short(tag::COMPRESSION, 7)]), "a.dng", 16);
    assert_eq!(e.err().unwrap().kind(), ErrorKind::Unsupported);
}

#[test]
fn a_dng_is_raw_by_content_and_has_its_crop_as_size() {
    let raw = sensor(70, 50).with(0xC620, Value::Ratio(vec![(64, 1), (48, 1)]));
    let preview = Ifd::picture((64, 48), 6, 3, 8, vec![]).strips(vec![jpeg(64, 48, RED)]).short(tag::COMPRESSION, 7);
    let first = camera(vec![raw, preview]).with(0xC612, Value::Bytes(vec![1, 4, 0, 0]));
    let made = make(classic(&[first]), "a.tif");
    assert_eq!((made.info.format.name, made.info.size()), ("raw", Size::new(64, 48)));
    assert!(near(made.pixel, RED));
}

#[test]
fn a_plain_picture_is_tiff_unless_the_name_says_raw() {
    let file = classic(&[Ifd::picture((4, 4), 2, 3, 8, vec![80; 48])]);
    assert_eq!(make(file.clone(), "a.tif").info.format.name, "tiff");
    assert_eq!(make(file.clone(), "a").info.format.name, "tiff");
    assert_eq!(make(file, "a.nef").info.format.name, "raw");
}

#[test]
fn an_uncompressed_thumbnail_is_better_than_nothing() {
    let made = make(classic(&[camera(vec![sensor(64, 48)])]), "a.kdc");
    assert!(near(made.pixel, [80; 3]));
    assert_eq!((made.info.size(), made.origin), (Size::new(64, 48), Origin::Embedded));
}

#[test]
fn black_bars_are_cut_off() {
    // 160 × 120 for a picture of 3:2: 107 rows of picture.
    let pixels: Vec<u8> =
        (0..160 * 120).flat_map(|i| if (7..113).contains(&(i / 160)) { RED } else { [0; 3] }).collect();
    let file = classic(&[camera(vec![sensor(6000, 4000), interchange(testing::jpeg(160, 120, &pixels))])]);
    let request = Request::new().square(60).output(Output::Rgba).name("a.arw");
    let made = crate::thumbnail(&Source::from_bytes(file), &request).unwrap();
    let item = &made.items[0];
    assert!(item.width == 60 && (39..=40).contains(&item.height), "{}x{}", item.width, item.height);
    assert!(near(item.bytes[..3].try_into().unwrap(), RED), "{:?}", &item.bytes[..3]);
}

#[test]
fn a_preview_that_is_cut_off_comes_after_whole_ones() {
    let mut file = classic(&[camera(vec![sensor(640, 480), interchange(jpeg(64, 48, BLUE))])]);
    // Another one, the largest, whose length reaches beyond the file.
    let large = jpeg(640, 480, RED);
    let half = large.len() / 2;
    let first = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes(file[first..first + 2].try_into().unwrap()));
    let (link, next) = (first + 2 + entries * 12, file.len() as u32);
    file[link..link + 4].copy_from_slice(&next.to_le_bytes());
    file.extend(2u16.to_le_bytes());
    for (tag, value) in
        [(tag::JPEG_INTERCHANGE_FORMAT, next + 30), (tag::JPEG_INTERCHANGE_FORMAT_LENGTH, half as u32 * 2)]
    {
        file.extend(tag.to_le_bytes());
        file.extend([4, 0, 1, 0, 0, 0]);
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(&large[..half]);
    assert!(near(try_make(file, "a.nef", 256).unwrap().pixel, BLUE));
}

#[test]
fn panasonic_has_its_jpeg_in_a_tag() {
    let mut file = classic(&[Ifd::new().with(0x002E, Value::Bytes(jpeg(64, 48, RED))).short(tag::ORIENTATION, 8)]);
    file[2] = 0x55;
    let made = make(file, "a.rw2");
    assert!(near(made.pixel, RED));
    assert_eq!(made.size, (12, 16));
}

/// A file with a maker note of `head` and a directory of `entries` right after it; offsets are relative to the note.
/// The JPEG is at offset `at` of the note.
fn with_note(head: &[u8], entries: &[(u16, u16, u32, u32)], at: usize, jpeg: &[u8]) -> Vec<u8> {
    let mut note = head.to_vec();
    note.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        note.extend(tag.to_le_bytes());
        note.extend(kind.to_le_bytes());
        note.extend(count.to_le_bytes());
        note.extend(value.to_le_bytes());
    }
    note.extend([0; 4]);
    assert!(note.len() <= at);
    note.resize(at, 0);
    note.extend(jpeg);
    let exif = Ifd::new().with(0x927C, Value::Bytes(note));
    classic(&[camera(vec![sensor(64, 48)]).with(tag::EXIF_IFD, Value::Directories(vec![exif]))])
}

#[test]
fn olympus_has_its_preview_in_the_camera_settings() {
    let jpeg = jpeg(64, 48, RED);
    let mut settings = 2u16.to_le_bytes().to_vec();
    for (tag, value) in [(0x0101u16, 200u32), (0x0102, jpeg.len() as u32)] {
        settings.extend(tag.to_le_bytes());
        settings.extend([4, 0, 1, 0, 0, 0]);
        settings.extend(value.to_le_bytes());
    }
    settings.extend([0; 4]);
    let mut tail = settings;
    tail.resize(200 - 64, 0);
    tail.extend(&jpeg);
    let file = with_note(b"OLYMPUS\0II\x03\0", &[(0x2020, 13, 1, 64)], 64, &tail);
    assert!(near(make(file, "a.orf").pixel, RED));
}

#[test]
fn pentax_and_minolta_point_from_their_notes() {
    let jpeg = jpeg(64, 48, RED);
    let length = jpeg.len() as u32;
    let pentax = with_note(b"PENTAX \0II", &[(3, 4, 1, length), (4, 4, 1, 64)], 64, &jpeg);
    assert!(near(make(pentax, "a.pef").pixel, RED));
}

#[test]
fn nikon_has_a_preview_directory_in_its_note() {
    let inner = classic(&[Ifd::new().with(0x0011, Value::Directories(vec![interchange(jpeg(64, 48, RED))]))]);
    let note = [&b"Nikon\0\x02\x10\0\0"[..], &inner].concat();
    let exif = Ifd::new().with(0x927C, Value::Bytes(note));
    let file = classic(&[camera(vec![sensor(64, 48)]).with(tag::EXIF_IFD, Value::Directories(vec![exif]))]);
    assert!(near(make(file, "a.nef").pixel, RED));
}

#[test]
fn a_minolta_preview_gets_its_first_byte_back() {
    let mut preview = jpeg(64, 48, RED);
    preview[0] = 0;
    let bytes = Value::Bytes(Vec::new());
    let note = Ifd::new().with(0x0081, Value::Bytes(preview));
    // The note's directory is inside the file's own structure, so its value is written by hand.
    let tiff = classic(&[Ifd::new().with(tag::EXIF_IFD, Value::Directories(vec![note])).with(0x9999, bytes)]);
    let exif_at = tiff.windows(4).position(|w| w == [0x69, 0x87, 4, 0]).unwrap();
    let note_at: [u8; 4] = tiff[exif_at + 8..exif_at + 12].try_into().unwrap();
    let mut tiff = tiff;
    // The Exif directory becomes one entry: the maker note, long enough to count as a value elsewhere.
    let exif = tiff.len() as u32;
    tiff.extend([1, 0, 0x7C, 0x92, 7, 0, 64, 0, 0, 0]);
    tiff.extend(note_at);
    tiff.extend([0; 4]);
    tiff[exif_at + 8..exif_at + 12].copy_from_slice(&exif.to_le_bytes());
    let block = |name: &[u8], data: &[u8]| [name, &(data.len() as u32).to_be_bytes(), data].concat();
    let sizes = [&[0; 8][..], &[0, 60, 0, 80, 0, 48, 0, 64], &[0; 8]].concat();
    let blocks = [block(b"\0PRD", &sizes), block(b"\0TTW", &tiff)].concat();
    let made = make(block(b"\0MRM", &blocks), "a.mrw");
    assert!(near(made.pixel, RED));
    assert_eq!(made.info.size(), Size::new(64, 48));
}

fn raf(jpeg: &[u8], size: (u16, u16)) -> Vec<u8> {
    let mut file = b"FUJIFILMCCD-RAW 0201".to_vec();
    file.resize(84, 0);
    let directory = 160 + jpeg.len() as u32;
    for n in [160, jpeg.len() as u32, directory, 20] {
        file.extend(n.to_be_bytes());
    }
    file.resize(160, 0);
    file.extend(jpeg);
    file.extend([0, 0, 0, 1, 0x01, 0x11, 0, 4]);
    file.extend(size.0.to_be_bytes());
    file.extend(size.1.to_be_bytes());
    file
}

#[test]
fn fuji_names_its_jpeg_in_the_header() {
    let made = make(raf(&jpeg(32, 24, RED), (48, 64)), "a");
    assert!(near(made.pixel, RED));
    assert_eq!((made.info.format.name, made.info.size()), ("raw", Size::new(64, 48)));
}

#[test]
fn sigma_has_a_directory_at_the_end() {
    let jpeg = jpeg(64, 48, RED);
    let mut file = b"FOVb\0\0\x02\0".to_vec();
    file.resize(28, 0);
    [64u32, 48, 90].iter().for_each(|n| file.extend(n.to_le_bytes()));
    let section = file.len() as u32;
    file.extend(b"SECi");
    [0x20000u32, 2, 18, 64, 48, 0].iter().for_each(|n| file.extend(n.to_le_bytes()));
    file.extend(&jpeg);
    let directory = file.len() as u32;
    file.extend(b"SECd");
    [0x20000u32, 1, section, 28 + jpeg.len() as u32].iter().for_each(|n| file.extend(n.to_le_bytes()));
    file.extend(b"IMA2");
    file.extend(directory.to_le_bytes());
    let made = make(file, "a");
    assert!(near(made.pixel, RED));
    assert_eq!((made.info.size(), made.size), (Size::new(48, 64), (12, 16)));
}

#[test]
fn canon_crw_has_heaps() {
    let jpeg = jpeg(64, 48, RED);
    let heap = |records: &[(u16, Vec<u8>)]| {
        let (mut out, mut directory) = (Vec::new(), (records.len() as u16).to_le_bytes().to_vec());
        for (kind, data) in records {
            directory.extend(kind.to_le_bytes());
            directory.extend((data.len() as u32).to_le_bytes());
            directory.extend((out.len() as u32).to_le_bytes());
            out.extend(data);
        }
        let at = out.len() as u32;
        out.extend(directory);
        out.extend(at.to_le_bytes());
        out
    };
    let spec = [&64u32.to_le_bytes()[..], &48u32.to_le_bytes(), &[0; 4], &90i32.to_le_bytes()].concat();
    let properties = heap(&[(0x1810, spec)]);
    let mut file = b"II\x1A\0\0\0HEAPCCDR\x02\0\x01\0".to_vec();
    file.resize(26, 0);
    file.extend(heap(&[(0x2007, jpeg), (0x300A, properties)]));
    let made = make(file, "a");
    assert!(near(made.pixel, RED));
    assert_eq!((made.info.size(), made.size), (Size::new(48, 64), (12, 16)));
}

fn cr3(full: &[u8], small: &[u8]) -> Vec<u8> {
    let boxed = |name: &[u8], data: &[u8]| [&(data.len() as u32 + 8).to_be_bytes(), name, data].concat();
    let metadata = write(
        Endian::Little,
        false,
        &[Ifd::new().long(tag::IMAGE_WIDTH, 64).long(tag::IMAGE_LENGTH, 48).short(tag::ORIENTATION, 6)],
    );
    let thumbnail = [&[0; 16][..], small].concat();
    let canon = boxed(b"uuid", &[&[0x85; 16][..], &boxed(b"CMT1", &metadata), &boxed(b"THMB", &thumbnail)].concat());
    let track = |offset: u64| {
        let sizes = boxed(b"stsz", &[&[0; 4][..], &(full.len() as u32).to_be_bytes(), &[0, 0, 0, 1]].concat());
        let places = boxed(b"co64", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &offset.to_be_bytes()].concat());
        let table = boxed(b"stbl", &[sizes, places].concat());
        boxed(b"trak", &boxed(b"mdia", &boxed(b"minf", &table)))
    };
    let head = boxed(b"ftyp", b"crx \0\0\0\x01crx isom");
    let length = head.len() + 8 + canon.len() + track(0).len() + 8;
    let movie = boxed(b"moov", &[canon, track(length as u64)].concat());
    [head, movie, boxed(b"mdat", full)].concat()
}

#[test]
fn canon_cr3_has_a_track_and_boxes() {
    let file = cr3(&jpeg(640, 480, RED), &jpeg(16, 12, BLUE));
    let large = try_make(file.clone(), "a", 200).unwrap();
    assert!(near(large.pixel, RED));
    assert_eq!((large.info.size(), large.size), (Size::new(48, 64), (150, 200)));
    assert!(near(try_make(file, "a", 12).unwrap().pixel, BLUE));
}

#[test]
fn a_cut_cr3_has_the_preview_before_the_cut() {
    let mut file = cr3(&jpeg(640, 480, RED), &jpeg(16, 12, BLUE));
    file.truncate(file.len() - 2000);
    assert!(near(try_make(file, "a", 200).unwrap().pixel, BLUE));
}

#[test]
fn mutated_containers_end_with_a_typed_error_or_a_picture() {
    let files = [
        cr3(&jpeg(64, 48, RED), &jpeg(16, 12, BLUE)),
        raf(&jpeg(64, 48, RED), (48, 64)),
        classic(&[camera(vec![sensor(64, 48), interchange(jpeg(64, 48, RED))])]),
        with_note(b"PENTAX \0II", &[(3, 4, 1, 400), (4, 4, 1, 64)], 64, &jpeg(64, 48, RED)),
    ];
    let mut seed = 3u32;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % n
    };
    let mut pictures = 0;
    for file in &files {
        for _ in 0..200 {
            let mut mutant = file.clone();
            for _ in 0..1 + next(4) {
                let at = next(mutant.len().min(600));
                mutant[at] = [0, 1, 0x7F, 0x80, 0xFF, next(256) as u8][next(6)];
            }
            let mut request = Request::new().square(16).output(Output::Rgba).name("x.dng");
            request.limits.max_pixels = 1 << 20;
            match crate::thumbnail(&Source::from_bytes(mutant), &request) {
                Ok(_) => pictures += 1,
                Err(e) => assert_ne!(e.kind(), ErrorKind::Internal, "{e}"),
            }
        }
    }
    assert!(pictures > 100, "{pictures}");
}
