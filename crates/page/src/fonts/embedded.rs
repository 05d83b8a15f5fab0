//! The embedded fonts: 1.5 MB that cover Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic and most symbols
//! with a proportional and a monospaced face, so that text is readable on a machine without fonts.

use std::sync::Arc;

use super::face::{Face, MONO, SANS, WIDE};

struct EmbeddedFace {
    family: &'static str,
    /// The [`super::index::key`] of the same family where it is installed.
    public: &'static str,
    weight: u16,
    bytes: fn() -> &'static [u8],
}

const EMBEDDED: &[EmbeddedFace] = &[
    EmbeddedFace { family: SANS, public: "notosans", weight: 400, bytes: || notosans::REGULAR_TTF },
    EmbeddedFace { family: SANS, public: "notosans", weight: 700, bytes: || notosans::BOLD_TTF },
    EmbeddedFace { family: MONO, public: "dejavusansmono", weight: 400, bytes: dejavu::sans_mono::regular },
    EmbeddedFace { family: WIDE, public: "dejavusans", weight: 400, bytes: dejavu::sans::regular },
];

/// The embedded family called `name`.
pub(super) fn private(name: &str) -> Option<Arc<str>> {
    EMBEDDED.iter().find(|c| c.family == name).map(|c| c.family.into())
}

/// The embedded family whose public name has this key.
pub(super) fn public(key: &str) -> Option<Arc<str>> {
    EMBEDDED.iter().find(|c| c.public == key).map(|c| c.family.into())
}

/// The faces of an embedded family.
pub(super) fn faces(family: &str) -> Vec<Face> {
    let of = EMBEDDED.iter().filter(|c| c.family == family);
    of.map(|c| Face {
        bytes: Arc::new((c.bytes)()),
        index: 0,
        family: c.family.into(),
        weight: c.weight,
        italic: false,
    })
    .collect()
}
