//! Where each format is decoded by default: in the host's process only if it is known to behave.
//!
//! A format that is not in the list runs in a worker. Evidence is data: it is printed by `thumbling formats --verbose`.

use thumbling_core::decode::FormatEntry;
use thumbling_core::format::{Family, Format};
use thumbling_isolation::Kind;

/// Where a format is decoded by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// In the process of the host.
    InProcess,
    /// In a worker process.
    Worker,
}

impl Tier {
    /// The name used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InProcess => "in-process",
            Self::Worker => "worker",
        }
    }
}

const DAMAGED: &str =
    "no abort and no late reply in runs on damaged files; fuzzing of 10 M executions is still to be recorded";

/// What runs in the host's process. All of it unwinds, reserves memory before taking it, and checks the deadline by row,
/// block or entry.
const IN_PROCESS: &[(&str, &str)] = &[
    ("jpeg", DAMAGED),
    ("png", DAMAGED),
    ("webp", DAMAGED),
    ("gif", DAMAGED),
    ("tiff", DAMAGED),
    ("raw", DAMAGED),
    ("qoi", DAMAGED),
    ("bmp", DAMAGED),
    ("ico", DAMAGED),
    ("tga", DAMAGED),
    ("pnm", DAMAGED),
    ("dds", DAMAGED),
    ("psd", DAMAGED),
    ("hdr", DAMAGED),
    ("icns", DAMAGED),
    ("pcx", DAMAGED),
    ("farbfeld", DAMAGED),
    ("markdown", DAMAGED),
    ("csv", DAMAGED),
    ("code", DAMAGED),
    ("text", DAMAGED),
    ("zip", DAMAGED),
];

/// Why formats run in a worker.
const WORKER: &[(&str, &str)] = &[
    ("avif", "its AV1 decoder aborts the process on damaged files: 1,065 of 8,648"),
    ("heic", "young decoders, without a fuzzing record"),
    ("jxl", "without a fuzzing record"),
    ("jp2", "its decoder cannot be interrupted"),
    ("exr", "its decoder starts threads and cannot be interrupted"),
    ("svg", "filters and strokes can run minutes past a deadline"),
    ("emf", "drawn as SVG"),
    ("wmf", "drawn as SVG"),
    ("pdf", "PDFium is C++, and hayro cannot be interrupted"),
];

/// Where a format is decoded, and why.
pub(crate) fn of(format: Format) -> (Tier, &'static str) {
    if let Some((_, evidence)) = IN_PROCESS.iter().find(|(name, _)| *name == format.name) {
        return (Tier::InProcess, evidence);
    }
    if let Some((_, evidence)) = WORKER.iter().find(|(name, _)| *name == format.name) {
        return (Tier::Worker, evidence);
    }
    match format.family {
        Family::Audio => (Tier::Worker, "compressed frames of ID3 tags inflate without a limit: 3 MB to 6 GB"),
        Family::Video => (Tier::Worker, "FFmpeg is C"),
        Family::Document => (Tier::Worker, "crafted drawings can run past a deadline"),
        _ => (Tier::Worker, "not assessed"),
    }
}

/// The kind of worker that decodes a format.
pub(crate) fn kind(format: Format) -> Kind {
    match format.family {
        Family::Video => Kind::Video,
        Family::Document => Kind::Page,
        _ if ["svg", "emf", "wmf"].contains(&format.name) => Kind::Page,
        _ => Kind::Picture,
    }
}

/// The guard of a host: what may be opened in its process.
pub(crate) fn in_process(entry: &FormatEntry) -> bool {
    of(entry.format).0 == Tier::InProcess
}

/// The guard of a worker: what one of its kind can decode.
pub(crate) fn guard_of(worker: Kind) -> fn(&FormatEntry) -> bool {
    match worker {
        Kind::Picture => |entry| Kind::Picture.covers(kind(entry.format)),
        Kind::Page => |entry| Kind::Page.covers(kind(entry.format)),
        Kind::Video => |entry| Kind::Video.covers(kind(entry.format)),
    }
}
