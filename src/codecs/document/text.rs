//! Plain text: the start of the file as in an editor. Terminal colours in logs are kept.

use crate::text::{self, INK, MARGIN, PAGE};
use crate::text::{ansi, charset};
use thumbling_core::decode::{Context, FormatEntry};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;
use thumbling_page::document::Document;
use thumbling_page::fonts;
use thumbling_page::text::{LineBreaks, LineSpacing, ParagraphStyle, RunStyle};
use thumbling_page::tree::{Block, Inline, Paragraph};

const FORMAT: Format = Format::document("text");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["text/plain"],
    score,
    open: |source, cx| Ok(Box::new(Document { format: FORMAT, page: page(source, cx)?, pages: 1 })),
};

/// Extensions of text files whose content is a format that is not meant for readers.
const DESCRIBED: &[&[u8]] = &[b"{\\rtf", b"%PDF-", b"%!PS", b"\x25\x21FontType", b"solid ", b"ISO-10303-21"];

/// Bytes of a file without a text extension below which its content is undecidable.
const MIN_UNNAMED: u64 = 16;

fn score(peek: &Peek<'_>) -> Score {
    let is_described = DESCRIBED.iter().any(|magic| peek.has(0, magic));
    let is_named = ["", "txt", "text", "log", "asc", "list", "lst", "nfo"].contains(&peek.extension);
    if is_described || peek.size < MIN_UNNAMED && !is_named {
        return Score::NONE;
    }
    match charset::is_unclaimed_text(peek) {
        // More than plausible: a file of readable lines needs no extension.
        true => Score(Score::PLAUSIBLE.0 + 1),
        false => Score::NONE,
    }
}

fn page(source: &Source, cx: &Context<'_>) -> Result<thumbling_page::tree::Page> {
    let head = text::head(source, cx)?;
    let lines = head.lines(8);
    // Many scripts do not fit a monospaced grid, and neither does prose.
    let (style, pitch) = match is_prose(&lines) {
        true => (head.sans(text::fitting(&lines, 0.49, 11.0..=13.5), INK), 1.36),
        false => (head.mono(text::fitting(&lines, 0.602, 10.4..=12.4), INK), 1.42),
    };
    let pitch = style.size * pitch;
    let mut terminal = ansi::Terminal::default();
    let blocks = lines.iter().map(|line| Block::Paragraph(paragraph(line, &style, pitch, &mut terminal)));
    Ok(text::page(blocks.collect(), PAGE, MARGIN))
}

fn paragraph(line: &str, style: &RunStyle, pitch: f32, terminal: &mut ansi::Terminal) -> Paragraph {
    let content = terminal.spans(line).into_iter().map(|span| {
        let style = RunStyle {
            color: span.color.unwrap_or(style.color),
            weight: if span.bold { 700 } else { style.weight },
            highlight: span.background,
            ..style.clone()
        };
        Inline::Text(span.text, style)
    });
    Paragraph {
        content: content.collect(),
        style: ParagraphStyle {
            line_spacing: LineSpacing::Exact(pitch),
            breaks: LineBreaks::Words,
            ..ParagraphStyle::default()
        },
        end_style: style.clone(),
    }
}

/// Whether lines are prose, or in scripts that a monospaced font draws badly. Text in columns, or with more symbols
/// than words, is neither.
fn is_prose(lines: &[String]) -> bool {
    let (mut letters, mut foreign, mut signs) = (0usize, 0usize, 0usize);
    for c in lines.iter().flat_map(|line| line.chars()).take(6000) {
        if c.is_alphabetic() {
            letters += 1;
            foreign += usize::from(!c.is_ascii() && !matches!(&fonts::script_of(c), b"Latn" | b"Grek" | b"Cyrl"));
        } else if !c.is_whitespace() && !matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '"' | '-' | '(' | ')') {
            signs += 1;
        }
    }
    let filled = lines.iter().filter(|line| !line.trim().is_empty()).count();
    let aligned = lines.iter().filter(|line| line.trim_start().contains("   ")).count();
    let words = lines.iter().filter(|line| line.split_whitespace().nth(5).is_some()).count();
    let is_plain = signs * 12 < letters && aligned * 10 <= filled && words * 2 >= filled;
    foreign * 4 > letters && aligned * 4 <= filled || is_plain && letters > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::error::ErrorKind;

    fn made(bytes: &[u8], name: &str) -> std::result::Result<crate::Thumbnails, ErrorKind> {
        let request = crate::Request::new().square(256).name(name);
        crate::thumbnail(&Source::from_slice(bytes), &request).map_err(|e| e.kind())
    }

    #[test]
    fn words_without_a_name_are_text() {
        let made = made(b"To be, or not to be, that is the question:\nWhether 'tis nobler in the mind\n", "").unwrap();
        assert_eq!((made.info.format, made.info.width, made.info.pages), (FORMAT, 420.0, 1));
        assert_eq!(made.items[0].height, 256);
    }

    #[test]
    fn zeros_named_txt_are_not() {
        assert_eq!(made(&[0; 5000], "a.txt").err(), Some(ErrorKind::Unsupported));
    }

    #[test]
    fn a_byte_or_two_named_otherwise_are_not() {
        assert_eq!(made(b"\x89", "a.png").err(), Some(ErrorKind::Unsupported));
        assert!(made(b"ok", "a.txt").is_ok());
    }

    #[test]
    fn a_picture_named_txt_stays_a_picture() {
        let png = crate::doc_sample();
        assert_eq!(made(&png, "a.txt").unwrap().info.format.name, "png");
    }

    #[test]
    fn only_the_head_of_a_file_is_read() {
        let source = Source::from_bytes("A line of text.\n".repeat(100_000).into_bytes());
        let made = crate::thumbnail(&source, &crate::Request::new().square(64)).unwrap();
        assert!(made.bytes_read <= 64 << 10, "{}", made.bytes_read);
    }

    #[test]
    fn prose_and_tables_are_distinguished() {
        assert!(is_prose(&["It was the best of times, it was the worst of times,".to_owned()]));
        assert!(is_prose(&["これは日本語の文章です".to_owned()]));
        assert!(!is_prose(&["name   size".to_owned(), "a.txt    12".to_owned()]));
        assert!(!is_prose(&["2024-01-01T00:00:00Z INFO [main] request 12 done in 5 ms".to_owned()]));
    }
}
