//! Thumbnails of the samples beside expected pictures in `pictures/`, so that a change of pixels is seen in review.
//!
//! `THUMBLING_UPDATE_PICTURES=1 cargo test -p thumbling-samples --test pictures` writes them anew.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use thumbling::{Output, Request, Rgb, Source};
use thumbling_samples::{PICTURES, Sample, TEXTS};

/// Side of the pictures, px.
const SIDE: u32 = 96;

/// Largest mean difference of a sample, 0 to 255: what decoders that round differently on another CPU may cause.
const TOLERANCE: f64 = 0.6;

fn expected_path(sample: &Sample) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(format!("{}.png", sample.name))
}

fn thumbnail(sample: &Sample) -> Vec<u8> {
    let request = Request::new().name(sample.name).square(SIDE).output(Output::Png).background(Rgb::WHITE);
    let source = Source::from_bytes((sample.make)());
    let thumbnails = thumbling::thumbnail(&source, &request).unwrap_or_else(|e| panic!("{}: {e}", sample.name));
    thumbnails.items.into_iter().next().unwrap().bytes
}

/// Width, height and RGB samples.
fn decoded(reader: impl std::io::BufRead + std::io::Seek) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(reader).read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width, info.height, samples)
}

#[test]
fn thumbnails_look_as_expected() {
    let update = std::env::var_os("THUMBLING_UPDATE_PICTURES").is_some();
    let mut wrong = Vec::new();
    // What needs a library of the system is tested where that is.
    let optional = ["feature-disabled"];
    for sample in PICTURES.iter().chain(TEXTS) {
        let probed = thumbling::probe(&Source::from_bytes((sample.make)()), &Request::new().name(sample.name));
        if probed.is_err_and(|e| optional.contains(&e.kind().name())) {
            continue;
        }
        let (path, bytes) = (expected_path(sample), thumbnail(sample));
        if update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
            continue;
        }
        let Ok(file) = File::open(&path) else {
            wrong.push(format!("{}: no expected picture", sample.name));
            continue;
        };
        let (got, expected) = (decoded(std::io::Cursor::new(&bytes)), decoded(BufReader::new(file)));
        if (got.0, got.1) != (expected.0, expected.1) {
            wrong.push(format!("{}: {}x{} px, expected {}x{}", sample.name, got.0, got.1, expected.0, expected.1));
            continue;
        }
        let sum: u64 = got.2.iter().zip(&expected.2).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / got.2.len() as f64;
        if mean > TOLERANCE {
            wrong.push(format!("{}: differs by {mean:.2} in the mean", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
