//! Every sample has its expected outcome, and truncated samples never cause an internal error.

use std::time::Duration;

use thumbling::{ErrorKind, Isolation, Output, Request, Source};
use thumbling_samples::{BROKEN, PICTURES, Sample, TEXTS};

/// Whether this build supports the sample's extension.
fn is_supported(sample: &Sample) -> bool {
    let extension = sample.name.rsplit('.').next().unwrap();
    thumbling::capabilities().any(|format| format.extensions.contains(&extension))
}

/// The number of distinct colours in a small thumbnail.
fn count_colors(sample: &Sample) -> Result<usize, ErrorKind> {
    let request = Request::new()
        .isolation(Isolation::Nothing)
        .name(sample.name)
        .square(48)
        .output(Output::Rgba)
        .timeout(Duration::from_secs(60));
    let thumbnails = thumbling::thumbnail(&Source::from_bytes((sample.make)()), &request).map_err(|e| e.kind())?;
    let mut pixels: Vec<&[u8]> = thumbnails.items[0].bytes.chunks_exact(4).collect();
    pixels.sort_unstable();
    pixels.dedup();
    Ok(pixels.len())
}

fn check(samples: &[Sample], min_samples: usize, min_colors: usize) {
    let supported: Vec<&Sample> = samples.iter().filter(|sample| is_supported(sample)).collect();
    assert!(supported.len() >= min_samples, "only {} of {} are supported", supported.len(), samples.len());
    for sample in supported {
        match (count_colors(sample), sample.expected) {
            (Ok(colors), Ok(())) => assert!(colors > min_colors, "{}: blank, {colors} colours", sample.name),
            (result, expected) => assert_eq!(result.map(drop), expected, "{}", sample.name),
        }
    }
}

#[test]
fn pictures_are_not_blank() {
    check(PICTURES, 20, 100);
}

#[test]
fn texts_are_not_blank() {
    check(TEXTS, 7, 20);
}

#[test]
fn broken_files_fail_with_the_expected_kind() {
    check(BROKEN, 5, 100);
}

#[test]
fn truncated_samples_never_fail_internally_or_time_out() {
    let mut count = 0;
    for sample in PICTURES.iter().chain(TEXTS).filter(|sample| is_supported(sample)) {
        let whole = (sample.make)();
        for part in 0..64 {
            let cut = &whole[..whole.len() * part / 64];
            let request = Request::new()
                .isolation(Isolation::Nothing)
                .name(sample.name)
                .square(48)
                .timeout(Duration::from_secs(60));
            if let Err(e) = thumbling::thumbnail(&Source::from_slice(cut), &request) {
                let defect = matches!(e.kind(), ErrorKind::Internal | ErrorKind::Timeout | ErrorKind::Io);
                assert!(!defect, "{} cut to {part}/64: {e}", sample.name);
            }
            count += 1;
        }
    }
    assert!(count >= 20 * 64, "only {count} files");
}
