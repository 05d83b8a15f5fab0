//! The samples of `make demo` have the outcome that they were made for.

use std::time::Duration;

use thumbling::{ErrorKind, Output, Request, Source};
use thumbling_samples::{BROKEN, PICTURES, Sample, TEXTS};

/// Whether this version has a codec for the sample's extension.
fn is_known(sample: &Sample) -> bool {
    let extension = sample.name.rsplit('.').next().unwrap();
    thumbling::capabilities().any(|format| format.extensions.contains(&extension))
}

/// The shades that a small thumbnail of the sample has.
fn shades(sample: &Sample) -> Result<usize, ErrorKind> {
    let request = Request::new().name(sample.name).square(48).output(Output::Rgba).timeout(Duration::from_secs(60));
    let made = thumbling::thumbnail(&Source::from_bytes((sample.make)()), &request).map_err(|e| e.kind())?;
    let mut pixels: Vec<&[u8]> = made.items[0].bytes.chunks_exact(4).collect();
    pixels.sort_unstable();
    pixels.dedup();
    Ok(pixels.len())
}

fn check(samples: &[Sample], at_least: usize, least_shades: usize) {
    let known: Vec<&Sample> = samples.iter().filter(|sample| is_known(sample)).collect();
    assert!(known.len() >= at_least, "only {} of {} were seen", known.len(), samples.len());
    for sample in known {
        match (shades(sample), sample.expected) {
            (Ok(shades), Ok(())) => assert!(shades > least_shades, "{}: {shades} shades, nothing to see", sample.name),
            (got, expected) => assert_eq!(got.map(drop), expected, "{}", sample.name),
        }
    }
}

#[test]
fn every_picture_is_made_and_shows_something() {
    check(PICTURES, 20, 100);
}

#[test]
fn every_text_is_made_and_shows_something() {
    check(TEXTS, 7, 20);
}

#[test]
fn every_broken_file_ends_as_it_should() {
    check(BROKEN, 5, 100);
}

/// A file that breaks off anywhere gives what there is of it or a typed error, and never a defect.
#[test]
fn every_sample_cut_at_every_64th_ends_in_a_picture_or_a_typed_error() {
    let mut seen = 0;
    for sample in PICTURES.iter().chain(TEXTS).filter(|sample| is_known(sample)) {
        let whole = (sample.make)();
        for part in 0..64 {
            let cut = &whole[..whole.len() * part / 64];
            let request = Request::new().name(sample.name).square(48).timeout(Duration::from_secs(60));
            if let Err(e) = thumbling::thumbnail(&Source::from_slice(cut), &request) {
                let defect = matches!(e.kind(), ErrorKind::Internal | ErrorKind::Timeout | ErrorKind::Io);
                assert!(!defect, "{} cut to {part}/64: {e}", sample.name);
            }
            seen += 1;
        }
    }
    assert!(seen >= 20 * 64, "only {seen} were seen");
}
