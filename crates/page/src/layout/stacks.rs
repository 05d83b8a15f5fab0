//! Chooses the font families of a run: those of its style and the fallbacks of its scripts.
//!
//! Families are looked up only when needed: English text in an embedded font never opens the index of installed fonts.

use std::collections::BTreeSet;
use std::sync::Arc;

use parley::FontFamilyName;
use parley::fontique::{FallbackKey, FamilyId, GenericFamily, Script};

use crate::fonts::{self, Language, SANS, WIDE};
use crate::text::FontSet;

use super::context::Context;

/// Families, best first.
pub(crate) type Stack = Arc<[FontFamilyName<'static>]>;

/// The families besides the Latin one that the text of a paragraph needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct ScriptNeeds {
    east_asian: bool,
    complex: bool,
}

const EAST_ASIAN: &[&[u8; 4]] = &[b"Hani", b"Hira", b"Kana", b"Hang", b"Bopo"];

/// The scripts that occur in a paragraph.
pub(crate) struct Scripts {
    pub(crate) needs: ScriptNeeds,
    scripts: BTreeSet<[u8; 4]>,
    symbols: bool,
    emoji: bool,
}

/// Scans every character.
pub(crate) fn scripts_of(text: &str) -> Scripts {
    let mut found = Scripts { needs: ScriptNeeds::default(), scripts: BTreeSet::new(), symbols: false, emoji: false };
    if text.is_ascii() {
        return found;
    }
    let mut last = *b"Latn";
    for c in text.chars().filter(|c| !c.is_ascii()) {
        let script = fonts::script_of(c);
        if script != last {
            found.scripts.insert(script);
            last = script;
        }
        if script == *b"Zyyy" {
            found.symbols |= c >= '\u{2000}';
            found.emoji |= matches!(c, '\u{1F000}'..='\u{1FBFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}');
            // Full-width forms and CJK punctuation.
            found.needs.east_asian |= matches!(c, '\u{3000}'..='\u{30FF}' | '\u{FF00}'..='\u{FFEF}');
        }
    }
    found.needs.east_asian |= found.scripts.iter().any(|s| EAST_ASIAN.contains(&s));
    let simple: [&[u8; 4]; 6] = [b"Latn", b"Grek", b"Cyrl", b"Zyyy", b"Zinh", b"Armn"];
    found.needs.complex = found.scripts.iter().any(|s| !EAST_ASIAN.contains(&s) && !simple.contains(&s));
    found
}

impl Context {
    /// Registers the fallback families for the scripts of a paragraph.
    pub(crate) fn prepare(&mut self, scripts: &Scripts) {
        if scripts.symbols && !self.fallbacks.contains_key(b"Zyyy") {
            self.fall_back(*b"Zyyy", &fonts::fallback_families(*b"Zyyy", None));
        }
        for script in scripts.scripts.iter().chain([b"Latn", b"Zinh"]) {
            let is_known = self.fallbacks.get(script).is_some_and(|f| f.len() > 1 || !scripts.symbols);
            if *script == *b"Zyyy" || is_known {
                continue;
            }
            let mut families = match script {
                b"Zinh" => vec![WIDE.into()],
                _ => fonts::fallback_families(*script, None),
            };
            // Symbols are shaped with the surrounding text, in any script.
            if scripts.symbols {
                families.extend(self.fallbacks.get(b"Zyyy").into_iter().flatten().cloned());
            }
            self.fall_back(*script, &families);
        }
        if scripts.emoji && !self.has_emoji {
            self.has_emoji = true;
            let ids: Vec<FamilyId> = fonts::emoji_families().iter().filter_map(|f| self.family_id(f)).collect();
            self.fonts.collection.set_generic_families(GenericFamily::Emoji, ids.into_iter());
        }
    }

    fn fall_back(&mut self, script: [u8; 4], families: &[Arc<str>]) {
        let ids: Vec<FamilyId> = families.iter().filter_map(|f| self.family_id(f)).collect();
        self.fonts.collection.set_fallbacks(FallbackKey::new(Script::from_bytes(script), None), ids.into_iter());
        self.fallbacks.insert(script, families.to_vec());
    }

    fn family_id(&mut self, family: &Arc<str>) -> Option<FamilyId> {
        self.register(family);
        self.fonts.collection.family_id(family)
    }

    /// The families of a style for text with these needs.
    pub(crate) fn stack(&mut self, set: &FontSet, needs: ScriptNeeds) -> Stack {
        let key = (set.clone(), needs);
        if let Some(known) = self.stacks.get(&key) {
            return known.clone();
        }
        let mut families = vec![named(&set.latin)];
        if needs.east_asian {
            families.extend((!set.east_asian.is_empty()).then(|| fonts::family(&set.east_asian)).flatten());
            families.extend(fonts::fallback_families(han(set.language), set.language).into_iter().take(2));
        }
        if needs.complex && !set.complex.is_empty() {
            families.extend(fonts::family(&set.complex));
        }
        for family in &families {
            self.register(family);
        }
        let stack: Stack = families.iter().map(|f| FontFamilyName::Named(f.to_string().into())).collect();
        self.stacks.insert(key, stack.clone());
        stack
    }
}

const fn han(language: Option<Language>) -> [u8; 4] {
    match language {
        Some(Language::Korean) => *b"Hang",
        Some(Language::Japanese) => *b"Hira",
        _ => *b"Hani",
    }
}

fn named(name: &str) -> Arc<str> {
    match name {
        "" => SANS.into(),
        name => fonts::family(name).unwrap_or_else(|| fonts::generic(fonts::guess(name))),
    }
}

/// The English name of a script.
pub(crate) fn script_name(script: [u8; 4]) -> String {
    let tag = std::str::from_utf8(&script).unwrap_or("Zzzz");
    match tag {
        "Zyyy" => "some symbols".to_owned(),
        tag => unicode_script::Script::from_short_name(tag).map_or("a script", |s| s.full_name()).replace('_', " "),
    }
}
