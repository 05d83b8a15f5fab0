//! What people and programs read: JSON lines, tables, counts.
//!
//! File names are hostile: on a terminal, control characters and those that turn the writing direction are shown as
//! escapes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};
use thumbling::{Error, Rgb, SourceInfo};

/// Of failures.
pub const RED: Style = AnsiColor::Red.on_default().bold();
/// Of success.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// Of what matters less.
pub const DIM: Style = Style::new().dimmed();

/// `text` with nothing in it that could move a cursor or turn the writing direction.
pub fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if is_unseen(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

/// Control characters, and those that change how their neighbours are shown (Unicode's Bidi_Control, line and
/// paragraph separators, byte order mark).
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A path for people.
pub fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// Milliseconds with three digits after the point.
pub fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// A number of the source's size: without a point where it is whole.
fn number(n: f64) -> Value {
    if n.fract() == 0.0 && n.abs() < 9e15 { json!(n as i64) } else { json!((n * 1e3).round() / 1e3) }
}

/// `{"width","height","pages","duration"}`; the duration in seconds.
pub fn source(info: &SourceInfo) -> Value {
    json!({
        "width": number(info.width),
        "height": number(info.height),
        "pages": info.pages,
        "duration": info.duration.map(|d| (d.as_secs_f64() * 1e3).round() / 1e3),
    })
}

/// Adds what an error says: its kind, its words, and the format if that was known.
pub fn add_error(line: &mut Map<String, Value>, error: &Error) {
    line.insert("error".into(), error.kind().name().into());
    line.insert("detail".into(), error.detail().into());
    if let Some(format) = error.format() {
        if let Some(family) = family(format) {
            line.insert("family".into(), family.into());
        }
        line.insert("format".into(), format.into());
    }
}

/// The family of a format.
pub fn family(format: &str) -> Option<&'static str> {
    thumbling::capabilities().find(|c| c.name == format)?.family
}

/// `#rrggbb`.
pub fn hex(Rgb(r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// `1 file`, `2 files`, `2 entries`.
pub fn count(n: usize, thing: &str) -> String {
    match (n, thing.strip_suffix('y')) {
        (1, _) => format!("{n} {thing}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {thing}s"),
    }
}

/// A duration for people.
pub fn time(time: Duration) -> String {
    let s = time.as_secs_f64();
    match s {
        ..0.001 => format!("{:.2} ms", s * 1e3),
        ..0.1 => format!("{:.1} ms", s * 1e3),
        ..1.0 => format!("{:.0} ms", s * 1e3),
        ..60.0 => format!("{s:.1} s"),
        _ => format!("{} min {:02} s", s as u64 / 60, s as u64 % 60),
    }
}

/// A size of a file for people.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let (mut value, mut unit) = (n as f64 / 1e3, 0);
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

/// Counts of failures, and which they were.
#[derive(Debug, Default)]
pub struct Tally {
    made: usize,
    failed: BTreeMap<&'static str, Vec<(String, String)>>,
}

impl Tally {
    /// One more that was made.
    pub fn made(&mut self) {
        self.made += 1;
    }

    /// One more that failed.
    pub fn failed(&mut self, path: &Path, error: &Error) {
        let detail = match error.format() {
            Some(format) => format!("{format}: {}", error.detail()),
            None => error.detail().to_owned(),
        };
        self.failed.entry(error.kind().name()).or_default().push((shown_path(path), shown(&detail)));
    }

    /// Failures with their reasons, by kind, and then the counts.
    pub fn text(&self, wall: Duration) -> String {
        let mut text = String::new();
        for (kind, files) in &self.failed {
            for (path, detail) in files {
                let _ = writeln!(text, "{RED}{kind:<16}{RED:#} {path}  {DIM}{detail}{DIM:#}");
            }
        }
        let failed: usize = self.failed.values().map(Vec::len).sum();
        let _ = write!(text, "{}: {GREEN}{} made{GREEN:#}", count(self.made + failed, "file"), self.made);
        if failed > 0 {
            let kinds: Vec<_> = self.failed.iter().map(|(kind, files)| format!("{} {kind}", files.len())).collect();
            let _ = write!(text, ", {RED}{failed} failed{RED:#} ({})", kinds.join(", "));
        }
        let _ = writeln!(text, ", in {}", time(wall));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_move_the_cursor_or_turn_the_line() {
        assert_eq!(shown("a\x1b[2J\nb\u{202e}gpj.exe"), "a\\u{1b}[2J\\u{a}b\\u{202e}gpj.exe");
        assert_eq!(shown("né 図.png"), "né 図.png");
    }

    #[test]
    fn sizes_are_short() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_960, "10 kB"),
            (999_600, "1.0 MB"),
            (12_345_678, "12 MB"),
        ];
        for (n, text) in cases {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn whole_numbers_have_no_point() {
        assert_eq!(number(640.0).to_string(), "640");
        assert_eq!(number(595.276).to_string(), "595.276");
    }
}
