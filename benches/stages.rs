//! Criterion benches of each stage and of whole requests. Run with `make bench`.

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use thumbling::{Output, Request, Source, Spec, stages};

/// The pictures in the performance folder, or a generated one if there is no such folder.
fn pictures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/perf");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| {
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            ["jpg", "png", "webp", "heic", "avif", "jxl"].contains(&extension)
        })
        .filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), std::fs::read(&path).ok()?)))
        .collect();
    found.sort();
    if found.is_empty() {
        let (width, height) = (4000u32, 3000u32);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let pixels: Vec<u8> = (0..width * height)
            .flat_map(|i| {
                [((i % width) >> 4) as u8, ((i / width) >> 4) as u8, (i.wrapping_mul(2_654_435_761) >> 28) as u8]
            })
            .collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        found.push(("generated.png".to_owned(), bytes));
    }
    found
}

/// Reading, layout and painting of text at 256 px, in several formats and scripts.
fn texts(c: &mut Criterion) {
    let code = include_str!("stages.rs");
    let json: String = (0..40_000).map(|n| format!("{{\"id\":{n},\"name\":\"item {n}\"}},")).collect();
    let table: String = (0..4000).map(|n| format!("{n},name {n},{}.5,2024-01-{:02}\n", n * 7, n % 28 + 1)).collect();
    let prose = "It was the best of times, it was the worst of times, it was the age of wisdom.\n".repeat(200);
    let markdown =
        "# A heading\n\nSome *words* with `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n".repeat(40);
    let mut group = c.benchmark_group("text");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for (name, text) in [
        ("code.rs", code.to_owned()),
        ("one line of 1 MB.json", format!("[{json}0]")),
        ("table.csv", table),
        ("prose.txt", prose),
        ("page.md", markdown),
        ("chinese.txt", "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？\n".repeat(200)),
    ] {
        let bytes = text.into_bytes();
        group.bench_function(name, |b| {
            b.iter(|| stages::decode_named(&Source::from_bytes(bytes.clone()), name, 256).unwrap())
        });
    }
    group.finish();
}

fn bench(c: &mut Criterion) {
    for (name, bytes) in pictures() {
        let request = Request::new();
        let source = Source::from_bytes(bytes);
        let mut group = c.benchmark_group(&name);
        group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
        group.bench_function("probe", |b| b.iter(|| thumbling::probe(&source, &request).unwrap()));
        group.bench_function("decode", |b| b.iter(|| stages::decode(&source, 256).unwrap()));
        let decoded = stages::decode(&source, 256).unwrap();
        group.bench_function("scale", |b| b.iter(|| stages::scale(&decoded, 256, 192).unwrap()));
        let scaled = stages::scale(&decoded, 256, 192).unwrap();
        group.bench_function("colour", |b| b.iter(|| stages::finish(scaled.clone()).unwrap()));
        let finished = stages::finish(scaled).unwrap();
        for (output, of) in [(Output::Jpeg, "jpeg"), (Output::Webp, "webp"), (Output::Png, "png")] {
            let mut spec = Spec::new(256, 192);
            spec.output = output;
            group.bench_function(format!("encode {of}"), |b| b.iter(|| stages::encode(&finished, &spec).unwrap()));
        }
        group.bench_function("whole", |b| b.iter(|| thumbling::thumbnail(&source, &request).unwrap()));
        group.finish();
    }
}

criterion_group!(benches, texts, bench);
criterion_main!(benches);
