//! Which kind of document a file is, by what is in it: most of them are zip packages or OLE2 files, and their names lie.
//!
//! Only the directory of a package is looked at, within bounds, and once a file however many formats ask: see
//! [`Peek::contained`]. A kind that has no codec here is a kind all the same, so that nobody takes a program or a
//! drawing in a zip file for an archive of pictures.

mod flat;
#[cfg(test)]
mod tests;
mod zip;

use super::ole::CompoundFile;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;

/// A package of a kind that nothing here reads: a program, a drawing, a 3-D model.
pub const OTHER: &str = "package";

/// An OOXML package that is encrypted: of which kind, nobody knows without the password.
pub const ENCRYPTED: &str = "ooxml-encrypted";

/// Directory entries of an OLE2 file that are looked at.
const MAX_ENTRIES: usize = 4096;

/// The kind of the file: the name of its format ("docx", "xls", "odt", …), [`ENCRYPTED`] or [`OTHER`]; `None` if it is
/// no document that contains others.
pub fn of(peek: &Peek<'_>) -> Option<&'static str> {
    *peek.contained.get_or_init(|| {
        let source = peek.source?;
        match peek.head {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => zip::kind(source, peek.head, peek.extension),
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => ole2(source),
            [9, version @ (0 | 2 | 4 | 8), 4 | 6 | 8 | 16, 0, ..] => bare_workbook(*version, peek.head),
            head => flat::kind(source, head),
        }
    })
}

/// [`Score::CERTAIN`] for a file of this kind.
pub fn score(peek: &Peek<'_>, kind: &str) -> Score {
    if of(peek) == Some(kind) { Score::CERTAIN } else { Score::NONE }
}

fn ole2(source: &Source) -> Option<&'static str> {
    let file = CompoundFile::open_within(source, MAX_ENTRIES).ok()?;
    let at_root = |name: &str| file.names("").any(|n| n.eq_ignore_ascii_case(name));
    // A file whose tree of names is broken is known by those that are there at all.
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

/// Workbooks before OLE2: records from the first byte on, a workbook's or a sheet's (MS-XLS 2.4.21).
fn bare_workbook(version: u8, head: &[u8]) -> Option<&'static str> {
    let length = usize::from(head[2]);
    let is_sheet = matches!(head.get(6..8), Some([0x10 | 0x05 | 0x20 | 0x40, 0] | [0, 1]));
    let fits = matches!((version, length), (0, 4) | (2, 4 | 6) | (4, 6 | 8) | (8, 8 | 16));
    (is_sheet && fits).then_some("xls")
}
