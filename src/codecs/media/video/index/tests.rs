//! Videos whose index is enlarged by padding.

use super::super::MP4;
use super::super::tests::mov;
use super::*;
use crate::testing;
use thumbling_core::decode::Want;

/// Bytes of padding in the index.
const PADDING: u32 = 300 << 10;

/// Start of the payload of `moov`, after `ftyp` and its own header.
const INDEX: usize = 28;

/// A video of `n` frames of one second each, of increasing brightness, all in one chunk.
fn film(n: usize) -> Vec<u8> {
    let frames: Vec<Vec<u8>> = (0..n)
        .map(|i| {
            let pixels = vec![(i * 250 / n) as u8; 32 * 16 * 3];
            // Different sizes, so that each offset depends on all before it.
            let mut jpeg = testing::jpeg(32, 16, &pixels);
            jpeg.resize(jpeg.len() + i % 7, 0);
            jpeg
        })
        .collect();
    mov::mov(&mov::Track {
        width: 32,
        height: 16,
        frames: &frames,
        matrix: [1, 0, 0, 1],
        aspect: (1, 1),
        codec: b"jpeg",
    })
}

/// The same with a padded index, which is too large to be read whole.
fn padded(film: &[u8]) -> Vec<u8> {
    let size = u32::from_be_bytes(film[INDEX - 8..INDEX - 4].try_into().unwrap());
    let end = INDEX - 8 + size as usize;
    let mut index = film[..end].to_vec();
    index[INDEX - 8..INDEX - 4].copy_from_slice(&(size + PADDING).to_be_bytes());
    // The last number of the index is the offset of the only chunk.
    let chunk = u32::from_be_bytes(film[end - 4..end].try_into().unwrap());
    index[end - 4..].copy_from_slice(&(chunk + PADDING).to_be_bytes());
    let free = boxed(b"free", &vec![0; PADDING as usize - 8]);
    [&index[..], &free, &film[end..]].concat()
}

/// Mean brightness of the frame of `film` at `time`, or of the chosen frame, and the bytes that were read for it.
fn shown(film: &[u8], time: Option<f64>) -> (u32, u64) {
    let source = Source::from_slice(film);
    let (frame, _) = testing::with_context(|cx| {
        let mut decoder = (MP4.open)(&source, cx).unwrap();
        let info = decoder.info(cx).unwrap();
        decoder.frame(&Want { time: time.map(Duration::from_secs_f64), ..Want::new(info.size()) }, cx).unwrap()
    });
    let samples = frame.as_u8().unwrap();
    (samples.iter().map(|v| u32::from(*v)).sum::<u32>() / samples.len() as u32, source.bytes_read())
}

#[test]
fn what_is_shown_is_what_the_whole_index_leads_to() {
    let whole = film(50);
    let long = padded(&whole);
    for time in [None, Some(0.5), Some(1.5), Some(17.2), Some(49.9), Some(99.0)] {
        let ((expected, _), (found, read)) = (shown(&whole, time), shown(&long, time));
        assert_eq!(found, expected, "{time:?}");
        assert!(read < u64::from(PADDING) / 2, "{time:?}: {read} bytes");
    }
}

fn cut(source: &Source, moments: &[Moment]) -> Result<Option<Source>> {
    reduced(source, moments, &Interrupt::default())
}

#[test]
fn an_index_of_boxes_without_end_is_not_one_and_the_deadline_holds_in_it() {
    let whole = film(3);
    let boxes: Vec<u8> = std::iter::repeat_n(boxed(b"skip", &[0; 60_000]), 40).flatten().collect();
    let many = |boxes: &[u8]| {
        let size = u32::from_be_bytes(whole[INDEX - 8..INDEX - 4].try_into().unwrap());
        let end = INDEX - 8 + size as usize;
        let index = boxed(b"moov", &[&whole[INDEX..end], boxes].concat());
        Source::from_bytes([&whole[..INDEX - 8], &index, &whole[end..]].concat())
    };
    assert!(cut(&many(&boxes[..boxes.len() / 4]), &[]).unwrap().is_some());
    assert!(cut(&many(&boxes), &[]).unwrap().is_none());
    let tracks: Vec<u8> = std::iter::repeat_n(boxed(b"trak", &[0; 5000]), 100).flatten().collect();
    assert!(cut(&many(&tracks), &[]).unwrap().is_none());
    let passed = Interrupt::new(Some(Duration::ZERO), thumbling_core::cancel::CancelToken::new());
    let stopped = reduced(&many(&boxes), &[], &passed).unwrap_err();
    assert_eq!(stopped.kind(), thumbling_core::error::ErrorKind::Timeout);
}

#[test]
fn a_small_index_and_one_of_fragments_are_left_alone() {
    let whole = film(3);
    let moments = [Moment::Share(0.5)];
    assert!(cut(&Source::from_slice(&whole[..]), &moments).unwrap().is_none());
    let fragments = [padded(&whole), boxed(b"moof", &[])].concat();
    assert!(cut(&Source::from_bytes(fragments), &moments).unwrap().is_none());
}

#[test]
fn a_broken_index_is_left_alone_or_leads_to_frames_inside_the_file() {
    let whole = padded(&film(5));
    let end = whole.windows(4).position(|w| w == b"free").unwrap();
    let mut reduced_files = 0;
    for at in INDEX..end {
        for value in [0, 0x7f, 0xff] {
            let mut broken = whole.clone();
            broken[at] = value;
            let source = Source::from_bytes(broken);
            if let Ok(Some(found)) = cut(&source, &[Moment::Share(0.5), Moment::Time(Duration::from_secs(3))]) {
                assert!(found.size() > source.size() && found.size() < source.size() + 8 * MOST);
                reduced_files += 1;
            }
        }
    }
    assert!(reduced_files > 100, "{reduced_files}");
}

/// A sample table of 12 samples of 10 bytes in chunks of 4, of which every fifth is a key frame, with 3 ticks each.
fn table() -> Vec<u8> {
    [
        boxed(b"stts", &full([[12, 3]].into_iter())),
        boxed(b"stss", &full([[1], [6], [11]].into_iter())),
        boxed(b"stsc", &full([[1, 4, 1], [3, 4, 2]].into_iter())),
        boxed(b"stsz", &[0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 12]),
        boxed(b"stco", &full([[1000], [2000], [3000]].into_iter())),
    ]
    .concat()
}

fn samples(bytes: Vec<u8>, moments: &[Moment]) -> Option<Vec<Sample>> {
    let stbl = Source::from_bytes(bytes);
    let media = MediaHeader { timescale: 3, duration: 0 };
    let mut samples = Samples::open(&stbl, &top_boxes(&stbl).unwrap(), media).unwrap()?;
    samples.chosen(moments).unwrap()
}

#[test]
fn samples_are_found_by_time_and_share() {
    let of = |moment| {
        let all = samples(table(), &[moment]).unwrap();
        all[3..].iter().map(|s| (s.time, s.offset, s.description, s.is_key)).collect::<Vec<_>>()
    };
    // The seventh sample is shown after 6.5 s; the key frame before it is the sixth, the next one the eleventh.
    let expected = [(15, 2010, 1, true), (30, 3020, 2, true)];
    assert_eq!(of(Moment::Time(Duration::from_millis(6500))), expected);
    assert_eq!(of(Moment::Share(0.6)), expected);
    assert_eq!(of(Moment::Share(1.0)), [(30, 3020, 2, true)]);
}

#[test]
fn of_tables_too_long_to_be_followed_the_beginning_is() {
    // Chunks alternate between one and two samples, so that each needs an entry.
    let chunks = 100_000;
    let count = chunks / 2 * 3;
    let bytes = [
        boxed(b"stts", &full([[count, 3]].into_iter())),
        boxed(b"stsc", &full((0..chunks).map(|i| [i + 1, i % 2 + 1, 1]))),
        boxed(b"stsz", &[[0, 10, count].map(u32::to_be_bytes).concat(), Vec::new()].concat()),
        boxed(b"stco", &full((0..chunks).map(|i| [(i / 2 * 3 + i % 2) * 10]))),
    ]
    .concat();
    let whole = f64::from(count) * 3.0;
    let all = samples(bytes.clone(), &[Moment::Share(0.1), Moment::Share(0.9)]).unwrap();
    let [first, .., last] = &all[3..] else { panic!("{all:?}") };
    // Their offset in the file identifies them.
    let number = |s: &Sample| s.offset as f64 / 10.0;
    assert!((number(last) / number(first) - 9.0).abs() < 0.1 && number(last) < f64::from(count) * 0.5);
    let share = |s: &Sample| s.time as f64 / whole;
    assert!((share(first) - 0.1).abs() < 0.01 && (share(last) - 0.9).abs() < 0.01);
    let late = Duration::from_secs_f64(whole / 3.0 * 0.9);
    assert!(samples(bytes, &[Moment::Time(late)]).is_none());
}

#[test]
fn tables_that_lead_nowhere_are_none() {
    let cut = |kind: &[u8; 4]| {
        let mut bytes = table();
        let at = bytes.windows(4).position(|w| w == kind).unwrap();
        // More entries than bytes.
        bytes[at + 8] = 1;
        samples(bytes, &[])
    };
    assert!(samples(table(), &[]).is_some());
    for kind in [b"stts", b"stss", b"stsc", b"stco"] {
        assert!(cut(kind).is_none(), "{}", String::from_utf8_lossy(kind));
    }
}
