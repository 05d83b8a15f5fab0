//! Detects document formats by content. Most are ZIP packages or OLE2 files, and their names are often wrong.
//!
//! Reads only the directory of a package, within bounds, and once per file for all formats: see [`Peek::contained`].
//! Packages of other programs are recognised too, so that they do not pass for archives of pictures.

mod flat;
#[cfg(test)]
mod tests;
mod zip;

pub use zip::OTHER;

use super::ole::CompoundFile;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;

/// An encrypted OOXML package. Its format is not known without the password.
pub const ENCRYPTED: &str = "ooxml-encrypted";

/// Directory entries read of an OLE2 file.
const MAX_ENTRIES: usize = 4096;

/// The format name ("docx", "xls", "odt", …), [`ENCRYPTED`] or [`OTHER`]; `None` if the file is neither a package nor a
/// document.
pub fn format(peek: &Peek<'_>) -> Option<&'static str> {
    *peek.contained.get_or_init(|| {
        let source = peek.source?;
        match peek.head {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => zip::format(source, peek.head, peek.extension),
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => ole2(source),
            [9, version @ (0 | 2 | 4 | 8), 4 | 6 | 8 | 16, 0, ..] => bare_workbook(*version, peek.head),
            head => flat::format(source, head),
        }
    })
}

/// [`Score::CERTAIN`] for a file of the format `name`.
pub fn score(peek: &Peek<'_>, name: &str) -> Score {
    if format(peek) == Some(name) { Score::CERTAIN } else { Score::NONE }
}

fn ole2(source: &Source) -> Option<&'static str> {
    let file = CompoundFile::open_within(source, MAX_ENTRIES).ok()?;
    let at_root = |name: &str| file.names("").any(|n| n.eq_ignore_ascii_case(name));
    // With a damaged tree, names anywhere in the file decide.
    let anywhere = |name: &str| file.all_names().any(|n| n.eq_ignore_ascii_case(name));
    let kind = |has: &dyn Fn(&str) -> bool| {
        let any = |names: &[&str]| names.iter().any(|name| has(name));
        match () {
            () if has("EncryptedPackage") => Some(ENCRYPTED),
            () if has("PowerPoint Document") || has("PP40") => Some("ppt"),
            () if has("WordDocument") => Some("doc"),
            () if any(&["Workbook", "Book"]) => Some("xls"),
            () if any(&["MatOST", "MN0", "MM"]) => Some("works"),
            () => None,
        }
    };
    kind(&at_root).or_else(|| kind(&anywhere))
}

/// Workbooks older than OLE2: the first record starts a workbook or a sheet (MS-XLS 2.4.21).
fn bare_workbook(version: u8, head: &[u8]) -> Option<&'static str> {
    let length = usize::from(head[2]);
    let is_sheet = matches!(head.get(6..8), Some([0x10 | 0x05 | 0x20 | 0x40, 0] | [0, 1]));
    let fits = matches!((version, length), (0, 4) | (2, 4 | 6) | (4, 6 | 8) | (8, 8 | 16));
    (is_sheet && fits).then_some("xls")
}
