//! Any bytes, under any name: a thumbnail or a typed error, within the limits.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use thumbling::{ErrorKind, Request, Source, Spec};

/// What a decoder may take beyond its deadline, with the fuzzer's instrumentation in it.
const SLACK: Duration = Duration::from_secs(5);

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let names: Vec<&str> = thumbling::capabilities().flat_map(|c| c.extensions.iter().copied()).collect();
    let name = format!("file.{}", names[usize::from(choice) % names.len()]);
    let mut request = Request::new().spec(Spec::new(64, 48)).name(name);
    request.limits.max_pixels = 1 << 22;
    request.limits.max_memory = 64 << 20;
    request.limits.timeout = Some(Duration::from_secs(2));
    let started = Instant::now();
    match thumbling::thumbnail(&Source::from_slice(bytes), &request) {
        Ok(made) => {
            assert!(made.items.iter().all(|item| item.width <= 64 && item.height <= 48 && !item.bytes.is_empty()))
        }
        Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "{error}"),
    }
    assert!(started.elapsed() < Duration::from_secs(2) + SLACK);
});
