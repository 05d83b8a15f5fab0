//! The scripts of a text, and which kinds of fonts they need.

use std::collections::BTreeSet;

use crate::fonts;

/// The families besides the Latin one that the text of a paragraph needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct ScriptNeeds {
    pub(crate) east_asian: bool,
    pub(crate) complex: bool,
}

const EAST_ASIAN: &[&[u8; 4]] = &[b"Hani", b"Hira", b"Kana", b"Hang", b"Bopo"];

/// The scripts that occur in a paragraph.
pub(crate) struct Scripts {
    pub(crate) needs: ScriptNeeds,
    pub(crate) scripts: BTreeSet<[u8; 4]>,
    pub(crate) symbols: bool,
    pub(crate) emoji: bool,
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

/// The English name of a script.
pub(crate) fn script_name(script: [u8; 4]) -> String {
    let tag = std::str::from_utf8(&script).unwrap_or("Zzzz");
    match tag {
        "Zyyy" => "some symbols".to_owned(),
        tag => unicode_script::Script::from_short_name(tag).map_or("a script", |s| s.full_name()).replace('_', " "),
    }
}
