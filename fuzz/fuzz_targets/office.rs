//! A presentation by its parts, of which an input has some: slides, layouts, masters, themes, charts, diagrams, table
//! styles, relationships and pictures. The first byte says how large the thumbnail is and what it may cost; see
//! `parts.rs` for the rest.
#![no_main]

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use thumbling::Effort;
use thumbling_fuzz::{check, mutate, package, parts};

/// The last lies on its side, so that scales differ.
const SIZES: [(u32, u32); 4] = [(64, 48), (256, 256), (16, 16), (640, 20)];

fuzz_target!(|input: &[u8]| {
    let Some((choice, rest)) = input.split_first() else { return };
    let parts = parts::of(rest);
    // What is no presentation: previews in packages of other kinds.
    let is_bare = choice & 0x40 != 0;
    let file = if is_bare { package::zip(&parts) } else { package::presentation(&parts) };
    let effort = match choice & 0x10 != 0 {
        true => Effort::Preview,
        false => Effort::Normal,
    };
    check(&file, if is_bare { "file" } else { "file.pptx" }, SIZES[usize::from(choice & 3)], effort);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Half of the mutations are libFuzzer's own, of bytes and words.
    match seed & 1 == 0 {
        true => fuzzer_mutate(data, size, max_size),
        false => mutate::mutate(data, size, max_size, seed),
    }
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| { mutate::cross(one, other, out, seed) });
