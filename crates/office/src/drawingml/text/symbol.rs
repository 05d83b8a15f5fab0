//! Converts characters of symbol fonts, which are rarely installed, to similar Unicode characters.

/// Whether a family has symbols instead of letters.
pub(crate) fn is_symbol(family: &str) -> bool {
    let name = family.to_ascii_lowercase();
    name.starts_with("wingdings")
        || name.starts_with("webdings")
        || name == "symbol"
        || name == "zapfdingbats"
        || name == "marlett"
}

/// Converts the characters of `symbol`, and private use characters of any family.
pub(crate) fn to_unicode(text: String, symbol: Option<&str>, latin: &str) -> String {
    let family = match symbol {
        Some(family) if is_symbol(family) => family,
        _ if is_symbol(latin) => latin,
        _ => {
            // Private use characters without a symbol font are mostly Wingdings.
            if !text.contains(|c| ('\u{f000}'..='\u{f0ff}').contains(&c)) {
                return text;
            }
            "Wingdings"
        }
    };
    let is_known = |c: char| (0x20..0x100).contains(&(c as u32)) || ('\u{f000}'..='\u{f0ff}').contains(&c);
    // If the font is only named for symbols, ordinary letters stay letters.
    let is_named_by_symbol_only = !is_symbol(latin) && symbol.is_some();
    text.chars()
        .map(|c| match is_known(c) && !(is_named_by_symbol_only && c.is_ascii_alphanumeric() && text_is_long(&text)) {
            true => replaced((c as u32 & 0xFF) as u8, family),
            false => c,
        })
        .collect()
}

fn text_is_long(text: &str) -> bool {
    text.chars().nth(2).is_some()
}

fn replaced(code: u8, family: &str) -> char {
    let family = family.to_ascii_lowercase();
    let table: &[(u8, char)] = if family == "symbol" {
        SYMBOL
    } else if family.starts_with("wingdings 2") {
        WINGDINGS_2
    } else if family.starts_with("wingdings 3") {
        WINGDINGS_3
    } else if family.starts_with("webdings") {
        WEBDINGS
    } else {
        WINGDINGS
    };
    let or = if family == "symbol" && !char::from(code).is_control() { char::from(code) } else { '\u{2022}' };
    match code {
        b' ' => ' ',
        code => table.iter().find(|(c, _)| *c == code).map_or(or, |(_, to)| *to),
    }
}

#[rustfmt::skip]
const WINGDINGS: &[(u8, char)] = &[
    (0x21, '✏'), (0x22, '✂'), (0x28, '☎'), (0x2A, '✉'), (0x36, '⌛'), (0x3F, '✍'), (0x41, '✌'), (0x46, '☞'), (0x45, '☜'),
    (0x4A, '☺'), (0x4C, '☹'), (0x4E, '☠'), (0x51, '✈'), (0x52, '☼'), (0x54, '❄'), (0x6C, '●'), (0x6D, '❍'), (0x6E, '■'),
    (0x6F, '□'), (0x70, '❐'), (0x71, '❑'), (0x72, '❒'), (0x73, '⬧'), (0x74, '⧫'), (0x75, '◆'), (0x76, '❖'), (0x77, '◆'),
    (0x78, '☒'), (0x79, '⍓'), (0x7B, '❀'), (0x7C, '✿'), (0x80, '⓪'), (0x81, '①'), (0x82, '②'), (0x83, '③'), (0x84, '④'),
    (0x85, '⑤'), (0x86, '⑥'), (0x87, '⑦'), (0x88, '⑧'), (0x89, '⑨'), (0x8A, '⑩'), (0x8C, '❶'), (0x8D, '❷'), (0x8E, '❸'),
    (0x8F, '❹'), (0x90, '❺'), (0x91, '❻'), (0x92, '❼'), (0x93, '❽'), (0x94, '❾'), (0x95, '❿'), (0x9E, '·'), (0x9F, '•'),
    (0xA0, '▪'), (0xA1, '○'), (0xA2, '⭕'), (0xA4, '◉'), (0xA5, '◎'), (0xA7, '▪'), (0xA8, '◻'), (0xAA, '✦'), (0xAB, '★'),
    (0xAC, '✶'), (0xAD, '✴'), (0xAE, '✹'), (0xAF, '✵'), (0xB2, '✧'), (0xB5, '✪'), (0xB6, '✰'), (0xD5, '⌫'), (0xD6, '⌦'),
    (0xD7, '◄'), (0xD8, '➢'), (0xD9, '▲'), (0xDA, '▼'), (0xDB, '❯'), (0xDC, '➲'), (0xDF, '←'), (0xE0, '→'), (0xE1, '↑'),
    (0xE2, '↓'), (0xE3, '↖'), (0xE4, '↗'), (0xE5, '↙'), (0xE6, '↘'), (0xE8, '➔'), (0xEF, '⇦'), (0xF0, '⇨'), (0xF1, '⇧'),
    (0xF2, '⇩'), (0xF3, '⬄'), (0xF4, '⇳'), (0xFB, '✗'), (0xFC, '✓'), (0xFD, '☒'), (0xFE, '☑'),
];

#[rustfmt::skip]
const WINGDINGS_2: &[(u8, char)] = &[
    (0x4F, '✗'), (0x50, '✓'), (0x51, '☒'), (0x52, '☑'), (0x53, '☒'), (0x54, '☒'), (0x95, '•'), (0x96, '●'), (0x97, '●'),
    (0x98, '●'), (0x99, '○'), (0xA0, '■'), (0xA1, '■'), (0xA2, '□'), (0xA3, '□'), (0xAE, '◆'), (0xAF, '◇'), (0xEA, '★'),
    (0x9D, '◉'), (0x9E, '◉'),
];

#[rustfmt::skip]
const WINGDINGS_3: &[(u8, char)] = &[
    (0x22, '↤'), (0x66, '←'), (0x67, '→'), (0x68, '↑'), (0x69, '↓'), (0x70, '▲'), (0x71, '▼'), (0x72, '△'), (0x73, '▽'),
    (0x74, '◄'), (0x75, '►'), (0x76, '◁'), (0x77, '▷'), (0x7B, '▸'), (0x7C, '▾'), (0x7D, '▶'), (0x7E, '◀'), (0x84, '◀'),
    (0x85, '▶'), (0x86, '▲'), (0xC6, '▶'),
];

#[rustfmt::skip]
const WEBDINGS: &[(u8, char)] = &[
    (0x33, '◄'), (0x34, '►'), (0x35, '▲'), (0x36, '▼'), (0x3D, '▪'), (0x61, '✓'), (0x67, '■'), (0x6E, '●'), (0x63, '□'),
    (0x72, '✗'), (0x77, '⚓'), (0xA5, '☂'), (0xC9, '☎'),
];

/// The Symbol font: Greek letters and mathematical signs.
#[rustfmt::skip]
const SYMBOL: &[(u8, char)] = &[
    (0x22, '∀'), (0x24, '∃'), (0x27, '∋'), (0x2A, '∗'), (0x2D, '−'), (0x40, '≅'), (0x41, 'Α'), (0x42, 'Β'), (0x43, 'Χ'),
    (0x44, 'Δ'), (0x45, 'Ε'), (0x46, 'Φ'), (0x47, 'Γ'), (0x48, 'Η'), (0x49, 'Ι'), (0x4A, 'ϑ'), (0x4B, 'Κ'), (0x4C, 'Λ'),
    (0x4D, 'Μ'), (0x4E, 'Ν'), (0x4F, 'Ο'), (0x50, 'Π'), (0x51, 'Θ'), (0x52, 'Ρ'), (0x53, 'Σ'), (0x54, 'Τ'), (0x55, 'Υ'),
    (0x56, 'ς'), (0x57, 'Ω'), (0x58, 'Ξ'), (0x59, 'Ψ'), (0x5A, 'Ζ'), (0x5C, '∴'), (0x5E, '⊥'), (0x61, 'α'), (0x62, 'β'),
    (0x63, 'χ'), (0x64, 'δ'), (0x65, 'ε'), (0x66, 'φ'), (0x67, 'γ'), (0x68, 'η'), (0x69, 'ι'), (0x6A, 'ϕ'), (0x6B, 'κ'),
    (0x6C, 'λ'), (0x6D, 'μ'), (0x6E, 'ν'), (0x6F, 'ο'), (0x70, 'π'), (0x71, 'θ'), (0x72, 'ρ'), (0x73, 'σ'), (0x74, 'τ'),
    (0x75, 'υ'), (0x76, 'ϖ'), (0x77, 'ω'), (0x78, 'ξ'), (0x79, 'ψ'), (0x7A, 'ζ'), (0x7E, '∼'), (0xA2, '′'), (0xA3, '≤'),
    (0xA4, '⁄'), (0xA5, '∞'), (0xA6, 'ƒ'), (0xA7, '♣'), (0xA8, '♦'), (0xA9, '♥'), (0xAA, '♠'), (0xAB, '↔'), (0xAC, '←'),
    (0xAD, '↑'), (0xAE, '→'), (0xAF, '↓'), (0xB0, '°'), (0xB1, '±'), (0xB2, '″'), (0xB3, '≥'), (0xB4, '×'), (0xB5, '∝'),
    (0xB6, '∂'), (0xB7, '•'), (0xB8, '÷'), (0xB9, '≠'), (0xBA, '≡'), (0xBB, '≈'), (0xBC, '…'), (0xBF, '↵'), (0xC0, 'ℵ'),
    (0xC5, '⊕'), (0xC6, '∅'), (0xC7, '∩'), (0xC8, '∪'), (0xC9, '⊃'), (0xCA, '⊇'), (0xCC, '⊂'), (0xCD, '⊆'), (0xCE, '∈'),
    (0xCF, '∉'), (0xD0, '∠'), (0xD1, '∇'), (0xD5, '∏'), (0xD6, '√'), (0xD7, '⋅'), (0xD8, '¬'), (0xD9, '∧'), (0xDA, '∨'),
    (0xDB, '⇔'), (0xDC, '⇐'), (0xDD, '⇑'), (0xDE, '⇒'), (0xDF, '⇓'), (0xE0, '◊'), (0xE5, '∑'), (0xF2, '∫'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbol_font_characters_become_unicode() {
        assert_eq!(to_unicode("\u{a7}".into(), Some("Wingdings"), "Calibri"), "▪");
        assert_eq!(to_unicode("\u{f0fc}".into(), None, "Calibri"), "✓");
        assert_eq!(to_unicode("Ø".into(), Some("Wingdings"), "Calibri"), "➢");
        assert_eq!(to_unicode("a".into(), None, "Symbol"), "α");
        assert_eq!(to_unicode("n".into(), Some("Wingdings"), "Calibri"), "■");
        assert_eq!(to_unicode("naïve".into(), None, "Calibri"), "naïve");
    }
}
