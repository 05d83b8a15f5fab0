//! Chooses the font families of a run: those of its style and the fallbacks of its scripts.
//!
//! Families are looked up only when needed: English text in an embedded font never opens the index of installed fonts.

use std::sync::Arc;

use parley::FontFamilyName;
use parley::fontique::{FallbackKey, FamilyId, GenericFamily, Script};

use crate::fonts::{self, Language, SANS, WIDE};
use crate::text::FontSet;

use super::context::{Context, Stack};
use super::scripts::{ScriptNeeds, Scripts};

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
