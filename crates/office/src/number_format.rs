//! Number formats: format codes such as `#,##0.00;[Red]-0%` applied to numbers, dates and text.
//!
//! A code has up to four sections, for positive numbers, negative numbers, zero and text. Conditions and colours are
//! ignored; the locale is en-US. Source: ECMA-376 part 1, 18.8.30 and 18.8.31.

mod date;
mod digits;
mod section;

use section::{Part, Section};

pub use date::{DateSystem, calendar};

/// Characters read of a code.
const MAX_CODE: usize = 255;

/// A parsed format code.
#[derive(Debug, Clone)]
pub struct NumberFormat {
    sections: Vec<Section>,
}

impl NumberFormat {
    /// Parses a code. Any code is accepted.
    pub fn parse(code: &str) -> Self {
        let code: Vec<char> = code.chars().take(MAX_CODE).collect();
        let mut sections: Vec<Section> = split(&code).into_iter().take(4).map(section).collect();
        if sections.is_empty() {
            sections.push(Section { is_general: true, parts: vec![Part::General], ..Section::default() });
        }
        Self { sections }
    }

    /// Formats text.
    pub fn text(&self, text: &str) -> String {
        let own = self.sections.iter().rev().find(|s| s.has_text);
        match own.or_else(|| self.sections.get(3)) {
            Some(section) => section.parts.iter().fold(String::new(), |mut out, part| {
                match part {
                    Part::Text => out.push_str(text),
                    Part::Literal(words) => out.push_str(words),
                    _ => {}
                }
                out
            }),
            None => text.to_owned(),
        }
    }

    /// Formats a number.
    pub fn number(&self, value: f64, dates: DateSystem) -> String {
        if !value.is_finite() {
            return String::new();
        }
        let numeric = self.sections.iter().filter(|s| !s.has_text).count();
        let (index, signed) = match (numeric, value) {
            (0, _) => return self.text(&digits::general(value)),
            (1, v) => (0, v < 0.0),
            (2, v) if v < 0.0 => (1, false),
            (2, _) => (0, false),
            (_, v) if v < 0.0 => (1, false),
            (_, 0.0) => (2, false),
            _ => (0, false),
        };
        let Some(section) = self.sections.iter().filter(|s| !s.has_text).nth(index) else { return String::new() };
        if section.is_date {
            return date::written(&section.parts, section.twelve_hours, value, dates);
        }
        let size = value.abs();
        if section.is_general {
            let mut out = String::new();
            for part in &section.parts {
                match part {
                    Part::General => out.push_str(&digits::general(size)),
                    Part::Literal(words) => out.push_str(words),
                    _ => {}
                }
            }
            return if signed { format!("-{out}") } else { out };
        }
        let scaled = size * 100f64.powi(section.percents as i32) / 1000f64.powi(section.thousands as i32);
        let out = digits::written(section, scaled);
        // A number that rounds to zero has no sign.
        let is_zero = section.has_digits && !out.bytes().any(|b| matches!(b, b'1'..=b'9'));
        if signed && !is_zero { format!("-{out}") } else { out }
    }
}

/// Splits a code into sections at unquoted semicolons.
fn split(code: &[char]) -> Vec<&[char]> {
    let (mut sections, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(&c) = code.get(at) {
        match c {
            '"' => at += code[at + 1..].iter().position(|c| *c == '"').map_or(code.len(), |n| n + 1),
            '\\' | '_' | '*' => at += 1,
            ';' => {
                sections.push(&code[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if start < code.len() || !sections.is_empty() {
        sections.push(&code[start.min(code.len())..]);
    }
    sections
}

fn section(code: &[char]) -> Section {
    let mut section = Section::default();
    let mut at = 0;
    while let Some(&c) = code.get(at) {
        let same = code[at..].iter().take_while(|d| d.eq_ignore_ascii_case(&c)).count();
        let starts = |word: &str| {
            code.len() - at >= word.len() && word.chars().zip(&code[at..]).all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        let mut taken = 1;
        match c {
            '"' => {
                let words: String = code[at + 1..].iter().take_while(|c| **c != '"').collect();
                taken = words.chars().count() + 2;
                section.literal(&words);
            }
            '\\' => {
                taken = 2;
                section.literal(&code.get(at + 1).map_or_else(String::new, char::to_string));
            }
            // A space as wide as the next character.
            '_' => {
                taken = 2;
                section.literal(" ");
            }
            // Repeats the next character to fill the cell.
            '*' => taken = 2,
            '[' => {
                let inner: String = code[at + 1..].iter().take_while(|c| **c != ']').collect();
                taken = inner.chars().count() + 2;
                section.bracket(&inner);
            }
            _ if starts("general") => {
                taken = 7;
                section.is_general = true;
                section.parts.push(Part::General);
            }
            _ if starts("am/pm") || starts("a/p") => {
                let is_long = starts("am/pm");
                taken = if is_long { 5 } else { 3 };
                section.is_date = true;
                section.twelve_hours = true;
                section.parts.push(Part::Half(is_long));
            }
            '0' | '#' | '?' if section.is_date && section.parts.last() == Some(&Part::Point) => {
                section.parts.pop();
                taken = code[at..].iter().take_while(|c| **c == '0').count().max(1);
                section.parts.push(Part::Fraction(taken.min(3)));
            }
            '0' | '#' | '?' => {
                section.has_digits = true;
                section.parts.push(Part::Digit(c));
            }
            '1'..='9' if section.has_digits && section.parts.last() == Some(&Part::Slash) => {
                section.parts.push(Part::Digit(c));
            }
            '.' => section.parts.push(Part::Point),
            ',' => section.comma(code.get(at + 1..).unwrap_or_default()),
            '%' => {
                section.percents = (section.percents + 1).min(4);
                section.literal("%");
            }
            'E' | 'e' if section.has_digits && matches!(code.get(at + 1), Some('+' | '-')) => {
                section.parts.push(Part::Exponent(code[at + 1] == '+'));
                taken = 2;
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'e' => {
                taken = same;
                section.is_date = true;
                section.parts.push(Part::Date(c.to_ascii_lowercase(), same));
            }
            '@' => {
                section.has_text = true;
                section.parts.push(Part::Text);
            }
            '/' if section.has_digits => section.parts.push(Part::Slash),
            c => section.literal(&c.to_string()),
        }
        at += taken;
    }
    section.tell_minutes();
    section
}

impl Section {
    fn literal(&mut self, words: &str) {
        match self.parts.last_mut() {
            Some(Part::Literal(before)) => before.push_str(words),
            _ => self.parts.push(Part::Literal(words.to_owned())),
        }
    }

    /// The content of brackets: a currency and locale, elapsed time, a colour or a condition.
    fn bracket(&mut self, inner: &str) {
        if let Some(currency) = inner.strip_prefix('$') {
            let symbol = currency.split('-').next().unwrap_or_default();
            self.literal(symbol);
            return;
        }
        let lower = inner.to_ascii_lowercase();
        if let Some(c @ ('h' | 'm' | 's')) = lower.chars().next()
            && lower.chars().all(|d| d == c)
        {
            self.is_date = true;
            self.parts.push(Part::Elapsed(c, lower.len()));
        }
    }

    /// Groups digits, or divides by 1000 after the last of them.
    fn comma(&mut self, rest: &[char]) {
        if !self.has_digits {
            self.literal(",");
        } else if rest.iter().any(|c| matches!(c, '0' | '#' | '?')) && !matches!(rest.first(), Some('.')) {
            self.grouped = true;
        } else {
            self.thousands = (self.thousands + 1).min(4);
        }
    }

    /// `m` means minutes after hours and before seconds. Points, slashes and dashes in dates are literals.
    fn tell_minutes(&mut self) {
        if !self.is_date {
            return;
        }
        let of_time: Vec<usize> =
            (0..self.parts.len()).filter(|n| matches!(self.parts[*n], Part::Date(..) | Part::Elapsed(..))).collect();
        for (place, &n) in of_time.iter().enumerate() {
            let letter = |n: Option<&usize>| match n.and_then(|n| self.parts.get(*n)) {
                Some(Part::Date(c, _) | Part::Elapsed(c, _)) => *c,
                _ => ' ',
            };
            let before = place.checked_sub(1).map_or(' ', |p| letter(of_time.get(p)));
            let is_minutes = before == 'h' || letter(of_time.get(place + 1)) == 's';
            if let Part::Date('m', count) = self.parts[n]
                && count < 3
                && is_minutes
            {
                // From here on, minutes are `n`.
                self.parts[n] = Part::Date('n', count);
            }
        }
        for part in &mut self.parts {
            match part {
                Part::Point => *part = Part::Literal(".".to_owned()),
                Part::Slash => *part = Part::Literal("/".to_owned()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(code: &str, value: f64) -> String {
        NumberFormat::parse(code).number(value, DateSystem::From1900)
    }

    #[test]
    fn placeholders_determine_the_number_of_digits() {
        for (code, value, expected) in [
            ("0", 12.6, "13"),
            ("0.00", 1.005, "1.01"),
            ("#,##0", 1_234_567.0, "1,234,567"),
            ("#,##0.0", -1234.56, "-1,234.6"),
            ("#", 0.0, ""),
            ("0.0#", 1.5, "1.5"),
            ("0.##", 2.0, "2."),
            ("000", 7.0, "007"),
            ("0%", 0.255, "26%"),
            ("0.0%", -0.1234, "-12.3%"),
            ("0,", 12_345.0, "12"),
            ("0.0,,\"M\"", 12_345_678.0, "12.3M"),
            ("000-00-0000", 123_456_789.0, "123-45-6789"),
            ("0", -0.2, "0"),
        ] {
            assert_eq!(written(code, value), expected, "{code} of {value}");
        }
    }

    #[test]
    fn general_shows_significant_digits() {
        for (value, expected) in [
            (0.0, "0"),
            (-5.0, "-5"),
            (0.1 + 0.2, "0.3"),
            (1_234_567.891, "1234567.891"),
            (1e12, "1E+12"),
            (1e-7, "1E-07"),
            (100_000.0, "100000"),
        ] {
            assert_eq!(written("General", value), expected);
        }
        assert_eq!(written("General\" kg\"", -3.5), "-3.5 kg");
    }

    #[test]
    fn sections_are_for_positive_negative_zero_and_text() {
        let format = NumberFormat::parse("0.0;(0.0);\"-\";\"<\"@\">\"");
        let number = |value| format.number(value, DateSystem::From1900);
        assert_eq!([number(1.0), number(-2.0), number(0.0), format.text("x")], ["1.0", "(2.0)", "-", "<x>"]);
        assert_eq!(written("[Red]0;[Blue]-0", -4.0), "-4");
        assert_eq!(written("0;;", -4.0), "");
    }

    #[test]
    fn currencies_and_literals_keep_their_position() {
        assert_eq!(written("\"$\"#,##0.00", 1234.5), "$1,234.50");
        assert_eq!(written("[$€-407] #,##0", 1234.0), "€ 1,234");
        assert_eq!(written("_(\"$\"* #,##0_);_(\"$\"* (#,##0)", -12.0), " $(12)");
        assert_eq!(written("0\\x", 3.0), "3x");
    }

    #[test]
    fn exponents_and_fractions_are_formatted() {
        assert_eq!(written("0.00E+00", 12_345.0), "1.23E+04");
        assert_eq!(written("0.0E-0", 0.00012), "1.2E-4");
        assert_eq!(written("# ?/?", 1.5), "1 1/2");
        assert_eq!(written("0/4", 0.75), "3/4");
    }

    #[test]
    fn dates_and_times_are_formatted() {
        for (code, value, expected) in [
            ("m/d/yyyy", 43_831.0, "1/1/2020"),
            ("yyyy-mm-dd", 61.0, "1900-03-01"),
            ("d-mmm-yy", 44_196.0, "31-Dec-20"),
            ("dddd, mmmm d", 43_890.0, "Saturday, February 29"),
            ("h:mm AM/PM", 0.5625, "1:30 PM"),
            ("hh:mm:ss", 0.999_988_425, "23:59:59"),
            ("[h]:mm", 1.5, "36:00"),
            ("mm:ss.0", 0.000_705_5, "01:01.0"),
            ("mmmmm", 43_831.0, "J"),
        ] {
            assert_eq!(written(code, value), expected, "{code} of {value}");
        }
        assert_eq!(NumberFormat::parse("yyyy").number(0.0, DateSystem::From1904), "1904");
    }

    #[test]
    fn any_code_and_any_number_is_formatted() {
        for code in [
            "", ";", ";;;;;", "\"", "[", "\\", "_", "*", "0.0.0.0", "E+", "0E+", "/", "?/", "[h", "%%%%%%%", ",,,",
            "@@", "0e+0/0",
        ] {
            for value in [0.0, -1.0, 1e308, -1e308, f64::NAN, f64::INFINITY, 1e-308] {
                let _ = written(code, value);
            }
            let _ = NumberFormat::parse(code).text("x");
        }
        for value in [1e308, -1e308, 3e6, -1.0] {
            let _ = written("yyyy-mm-dd [h]:mm:ss AM/PM", value);
        }
    }
}
