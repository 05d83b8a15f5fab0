//! Videos of a few JPEG frames.

use super::*;
use crate::testing;
use thumbling_core::decode::FormatEntry;
use thumbling_core::probe::Score;

#[path = "../../../../crates/samples/src/files/mov.rs"]
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

/// A frame of Apple Intermediate Codec, whose 8 × 8 blocks are plain: `tone` of block column and row is 1 to 127 above
/// mid-grey. There is no encoder to make one with; the layout is that of libavcodec's `aic.c`.
fn apple_intermediate(tone: impl Fn(usize, usize) -> u32) -> Vec<u8> {
    /// Bits, the most significant first.
    #[derive(Default)]
    struct Bits(Vec<bool>);

    impl Bits {
        fn put(&mut self, value: u32, count: u32) {
            self.0.extend((0..count).rev().map(|n| value >> n & 1 == 1));
        }

        /// An Exp-Golomb code.
        fn code(&mut self, value: u32) {
            let count = (value + 1).ilog2();
            self.put(0, count);
            self.put(value + 1, count + 1);
        }

        /// How a band is coded: skips before coefficients, both as Exp-Golomb codes without further bits.
        fn band(&mut self) {
            self.put(0b1_1000_1000, 9);
        }
    }

    let (columns, rows) = (usize::from(WIDTH) / 16, usize::from(HEIGHT) / 16);
    let slices = (0..rows).map(|row| {
        let mut bits = Bits::default();
        // The lowest coefficients of luma are of four blocks, at places 0, 31, 32 and 63 of the scan.
        bits.band();
        for column in 0..columns {
            for (block, skip) in [0, 30, 0, 30].into_iter().enumerate() {
                bits.code(skip);
                bits.code(tone(column * 2 + block % 2, row * 2 + block / 2) * 2 - 1);
            }
        }
        // None of chroma, and none of the two bands of higher ones.
        for coefficients in [32, 192, 96] {
            bits.band();
            (0..columns).for_each(|_| bits.code(coefficients));
        }
        bits.0.resize(bits.0.len().next_multiple_of(32), false);
        bits.0.chunks(8).map(|byte| byte.iter().fold(0, |n, bit| n << 1 | u8::from(*bit))).collect::<Vec<_>>()
    });
    let slices: Vec<_> = slices.collect();
    let mut frame = vec![0; 24];
    frame[..2].copy_from_slice(&[1, 22]);
    frame[6..8].copy_from_slice(&WIDTH.to_be_bytes());
    frame[8..10].copy_from_slice(&HEIGHT.to_be_bytes());
    // With this quantiser a lowest coefficient of one is one step of the whole block.
    frame[15] = 16;
    slices.iter().for_each(|slice| frame.extend((slice.len() as u16 / 4).to_le_bytes()));
    frame.extend(slices.concat());
    let size = frame.len() as u32;
    frame[2..6].copy_from_slice(&size.to_be_bytes());
    frame
}

#[test]
fn a_film_in_apple_intermediate_codec_is_shown() {
    let frames = [apple_intermediate(|x, y| 1 + (x * 37 + y * 61) as u32 % 100)];
    let (_, frame) = decode(&mov::mov(&mov::Track { codec: b"icod", ..film(&frames) })).unwrap();
    let at = |x: usize, y: usize| frame.as_u8().unwrap()[(y * 8 + 4) * 96 * 3 + (x * 8 + 4) * 3];
    // Luma of 16 to 235 is all of black to white.
    let expected = |x: usize, y: usize| ((129 + (x * 37 + y * 61) % 100 - 16) * 255 / 219) as u8;
    for (x, y) in [(0, 0), (1, 0), (0, 1), (7, 3), (11, 7)] {
        assert!(at(x, y).abs_diff(expected(x, y)) <= 3, "{x} {y}: {} {}", at(x, y), expected(x, y));
    }
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
    let request = crate::Request::new().timeout(Duration::ZERO).name("a.mov");
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
