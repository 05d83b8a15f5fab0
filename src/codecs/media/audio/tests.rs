//! Audio files of a few bytes around one cover.

use super::*;
use crate::testing;
use thumbling_core::decode::FormatEntry;

/// An 8×6 PNG.
fn cover() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 6);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[90; 48]).unwrap();
    bytes
}

/// An ID3v2.3 tag with one picture of `kind`.
fn id3(kind: u8, picture: &[u8]) -> Vec<u8> {
    let frame = [&b"\0image/png\0"[..], &[kind], b"\0", picture].concat();
    let body = [&b"APIC"[..], &(frame.len() as u32).to_be_bytes(), &[0, 0], &frame].concat();
    let size: [u8; 4] = std::array::from_fn(|i| (body.len() >> (7 * (3 - i)) & 0x7F) as u8);
    [&b"ID3\x03\0\0"[..], &size, &body].concat()
}

fn size(entry: &FormatEntry, bytes: &[u8]) -> Result<(u32, u32, Origin)> {
    let (info, frame) = testing::decode(entry, bytes)?;
    assert_eq!((info.width, info.height), (f64::from(frame.width), f64::from(frame.height)));
    Ok((frame.width, frame.height, frame.origin))
}

/// A frame of layer III at 32 kbit/s and 48 kHz: 96 bytes.
fn mp3_frame() -> Vec<u8> {
    let mut frame = vec![0xFF, 0xFB, 0x14, 0xC4];
    frame.resize(96, 0);
    frame
}

#[test]
fn an_mp3_is_shown_by_its_cover() {
    let file = [id3(3, &cover()), mp3_frame(), mp3_frame()].concat();
    assert_eq!(testing::score(&MP3, &file), thumbling_core::probe::Score::MAGIC);
    assert_eq!(size(&MP3, &file).unwrap(), (8, 6, Origin::Embedded));
    testing::cut_everywhere(&MP3, &file);
}

#[test]
fn sound_without_a_cover_is_no_visual() {
    let file = [mp3_frame(), mp3_frame(), mp3_frame()].concat();
    assert_eq!(testing::decode(&MP3, &file).unwrap_err().kind(), ErrorKind::NoVisual);
}

#[test]
fn a_broken_cover_is_corrupt() {
    let file = [id3(3, &cover()[..40]), mp3_frame(), mp3_frame()].concat();
    assert_eq!(testing::decode(&MP3, &file).unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn the_front_cover_comes_first_and_the_next_when_it_is_broken() {
    fn read(source: &Source, _: &Context<'_>) -> Result<Tags> {
        let front = if source.size() == 0 { vec![1; 30] } else { cover() };
        let mut other = Vec::new();
        png::Encoder::new(&mut other, 1, 1).write_header().unwrap().write_image_data(&[9]).unwrap();
        let pictures = vec![Picture { kind: 4, bytes: other }, Picture { kind: 3, bytes: front }];
        Ok(Tags { pictures, duration: None })
    }
    let width = |content: &[u8]| {
        let mut file = open(&Source::from_slice(content), MP3.format, read);
        testing::with_context(|cx| file.info(cx).unwrap().width).0
    };
    assert_eq!(width(b"whole"), 8.0);
    assert_eq!(width(b""), 1.0);
}

#[test]
fn a_dsf_points_to_its_tag() {
    let mut file = b"DSD \x1C\0\0\0\0\0\0\0".to_vec();
    file.resize(80, 0);
    file.extend(vec![0; 500]);
    let at = file.len() as u64;
    file[20..28].copy_from_slice(&at.to_le_bytes());
    file[56..60].copy_from_slice(&100u32.to_le_bytes());
    file[64..72].copy_from_slice(&250u64.to_le_bytes());
    file.extend(id3(3, &cover()));
    let (info, frame) = testing::decode(&DSF, &file).unwrap();
    assert_eq!((frame.width, info.duration), (8, Some(Duration::from_millis(2500))));
    testing::cut_everywhere(&DSF, &file);
}

#[test]
fn true_audio_has_its_tag_in_front() {
    let mut sound = b"TTA1\x01\0\x02\0\x10\0".to_vec();
    sound.extend(100u32.to_le_bytes());
    sound.extend(50u32.to_le_bytes());
    sound.resize(400, 0);
    let file = [id3(0, &cover()), sound].concat();
    let (info, frame) = testing::decode(&TTA, &file).unwrap();
    assert_eq!((frame.width, info.duration), (8, Some(Duration::from_millis(500))));
}

#[test]
fn an_ape_tag_at_the_end_has_its_cover_behind_a_file_name() {
    let item = |name: &str, value: &[u8]| {
        [&(value.len() as u32).to_le_bytes()[..], &[2, 0, 0, 0], name.as_bytes(), b"\0", value].concat()
    };
    let items = [item("Title", b"x"), item("Cover Art (Front)", &[b"a.png\0", &cover()[..]].concat())].concat();
    let footer =
        [&b"APETAGEX"[..], &2000u32.to_le_bytes(), &(items.len() as u32 + 32).to_le_bytes(), &[2, 0, 0, 0], &[0; 12]];
    let file = [mp3_frame(), mp3_frame(), items, footer.concat()].concat();
    assert_eq!(size(&MP3, &file).unwrap(), (8, 6, Origin::Embedded));
    testing::cut_everywhere(&MP3, &file);
}

#[test]
fn windows_media_has_its_picture_in_an_attribute() {
    let object = |guid: &[u8], data: &[u8]| [guid, &(data.len() as u64 + 24).to_le_bytes(), data].concat();
    let utf16 = |s: &str| s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let cover = cover();
    let mime = [utf16("image/png\0"), utf16("\0")].concat();
    let value = [&[3][..], &(cover.len() as u32).to_le_bytes(), &mime, &cover].concat();
    let name = utf16("WM/Picture\0");
    let attribute = [
        &1u16.to_le_bytes()[..],
        &(name.len() as u16).to_le_bytes(),
        &name,
        &1u16.to_le_bytes(),
        &(value.len() as u16).to_le_bytes(),
        &value,
    ];
    let inner = object(b"\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50", &attribute.concat());
    let header = [&1u32.to_le_bytes()[..], &[1, 2], &inner].concat();
    let file = object(b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C", &header);
    assert_eq!(size(&WMA, &file).unwrap(), (8, 6, Origin::Embedded));
    testing::cut_everywhere(&WMA, &file);
}

#[test]
fn texts_with_a_byte_order_mark_are_no_sound() {
    let text: Vec<u8> = "\u{FEFF}Hello, this is text".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for entry in [MP3, AAC, M4A, OGG, WMA] {
        assert_eq!(testing::score(&entry, &text), thumbling_core::probe::Score::NONE);
    }
}

#[test]
fn a_tag_that_hides_the_sound_leaves_it_to_the_name() {
    let file = [id3(3, &vec![0; 8000]), b"fLaC".to_vec()].concat();
    let peek = |extension| thumbling_core::probe::Peek::new(&file[..4096], file.len() as u64, extension, "");
    assert!((MP3.score)(&peek("")) > (FLAC.score)(&peek("")));
    assert!((FLAC.score)(&peek("flac")).0 + 5 > (MP3.score)(&peek("flac")).0);
}
