//! Output for people and programs: numbers, JSON fragments, the summary of a run.
//!
//! File names are untrusted: control characters and characters that change the writing direction are printed as
//! escapes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};
use thumbling::{Error, Rgb, SourceInfo};

/// Failures.
pub const RED: Style = AnsiColor::Red.on_default().bold();
/// Success.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// Details.
pub const DIM: Style = Style::new().dimmed();

/// Escapes whatever could move the cursor or change the writing direction.
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if is_unprintable(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

/// Control characters, and those that affect the characters around them: Unicode's Bidi_Control, line and paragraph
/// separators, byte order mark.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A path, escaped for display.
pub fn escaped_path(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

/// Milliseconds, rounded to 1 µs.
pub fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Rounded to three decimals; whole numbers become JSON integers.
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

/// Adds the fields of an error; the format only if it was detected.
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

/// A duration in three digits or so.
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

/// The outcome of a run: how many files succeeded, and which failed.
#[derive(Debug, Default)]
pub struct Summary {
    succeeded: usize,
    failed: BTreeMap<&'static str, Vec<(String, String)>>,
}

impl Summary {
    /// Counts a file that succeeded.
    pub fn add_success(&mut self) {
        self.succeeded += 1;
    }

    /// Counts a file that failed.
    pub fn add_failure(&mut self, path: &Path, error: &Error) {
        let detail = match error.format() {
            Some(format) => format!("{format}: {}", error.detail()),
            None => error.detail().to_owned(),
        };
        self.failed.entry(error.kind().name()).or_default().push((escaped_path(path), escaped(&detail)));
    }

    /// The failures with their reasons, grouped by kind, then a line of counts.
    pub fn text(&self, wall: Duration) -> String {
        let mut text = String::new();
        for (kind, files) in &self.failed {
            for (path, detail) in files {
                let _ = writeln!(text, "{RED}{kind:<16}{RED:#} {path}  {DIM}{detail}{DIM:#}");
            }
        }
        let failed: usize = self.failed.values().map(Vec::len).sum();
        let _ = write!(text, "{}: {GREEN}{} made{GREEN:#}", count(self.succeeded + failed, "file"), self.succeeded);
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
    fn control_and_bidi_characters_are_escaped() {
        assert_eq!(escaped("a\x1b[2J\nb\u{202e}gpj.exe"), "a\\u{1b}[2J\\u{a}b\\u{202e}gpj.exe");
        assert_eq!(escaped("né 図.png"), "né 図.png");
    }

    #[test]
    fn whole_numbers_are_integers() {
        assert_eq!(number(640.0).to_string(), "640");
        assert_eq!(number(595.276).to_string(), "595.276");
    }
}
