//! Detects the encoding of text, and whether bytes are text at all.
//!
//! In this order: a byte order mark; the zeros of UTF-16 without one; valid UTF-8; mostly valid UTF-8; otherwise the
//! encoding whose letters and letter pairs look most like a language, as Firefox guesses it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use thumbling_core::probe::{Peek, Score};
use thumbling_page::fonts::Language;

/// Decoded text and its encoding.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The text, without byte order mark; invalid sequences are U+FFFD.
    pub(crate) text: String,
    /// The encoding's name.
    #[allow(dead_code)] // What was guessed is what tests ask; a page only shows the text.
    pub(crate) encoding: &'static str,
    /// Which variants of Chinese characters to show, if there are any.
    pub(crate) language: Option<Language>,
}

/// Decodes `bytes`; `is_whole` if they are not truncated. `None` if they are not text.
pub(crate) fn decode(bytes: &[u8], is_whole: bool) -> Option<Decoded> {
    let (encoding, text) = text_of(bytes, is_whole)?;
    is_readable(&text).then(|| {
        let language = language_of(encoding, &text);
        Decoded { text, encoding: encoding.name(), language }
    })
}

/// Whether the first bytes of a file look like text and no other format recognises them by magic. The order matters:
/// detecting an encoding costs a tenth of the time that a PDF page takes.
pub(crate) fn is_unclaimed_text(peek: &Peek<'_>) -> bool {
    let is_text = || is_text(peek.head, peek.size <= peek.head.len() as u64);
    peek.best < Score::MAGIC && *peek.is_text.get_or_init(is_text)
}

/// Whether the first bytes of a file are text: a cheaper [`decode`].
fn is_text(head: &[u8], is_whole: bool) -> bool {
    // Most binary files have zeros among their first bytes; text in single-byte encodings has none.
    let zeros = head.iter().take(64).filter(|b| **b == 0).count();
    if zeros > 0 && bom(head).is_none() && utf16_without_bom(head).is_none() && zeros > 2 {
        return false;
    }
    decode(head, is_whole).is_some()
}

fn text_of(bytes: &[u8], is_whole: bool) -> Option<(&'static Encoding, String)> {
    if let Some((text, encoding)) = utf32(bytes) {
        return Some((encoding, text));
    }
    if let Some((encoding, length)) = bom(bytes) {
        return Some((encoding, decoded(encoding, &bytes[length..], is_whole)));
    }
    if let Some(encoding) = utf16_without_bom(bytes) {
        return Some((encoding, decoded(encoding, bytes, is_whole)));
    }
    let zeros = bytes.iter().filter(|b| **b == 0).count();
    if zeros * 200 > bytes.len() {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0x1B) || !text.is_ascii() => return Some((UTF_8, text.to_owned())),
        Err(e) if !is_whole && e.error_len().is_none() => {
            return Some((UTF_8, String::from_utf8_lossy(&bytes[..e.valid_up_to()]).into_owned()));
        }
        _ => {}
    }
    if is_mostly_utf8(bytes) {
        return Some((UTF_8, decoded(UTF_8, bytes, is_whole)));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, is_whole);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    // GB18030 is a superset of GBK.
    let encoding = if encoding == GBK { GB18030 } else { encoding };
    Some((encoding, decoded(encoding, bytes, is_whole)))
}

/// Decodes; a character that is cut at the end is dropped if the bytes are truncated.
fn decoded(encoding: &'static Encoding, bytes: &[u8], is_whole: bool) -> String {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len().saturating_mul(3));
    let mut text = String::with_capacity(room);
    let _ = decoder.decode_to_string(bytes, &mut text, is_whole);
    text
}

fn bom(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes)
}

/// UTF-32 with its byte order mark, which starts with that of UTF-16.
fn utf32(bytes: &[u8]) -> Option<(String, &'static Encoding)> {
    let (units, _) = bytes.as_chunks::<4>();
    let (is_big, encoding) = match units.first()? {
        [0, 0, 0xFE, 0xFF] => (true, UTF_16BE),
        [0xFF, 0xFE, 0, 0] => (false, UTF_16LE),
        _ => return None,
    };
    let unit = |u: &[u8; 4]| if is_big { u32::from_be_bytes(*u) } else { u32::from_le_bytes(*u) };
    let char_of = |u: &[u8; 4]| char::from_u32(unit(u)).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((units[1..].iter().map(char_of).collect(), encoding))
}

/// UTF-16 that is only recognisable by its zeros: in Latin letters, digits, spaces and line ends one byte is zero. In
/// the right byte order most units are assigned characters; in the wrong one, many are not.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(4096))?;
    let (units, _) = head.as_chunks::<2>();
    // Pairs of ASCII characters look like Chinese characters; such a text with a stray zero is not UTF-16.
    let printable = head.iter().filter(|b| matches!(b, 0x20..=0x7E)).count();
    if units.len() < 4 || !head.contains(&0) || printable * 10 > head.len() * 7 {
        return None;
    }
    let plausible = |v: u16| {
        matches!(v, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0xA0..=0x5FF | 0xE00..=0xE7F | 0x900..=0xDFF | 0x2010..=0x206F
            | 0x3000..=0x30FF | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3 | 0xFF00..=0xFFEF)
    };
    let score = |value: fn([u8; 2]) -> u16| {
        let in_use = units.iter().filter(|u| plausible(value(**u))).count();
        (in_use, in_use + units.iter().filter(|u| value(**u) < 0x7F).count())
    };
    let (little, big) = (score(u16::from_le_bytes), score(u16::from_be_bytes));
    let (encoding, (in_use, score), (_, other)) =
        if little.1 >= big.1 { (UTF_16LE, little, big) } else { (UTF_16BE, big, little) };
    (in_use * 20 >= units.len() * 19 && score * 5 > other * 6).then_some(encoding)
}

/// Whether most non-ASCII bytes are valid UTF-8: a text with a few invalid sequences.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > 0 && whole >= broken * 4
}

/// Whether decoded text is text: hardly any control characters, and mostly valid.
fn is_readable(text: &str) -> bool {
    let (mut total, mut control, mut invalid) = (0usize, 0usize, 0usize);
    for c in text.chars() {
        total += 1;
        match c {
            '\t' | '\n' | '\r' | '\u{c}' | '\u{8}' | '\u{1b}' | '\u{1a}' | '\u{85}' => {}
            '\u{fffd}' => invalid += 1,
            c if c.is_control() => control += 1,
            _ => {}
        }
    }
    total > 0 && control * 50 <= total && invalid * 10 <= total
}

fn language_of(encoding: &'static Encoding, text: &str) -> Option<Language> {
    match encoding {
        e if e == SHIFT_JIS || e == EUC_JP || e == ISO_2022_JP => Some(Language::Japanese),
        e if e == EUC_KR => Some(Language::Korean),
        e if e == BIG5 => Some(Language::ChineseTraditional),
        e if e == GB18030 => Some(Language::ChineseSimplified),
        _ => language_of_text(text),
    }
}

/// The language of the Chinese characters in a text, judged by its other characters.
pub(crate) fn language_of_text(text: &str) -> Option<Language> {
    // Frequent characters that only one side's reforms changed.
    const SIMPLIFIED: &str = "这国们个来对发会时学说为经还进现车问见长门开关东语书样实点";
    const TRADITIONAL: &str = "這國們個來對發會時學說為經還進現車問見長門開關東語書樣實點";
    let (mut kana, mut hangul, mut han, mut simplified, mut traditional) = (0, 0, 0, 0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()).take(4000) {
        match c {
            '\u{3041}'..='\u{30FF}' => kana += 1,
            '\u{AC00}'..='\u{D7A3}' => hangul += 1,
            '\u{3400}'..='\u{9FFF}' => {
                han += 1;
                simplified += i32::from(SIMPLIFIED.contains(c));
                traditional += i32::from(TRADITIONAL.contains(c));
            }
            _ => {}
        }
    }
    match () {
        () if hangul > kana && hangul > han => Some(Language::Korean),
        () if kana * 10 > han && kana > 0 => Some(Language::Japanese),
        () if han == 0 => None,
        () if traditional > simplified => Some(Language::ChineseTraditional),
        () => Some(Language::ChineseSimplified),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{KOI8_R, WINDOWS_1251, WINDOWS_1252, WINDOWS_1255};

    const RUSSIAN: &str =
        "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n";
    const CHINESE: &str =
        "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？这是一个测试文件。\n";
    const JAPANESE: &str = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n";
    const KOREAN: &str = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.\n";

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    fn guessed(bytes: &[u8]) -> (&'static str, String) {
        let decoded = decode(bytes, true).unwrap();
        (decoded.encoding, decoded.text)
    }

    #[test]
    fn legacy_encodings_are_detected_by_their_letters() {
        for (encoding, text) in [
            (KOI8_R, RUSSIAN.to_owned()),
            (WINDOWS_1251, RUSSIAN.to_owned()),
            (SHIFT_JIS, JAPANESE.to_owned()),
            (EUC_JP, JAPANESE.to_owned()),
            (ISO_2022_JP, JAPANESE.to_owned()),
            (EUC_KR, KOREAN.to_owned()),
            (GB18030, CHINESE.to_owned()),
            (BIG5, "學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？\n".to_owned()),
            (WINDOWS_1252, "Où l’été a-t-il été passé ? « À la mer », répondit-elle très déçue.\n".to_owned()),
            (WINDOWS_1255, "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.\n".to_owned()),
        ] {
            assert_eq!(guessed(&encoded(encoding, &text)).1, text, "{}", encoding.name());
        }
    }

    #[test]
    fn utf16_is_known_with_and_without_its_mark() {
        for text in ["Plain words, and more of them.\r\nSecond line.", CHINESE] {
            let units: Vec<u16> = text.encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
            let marked: Vec<u8> = [&[0xFE, 0xFF][..], &big].concat();
            assert_eq!(guessed(&little), ("UTF-16LE", text.to_owned()));
            assert_eq!(guessed(&marked), ("UTF-16BE", text.to_owned()));
            assert_eq!(guessed(&big), ("UTF-16BE", text.to_owned()));
        }
    }

    #[test]
    fn a_few_invalid_sequences_do_not_make_utf8_another_encoding() {
        let mut bytes = JAPANESE.repeat(3).into_bytes();
        bytes.insert(30, 0xFF);
        let (encoding, text) = guessed(&bytes);
        assert_eq!(encoding, "UTF-8");
        assert!(text.starts_with("吾輩は猫である") && text.contains('\u{fffd}'));
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_left_out() {
        let bytes = "これは文".as_bytes();
        assert_eq!(decode(&bytes[..bytes.len() - 1], false).unwrap().text, "これは");
        let bytes = encoded(GB18030, CHINESE);
        let cut = decode(&bytes[..bytes.len() - 2], false).unwrap().text;
        assert!(CHINESE.starts_with(&cut) && !cut.contains('\u{fffd}'));
    }

    #[test]
    fn words_with_zeros_among_them_are_not_utf16() {
        assert!(decode(b"neither fish\0nor\0fowl\x01\x02\x03", true).is_none());
    }

    #[test]
    fn zeros_and_noise_are_not_text() {
        assert!(decode(&[0; 500], true).is_none());
        let noise: Vec<u8> = (0..2000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(decode(&noise, true).is_none());
        assert!(!is_text(&noise, true));
    }

    #[test]
    fn chinese_characters_belong_to_the_language_around_them() {
        assert_eq!(language_of_text(JAPANESE), Some(Language::Japanese));
        assert_eq!(language_of_text(KOREAN), Some(Language::Korean));
        assert_eq!(language_of_text(CHINESE), Some(Language::ChineseSimplified));
        assert_eq!(language_of_text("這個國家的學生說"), Some(Language::ChineseTraditional));
        assert_eq!(language_of_text("no such characters"), None);
    }
}
