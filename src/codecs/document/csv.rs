//! Comma-separated values: the start of the file as a table.

use csv::{ReaderBuilder, StringRecord};

use crate::text::charset;
use crate::text::{self, INK};
use thumbling_core::decode::{Context, FormatEntry};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;
use thumbling_page::document::Document;
use thumbling_page::fonts::SANS;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::table::{Borders, RowHeight};
use thumbling_page::text::{Align, Anchor, FontSet, LineBreaks, ParagraphStyle, RunStyle};
use thumbling_page::tree::{Block, Body, Cell, Insets, Node, Page, Paragraph, Point, Row, Table};

const FORMAT: Format = Format::document("csv");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["text/csv", "text/tab-separated-values"],
    score,
    open: |source, cx| Ok(Box::new(Document { format: FORMAT, page: page(source, cx)?, pages: 1 })),
};

/// The visible part of the sheet, pt: the aspect ratio of a spreadsheet window.
const WIDTH: f32 = 480.0;
const HEIGHT: f32 = 352.0;
const TYPE: f32 = 11.5;
const ROW: f32 = 19.0;
/// Width of a column, pt.
const COLUMN: std::ops::RangeInclusive<f32> = 36.0..=190.0;
/// Most columns and rows that can be visible.
const MAX_COLUMNS: usize = 14;
const MAX_ROWS: usize = 24;
/// Characters of a cell that can be visible.
const MAX_CELL: usize = 80;

fn score(peek: &Peek<'_>) -> Score {
    let is_named = ["csv", "tsv", "tab"].contains(&peek.extension);
    match is_named && charset::is_unclaimed_text(peek) {
        true => Score(Score::PLAUSIBLE.0 + 2),
        false => Score::NONE,
    }
}

fn page(source: &Source, cx: &Context<'_>) -> Result<Page> {
    let head = text::head(source, cx)?;
    let mut lines = head.text.as_str();
    // Excel declares the separator in the first line; some tools write comments there.
    let mut delimiter = None;
    while let Some((first, rest)) = lines.split_once('\n') {
        match first.strip_prefix("sep=").map(str::as_bytes) {
            Some([separator]) => delimiter = Some(*separator),
            _ if first.starts_with('#') || first.trim().is_empty() => {}
            _ => break,
        }
        lines = rest;
    }
    let delimiter = delimiter.unwrap_or_else(|| delimiter_of(lines));
    let rows = rows(lines, delimiter);
    let style = RunStyle {
        fonts: FontSet { language: head.language, ..FontSet::one(SANS) },
        size: TYPE,
        color: INK,
        ..RunStyle::default()
    };
    let line = Stroke::new(Color::hex(0xD0D7DE), 0.75);
    let table = Node::Table(Box::new(table(&rows, &style, &line)), Point::default());
    Ok(Page { width: WIDTH, height: HEIGHT, background: Color::WHITE.into(), nodes: vec![table] })
}

/// The separator that splits the first lines into the same number of fields, at least two.
fn delimiter_of(text: &str) -> u8 {
    let consistency = |delimiter: u8| {
        let counts: Vec<usize> = rows(text, delimiter).iter().take(12).map(StringRecord::len).collect();
        let first = counts.first().copied().unwrap_or(1);
        let same = counts.iter().filter(|n| **n == first).count();
        if first < 2 { (0, 0) } else { (same * 100 / counts.len().max(1), first) }
    };
    // The first of equals wins.
    b",;\t|".iter().rev().copied().max_by_key(|d| consistency(*d)).unwrap_or(b',')
}

fn rows(text: &str, delimiter: u8) -> Vec<StringRecord> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    reader.records().map_while(std::result::Result::ok).take(MAX_ROWS).collect()
}

fn table(rows: &[StringRecord], style: &RunStyle, line: &Stroke) -> Table {
    let columns = rows.iter().map(StringRecord::len).max().unwrap_or(0).clamp(1, MAX_COLUMNS);
    let shown = |text: &str| -> String {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CELL).collect::<String>().trim().to_owned()
    };
    // About as wide as the widest cell; the last column extends to the edge.
    let mut widths: Vec<f32> = (0..columns)
        .map(|c| {
            let width = |row: &StringRecord| row.get(c).map_or(0.0, |text| em(&shown(text)) * TYPE + 14.0);
            rows.iter().map(width).fold(0.0, f32::max).clamp(*COLUMN.start(), *COLUMN.end())
        })
        .collect();
    while widths.iter().sum::<f32>() < WIDTH && widths.len() < 4 * MAX_COLUMNS {
        widths.push(64.0);
    }
    let has_header = has_header(rows);
    let mut laid = Vec::new();
    for (n, record) in rows.iter().enumerate() {
        let is_header = n == 0 && has_header;
        let cells = record.iter().enumerate().take(columns).map(|(column, text)| {
            let text = shown(text);
            let align = if !is_header && is_number(&text) { Align::Right } else { Align::Start };
            let weight = if is_header { 700 } else { 400 };
            let style = RunStyle { weight, ..style.clone() };
            cell(column, &text, style, align, is_header)
        });
        laid.push(Row { height: RowHeight::Exact(ROW), cells: cells.collect() });
    }
    while laid.len() < MAX_ROWS {
        laid.push(Row { height: RowHeight::Exact(ROW), cells: Vec::new() });
    }
    Table { columns: widths, rows: laid, gridlines: Some(line.clone()), ..Table::default() }
}

fn cell(column: usize, text: &str, style: RunStyle, align: Align, is_header: bool) -> Cell {
    let mut body = Body { anchor: Anchor::Middle, insets: Insets::all(0.0), clipped: true, ..Body::default() };
    (body.insets.left, body.insets.right) = (5.0, 5.0);
    if !text.is_empty() {
        let mut paragraph = Paragraph::plain(text, style);
        paragraph.style = ParagraphStyle { align, breaks: LineBreaks::Never, ..ParagraphStyle::default() };
        body.blocks = vec![Block::Paragraph(paragraph)];
    }
    let fill = if is_header { Fill::Solid(Color::hex(0xEAEEF2)) } else { Fill::None };
    let borders = match is_header {
        true => Borders::all(&Stroke::new(Color::hex(0xC4CCD4), 0.8)),
        false => Borders::default(),
    };
    Cell { column, fill, borders, body, spills: false, ..Cell::default() }
}

/// Whether the first row is a header: it has no numbers, and other rows have some or all its cells are filled.
fn has_header(rows: &[StringRecord]) -> bool {
    let Some(first) = rows.first() else { return false };
    rows.len() > 1 && first.len() > 1 && first.iter().all(|cell| !cell.trim().is_empty() && !is_number(cell))
}

fn is_number(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['-', '+', '$', '€', '£', '¥']).trim_end_matches('%').trim();
    !digits.is_empty()
        && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | 'e' | 'E' | '-' | '+' | ' '))
        && digits.matches('-').count() < 2
}

/// Approximate width of a text, in ems.
fn em(text: &str) -> f32 {
    let of = |c: char| match c {
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' => 0.3,
        'm' | 'w' | 'M' | 'W' | '@' => 0.9,
        'A'..='Z' => 0.68,
        c if c >= '\u{2E80}' => 1.0,
        _ => 0.57,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_splits_all_lines_alike() {
        assert_eq!(delimiter_of("a,b,c\n1,2,3\n"), b',');
        assert_eq!(delimiter_of("a;b\n1,5;2,5\n3,1;4,4\n"), b';');
        assert_eq!(delimiter_of("a\tb\n1, 2\t3\n"), b'\t');
        assert_eq!(delimiter_of("one column\nof words\n"), b',');
    }

    #[test]
    fn numbers_may_have_signs_and_currencies() {
        assert!(["12", "-3.5", "1,234.00", "45%", "$9.99", "1e-5"].iter().all(|n| is_number(n)));
        assert!(["", "abc", "2024-01-02", "10 km", "+"].iter().all(|n| !is_number(n)));
    }

    #[test]
    fn a_first_row_of_words_names_the_columns() {
        let rows = |text: &str| super::rows(text, b',');
        assert!(has_header(&rows("name,age\nAnn,5\n")));
        assert!(!has_header(&rows("Ann,5\nBob,6\n")));
    }

    #[test]
    fn a_csv_file_is_a_sheet() {
        let request = crate::Request::new().square(128).name("a.csv");
        let made = crate::thumbnail(&Source::from_bytes(*b"name,age\nAnn,5\n\"Smith, Bob\",6\n"), &request).unwrap();
        assert_eq!((made.info.format, made.items[0].width), (FORMAT, 128));
    }
}
