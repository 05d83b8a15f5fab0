//! 8-bit text of GDI: the charset byte of the font determines the code page (MS-WMF 2.1.1.5).

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

pub(crate) const SYMBOL: u8 = 2;

fn encoding(charset: u8) -> &'static Encoding {
    match charset {
        77 => MACINTOSH,
        128 => SHIFT_JIS,
        129 | 130 => EUC_KR,
        134 => GBK,
        136 => BIG5,
        161 => WINDOWS_1253,
        162 => WINDOWS_1254,
        163 => WINDOWS_1258,
        177 => WINDOWS_1255,
        178 => WINDOWS_1256,
        186 => WINDOWS_1257,
        204 => WINDOWS_1251,
        222 => WINDOWS_874,
        238 => WINDOWS_1250,
        _ => WINDOWS_1252,
    }
}

/// Decodes to characters, each with its number of bytes (and hence of advances).
pub(crate) fn decode(bytes: &[u8], charset: u8) -> Vec<(char, usize)> {
    if charset == SYMBOL {
        return bytes.iter().map(|&byte| (char::from(byte), 1)).collect();
    }
    let encoding = encoding(charset);
    let mut letters = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let is_lead =
            !encoding.is_single_byte() && first >= 0x81 && !(encoding == SHIFT_JIS && (0xa0..=0xdf).contains(&first));
        let length = if is_lead { rest.len().min(2) } else { 1 };
        let (letter, tail) = rest.split_at(length);
        let (text, _) = encoding.decode_without_bom_handling(letter);
        letters.push((text.chars().next().unwrap_or('\u{fffd}'), length));
        rest = tail;
    }
    letters
}

/// Like [`decode`] for UTF-16; replaces unpaired surrogates.
pub(crate) fn decode_utf16(units: &[u16]) -> Vec<(char, usize)> {
    char::decode_utf16(units.iter().copied())
        .map(|letter| letter.map_or(('\u{fffd}', 1), |letter| (letter, letter.len_utf16())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn double_byte_characters_use_two_advances() {
        assert_eq!(decode(b"a\x82\xa0b", 128), [('a', 1), ('あ', 2), ('b', 1)]);
    }

    #[test]
    fn charset_selects_the_code_page() {
        assert_eq!(decode(b"\xcf", 204), [('П', 1)]);
        assert_eq!(decode(b"\xcf", 161), [('Ο', 1)]);
    }
}
