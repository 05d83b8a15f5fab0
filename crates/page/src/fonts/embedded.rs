//! The faces that the library carries: 1.5 MB that make a bare machine readable in Latin, Greek, Cyrillic, Armenian,
//! Georgian, Hebrew and Arabic, with most symbols, in a proportional and a monospaced face.

use std::sync::Arc;

use super::{Face, MONO, SANS, WIDE};

struct Carried {
    family: &'static str,
    /// What it is called on machines that have it installed, as [`super::index::key`] has it.
    public: &'static str,
    weight: u16,
    bytes: fn() -> &'static [u8],
}

const CARRIED: &[Carried] = &[
    Carried { family: SANS, public: "notosans", weight: 400, bytes: || notosans::REGULAR_TTF },
    Carried { family: SANS, public: "notosans", weight: 700, bytes: || notosans::BOLD_TTF },
    Carried { family: MONO, public: "dejavusansmono", weight: 400, bytes: dejavu::sans_mono::regular },
    Carried { family: WIDE, public: "dejavusans", weight: 400, bytes: dejavu::sans::regular },
];

/// The family of ours that `name` is, if it is one.
pub(super) fn private(name: &str) -> Option<Arc<str>> {
    CARRIED.iter().find(|c| c.family == name).map(|c| c.family.into())
}

/// The family of ours that is known as `key` elsewhere.
pub(super) fn public(key: &str) -> Option<Arc<str>> {
    CARRIED.iter().find(|c| c.public == key).map(|c| c.family.into())
}

/// The faces of a family of ours.
pub(super) fn faces(family: &str) -> Vec<Face> {
    let of = CARRIED.iter().filter(|c| c.family == family);
    of.map(|c| Face {
        bytes: Arc::new((c.bytes)()),
        index: 0,
        family: c.family.into(),
        weight: c.weight,
        italic: false,
    })
    .collect()
}
