//! Limits, deadlines and cancellation end a request with a typed error before memory is spent.

use std::time::Duration;

use thumbling::{CancelToken, Error, ErrorKind, Fit, Limits, Output, Request, Rgb, Source};

/// A PNG header that claims `width` × `height` RGB pixels, with nothing behind it.
fn claim(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = {
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder
    };
    drop(encoder.write_header().unwrap());
    bytes
}

fn gradient(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> =
        (0..width * height).flat_map(|i| [(i % width * 255 / width) as u8, (i / width) as u8, 80]).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

fn failure(bytes: Vec<u8>, request: &Request) -> Error {
    thumbling::thumbnail(&Source::from_bytes(bytes), request).unwrap_err()
}

#[test]
fn a_claim_of_gigapixels_is_a_limit() {
    assert_eq!(failure(claim(100_000, 100_000), &Request::new()).kind(), ErrorKind::Limit);
}

#[test]
fn the_pixel_limit_is_the_hosts() {
    let mut limits = Limits::default();
    limits.max_pixels = 100 * 100 - 1;
    assert_eq!(failure(gradient(100, 100), &Request::new().limits(limits.clone())).kind(), ErrorKind::Limit);
    limits.max_pixels += 1;
    assert!(thumbling::thumbnail(&Source::from_bytes(gradient(100, 100)), &Request::new().limits(limits)).is_ok());
}

#[test]
fn the_memory_limit_is_met_before_the_pixels() {
    let mut limits = Limits::default();
    limits.max_memory = 10_000;
    assert_eq!(failure(gradient(300, 300), &Request::new().limits(limits)).kind(), ErrorKind::Limit);
}

#[test]
fn a_passed_deadline_is_a_timeout() {
    assert_eq!(failure(gradient(64, 64), &Request::new().timeout(Duration::ZERO)).kind(), ErrorKind::Timeout);
}

#[test]
fn a_raised_token_is_cancelled() {
    let token = CancelToken::new();
    token.cancel();
    assert_eq!(failure(gradient(64, 64), &Request::new().cancel(token)).kind(), ErrorKind::Cancelled);
}

#[test]
fn an_empty_file_is_corrupt() {
    assert_eq!(failure(Vec::new(), &Request::new()).kind(), ErrorKind::Corrupt);
}

#[test]
fn unknown_content_is_unsupported_whatever_its_name() {
    let request = Request::new().name("holiday.jpg");
    assert_eq!(failure(b"neither fish\0nor\0fowl\x01\x02\x03".to_vec(), &request).kind(), ErrorKind::Unsupported);
}

#[test]
fn a_name_that_lies_about_its_content_does_not_matter() {
    let made = thumbling::thumbnail(&Source::from_bytes(gradient(64, 32)), &Request::new().name("a.jpg")).unwrap();
    assert_eq!(made.info.format.name, "png");
}

#[test]
fn one_pixel_becomes_a_thumbnail_of_its_colour() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[10, 200, 30]).unwrap();
    let made =
        thumbling::thumbnail(&Source::from_bytes(bytes), &Request::new().square(8).output(Output::Rgba)).unwrap();
    assert_eq!(made.items[0].bytes, [10, 200, 30, 255].repeat(64));
    assert_eq!(made.dominant, Rgb(10, 200, 30));
}

#[test]
fn specs_that_cannot_be_made_are_invalid_arguments() {
    for request in [Request::new().size(0, 10), Request::new().size(10, 20_000), Request::new().quality(0)] {
        assert_eq!(failure(gradient(8, 8), &request).kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn every_fit_gives_the_size_that_it_promises() {
    let source = Source::from_bytes(gradient(400, 200));
    let request = Request::new()
        .size(100, 100)
        .fit(Fit::Contain)
        .size(100, 100)
        .fit(Fit::Cover)
        .size(100, 100)
        .fit(Fit::Fill)
        .size(1000, 1000)
        .fit(Fit::ScaleDown)
        .size(1000, 1000)
        .fit(Fit::Contain);
    let made = thumbling::thumbnail(&source, &request).unwrap();
    let sizes: Vec<_> = made.items.iter().map(|t| (t.width, t.height)).collect();
    assert_eq!(sizes, [(100, 50), (100, 100), (100, 100), (400, 200), (1000, 500)]);
}
