//! The public API with workers: results are the same in a worker as in this process.
//!
//! The test program is its own worker, so it has its own `main` instead of the standard harness.

use std::fs;
use std::time::Duration;

use thumbling::{CancelToken, ErrorKind, Fit, Isolation, Output, Position, ReadAt, Request, Sandbox, Source, Spec};

fn main() {
    thumbling::isolation::run_if_worker();
    let tests: &[(&str, fn())] = &[
        ("thumbnails_are_the_same_in_a_worker", thumbnails_are_the_same_in_a_worker),
        ("every_kind_of_source_reaches_a_worker", every_kind_of_source_reaches_a_worker),
        ("errors_are_the_same_in_a_worker", errors_are_the_same_in_a_worker),
        ("limits_and_tokens_hold_in_a_worker", limits_and_tokens_hold_in_a_worker),
        ("the_pool_is_configured_before_its_first_use", the_pool_is_configured_before_its_first_use),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}

/// A PNG with a gradient and transparency.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let pixel = |i: u32| [(i % width) as u8, (i / width) as u8, 128, 255 - (i % 200) as u8];
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

fn request(isolation: Isolation) -> Request {
    Request::new().isolation(isolation).timeout(Duration::from_secs(60))
}

fn thumbnails_are_the_same_in_a_worker() {
    let source = Source::from_bytes(png(300, 200));
    let made = [Isolation::Nothing, Isolation::Everything].map(|isolation| {
        let request = request(isolation)
            .square(64)
            .size(100, 20)
            .fit(Fit::Cover)
            .position(Position::Attention)
            .output(Output::Png)
            .spec(Spec::new(50, 50).output(Output::Jpeg))
            .spec(Spec::new(4000, 10).fit(Fit::Fill).output(Output::Rgba));
        thumbling::thumbnail(&source, &request).unwrap()
    });
    let [here, there] = &made;
    assert_eq!(here.items.len(), 4);
    for (here, there) in here.items.iter().zip(&there.items) {
        assert_eq!((here.width, here.height, here.output), (there.width, there.height, there.output));
        assert!(here.bytes == there.bytes, "{:?}", here.output);
    }
    assert_eq!((&here.info, &here.thumbhash, here.dominant), (&there.info, &there.thumbhash, there.dominant));
    assert_eq!((here.origin, here.confidence), (there.origin, there.confidence));
    assert_eq!(thumbling::probe(&source, &request(Isolation::Everything)).unwrap(), here.info);
}

struct Slice(Vec<u8>);

impl ReadAt for Slice {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.0[(offset as usize).min(self.0.len())..];
        let n = buf.len().min(rest.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

fn every_kind_of_source_reaches_a_worker() {
    let bytes = png(64, 64);
    let path = std::env::temp_dir().join(format!("thumbling-isolation-{}.png", std::process::id()));
    fs::write(&path, &bytes).unwrap();
    let size = bytes.len() as u64;
    let within = Source::from_bytes([&b"before"[..], &bytes].concat());
    let sources = [
        Source::from_path(&path).unwrap(),
        Source::from_bytes(bytes.clone()),
        Source::from_read_at(Slice(bytes.clone()), size),
        within.slice(6, size),
    ];
    fs::remove_file(&path).unwrap();
    let expected = thumbling::thumbnail(&sources[1], &request(Isolation::Nothing)).unwrap();
    for source in &sources {
        let thumbnails = thumbling::thumbnail(source, &request(Isolation::Everything)).unwrap();
        assert!(thumbnails.items[0].bytes == expected.items[0].bytes);
        assert!(thumbnails.bytes_read >= size);
    }
}

fn errors_are_the_same_in_a_worker() {
    let mut broken = png(64, 64);
    broken.truncate(60);
    for (bytes, name) in [(broken, "a.png"), (Vec::new(), "b.png"), ((128..=255).collect(), "c.bin")] {
        let source = Source::from_bytes(bytes);
        let of = |isolation| thumbling::thumbnail(&source, &request(isolation).name(name)).unwrap_err();
        let (here, there) = (of(Isolation::Nothing), of(Isolation::Everything));
        assert_eq!((here.kind(), here.format(), here.detail()), (there.kind(), there.format(), there.detail()));
    }
}

fn limits_and_tokens_hold_in_a_worker() {
    let source = Source::from_bytes(png(300, 300));
    let of = |request: Request| thumbling::thumbnail(&source, &request).unwrap_err().kind();
    let everything = request(Isolation::Everything);
    let limits = thumbling::Limits::default().max_pixels(1000);
    assert_eq!(of(everything.clone().limits(limits)), ErrorKind::Limit);
    let token = CancelToken::new();
    token.cancel();
    assert_eq!(of(everything.clone().cancel(token)), ErrorKind::Cancelled);
    let strongest = thumbling::isolation::report().unwrap().sandbox;
    let result = thumbling::thumbnail(&source, &everything.sandbox(Sandbox::Full));
    assert_eq!(result.is_ok(), strongest == Sandbox::Full);
}

fn the_pool_is_configured_before_its_first_use() {
    let e = thumbling::isolation::configure(thumbling::isolation::Config::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}
