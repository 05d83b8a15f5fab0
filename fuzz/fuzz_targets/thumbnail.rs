//! Any bytes with the name of any format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thumbling::Effort;
use thumbling_fuzz::check;

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let names: Vec<&str> = thumbling::capabilities().flat_map(|c| c.extensions.iter().copied()).collect();
    let name = format!("file.{}", names[usize::from(choice) % names.len()]);
    check(bytes, &name, (64, 48), Effort::Normal);
});
