//! Any bytes with the name of an office document: zip directories, OLE2, encryption, property sets, flat XML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thumbling::Effort;
use thumbling_fuzz::check;

const NAMES: [&str; 12] =
    ["file", "a.pptx", "a.docx", "a.xlsx", "a.doc", "a.xls", "a.ppt", "a.odt", "a.key", "a.epub", "a.wps", "a.xml"];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let effort = if choice & 0x80 != 0 { Effort::Preview } else { Effort::Normal };
    check(bytes, NAMES[usize::from(choice & 0x7F) % NAMES.len()], (64, 48), effort);
});
