//! ANSI escape sequences (ECMA-48): colours and weight are applied, everything else is dropped.

use thumbling_page::style::Color;

/// Text in one style.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    /// Without escapes.
    pub(crate) text: String,
    /// Colour of the text, if it is not the default.
    pub(crate) color: Option<Color>,
    /// Colour of the background.
    pub(crate) background: Option<Color>,
    /// Whether it is bold.
    pub(crate) bold: bool,
}

/// The state of a terminal, kept across lines.
#[derive(Debug, Default)]
pub(crate) struct Terminal {
    color: Option<Color>,
    background: Option<Color>,
    bold: bool,
}

/// The sixteen colours, adapted to a white page.
const COLORS: [u32; 16] = [
    0x24292F, 0xCF222E, 0x116329, 0x8A6100, 0x0969DA, 0x8250DF, 0x1B7C83, 0x6E7781, 0x57606A, 0xA40E26, 0x1A7F37,
    0x9A6700, 0x218BFF, 0xA475F9, 0x3192AA, 0x8C959F,
];

impl Terminal {
    /// The spans of one line.
    pub(crate) fn spans(&mut self, line: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut rest = line;
        while let Some(at) = rest.find('\u{1b}') {
            self.push(&rest[..at], &mut spans);
            rest = self.escape(&rest[at + 1..]);
        }
        self.push(rest, &mut spans);
        spans
    }

    fn push(&self, text: &str, spans: &mut Vec<Span>) {
        if !text.is_empty() {
            let Self { color, background, bold } = *self;
            spans.push(Span { text: text.to_owned(), color, background, bold });
        }
    }

    /// Applies one sequence, whose escape character has been consumed, and returns the rest of the line.
    fn escape<'t>(&mut self, text: &'t str) -> &'t str {
        let mut chars = text.char_indices();
        match chars.next() {
            // Control sequence: parameters, intermediates, a final byte.
            Some((_, '[')) => {
                let end = text[1..].find(|c: char| matches!(c, '@'..='~')).map(|at| at + 1);
                let Some(end) = end else { return "" };
                if text[end..].starts_with('m') {
                    self.rendition(&text[1..end]);
                }
                &text[end + 1..]
            }
            // Operating system command: up to a bell or string terminator; the bell has been removed already.
            Some((_, ']')) => match text.find("\u{1b}\\") {
                Some(end) => &text[end + 2..],
                None => "",
            },
            // Character set selections have one more byte.
            Some((_, '(' | ')' | '#')) => chars.nth(1).map_or("", |(at, _)| &text[at..]),
            Some(_) => chars.next().map_or("", |(at, _)| &text[at..]),
            None => "",
        }
    }

    fn rendition(&mut self, parameters: &str) {
        let mut numbers = parameters.split([';', ':']).map(|n| n.parse::<u16>().unwrap_or(0));
        while let Some(n) = numbers.next() {
            let basic = |n: u16| Some(Color::hex(COLORS[usize::from(n) % 16]));
            match n {
                0 => *self = Self::default(),
                1 => self.bold = true,
                22 => self.bold = false,
                30..=37 => self.color = basic(n - 30),
                90..=97 => self.color = basic(n - 90 + 8),
                39 => self.color = None,
                40..=47 => self.background = pale(basic(n - 40)),
                100..=107 => self.background = pale(basic(n - 100 + 8)),
                49 => self.background = None,
                38 | 48 => {
                    let color = match numbers.next() {
                        Some(5) => numbers.next().and_then(|n| if n < 16 { basic(n) } else { Some(indexed(n)) }),
                        Some(2) => {
                            let mut part = || numbers.next().unwrap_or(0).min(255) as u8;
                            Some(dark(Color::rgb(part(), part(), part())))
                        }
                        _ => None,
                    };
                    if n == 38 { self.color = color } else { self.background = pale(color) }
                }
                _ => {}
            }
        }
    }
}

/// A colour of the 6×6×6 cube or of the grey ramp.
fn indexed(n: u16) -> Color {
    if n >= 232 {
        let grey = (8 + 10 * (n.min(255) - 232)) as u8;
        return dark(Color::rgb(grey, grey, grey));
    }
    let level = |n: u16| if n == 0 { 0 } else { (55 + 40 * n) as u8 };
    let n = n.saturating_sub(16);
    dark(Color::rgb(level(n / 36), level(n / 6 % 6), level(n % 6)))
}

/// Terminals are dark, pages white: bright colours are darkened to be readable.
fn dark(color: Color) -> Color {
    let over = (color.luma() - 140.0).max(0.0) / 255.0;
    color.mixed(Color::BLACK, over)
}

fn pale(color: Option<Color>) -> Option<Color> {
    color.map(|color| color.mixed(Color::WHITE, 0.75))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> String {
        Terminal::default().spans(line).into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn sequences_leave_no_trace() {
        assert_eq!(plain("\u{1b}[2J\u{1b}[1;31mred\u{1b}[0m \u{1b}(Bplain\u{1b}]0;title\u{1b}\\!"), "red plain!");
        assert_eq!(plain("cut off \u{1b}[31"), "cut off ");
        assert_eq!(plain("\u{1b}"), "");
    }

    #[test]
    fn colours_last_until_they_are_reset_even_over_lines() {
        let mut terminal = Terminal::default();
        let first = terminal.spans("a\u{1b}[1;32mb");
        assert_eq!((first[0].color, first[1].bold), (None, true));
        assert_eq!(terminal.spans("c")[0].color, first[1].color);
        assert_eq!(
            terminal.spans("\u{1b}[0md")[0],
            Span { text: "d".into(), color: None, background: None, bold: false }
        );
    }

    #[test]
    fn bright_colours_are_dark_enough_for_white() {
        let yellow = Terminal::default().spans("\u{1b}[38;2;255;255;0mx")[0].color.unwrap();
        assert!(yellow.luma() < 150.0);
    }
}
