//! Numbers of list items.

/// `number` in a DrawingML scheme (ECMA-376 part 1, 20.1.10.61): `arabicPeriod`, `alphaLcParenR` …
pub(super) fn format(number: u32, scheme: &str) -> String {
    let (digits, frame) = ["Period", "ParenBoth", "ParenR", "Plain", "Minus"]
        .iter()
        .find_map(|frame| Some((scheme.strip_suffix(frame)?, *frame)))
        .unwrap_or((scheme, ""));
    let digits = match digits {
        "alphaLc" => letters(number, 'a'),
        "alphaUc" => letters(number, 'A'),
        "romanLc" => roman(number).to_lowercase(),
        "romanUc" => roman(number),
        "ea1Chs" | "ea1Cht" | "ea1JpnChsDb" | "ea1JpnKor" => chinese(number),
        "circleNumDb" | "circleNumWdWhite" => circled(number, 0x2460, if digits == "circleNumDb" { 20 } else { 10 }),
        "circleNumWdBlack" => circled(number, 0x2776, 10),
        "arabicDb" => in_digits(number, '０'),
        "thaiNum" => in_digits(number, '๐'),
        "hindiNum" => in_digits(number, '०'),
        "thaiAlpha" => alphabet(number, THAI),
        "hindiAlpha" => alphabet(number, HINDI),
        "hindiAlpha1" => alphabet(number, HINDI_VOWELS),
        "arabic1" => alphabet(number, ARABIC),
        "arabic2" => alphabet(number, ABJAD),
        "hebrew2" => alphabet(number, HEBREW),
        _ => number.to_string(),
    };
    match frame {
        "Period" if matches!(scheme, "arabicDbPeriod" | "ea1JpnChsDbPeriod") => format!("{digits}．"),
        "Period" => format!("{digits}."),
        "ParenR" => format!("{digits})"),
        "ParenBoth" => format!("({digits})"),
        "Minus" => format!("{digits}-"),
        _ => digits,
    }
}

/// Letters of other alphabets, in order.
const THAI: &str = "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ";
const HINDI: &str = "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह";
const HINDI_VOWELS: &str = "अआइईउऊऋएऐओऔ";
pub(crate) const HEBREW: &str = "אבגדהוזחטיכלמנסעפצקרשת";
pub(crate) const ARABIC: &str = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي";
pub(crate) const ABJAD: &str = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ";

/// The letter of a number; after the last one, letters are doubled.
pub(crate) fn alphabet(number: u32, letters: &str) -> String {
    let count = letters.chars().count().max(1);
    let at = number.max(1) as usize - 1;
    let letter = letters.chars().nth(at % count).map(String::from).unwrap_or_default();
    letter.repeat((at / count + 1).min(8))
}

/// Decimal digits of the script whose zero is `zero`.
pub(crate) fn in_digits(number: u32, zero: char) -> String {
    number.to_string().bytes().filter_map(|d| char::from_u32(zero as u32 + u32::from(d - b'0'))).collect()
}

/// Circled up to `last`, plain above.
pub(crate) fn circled(number: u32, first: u32, last: u32) -> String {
    let circled = (1..=last).contains(&number).then(|| char::from_u32(first + number - 1)).flatten();
    circled.map_or_else(|| number.to_string(), String::from)
}

/// a, b … z, aa, bb …
pub(crate) fn letters(number: u32, first: char) -> String {
    let (letter, times) = ((number.max(1) - 1) % 26, (number.max(1) - 1) / 26 + 1);
    let letter = char::from_u32(first as u32 + letter).unwrap_or(first);
    std::iter::repeat_n(letter, times.min(8) as usize).collect()
}

pub(crate) fn roman(number: u32) -> String {
    const PARTS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut left = number.min(3999);
    let mut roman = String::new();
    for (value, letters) in PARTS {
        while left >= value {
            roman.push_str(letters);
            left -= value;
        }
    }
    roman
}

/// Below a hundred, more than any list has.
pub(crate) fn chinese(number: u32) -> String {
    const DIGITS: [&str; 10] = ["\u{3007}", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| DIGITS[n as usize % 10];
    match number {
        0..10 => digit(number).to_owned(),
        10..20 => format!("十{}", if number == 10 { "" } else { digit(number - 10) }),
        20..100 => {
            format!("{}十{}", digit(number / 10), if number.is_multiple_of(10) { "" } else { digit(number % 10) })
        }
        n => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_their_scheme() {
        let cases = [
            (3, "arabicPeriod", "3."),
            (2, "alphaLcParenR", "b)"),
            (28, "alphaUcPeriod", "BB."),
            (14, "romanUcPeriod", "XIV."),
            (4, "romanLcParenBoth", "(iv)"),
            (12, "ea1ChsPeriod", "十二."),
            (3, "circleNumDbPlain", "\u{2462}"),
            (7, "arabicPlain", "7"),
            (12, "arabicDbPeriod", "１２．"),
            (11, "circleNumWdBlackPlain", "11"),
            (2, "hebrew2Minus", "ב-"),
            (3, "arabic2Minus", "ج-"),
            (3, "arabic1Minus", "ت-"),
            (42, "thaiAlphaParenR", "กก)"),
            (10, "thaiNumParenBoth", "(๑๐)"),
            (21, "hindiNumPeriod", "२१."),
            (1, "hindiAlphaPeriod", "क."),
            (1, "hindiAlpha1Period", "अ."),
        ];
        for (number, scheme, written) in cases {
            assert_eq!(format(number, scheme), written, "{scheme}");
        }
    }
}
