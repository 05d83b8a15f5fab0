//! The font database of the process, shared by all renderers.
//!
//! It has three sources: a small embedded set ([`embedded`]), which suffices for plain text and for machines without
//! fonts; installed fonts, indexed on first use by name or script ([`index`]); and substitutes for fonts that are not
//! installed, preferably with equal metrics ([`names`]).
//!
//! Files are mapped once and shared. Everything is loaded lazily: a request that draws no text costs nothing.

mod embedded;
mod face;
mod families;
mod index;
mod map;
mod names;
mod scripts;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

pub use face::{Face, FontBytes, MONO, SANS, WIDE, has};
pub use families::faces;
pub use names::Generic;
pub use scripts::Language;

use families::installed;
use index::Index;

/// Identifies the set of installed fonts: rendered pages depend on it.
pub fn fingerprint() -> u64 {
    Index::get().fingerprint()
}

/// The folders where fonts are installed.
pub fn folders() -> Vec<PathBuf> {
    index::folders()
}

/// The family to use for `name` on this machine: the family itself if installed, else its first installed substitute.
/// `None` if there is neither.
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
    // Names come from documents, so the cache bounds their number and length.
    if known.len() < 4096 && key.len() < 64 {
        known.insert(key, found.clone());
    }
    found
}

/// The family for text that names none or an unavailable one. Never fails, thanks to the embedded set.
pub fn generic(generic: Generic) -> Arc<str> {
    names::generic(generic).iter().find_map(|n| installed(&index::key(n))).unwrap_or_else(|| match generic {
        Generic::Mono => MONO.into(),
        Generic::Sans | Generic::Serif => SANS.into(),
    })
}

/// Guesses the generic family of a font that is not installed from its name.
pub fn guess(name: &str) -> Generic {
    names::guess(&index::key(name))
}

/// The face of `name`, or of its substitute, that is closest to `weight` and slant. `None` if neither is installed.
pub fn face(name: &str, weight: u16, italic: bool) -> Option<Face> {
    faces(&family(name)?)
        .into_iter()
        .min_by_key(|face| (face.italic != italic, face.weight.abs_diff(weight), face.weight))
}

/// Like [`face`] for a generic family; never `None` in a build with embedded fonts.
pub fn generic_face(of: Generic, weight: u16, italic: bool) -> Option<Face> {
    face(&generic(of), weight, italic)
}

/// A face that has `c`, preferring families customary for its script (and, for Chinese characters, for `language`).
/// `None` if no font has it.
pub fn face_for(c: char, language: Option<Language>, weight: u16, italic: bool) -> Option<Face> {
    fallback_families(scripts::script_of(c), language)
        .iter()
        .find_map(|family| face(family, weight, italic).filter(|face| has(face, c)))
}

/// Fallback families for an ISO 15924 script, best first.
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

/// The ISO 15924 script of a character; `Zyyy` for characters common to all scripts.
pub fn script_of(c: char) -> [u8; 4] {
    scripts::script_of(c)
}

/// Emoji families, best first.
pub fn emoji_families() -> Vec<Arc<str>> {
    let mut found: Vec<_> = names::EMOJI.iter().filter_map(|n| installed(&index::key(n))).collect();
    found.push(WIDE.into());
    found
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
    fn the_embedded_sans_has_a_bold_face() {
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
    fn an_unknown_name_is_guessed_by_its_words() {
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
