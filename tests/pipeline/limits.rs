//! Limits, timeouts, cancellation and invalid arguments end a request with a typed error.

use std::time::Duration;

use thumbling::{CancelToken, Error, ErrorKind, Fit, Limits, Output, Request, Rgb, Source, Spec};

/// The header of a PNG of `width` × `height` px, without any pixels.
fn header_only(width: u32, height: u32) -> Vec<u8> {
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
fn gigapixels_in_the_header_exceed_the_limit() {
    assert_eq!(failure(header_only(100_000, 100_000), &Request::new()).kind(), ErrorKind::Limit);
}

#[test]
fn pixel_limit_is_inclusive() {
    let mut limits = Limits::default();
    limits.max_pixels = 100 * 100 - 1;
    assert_eq!(failure(gradient(100, 100), &Request::new().limits(limits.clone())).kind(), ErrorKind::Limit);
    limits.max_pixels += 1;
    assert!(thumbling::thumbnail(&Source::from_bytes(gradient(100, 100)), &Request::new().limits(limits)).is_ok());
}

#[test]
fn memory_limit_is_enforced() {
    let mut limits = Limits::default();
    limits.max_memory = 10_000;
    assert_eq!(failure(gradient(300, 300), &Request::new().limits(limits)).kind(), ErrorKind::Limit);
}

#[test]
fn timeout_of_zero_expires() {
    assert_eq!(failure(gradient(64, 64), &Request::new().timeout(Duration::ZERO)).kind(), ErrorKind::Timeout);
}

#[test]
fn cancelled_token_cancels_the_request() {
    let token = CancelToken::new();
    token.cancel();
    assert_eq!(failure(gradient(64, 64), &Request::new().cancel(token)).kind(), ErrorKind::Cancelled);
}

#[test]
fn empty_file_is_corrupt() {
    assert_eq!(failure(Vec::new(), &Request::new()).kind(), ErrorKind::Corrupt);
}

#[test]
fn unknown_content_is_unsupported_whatever_the_name() {
    let request = Request::new().name("holiday.jpg");
    assert_eq!(failure(b"neither fish\0nor\0fowl\x01\x02\x03".to_vec(), &request).kind(), ErrorKind::Unsupported);
}

#[test]
fn content_takes_precedence_over_the_name() {
    let thumbnails =
        thumbling::thumbnail(&Source::from_bytes(gradient(64, 32)), &Request::new().name("a.jpg")).unwrap();
    assert_eq!(thumbnails.info.format.name, "png");
}

#[test]
fn single_pixel_has_its_own_colour() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[10, 200, 30]).unwrap();
    let thumbnails =
        thumbling::thumbnail(&Source::from_bytes(bytes), &Request::new().square(8).output(Output::Rgba)).unwrap();
    assert_eq!(thumbnails.items[0].bytes, [10, 200, 30, 255]);
    assert_eq!(thumbnails.dominant, Rgb(10, 200, 30));
}

#[test]
fn invalid_specs_are_invalid_arguments() {
    for request in [Request::new().size(0, 10), Request::new().size(10, 20_000), Request::new().quality(0)] {
        assert_eq!(failure(gradient(8, 8), &request).kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn each_fit_has_its_documented_size() {
    let source = Source::from_bytes(gradient(400, 200));
    let request = Request::new()
        .spec(Spec::square(100).fit(Fit::Contain))
        .spec(Spec::square(100).fit(Fit::Cover))
        .spec(Spec::square(100).fit(Fit::Fill))
        .spec(Spec::square(1000).fit(Fit::ScaleDown))
        .spec(Spec::square(1000).fit(Fit::Contain));
    let thumbnails = thumbling::thumbnail(&source, &request).unwrap();
    let sizes: Vec<_> = thumbnails.items.iter().map(|t| (t.width, t.height)).collect();
    assert_eq!(sizes, [(100, 50), (100, 100), (100, 100), (400, 200), (1000, 500)]);
}
