//! Plain text: the head of the file, as an editor shows it. Logs keep the colours of their terminal.

use crate::decode::{Context, FormatEntry};
use crate::error::Result;
use crate::format::Format;
use crate::page::document::Document;
use crate::page::fonts;
use crate::page::text::{Block, Inline, LineBreaks, LineSpacing, Paragraph, ParagraphStyle, RunStyle};
use crate::probe::{Peek, Score};
use crate::source::Source;
use crate::structure::text::{self, INK, LINE, MARGIN, PAGE, TYPE};
use crate::structure::{ansi, charset};

const FORMAT: Format = Format::document("text");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["text/plain"],
    score,
    open: |source, cx| Ok(Box::new(Document { format: FORMAT, page: page(source, cx)?, pages: 1 })),
};

/// Text files whose content is a document in a language of its own, which nobody wants to read.
const DESCRIBED: &[&[u8]] = &[b"{\\rtf", b"%PDF-", b"%!PS", b"\x25\x21FontType", b"solid ", b"ISO-10303-21"];

fn score(peek: &Peek<'_>) -> Score {
    let is_described = DESCRIBED.iter().any(|magic| peek.has(0, magic));
    match !is_described && charset::is_text(peek.head, peek.size <= peek.head.len() as u64) {
        // Above the merely plausible: a file of readable lines needs no name.
        true => Score(Score::PLAUSIBLE.0 + 1),
        false => Score::NONE,
    }
}

fn page(source: &Source, cx: &Context<'_>) -> Result<crate::page::tree::Page> {
    let head = text::head(source, cx)?;
    let lines = head.lines(8);
    // Words of many scripts are not made for cells of one width, and neither are paragraphs of prose.
    let style = if is_prose(&lines) { head.sans(TYPE, INK) } else { head.mono(TYPE - 1.0, INK) };
    let mut terminal = ansi::Terminal::default();
    let blocks = lines.iter().map(|line| Block::Paragraph(paragraph(line, &style, &mut terminal)));
    Ok(text::page(blocks.collect(), PAGE, MARGIN))
}

fn paragraph(line: &str, style: &RunStyle, terminal: &mut ansi::Terminal) -> Paragraph {
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
            line_spacing: LineSpacing::Exact(LINE),
            breaks: LineBreaks::Words,
            ..ParagraphStyle::default()
        },
        end_style: style.clone(),
    }
}

/// Whether lines are paragraphs of prose, or in scripts that a monospaced font does not draw well.
fn is_prose(lines: &[String]) -> bool {
    let (mut letters, mut wide) = (0usize, 0usize);
    for c in lines.iter().flat_map(|line| line.chars()).take(4000).filter(|c| c.is_alphabetic()) {
        letters += 1;
        wide += usize::from(!c.is_ascii() && !matches!(&fonts::script_of(c), b"Latn" | b"Grek" | b"Cyrl"));
    }
    let long = lines.iter().filter(|line| line.chars().count() > 100 && line.contains(' ')).count();
    let filled = lines.iter().filter(|line| !line.trim().is_empty()).count();
    wide * 4 > letters || (long * 3 > filled && long > 1)
}


#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn made(bytes: &[u8], name: &str) -> std::result::Result<crate::Thumbnails, ErrorKind> {
        let request = crate::Request::new().square(256).name(name);
        crate::thumbnail(&Source::bytes(bytes), &request).map_err(|e| e.kind())
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
    fn a_picture_named_txt_stays_a_picture() {
        let png = crate::doc_sample();
        assert_eq!(made(&png, "a.txt").unwrap().info.format.name, "png");
    }

    #[test]
    fn only_the_head_of_a_file_is_read() {
        let source = Source::bytes("A line of text.\n".repeat(100_000).into_bytes());
        let made = crate::thumbnail(&source, &crate::Request::new().square(64)).unwrap();
        assert!(made.bytes_read <= 64 << 10, "{}", made.bytes_read);
    }

    #[test]
    fn prose_is_told_from_tables() {
        let prose = vec!["It was the best of times, it was the worst of times, ".repeat(4); 3];
        assert!(is_prose(&prose));
        assert!(is_prose(&["これは日本語の文章です".to_owned()]));
        assert!(!is_prose(&["name   size".to_owned(), "a.txt    12".to_owned()]));
    }
}
