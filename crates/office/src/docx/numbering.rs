//! Lists (`word/numbering.xml`): the numbers of paragraphs, counted as they are read.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::drawingml::text::number as digits;
use crate::xml::{Document, Element};

/// Levels of a list.
const LEVELS: usize = 9;

/// The lists of a document.
#[derive(Default)]
pub(super) struct Numbering {
    document: Document,
    /// Positions of abstract lists among the children of the root.
    lists: HashMap<u32, usize>,
    /// Positions of numbers, each with its abstract list.
    numbers: HashMap<u32, (usize, u32)>,
    /// The list of a style of lists.
    by_style: HashMap<String, u32>,
    counts: RefCell<Counts>,
}

#[derive(Default)]
struct Counts {
    /// By abstract list.
    levels: HashMap<u32, [Option<u32>; LEVELS]>,
    /// Numbers whose overrides are applied.
    started: HashSet<(u32, usize)>,
}

/// The number or bullet of a paragraph.
pub(super) struct Label<'a> {
    pub(super) text: String,
    /// `w:lvl`, for its run properties and suffix.
    pub(super) level: Element<'a>,
    pub(super) is_bullet: bool,
}

impl Numbering {
    pub(super) fn of(document: Option<Document>) -> Self {
        let Some(document) = document else { return Self::default() };
        let mut numbering = Self { document, ..Self::default() };
        let root = numbering.document.root();
        for (n, child) in root.children().enumerate() {
            match child.name() {
                "w:abstractNum" => {
                    let Some(id) = child.number::<u32>("w:abstractNumId") else { continue };
                    numbering.lists.insert(id, n);
                    if let Some(style) = child.child("w:styleLink").and_then(|s| s.attr("w:val")) {
                        numbering.by_style.insert(style.to_owned(), id);
                    }
                }
                "w:num" => {
                    let id = child.number::<u32>("w:numId");
                    let list = child.child("w:abstractNumId").and_then(|c| c.number("w:val"));
                    if let Some((id, list)) = id.zip(list) {
                        numbering.numbers.insert(id, (n, list));
                    }
                }
                _ => {}
            }
        }
        numbering
    }

    fn at(&self, position: usize) -> Option<Element<'_>> {
        self.document.root().children().nth(position)
    }

    /// The abstract list of a number, through a list style.
    fn list(&self, number: u32) -> Option<(u32, Element<'_>)> {
        let id = self.numbers.get(&number)?.1;
        let list = self.at(*self.lists.get(&id)?)?;
        let linked = list.child("w:numStyleLink").and_then(|s| self.by_style.get(s.attr("w:val")?));
        match linked {
            Some(other) if *other != id => Some((*other, self.at(*self.lists.get(other)?)?)),
            _ => Some((id, list)),
        }
    }

    fn overriding(&self, number: u32, level: usize) -> Option<Element<'_>> {
        let number = self.at(self.numbers.get(&number)?.0)?;
        number.children_of("w:lvlOverride").find(|o| o.number::<usize>("w:ilvl") == Some(level))
    }

    /// `w:lvl` of a number.
    pub(super) fn level(&self, number: u32, level: usize) -> Option<Element<'_>> {
        let own = self.overriding(number, level).and_then(|o| o.child("w:lvl"));
        own.or_else(|| self.list(number)?.1.children_of("w:lvl").find(|l| l.number::<usize>("w:ilvl") == Some(level)))
    }

    /// The level that is linked to a paragraph style.
    pub(super) fn level_of_style(&self, number: u32, style: &str) -> Option<usize> {
        let levels = self.list(number)?.1;
        let linked =
            levels.children_of("w:lvl").find(|l| l.child("w:pStyle").and_then(|s| s.attr("w:val")) == Some(style));
        linked?.number::<usize>("w:ilvl").map(|n| n.min(LEVELS - 1))
    }

    /// The paragraph properties of a level.
    pub(super) fn indents(&self, number: u32, level: usize) -> Option<Element<'_>> {
        self.level(number, level)?.child("w:pPr")
    }

    /// Counts a paragraph; returns its label.
    pub(super) fn next(&self, number: u32, level: usize) -> Option<Label<'_>> {
        let element = self.level(number, level)?;
        let (list, _) = self.list(number)?;
        let start = |level: usize| self.start(number, level);
        let mut counts = self.counts.borrow_mut();
        for at in 0..LEVELS {
            let restarts = self.overriding(number, at).is_some_and(|o| o.child("w:startOverride").is_some());
            if restarts && counts.started.insert((number, at)) {
                counts.levels.entry(list).or_default()[at] = None;
            }
        }
        let values = counts.levels.entry(list).or_default();
        values[level] = Some(values[level].map_or(start(level), |n| n.saturating_add(1)));
        for (deeper, value) in values.iter_mut().enumerate().skip(level + 1) {
            let restart = self.level(number, deeper).and_then(|l| l.child("w:lvlRestart")?.number::<usize>("w:val"));
            // Counted from 1: the level after which it restarts.
            if restart.is_none_or(|after| after > level) {
                *value = None;
            }
        }
        for (above, value) in values.iter_mut().enumerate().take(level) {
            value.get_or_insert(start(above));
        }
        let values = *values;
        drop(counts);
        let format = |element: Element<'_>| {
            element.child("w:numFmt").and_then(|f| f.attr("w:val")).unwrap_or("decimal").to_owned()
        };
        let pattern = element.child("w:lvlText").and_then(|t| t.attr("w:val")).unwrap_or_default();
        let is_bullet = format(element) == "bullet";
        if is_bullet {
            return Some(Label { text: pattern.chars().take(16).collect(), level: element, is_bullet });
        }
        let is_legal = element.child("w:isLgl").is_some_and(super::value::is_on);
        let mut text = String::new();
        let mut chars = pattern.chars().take(256).peekable();
        while let Some(c) = chars.next() {
            let digit = chars.peek().and_then(|d| d.to_digit(10)).filter(|d| c == '%' && (1..=9).contains(d));
            let Some(digit) = digit else {
                text.push(c);
                continue;
            };
            chars.next();
            let at = digit as usize - 1;
            let kind = match self.level(number, at) {
                Some(_) if is_legal && at < level => "decimal".to_owned(),
                Some(level) => format(level),
                None => "decimal".to_owned(),
            };
            text.push_str(&formatted(values[at].unwrap_or(1), &kind));
        }
        Some(Label { text, level: element, is_bullet })
    }

    fn start(&self, number: u32, level: usize) -> u32 {
        let value = |element: Element<'_>, name: &str| element.child(name).and_then(|s| s.number::<u32>("w:val"));
        let overridden = self.overriding(number, level).and_then(|o| value(o, "w:startOverride"));
        overridden.or_else(|| value(self.level(number, level)?, "w:start")).unwrap_or(1)
    }

    /// The picture of a bullet (`w:numPicBullet`).
    pub(super) fn picture(&self, id: u32) -> Option<Element<'_>> {
        let all = self.document.root();
        all.children().find(|c| c.is("w:numPicBullet") && c.number::<u32>("w:numPicBulletId") == Some(id))
    }
}

/// A number in a format (ECMA-376 part 1, 17.18.59).
pub(super) fn formatted(number: u32, format: &str) -> String {
    match format {
        "none" => String::new(),
        "upperRoman" => digits::roman(number),
        "lowerRoman" => digits::roman(number).to_lowercase(),
        "upperLetter" => digits::letters(number, 'A'),
        "lowerLetter" => digits::letters(number, 'a'),
        "decimalZero" => format!("{number:02}"),
        "ordinal" => {
            let suffix = match (number % 10, number % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{number}{suffix}")
        }
        "chineseCounting"
        | "chineseCountingThousand"
        | "ideographDigital"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "koreanCounting" => digits::chinese(number),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => digits::circled(number, 0x2460, 20),
        "decimalFullWidth" | "decimalFullWidth2" => digits::in_digits(number, '\u{FF10}'),
        "numberInDash" => format!("- {number} -"),
        "hindiNumbers" => digits::in_digits(number, '\u{966}'),
        "thaiNumbers" => digits::in_digits(number, '\u{E50}'),
        "arabicAlpha" => digits::alphabet(number, digits::ARABIC),
        "arabicAbjad" => digits::alphabet(number, digits::ABJAD),
        "hebrew1" | "hebrew2" => digits::alphabet(number, digits::HEBREW),
        "russianLower" => digits::alphabet(number, "абвгдежзиклмнопрстуфхцчшщыэюя"),
        "russianUpper" => digits::alphabet(number, "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"),
        "cardinalText" => capitalized(&words(number, false)),
        "ordinalText" => capitalized(&words(number, true)),
        _ => number.to_string(),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A number below a thousand in English words.
fn words(number: u32, is_ordinal: bool) -> String {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let name = match number {
        0..20 => ONES[number as usize].to_owned(),
        20..100 if number.is_multiple_of(10) => TENS[number as usize / 10].to_owned(),
        20..100 => format!("{}-{}", TENS[number as usize / 10], ONES[number as usize % 10]),
        100..1000 if number.is_multiple_of(100) => format!("{} hundred", ONES[number as usize / 100]),
        100..1000 => format!("{} hundred {}", ONES[number as usize / 100], words(number % 100, false)),
        _ => return number.to_string(),
    };
    if !is_ordinal {
        return name;
    }
    const IRREGULAR: [(&str, &str); 7] = [
        ("one", "first"),
        ("two", "second"),
        ("three", "third"),
        ("five", "fifth"),
        ("eight", "eighth"),
        ("nine", "ninth"),
        ("twelve", "twelfth"),
    ];
    let start = name.rfind(['-', ' ']).map_or(0, |at| at + 1);
    let (head, last) = name.split_at(start);
    let last = match IRREGULAR.iter().find(|(cardinal, _)| *cardinal == last) {
        Some((_, ordinal)) => (*ordinal).to_owned(),
        None => last.strip_suffix('y').map_or_else(|| format!("{last}th"), |stem| format!("{stem}ieth")),
    };
    format!("{head}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_their_format() {
        let cases = [
            (4, "lowerRoman", "iv"),
            (28, "upperLetter", "BB"),
            (7, "decimalZero", "07"),
            (12, "ordinal", "12th"),
            (22, "ordinal", "22nd"),
            (21, "cardinalText", "Twenty-one"),
            (112, "ordinalText", "One hundred twelfth"),
            (30, "ordinalText", "Thirtieth"),
            (3, "none", ""),
        ];
        for (number, format, written) in cases {
            assert_eq!(formatted(number, format), written, "{format}");
        }
    }
}
