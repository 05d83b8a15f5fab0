//! Videos of a few JPEG frames.

use super::*;
use crate::testing;
use thumbling_core::decode::FormatEntry;
use thumbling_core::probe::Score;

#[path = "../../../../examples/make_samples/files/mov.rs"]
pub(super) mod mov;

const WIDTH: u16 = 96;
const HEIGHT: u16 = 64;

/// A JPEG frame with `pixel` of column and row.
fn jpeg(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    let (w, h) = (usize::from(WIDTH), usize::from(HEIGHT));
    let pixels: Vec<u8> = (0..w * h).flat_map(|i| pixel(i % w, i / w)).collect();
    testing::jpeg(w, h, &pixels)
}

/// Tinted blocks of all shades: a good frame.
fn scene(tint: [u8; 3]) -> Vec<u8> {
    jpeg(|x, y| tint.map(|t| (u32::from(t) * (x as u32 / 6 * 37 + y as u32 / 5 * 61) % 255) as u8 / 2 + t / 2))
}

fn plain(tone: u8) -> Vec<u8> {
    jpeg(|_, _| [tone; 3])
}

fn film(frames: &[Vec<u8>]) -> mov::Track<'_> {
    mov::Track { width: WIDTH, height: HEIGHT, frames, matrix: [1, 0, 0, 1], aspect: (1, 1), codec: b"jpeg" }
}

/// Mean of each channel.
fn mean(frame: &Frame) -> [u32; 3] {
    let samples = frame.as_u8().unwrap();
    let sum = |c: usize| samples.iter().skip(c).step_by(3).map(|v| u32::from(*v)).sum::<u32>();
    [0, 1, 2].map(|c| sum(c) / (frame.width * frame.height))
}

fn decode(bytes: &[u8]) -> Result<(SourceInfo, Frame)> {
    testing::decode(&MP4, bytes)
}

const RED: [u8; 3] = [250, 20, 20];
const BLUE: [u8; 3] = [20, 20, 250];

#[test]
fn a_video_of_one_frame_is_shown() {
    let file = mov::mov(&film(&[scene(RED)]));
    assert_eq!(testing::score(&MP4, &file), Score::MAGIC);
    let (info, frame) = decode(&file).unwrap();
    assert_eq!((info.width, info.height, info.duration), (96.0, 64.0, Some(Duration::from_secs(1))));
    assert_eq!((frame.width, frame.height, frame.orientation), (96, 64, Orientation::Normal));
    assert!(mean(&frame)[0] > mean(&frame)[2] + 60);
    testing::cut_everywhere(&MP4, &file);
}

#[test]
fn black_white_and_flat_frames_are_passed_over() {
    for dull in [0, 255, 128] {
        let frames: Vec<_> = (0..10).map(|i| if i < 4 { plain(dull) } else { scene(RED) }).collect();
        let [r, g, _] = mean(&decode(&mov::mov(&film(&frames))).unwrap().1);
        assert!(r > g + 60, "{dull}: {r} {g}");
    }
}

#[test]
fn a_blank_video_is_shown_as_it_is() {
    let (_, frame) = decode(&mov::mov(&film(&[plain(0), plain(0)]))).unwrap();
    assert_eq!(mean(&frame), [0, 0, 0]);
}

#[test]
fn the_time_asked_for_is_shown_even_if_it_is_dull() {
    let frames = [scene(RED), scene(BLUE), plain(0), scene(RED)];
    let file = mov::mov(&film(&frames));
    let at = |time: f64| {
        let (frame, _) = testing::with_context(|cx| {
            let mut decoder = (MP4.open)(&Source::from_slice(&file[..]), cx).unwrap();
            let info = decoder.info(cx).unwrap();
            let want = Want { time: Some(Duration::from_secs_f64(time)), ..Want::new(info.size()) };
            decoder.frame(&want, cx).unwrap()
        });
        mean(&frame)
    };
    assert!(at(0.5)[0] > at(0.5)[2] + 60);
    assert!(at(1.5)[2] > at(1.5)[0] + 60);
    assert_eq!(at(2.5), [0, 0, 0]);
    // Past the end: the last frame.
    assert!(at(99.0)[0] > at(99.0)[2] + 60);
}

#[test]
fn a_video_held_upright_is_turned() {
    let frames = [scene(RED)];
    let (info, frame) = decode(&mov::mov(&mov::Track { matrix: [0, 1, -1, 0], ..film(&frames) })).unwrap();
    assert_eq!((info.width, info.height), (64.0, 96.0));
    assert_eq!((frame.width, frame.height, frame.orientation), (96, 64, Orientation::Rotate90));
}

#[test]
fn pixels_that_are_not_square_are_made_so() {
    let frames = [scene(RED)];
    let (info, frame) = decode(&mov::mov(&mov::Track { aspect: (4, 3), ..film(&frames) })).unwrap();
    assert_eq!((info.width, info.height), (128.0, 64.0));
    assert_eq!((frame.width, frame.height), (128, 64));
}

#[test]
fn an_encrypted_video_is_reported() {
    let frames = [scene(RED)];
    let file = mov::mov(&mov::Track { codec: b"encv", ..film(&frames) });
    assert_eq!(decode(&file).unwrap_err().kind(), ErrorKind::Encrypted);
}

#[test]
fn a_video_larger_than_the_limit_is_refused_before_decoding() {
    let frames = [scene(RED)];
    let file = mov::mov(&mov::Track { width: 30_000, height: 30_000, ..film(&frames) });
    assert_eq!(decode(&file).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn a_video_is_scaled_while_decoding_to_no_less_than_the_wanted_size() {
    let file = mov::mov(&film(&[scene(RED)]));
    let frame = testing::decode_at(&MP4, &file, Size::new(24, 16)).unwrap();
    assert_eq!((frame.width, frame.height), (48, 32));
}

#[test]
fn a_passed_deadline_ends_the_work() {
    let file = mov::mov(&film(&[scene(RED)]));
    let request = crate::Request::new().deadline(Duration::ZERO).name("a.mov");
    assert_eq!(crate::thumbnail(&Source::from_slice(&file[..]), &request).unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn no_entry_takes_what_is_no_video() {
    let all: [FormatEntry; 4] = [MP4, MATROSKA, AVI, MPEG_TS];
    for entry in all {
        for bytes in [&b"\x89PNG\r\n\x1a\n"[..], b"", b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic"] {
            assert_eq!(testing::score(&entry, bytes), Score::NONE);
        }
    }
}
