//! The same input gives the same bytes, also when several threads run at once.

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
fn thumbnails_do_not_depend_on_concurrency() {
    let sample = sample();
    let request =
        Request::new().square(64).output(Output::Webp).square(99).output(Output::Jpeg).square(50).output(Output::Png);
    let run = || thumbling::thumbnail(&Source::from_bytes(sample.clone()), &request).unwrap();
    let alone = run();
    let concurrent: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(concurrent.iter().all(|thumbnails| *thumbnails == alone));
}
