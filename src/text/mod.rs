//! What all plain text readers share: the start of the file as lines, and the page they are shown on.

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;
use thumbling_page::fonts::{Language, MONO, SANS};
use thumbling_page::style::Color;
use thumbling_page::text::{FontSet, RunStyle};
use thumbling_page::tree::{Block, Body, Insets, Node, Page, Rect};

pub(crate) mod ansi;
pub(crate) mod charset;

/// Bytes of a file that are read: about ten pages.
const MAX_HEAD: u64 = 32 << 10;
/// Characters kept per line: more than a page shows.
pub(crate) const MAX_LINE: usize = 4000;
/// Lines kept: more than a page shows.
pub(crate) const MAX_LINES: usize = 80;

/// A portrait page in A proportions, at a size whose text is still readable at 256 px.
pub(crate) const PAGE: (f32, f32) = (420.0, 594.0);
/// Margin around the text, pt.
pub(crate) const MARGIN: f32 = 20.0;
/// Colour of the text.
pub(crate) const INK: Color = Color::hex(0x24292F);

/// The start of a text file.
#[derive(Debug)]
pub(crate) struct Head {
    /// The text, with `\n` as the only line end.
    pub(crate) text: String,
    /// Which variants of Chinese characters to show.
    pub(crate) language: Option<Language>,
}

/// Reads the start of `source`; `unsupported` if it is not text.
pub(crate) fn head(source: &Source, cx: &Context<'_>) -> Result<Head> {
    let length = source.size().min(MAX_HEAD);
    let _held = cx.reserve(length * 4)?;
    let mut bytes = vec![0; length as usize];
    let read = source.read_up_to(0, &mut bytes)?;
    bytes.truncate(read);
    let is_cut = source.size() > read as u64;
    let decoded = charset::decode(&bytes, !is_cut).ok_or_else(|| Error::unsupported("not text"))?;
    let text = decoded.text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{c}'], "\n");
    Ok(Head { text, language: decoded.language })
}

impl Head {
    /// The lines that a page may show: leading blank lines dropped, long lines cut, tabs expanded.
    pub(crate) fn lines(&self, tab: usize) -> Vec<String> {
        let lines = self.text.split('\n').map(|line| line.trim_end_matches(['\u{1a}', '\0']));
        lines.skip_while(|line| line.trim().is_empty()).take(MAX_LINES).map(|line| expanded(line, tab)).collect()
    }

    /// A monospaced style for the text.
    pub(crate) fn mono(&self, size: f32, color: Color) -> RunStyle {
        RunStyle { fonts: self.fonts(MONO), size, color, ..RunStyle::default() }
    }

    /// A proportional style for the text.
    pub(crate) fn sans(&self, size: f32, color: Color) -> RunStyle {
        RunStyle { fonts: self.fonts(SANS), size, color, ..RunStyle::default() }
    }

    fn fonts(&self, family: &str) -> FontSet {
        FontSet { language: self.language, ..FontSet::one(family) }
    }
}

/// The font size, pt, at which nine of ten lines fit the page width, within readable limits; `em` is the width of a
/// character relative to the font size.
pub(crate) fn fitting(lines: &[String], em: f32, within: std::ops::RangeInclusive<f32>) -> f32 {
    let mut widths: Vec<usize> = lines.iter().take(50).map(|line| line.trim_end().chars().count()).collect();
    widths.retain(|width| *width > 0);
    widths.sort_unstable();
    let typical = widths.get(widths.len() * 9 / 10).copied().unwrap_or(1) as f32;
    ((PAGE.0 - 2.0 * MARGIN) / (typical * em).max(1.0)).clamp(*within.start(), *within.end())
}

/// A line with tabs expanded to multiples of `tab`, cut at the length that a page can show.
pub(crate) fn expanded(line: &str, tab: usize) -> String {
    let mut out = String::with_capacity(line.len().min(MAX_LINE) + 8);
    let mut column = 0;
    for c in line.chars().take(MAX_LINE) {
        match c {
            '\t' => {
                let next = (column / tab + 1) * tab;
                out.extend(std::iter::repeat_n(' ', next - column));
                column = next;
            }
            // Control characters have no glyphs; escape is kept for readers of escape sequences.
            c if c.is_control() && c != '\u{1b}' => {}
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
    out
}

/// A white page with these blocks.
pub(crate) fn page(blocks: Vec<Block>, (width, height): (f32, f32), margin: f32) -> Page {
    let insets = Insets { left: margin, top: margin, right: margin, bottom: 0.0 };
    let body = Body { blocks, insets, wrap: true, clipped: true, ..Body::default() };
    let area = Rect::new(0.0, 0.0, width, height);
    Page { width, height, background: Color::WHITE.into(), nodes: vec![Node::Text(Box::new(body), area)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_go_to_the_next_stop() {
        assert_eq!(expanded("a\tbc\t\td", 4), "a   bc      d");
    }

    #[test]
    fn control_characters_leave_nothing_behind() {
        assert_eq!(expanded("a\u{7}b\u{0}c", 4), "abc");
    }

    #[test]
    fn type_is_as_large_as_lines_allow() {
        let lines = |n: usize| vec!["x".repeat(n); 20];
        assert_eq!(fitting(&lines(10), 0.6, 10.0..=12.0), 12.0);
        assert_eq!(fitting(&lines(500), 0.6, 10.0..=12.0), 10.0);
        assert!((10.1..11.9).contains(&fitting(&lines(58), 0.6, 10.0..=12.0)));
    }

    #[test]
    fn a_line_is_cut_where_no_page_shows_more() {
        assert_eq!(expanded(&"x".repeat(1 << 20), 4).len(), MAX_LINE);
    }
}
