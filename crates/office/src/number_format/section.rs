//! A section of a format code.

/// One of up to four sections of a code.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub(super) parts: Vec<Part>,
    /// Whether there are digit placeholders.
    pub(super) has_digits: bool,
    pub(super) is_date: bool,
    pub(super) is_general: bool,
    pub(super) has_text: bool,
    /// Number of percent signs; each multiplies by 100.
    pub(super) percents: usize,
    /// Number of scaling commas; each divides by 1000.
    pub(super) thousands: usize,
    pub(super) grouped: bool,
    /// Whether hours are on a 12-hour clock.
    pub(super) twelve_hours: bool,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Literal text.
    Literal(String),
    /// A placeholder: `0`, `#`, `?`.
    Digit(char),
    /// The decimal point.
    Point,
    /// `E+` or `E-`: whether a plus sign is shown.
    Exponent(bool),
    /// A slash between digits.
    Slash,
    /// A date letter, and how often it is repeated.
    Date(char, usize),
    /// Hours, minutes or seconds that do not wrap around.
    Elapsed(char, usize),
    /// Digits of fractional seconds.
    Fraction(usize),
    /// `AM/PM` or `A/P`.
    Half(bool),
    /// `@`.
    Text,
    /// `General`.
    General,
}
