//! The canonical encoding of the parts of a URL.
//!
//! Letters, digits, `-`, `_` and non-leading dots are kept; every other byte of UTF-8 becomes `~` and two lower-case
//! hexadecimal digits. Proxies and frameworks find nothing to normalise: no percent signs, no `.` or `..`, no empty parts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const HEX: &[u8; 16] = b"0123456789abcdef";

fn plain(byte: u8, first: bool) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte == b'.' && !first
}

/// Appends the encoding of `text`, which must not be empty.
pub(super) fn escape(text: &str, out: &mut String) {
    for (i, byte) in text.bytes().enumerate() {
        if plain(byte, i == 0) {
            out.push(byte as char);
        } else {
            out.push('~');
            out.push(HEX[usize::from(byte >> 4)] as char);
            out.push(HEX[usize::from(byte & 15)] as char);
        }
    }
}

/// Decodes `part`; `None` if it is not what [`escape`] produces.
pub(super) fn unescape(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        let first = bytes.is_empty();
        bytes.push(match byte {
            b'~' => {
                let byte = digit(rest.next()?)? << 4 | digit(rest.next()?)?;
                if plain(byte, first) {
                    return None;
                }
                byte
            }
            _ if plain(byte, first) => byte,
            _ => return None,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

fn digit(byte: u8) -> Option<u8> {
    HEX.iter().position(|&d| d == byte).map(|at| at as u8)
}

/// Appends a signature.
pub(super) fn mac(mac: &[u8; 32], out: &mut String) {
    URL_SAFE_NO_PAD.encode_string(mac, out);
}

/// Parses a signature; `None` if it is not what [`mac`] produces.
pub(super) fn read_mac(text: &str) -> Option<[u8; 32]> {
    // Refuses padding, other alphabets, and non-zero unused bits.
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// Parses a decimal number without sign or leading zeros.
pub(super) fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(text, &mut out);
        out
    }

    #[test]
    fn characters_that_normalisers_change_are_escaped() {
        assert_eq!(escaped(".."), "~2e.");
        assert_eq!(escaped("a/b?c#d%20~"), "a~2fb~3fc~23d~2520~7e");
        assert_eq!(escaped("图"), "~e5~9b~be");
        assert_eq!(escaped("pic_1-a.mp4.jpg"), "pic_1-a.mp4.jpg");
    }

    #[test]
    fn escaped_text_round_trips() {
        for text in ["a", ".", "..", "~", "./../图 片.png", "\u{7f}\u{80}"] {
            assert_eq!(unescape(&escaped(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn only_the_canonical_encoding_is_accepted() {
        for other in ["", "~61", "~2E.", ".", "a~2", "a~", "~ff", "a/b", "%61", "a b", "~+f"] {
            assert_eq!(unescape(other), None, "{other}");
        }
        for other in ["", "+1", "01", "1 ", "18446744073709551616"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn a_signature_with_unused_bits_set_is_refused() {
        let mut text = String::new();
        mac(&[0; 32], &mut text);
        assert_eq!(read_mac(&text), Some([0; 32]));
        let loose = format!("{}B", &text[..42]);
        assert_eq!(read_mac(&loose), None);
        assert_eq!(read_mac(&format!("{text}=")), None);
    }
}
