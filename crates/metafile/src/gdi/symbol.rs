//! Symbol fonts, which draw symbols in place of letters. They are rarely installed, so their characters are mapped to
//! Unicode symbols where possible.

const SYMBOL_LOW: &str =
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";
const SYMBOL_HIGH: &str =
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐─↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SymbolFont {
    Symbol,
    Wingdings,
    Wingdings2,
    Webdings,
    MtExtra,
    /// Another symbol font: its private use code points stand for ordinary characters.
    Unknown,
}

impl SymbolFont {
    /// `None` for ordinary fonts.
    pub fn of(family: &str, charset: u8) -> Option<Self> {
        let name = family.to_ascii_lowercase();
        Some(match name.as_str() {
            "symbol" | "symbol mt" | "symbolmt" | "symbol tiger" => Self::Symbol,
            "wingdings" => Self::Wingdings,
            "wingdings 2" => Self::Wingdings2,
            "webdings" => Self::Webdings,
            "mt extra" => Self::MtExtra,
            _ if charset == super::charset::SYMBOL => Self::Unknown,
            _ => return None,
        })
    }

    pub fn to_unicode(self, letter: char) -> char {
        let code = match u32::from(letter) {
            code @ 0x20..=0xff => code,
            code @ 0xf020..=0xf0ff => code - 0xf000,
            _ => return letter,
        };
        let plain = char::from_u32(code).unwrap_or(letter);
        match self {
            Self::Symbol => symbol(code).unwrap_or(plain),
            Self::Wingdings => wingdings(code),
            Self::Wingdings2 => match code {
                0x20 => ' ',
                0x4f => '✗',
                0x50 => '✓',
                0x52 => '☑',
                0x54 => '☒',
                0xa2 => '■',
                0xa3 => '□',
                _ => '•',
            },
            Self::Webdings => match code {
                0x20 => ' ',
                0x61 => '✔',
                0x72 => '✖',
                0x63 => '□',
                0x67 => '■',
                0x6e => '●',
                0x33 => '◀',
                0x34 => '▶',
                0x35 => '▲',
                0x36 => '▼',
                _ => '•',
            },
            Self::MtExtra => match code {
                0x21..=0x24 => 'ˆ',
                0x25..=0x28 => '˜',
                0x4b => '…',
                0x4c => '⋯',
                0x4d => '⋮',
                0x4f => '⋱',
                0x68 => 'ℏ',
                0x6c => 'ℓ',
                _ => plain,
            },
            Self::Unknown => plain,
        }
    }
}

fn symbol(code: u32) -> Option<char> {
    match code {
        0x20..=0x7e => SYMBOL_LOW.chars().nth(usize::try_from(code - 0x20).ok()?),
        0xa0..=0xfe => SYMBOL_HIGH.chars().nth(usize::try_from(code - 0xa0).ok()?),
        _ => None,
    }
}

fn wingdings(code: u32) -> char {
    let from = |first: char, index: u32| char::from_u32(u32::from(first) + index).unwrap_or('•');
    match code {
        0x20 | 0xa0 => ' ',
        0x21 => '✏',
        0x22 => '✂',
        0x23 => '✁',
        0x28 | 0x29 => '☎',
        0x2a..=0x2f => '✉',
        0x36 => '⌛',
        0x37 => '⌨',
        0x3f => '✍',
        0x41 => '✌',
        0x45 => '☜',
        0x46 => '☞',
        0x47 => '☝',
        0x48 => '☟',
        0x4a => '☺',
        0x4c => '☹',
        0x4d => '☠',
        0x4e => '⚐',
        0x51 => '✈',
        0x52 => '☼',
        0x54 => '❄',
        0x55 | 0x56 => '✝',
        0x58 => '✠',
        0x59 => '✡',
        0x5a => '☪',
        0x5b => '☯',
        0x5e..=0x69 => from('♈', code - 0x5e),
        0x6c => '●',
        0x6d => '❍',
        0x6e => '■',
        0x6f | 0x70 => '□',
        0x71 => '❑',
        0x72 => '❒',
        0x73 | 0x74 => '⧫',
        0x75 | 0x77 => '◆',
        0x76 => '❖',
        0x78 => '⌧',
        0x80 => '⓪',
        0x81..=0x8a => from('①', code - 0x81),
        0x8b => '⓿',
        0x8c..=0x95 => from('❶', code - 0x8c),
        0x9e => '·',
        0xa1 | 0xa2 => '○',
        0xa4 | 0xa5 => '◉',
        0xa7 => '▪',
        0xa8 => '◻',
        0xaa => '✦',
        0xab => '★',
        0xac => '✶',
        0xad => '✴',
        0xae => '✹',
        0xaf => '✵',
        0xb5 => '✪',
        0xb6 => '✰',
        0xd8 => '➢',
        0xdc => '➲',
        0xdf => '←',
        0xe0 => '→',
        0xe1 => '↑',
        0xe2 => '↓',
        0xe3 => '↖',
        0xe4 => '↗',
        0xe5 => '↙',
        0xe6 => '↘',
        0xe8 => '➔',
        0xef => '⇦',
        0xf0 => '⇨',
        0xf1 => '⇧',
        0xf2 => '⇩',
        0xf3 => '⬄',
        0xfb => '✗',
        0xfc => '✓',
        0xfd => '☒',
        0xfe => '☑',
        _ => '•',
    }
}

#[cfg(test)]
mod tests {
    use super::SymbolFont;

    #[test]
    fn symbol_letters_are_greek() {
        let font = SymbolFont::of("Symbol", 2).expect("a symbol font");
        assert_eq!(['a', 'W', '\u{f0b3}', '\u{de}'].map(|letter| font.to_unicode(letter)), ['α', 'Ω', '≥', '⇒']);
    }

    #[test]
    fn wingdings_bullets_are_bullets() {
        let font = SymbolFont::of("Wingdings", 2).expect("a symbol font");
        assert_eq!(['l', 'n', '\u{f0fc}'].map(|letter| font.to_unicode(letter)), ['●', '■', '✓']);
    }
}
