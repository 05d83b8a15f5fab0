//! The size of thumbnails for each fit.

use thumbling::{Fit, Isolation, Request, Source};

fn png(width: u32, height: u32) -> Source {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let samples: Vec<u8> = (0..width * height).map(|i| (i % 251) as u8).collect();
    encoder.write_header().unwrap().write_image_data(&samples).unwrap();
    Source::from_bytes(bytes)
}

fn size(source: &Source, request: Request) -> (u32, u32) {
    let item = thumbling::thumbnail(source, &request).unwrap().items.swap_remove(0);
    (item.width, item.height)
}

#[test]
fn small_picture_is_not_enlarged_by_default() {
    assert_eq!(size(&png(32, 16), Request::new()), (32, 16));
    assert_eq!(size(&png(32, 16), Request::new().fit(Fit::Contain)), (256, 128));
}

#[test]
fn large_picture_is_reduced_to_the_box() {
    assert_eq!(size(&png(600, 300), Request::new().square(100)), (100, 50));
}

#[cfg(feature = "svg")]
#[test]
fn vector_picture_fills_the_box_by_default() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='32' height='16'><rect width='32' height='16'/></svg>";
    assert_eq!(size(&Source::from_bytes(svg), Request::new().isolation(Isolation::Nothing)), (256, 128));
}
