//! Compares thumbnails of the samples with the expected pictures in `pictures/`, so that reviews show changed pixels.
//!
//! `THUMBLING_UPDATE_PICTURES=1 cargo test -p thumbling-samples --test pictures` rewrites the expected pictures.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::{Path, PathBuf};
use std::process::Command;

use thumbling::{ErrorKind, Isolation, Output, Request, Rgb, Source};
use thumbling_samples::{PICTURES, Sample, TEXTS};

/// Size of the pictures, px.
const SIDE: u32 = 96;

/// Allowed mean difference per channel, of 255: decoders may round differently on other CPUs.
const TOLERANCE: f64 = 0.6;

/// Samples without an expected picture.
const EXCLUDED: [&str; 4] = [
    // Installed fonts take precedence over the embedded one for their line of Hebrew.
    "letter.txt",
    "letter in UTF-16.txt",
    // A defect: the background shows through where the bands of the sky meet.
    "cut hills.emf",
    "cut dunes.wmf",
];

/// The environment variable that locates PDFium. Set to nothing, it turns PDFium off.
const PDFIUM: &str = "THUMBLING_PDFIUM";

fn expected_path(sample: &Sample) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(format!("{}.png", sample.name))
}

/// The thumbnail as a PNG file. `None` if its format needs a library that is not installed.
fn thumbnail(sample: &Sample) -> Option<Vec<u8>> {
    let request = Request::new()
        .isolation(Isolation::Nothing)
        .name(sample.name)
        .square(SIDE)
        .output(Output::Png)
        .background(Rgb::WHITE);
    let mut thumbnails = match thumbling::thumbnail(&Source::from_bytes((sample.make)()), &request) {
        Ok(thumbnails) => thumbnails,
        Err(e) if e.kind() == ErrorKind::FeatureDisabled => return None,
        Err(e) => panic!("{}: {e}", sample.name),
    };
    Some(thumbnails.items.remove(0).bytes)
}

/// Width, height and RGB samples.
fn decode(png: impl BufRead + Seek) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(png).read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width, info.height, samples)
}

/// How `thumbnail` differs from the expected picture, if it does.
fn difference(sample: &Sample, thumbnail: &[u8]) -> Option<String> {
    let Ok(file) = File::open(expected_path(sample)) else {
        return Some("no expected picture".to_owned());
    };
    let (width, height, samples) = decode(Cursor::new(thumbnail));
    let (expected_width, expected_height, expected) = decode(BufReader::new(file));
    if (width, height) != (expected_width, expected_height) {
        return Some(format!("{width}x{height} px, expected {expected_width}x{expected_height}"));
    }
    let sum: u64 = samples.iter().zip(&expected).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / samples.len() as f64;
    (mean > TOLERANCE).then(|| format!("mean difference {mean:.2}"))
}

#[test]
fn thumbnails_match_the_expected_pictures() {
    // PDFium and the built-in engine draw slightly different pages: compare the built-in one, which is always there.
    // The variable must be set before the process starts, so the test runs itself again.
    if std::env::var_os(PDFIUM).is_none_or(|value| !value.is_empty()) {
        let mut test = Command::new(std::env::current_exe().unwrap());
        let status = test.args(["thumbnails_match_the_expected_pictures", "--exact", "--nocapture"]).env(PDFIUM, "");
        assert!(status.status().unwrap().success());
        return;
    }
    let update = std::env::var_os("THUMBLING_UPDATE_PICTURES").is_some();
    let (mut count, mut failures) = (0, Vec::new());
    for sample in PICTURES.iter().chain(TEXTS).filter(|sample| !EXCLUDED.contains(&sample.name)) {
        let Some(thumbnail) = thumbnail(sample) else { continue };
        count += 1;
        if update {
            fs::create_dir_all(expected_path(sample).parent().unwrap()).unwrap();
            fs::write(expected_path(sample), thumbnail).unwrap();
        } else if let Some(difference) = difference(sample, &thumbnail) {
            failures.push(format!("{}: {difference}", sample.name));
        }
    }
    assert!(count >= 39, "only {count} thumbnails");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
