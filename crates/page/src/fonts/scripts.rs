//! Fallback families by script.

use std::sync::Arc;

use unicode_script::{Script, UnicodeScript};

use super::face::{WIDE, has};
use super::families::{faces, installed};
use super::index::{self, Index};

/// Languages with their own variants of Chinese characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Simplified Chinese.
    ChineseSimplified,
    /// Traditional Chinese.
    ChineseTraditional,
    /// Japanese.
    Japanese,
    /// Korean.
    Korean,
}

const SC: &[&str] = &[
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimSun",
];
const TC: &[&str] =
    &["Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "Microsoft JhengHei", "PingFang TC", "PMingLiU"];
const JP: &[&str] = &[
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans",
    "Yu Gothic",
    "Meiryo",
    "Hiragino Sans",
    "IPAexGothic",
    "IPAGothic",
    "TakaoGothic",
    "VL Gothic",
    "MS Gothic",
];
const KR: &[&str] = &[
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Source Han Sans K",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "NanumGothic",
    "UnDotum",
    "Baekmuk Dotum",
];
const ANY_CJK: &[&str] = &["Droid Sans Fallback", "Arial Unicode MS", "Unifont"];

/// Script, its range bit in the OS/2 table, a sample character, customary families.
const SCRIPTS: &[(&[u8; 4], u32, char, &[&str])] = &[
    (
        b"Arab",
        13,
        'ب',
        &["Noto Sans Arabic", "Noto Naskh Arabic", "Noto Kufi Arabic", "Segoe UI", "Geeza Pro", "DejaVu Sans"],
    ),
    (b"Hebr", 11, 'א', &["Noto Sans Hebrew", "Liberation Sans", "Arial", "DejaVu Sans"]),
    (b"Thai", 24, 'ก', &["Noto Sans Thai", "Loma", "Garuda", "Waree", "Leelawadee UI", "Thonburi", "Tahoma"]),
    (b"Deva", 15, 'ह', &["Noto Sans Devanagari", "Lohit Devanagari", "Nirmala UI", "Mangal", "Kohinoor Devanagari"]),
    (b"Beng", 16, 'ব', &["Noto Sans Bengali", "Lohit Bengali", "Nirmala UI"]),
    (b"Guru", 17, 'ਕ', &["Noto Sans Gurmukhi", "Lohit Gurmukhi", "Nirmala UI"]),
    (b"Gujr", 18, 'ક', &["Noto Sans Gujarati", "Lohit Gujarati", "Nirmala UI"]),
    (b"Orya", 19, 'କ', &["Noto Sans Oriya", "Lohit Odia", "Nirmala UI"]),
    (b"Taml", 20, 'க', &["Noto Sans Tamil", "Lohit Tamil", "Nirmala UI"]),
    (b"Telu", 21, 'క', &["Noto Sans Telugu", "Lohit Telugu", "Nirmala UI"]),
    (b"Knda", 22, 'ಕ', &["Noto Sans Kannada", "Lohit Kannada", "Nirmala UI"]),
    (b"Mlym", 23, 'ക', &["Noto Sans Malayalam", "Lohit Malayalam", "Nirmala UI"]),
    (b"Laoo", 25, 'ກ', &["Noto Sans Lao", "Phetsarath OT", "Leelawadee UI"]),
    (b"Sinh", 73, 'ක', &["Noto Sans Sinhala", "LKLUG", "Nirmala UI"]),
    (b"Mymr", 74, 'က', &["Noto Sans Myanmar", "Padauk", "Myanmar Text"]),
    (b"Ethi", 75, 'አ', &["Noto Sans Ethiopic", "Abyssinica SIL", "Nyala", "Ebrima"]),
    (b"Khmr", 80, 'ក', &["Noto Sans Khmer", "Khmer OS", "Leelawadee UI"]),
    (b"Tibt", 70, 'ཀ', &["Noto Serif Tibetan", "Noto Sans Tibetan", "Tibetan Machine Uni", "Microsoft Himalaya"]),
    (b"Mong", 81, 'ᠠ', &["Noto Sans Mongolian", "Mongolian Baiti"]),
    (b"Armn", 10, 'Ա', &["Noto Sans Armenian", "DejaVu Sans"]),
    (b"Geor", 26, 'ა', &["Noto Sans Georgian", "DejaVu Sans"]),
    (b"Syrc", 71, 'ܐ', &["Noto Sans Syriac"]),
    (b"Thaa", 72, 'ހ', &["Noto Sans Thaana"]),
    (b"Cher", 76, 'Ꭰ', &["Noto Sans Cherokee"]),
    (b"Cans", 77, 'ᐁ', &["Noto Sans Canadian Aboriginal"]),
    (b"Grek", 7, 'α', &["Noto Sans", "Liberation Sans"]),
    (b"Cyrl", 9, 'Ж', &["Noto Sans", "Liberation Sans"]),
    (b"Latn", 0, 'a', &["Noto Sans", "Liberation Sans"]),
];

/// Families of symbols, which belong to no script.
const SYMBOLS: &[&str] =
    &["Noto Sans Symbols", "Noto Sans Symbols2", "Noto Sans Math", "Segoe UI Symbol", "Apple Symbols", "Symbola"];

/// The ISO 15924 tag of the script of a character.
pub(super) fn script_of(c: char) -> [u8; 4] {
    let name = c.script().short_name().as_bytes();
    name.try_into().unwrap_or(*b"Zyyy")
}

/// Families for a script, best first; always includes the embedded family with the widest coverage.
pub(super) fn families(script: [u8; 4], language: Option<Language>) -> Vec<Arc<str>> {
    // Latin, Greek and Cyrillic are embedded: do not open the index for them.
    if matches!(&script, b"Latn" | b"Grek" | b"Cyrl") {
        return vec![WIDE.into()];
    }
    let mut found: Vec<Arc<str>> = Vec::new();
    let add = |found: &mut Vec<Arc<str>>, family: Option<Arc<str>>| {
        found.extend(family.filter(|f| !found.contains(f)));
    };
    let is = |s: Script| script_of_name(s) == script;
    if [Script::Han, Script::Hiragana, Script::Katakana, Script::Hangul, Script::Bopomofo].into_iter().any(is) {
        use Language as L;
        let language = language.unwrap_or(match &script {
            b"Hira" | b"Kana" => L::Japanese,
            b"Hang" => L::Korean,
            b"Bopo" => L::ChineseTraditional,
            _ => L::ChineseSimplified,
        });
        let order = match language {
            L::ChineseSimplified => [SC, TC, JP, KR, ANY_CJK],
            L::ChineseTraditional => [TC, SC, JP, KR, ANY_CJK],
            L::Japanese => [JP, SC, TC, KR, ANY_CJK],
            L::Korean => [KR, JP, SC, TC, ANY_CJK],
        };
        for name in order.into_iter().flatten() {
            add(&mut found, installed(&index::key(name)));
        }
        let (bit, sample) = if is(Script::Hangul) { (56, '한') } else { (59, '中') };
        if found.is_empty() {
            add(&mut found, claiming(bit, sample));
        }
    } else if let Some((_, bit, sample, names)) = SCRIPTS.iter().find(|(tag, ..)| **tag == script) {
        let mut found_named = false;
        for name in *names {
            let family = installed(&index::key(name)).filter(|f| has_any(f, *sample));
            found_named |= family.is_some();
            add(&mut found, family);
        }
        if !found_named {
            add(&mut found, claiming(*bit, *sample));
        }
    } else if script == *b"Zyyy" {
        for name in SYMBOLS {
            add(&mut found, installed(&index::key(name)));
        }
    } else {
        // For scripts not listed above: Noto names its families after scripts.
        let script = Script::from_short_name(std::str::from_utf8(&script).unwrap_or("Zyyy"));
        let name = script.map(|s| format!("Noto Sans {}", s.full_name().replace('_', " ")));
        add(&mut found, name.and_then(|name| installed(&index::key(&name))));
    }
    add(&mut found, Some(WIDE.into()));
    found
}

fn script_of_name(script: Script) -> [u8; 4] {
    script.short_name().as_bytes().try_into().unwrap_or(*b"Zyyy")
}

fn has_any(family: &str, sample: char) -> bool {
    faces(family).iter().any(|face| has(face, sample))
}

/// The first family whose OS/2 table claims the range and that has the sample character.
fn claiming(bit: u32, sample: char) -> Option<Arc<str>> {
    Index::get().claiming(bit).map(|l| l.family.clone()).find(|family| has_any(family, sample))
}
