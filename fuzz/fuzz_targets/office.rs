//! A presentation built from the parts in the input: slides, layouts, masters, themes, charts, diagrams, table styles,
//! relationships and pictures. The first byte selects size and effort; `parts.rs` describes the rest.
#![no_main]

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use thumbling::Effort;
use thumbling_fuzz::{check, mutate, package, parts};

/// The last is very wide, so that horizontal and vertical scales differ.
const SIZES: [(u32, u32); 4] = [(64, 48), (256, 256), (16, 16), (640, 20)];

fuzz_target!(|input: &[u8]| {
    let Some((choice, rest)) = input.split_first() else { return };
    let parts = parts::split(rest);
    let effort = if choice & 0x10 != 0 { Effort::Preview } else { Effort::Normal };
    let size = SIZES[usize::from(choice & 3)];
    // Some inputs are packages of any kind, which may have a preview.
    if choice & 0x40 != 0 {
        check(&package::zip(&parts), "file", size, effort);
    } else {
        check(&package::presentation(&parts), "file.pptx", size, effort);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Half of the mutations are libFuzzer's own, which change bytes and dictionary words.
    if seed & 1 == 0 { fuzzer_mutate(data, size, max_size) } else { mutate::mutate(data, size, max_size, seed) }
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| { mutate::cross(one, other, out, seed) });
