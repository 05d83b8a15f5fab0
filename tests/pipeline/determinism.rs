//! The same input gives the same bytes, on every thread and in any company.

use thumbling::{Output, Request, Source};

fn sample() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 300, 200);
    encoder.set_color(png::ColorType::Rgba);
    let mut state = 7u32;
    let pixels: Vec<u8> = (0..300 * 200 * 4)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

#[test]
fn threads_do_not_change_the_bytes() {
    let sample = sample();
    let request =
        Request::new().square(64).output(Output::Webp).square(99).output(Output::Jpeg).square(50).output(Output::Png);
    let make = || thumbling::thumbnail(&Source::from_bytes(sample.clone()), &request).unwrap();
    let alone = make();
    let together: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(together.iter().all(|made| *made == alone));
}
