//! The fonts of this process: one database that every renderer shares.
//!
//! Three kinds of face are in it: a small set that the library carries, so that a bare machine is readable and plain
//! text never has to look further; the system's, listed once a process when something first asks for them by name or
//! by script ([`index`]); and stand-ins, since documents name fonts that are not installed but whose metrics others
//! share ([`names`]).
//!
//! Files are mapped once and shared. Nothing is opened before something asks: a picture costs nothing.

mod embedded;
mod index;
mod map;
mod names;
mod scripts;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

pub use names::Generic;
pub use scripts::Language;

use index::Index;
use map::Mapped;

/// What tells the installed fonts from others: pages painted with other fonts look different.
pub fn fingerprint() -> u64 {
    Index::get().fingerprint()
}

/// The bytes of a font file.
pub type FontBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Our own sans-serif family: the embedded face, whatever is installed. Weights 400 and 700.
pub const SANS: &str = "thumbling-sans";
/// Our own monospaced family, as [`SANS`]. Weight 400.
pub const MONO: &str = "thumbling-mono";
/// The embedded face of widest coverage, the last resort of every script.
pub const WIDE: &str = "thumbling-wide";

/// One face of a font file.
#[derive(Clone)]
pub struct Face {
    /// The file's bytes.
    pub bytes: FontBytes,
    /// Which font of the file; 0 if it holds one.
    pub index: u32,
    /// English family name, or one of [`SANS`], [`MONO`], [`WIDE`].
    pub family: Arc<str>,
    /// 100 to 900; 400 is regular.
    pub weight: u16,
    /// Whether it is italic or oblique by itself.
    pub italic: bool,
}

/// The family that `name` stands for on this machine: itself where it is installed, else the first installed
/// stand-in. `None` if neither is.
pub fn family(name: &str) -> Option<Arc<str>> {
    if let Some(own) = embedded::private(name) {
        return Some(own);
    }
    let key = index::key(name);
    static KNOWN: OnceLock<Mutex<HashMap<String, Option<Arc<str>>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    if let Some(found) = known.lock().unwrap_or_else(|e| e.into_inner()).get(&key) {
        return found.clone();
    }
    let found = installed(&key).or_else(|| names::stand_ins(&key).iter().find_map(|n| installed(&index::key(n))));
    let mut known = known.lock().unwrap_or_else(|e| e.into_inner());
    // Names come from documents: what is remembered of them is bounded, in number and in length.
    if known.len() < 4096 && key.len() < 64 {
        known.insert(key, found.clone());
    }
    found
}

/// The family for text that names none, or one that is not to be had: never fails, since a set is embedded.
pub fn generic(generic: Generic) -> Arc<str> {
    names::generic(generic).iter().find_map(|n| installed(&index::key(n))).unwrap_or_else(|| match generic {
        Generic::Mono => MONO.into(),
        Generic::Sans | Generic::Serif => SANS.into(),
    })
}

/// What kind of family a name that is not installed most likely is.
pub fn guess(name: &str) -> Generic {
    names::guess(&index::key(name))
}

fn installed(key: &str) -> Option<Arc<str>> {
    Index::get().family(key).or_else(|| embedded::public(key))
}

/// The face of `name`, or of its stand-in, that is nearest to `weight` and slant. `None` if neither is installed.
pub fn face(name: &str, weight: u16, italic: bool) -> Option<Face> {
    faces(&family(name)?)
        .into_iter()
        .min_by_key(|face| (face.italic != italic, face.weight.abs_diff(weight), face.weight))
}

/// As [`face`] of the generic family: never `None` in a build with embedded fonts.
pub fn generic_face(of: Generic, weight: u16, italic: bool) -> Option<Face> {
    face(&generic(of), weight, italic)
}

/// A face that has `c`, preferring the families that are customary for its script (and, for Chinese characters, for
/// `language`). `None` if no font has it.
pub fn face_for(c: char, language: Option<Language>, weight: u16, italic: bool) -> Option<Face> {
    fallback_families(scripts::script_of(c), language)
        .iter()
        .find_map(|family| face(family, weight, italic).filter(|face| has(face, c)))
}

/// Families to try for characters of an ISO 15924 script that the named family lacks, best first.
pub fn fallback_families(script: [u8; 4], language: Option<Language>) -> Vec<Arc<str>> {
    type Key = ([u8; 4], Option<Language>);
    static KNOWN: OnceLock<Mutex<HashMap<Key, Vec<Arc<str>>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    if let Some(found) = known.lock().unwrap_or_else(|e| e.into_inner()).get(&(script, language)) {
        return found.clone();
    }
    let found = scripts::families(script, language);
    known.lock().unwrap_or_else(|e| e.into_inner()).insert((script, language), found.clone());
    found
}

/// The ISO 15924 script of a character; `Zyyy` for what all scripts share.
pub fn script_of(c: char) -> [u8; 4] {
    scripts::script_of(c)
}

/// Families that draw emoji, best first.
pub fn emoji_families() -> Vec<Arc<str>> {
    let mut found: Vec<_> = names::EMOJI.iter().filter_map(|n| installed(&index::key(n))).collect();
    found.push(WIDE.into());
    found
}

/// Every face of a family by the name that [`family`] gave.
pub fn faces(family: &str) -> Vec<Face> {
    let own = embedded::faces(family);
    if !own.is_empty() {
        return own;
    }
    let listed = Index::get().faces(&index::key(family));
    listed
        .into_iter()
        .filter_map(|listed| {
            let bytes = file(&listed.path)?;
            Some(Face {
                bytes,
                index: listed.index,
                family: family.into(),
                weight: listed.weight,
                italic: listed.italic,
            })
        })
        .collect()
}

/// The mapped file at `path`, opened once.
fn file(path: &Path) -> Option<FontBytes> {
    static FILES: OnceLock<Mutex<HashMap<PathBuf, Option<FontBytes>>>> = OnceLock::new();
    let mut files = FILES.get_or_init(Mutex::default).lock().unwrap_or_else(|e| e.into_inner());
    if let Some(known) = files.get(path) {
        return known.clone();
    }
    let opened = Mapped::open(path).ok().map(|mapped| Arc::new(mapped) as FontBytes);
    files.insert(path.to_owned(), opened.clone());
    opened
}

/// Whether the face has a glyph for `c`.
pub fn has(face: &Face, c: char) -> bool {
    use skrifa::MetadataProvider;
    let font = skrifa::FontRef::from_index((*face.bytes).as_ref(), face.index);
    font.is_ok_and(|font| font.charmap().map(c).is_some_and(|glyph| glyph.to_u32() != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_set_draws_latin_greek_cyrillic_hebrew_and_arabic() {
        for family in [SANS, MONO, WIDE] {
            let face = face(family, 400, false).unwrap();
            assert!("Aéžß€αЖ".chars().all(|c| has(&face, c)), "{family}");
        }
        let wide = face(WIDE, 400, false).unwrap();
        assert!("אب→✓☺".chars().all(|c| has(&wide, c)));
    }

    #[test]
    fn the_embedded_sans_has_a_bold_of_its_own() {
        assert_eq!(face(SANS, 700, false).unwrap().weight, 700);
        assert_eq!(face(SANS, 400, false).unwrap().weight, 400);
    }

    #[test]
    fn a_generic_family_is_always_found() {
        for generic in [Generic::Sans, Generic::Serif, Generic::Mono] {
            assert!(generic_face(generic, 400, false).is_some_and(|face| has(&face, 'A')));
        }
    }

    #[test]
    fn an_unknown_name_is_none_and_guessed_by_its_words() {
        assert_eq!(family("No Such Font At All"), None);
        assert_eq!(guess("Fira Code"), Generic::Mono);
        assert_eq!(guess("Some Serif Pro"), Generic::Serif);
        assert_eq!(guess("Whatever Sans"), Generic::Sans);
    }

    #[test]
    fn characters_get_the_script_of_their_alphabet() {
        assert_eq!(script_of('ñ'), *b"Latn");
        assert_eq!(script_of('語'), *b"Hani");
        assert_eq!(script_of('ひ'), *b"Hira");
        assert_eq!(script_of('ह'), *b"Deva");
        assert_eq!(script_of('1'), *b"Zyyy");
    }
}
