//! Tests of layout, in the embedded fonts so that results are the same on every machine.

use super::flow::{Scale, Slab, height};
use super::*;
use crate::fonts::{MONO, SANS};
use crate::style::Color;
use crate::table::RowHeight;
use crate::text::{
    Align, Anchor, Bullet, Caps, FontSet, LineBreaks, LineHeight, LineSpacing, ParagraphStyle, RunStyle, TabAlign,
    TabStop, TextDirection, TextFit,
};
use crate::tree::{Block, Body, Cell, Inline, Insets, Paragraph, Row, Table};
use thumbling_core::cancel::Interrupt;

fn style() -> RunStyle {
    RunStyle { fonts: FontSet::one(SANS), size: 10.0, ..RunStyle::default() }
}

fn paragraph(text: &str, change: impl FnOnce(&mut ParagraphStyle)) -> Paragraph {
    let mut paragraph = Paragraph::plain(text, style());
    change(&mut paragraph.style);
    paragraph
}

fn slabs(paragraph: Paragraph, width: f32) -> Vec<Slab> {
    let interrupt = Interrupt::default();
    let blocks = [Block::Paragraph(paragraph)];
    Typesetter::new(&interrupt).flow(&blocks, width, 1000.0, true, Scale::default()).unwrap()
}

fn glyphs(items: &[Item]) -> Vec<&GlyphRun> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Glyphs(run) => found.push(run),
            Item::Clip(_, items) | Item::Turned(_, items) => found.extend(glyphs(items)),
            _ => {}
        }
    }
    found
}

/// Leftmost origin of each run of a slab.
fn starts(slab: &Slab) -> Vec<f32> {
    glyphs(&slab.items).iter().map(|run| run.glyphs.iter().map(|(_, p)| p.x).fold(f32::MAX, f32::min)).collect()
}

#[test]
fn words_break_at_the_width_of_the_column() {
    let slabs = slabs(paragraph("one two three four five six", |_| {}), 60.0);
    assert!(slabs.len() > 2);
    assert!(slabs.iter().all(|s| s.right <= 60.0), "{:?}", slabs.iter().map(|s| s.right).collect::<Vec<_>>());
    assert!(slabs.windows(2).all(|w| w[1].top >= w[0].top + w[0].height - 0.01));
}

#[test]
fn chinese_breaks_between_characters() {
    assert!(slabs(paragraph("天地玄黄宇宙洪荒日月盈昃", |_| {}), 55.0).len() >= 2);
}

#[test]
fn words_wider_than_the_column_break_unless_breaks_are_off() {
    let long = "x".repeat(60);
    assert!(slabs(paragraph(&long, |_| {}), 60.0).len() > 3);
    assert_eq!(slabs(paragraph(&long, |s| s.breaks = LineBreaks::Never), 60.0).len(), 1);
}

#[test]
fn lines_are_aligned() {
    let left = |align| slabs(paragraph("word", |s| s.align = align), 200.0)[0].left;
    assert_eq!(left(Align::Start), 0.0);
    let (center, right) = (left(Align::Center), left(Align::Right));
    assert!((center * 2.0 - right).abs() < 0.1 && right > 150.0, "{center} {right}");
}

#[test]
fn latin_inside_hebrew_runs_left_to_right() {
    let slabs = slabs(paragraph("שלום abc עולם", |_| {}), 200.0);
    assert!(slabs[0].left > 100.0 && (slabs[0].right - 200.0).abs() < 0.1);
    let runs = glyphs(&slabs[0].items);
    let latin = runs.iter().find(|run| run.glyphs.len() == 3 || run.glyphs.len() == 4).unwrap();
    assert!(latin.glyphs.windows(2).all(|w| w[0].1.x < w[1].1.x));
}

#[test]
fn text_is_aligned_at_tab_stops() {
    let stops = |align| vec![TabStop { position: 100.0, align, leader: None }];
    let at = |align| *starts(&slabs(paragraph("a\tbc", |s| s.tabs = stops(align)), 300.0)[0]).last().unwrap();
    assert!((at(TabAlign::Start) - 100.0).abs() < 0.1);
    let (center, end) = (at(TabAlign::Center), at(TabAlign::End));
    assert!(end < center && center < 100.0 && (100.0 - end) - 2.0 * (100.0 - center) < 0.2, "{center} {end}");
}

#[test]
fn default_tab_stops_are_36_pt_apart() {
    let slabs = slabs(paragraph("a\tb\tc", |_| {}), 300.0);
    let starts = starts(&slabs[0]);
    assert!((starts[1] - 36.0).abs() < 0.1 && (starts[2] - 72.0).abs() < 0.1, "{starts:?}");
}

#[test]
fn text_after_a_hanging_bullet_starts_at_the_indent() {
    let slabs = slabs(
        paragraph("some words that need more than one line", |s| {
            (s.indent_start, s.first_line) = (20.0, -15.0);
            s.bullet = Some(Bullet { text: "•".into(), style: style(), picture: None });
        }),
        100.0,
    );
    let first = starts(&slabs[0]);
    assert!(first.iter().any(|x| (x - 5.0).abs() < 0.5) && first.iter().any(|x| (x - 20.0).abs() < 0.5), "{first:?}");
    assert!((starts(&slabs[1])[0] - 20.0).abs() < 0.5);
}

#[test]
fn line_spacing_is_exact_at_least_or_a_multiple() {
    let high = |spacing| slabs(paragraph("word", |s| s.line_spacing = spacing), 100.0)[0].height;
    let natural = high(LineSpacing::Multiple(1.0));
    assert!((high(LineSpacing::Multiple(2.0)) - 2.0 * natural).abs() < 0.1);
    assert!((high(LineSpacing::Exact(7.0)) - 7.0).abs() < 0.01);
    assert!((high(LineSpacing::AtLeast(40.0)) - 40.0).abs() < 0.01);
    assert_eq!(high(LineSpacing::AtLeast(1.0)), natural);
}

#[test]
fn line_height_is_that_of_the_largest_run() {
    let (small, large) = (style(), RunStyle { size: 30.0, ..style() });
    let content = vec![Inline::Text("large\n".into(), large), Inline::Text("small".into(), small)];
    let slabs = slabs(Paragraph { content, end_style: style(), ..Paragraph::default() }, 300.0);
    assert_eq!(slabs.len(), 2);
    assert!(slabs[0].height > 2.5 * slabs[1].height);
}

#[test]
fn an_empty_paragraph_has_the_height_of_its_end() {
    let empty = Paragraph { end_style: RunStyle { size: 20.0, ..style() }, ..Paragraph::default() };
    assert!(height(&slabs(empty, 100.0)) > 20.0);
}

#[test]
fn space_between_paragraphs_adds_up_or_overlaps() {
    let with = |collapse| {
        let spaced = |s: &mut ParagraphStyle| (s.space_before, s.space_after, s.collapse) = (6.0, 10.0, collapse);
        let blocks = [Block::Paragraph(paragraph("a", spaced)), Block::Paragraph(paragraph("b", spaced))];
        let interrupt = Interrupt::default();
        let slabs = Typesetter::new(&interrupt).flow(&blocks, 100.0, 500.0, true, Scale::default()).unwrap();
        slabs[1].top - slabs[0].height
    };
    assert!((with(false) - 16.0).abs() < 0.01 && (with(true) - 10.0).abs() < 0.01);
}

#[test]
fn small_capitals_are_smaller_capitals() {
    let caps = RunStyle { caps: Caps::Small, ..style() };
    let slabs = slabs(Paragraph::plain("Ab", caps), 100.0);
    let sizes: Vec<f32> = glyphs(&slabs[0].items).iter().map(|run| run.size).collect();
    assert_eq!(sizes, [10.0, 8.0]);
}

#[test]
fn missing_fonts_are_reported_once_per_script() {
    let interrupt = Interrupt::default();
    let mut typesetter = Typesetter::new(&interrupt);
    // A private use character, which has no script and no text font.
    let blocks = [Block::Paragraph(paragraph("a\u{10FFF0}\u{10FFF1}", |_| {}))];
    typesetter.flow(&blocks, 100.0, 100.0, true, Scale::default()).unwrap();
    assert_eq!(typesetter.warnings().count(), 1);
}

#[test]
fn size_based_line_height_ignores_the_font() {
    let of = |family: &str, spacing| {
        let mut paragraph = paragraph("word", |s| (s.line_height, s.line_spacing) = (LineHeight::Size, spacing));
        paragraph.content = vec![Inline::Text("word".into(), RunStyle { fonts: FontSet::one(family), ..style() })];
        let slab = slabs(paragraph, 100.0).remove(0);
        (slab.height, slab.height - slab.baseline)
    };
    let (height, below) = of(SANS, LineSpacing::Multiple(1.0));
    assert!((height - 12.117).abs() < 0.01 && (of(MONO, LineSpacing::Multiple(1.0)).0 - height).abs() < 0.01);
    let (tight, below_tight) = of(SANS, LineSpacing::Multiple(0.8));
    assert!((tight - 0.8 * height).abs() < 0.01 && (below_tight - below).abs() < 0.01);
    assert!(of(SANS, LineSpacing::Multiple(1.5)).1 > below);
}

#[test]
fn a_line_with_only_a_break_has_its_height() {
    let large = RunStyle { size: 30.0, ..style() };
    let mut paragraph = paragraph("", |s| s.line_height = LineHeight::Size);
    paragraph.content = vec![Inline::Text("\n".into(), large), Inline::Text("word\n".into(), style())];
    paragraph.end_style.size = 20.0;
    let sizes: Vec<f32> = slabs(paragraph, 100.0).iter().map(|slab| (slab.height / 1.2117).round()).collect();
    assert_eq!(sizes, [30.0, 10.0, 20.0]);
}

#[test]
fn distributed_text_justifies_the_last_line() {
    let last = |align| {
        let slab = slabs(paragraph("two words", |s| s.align = align), 200.0).remove(0);
        glyphs(&slab.items).iter().flat_map(|run| run.glyphs.iter().map(|(_, at)| at.x)).fold(0.0, f32::max)
    };
    let (spread, plain) = (last(Align::Distribute), last(Align::Justify));
    assert!(spread > 185.0 && plain < 100.0, "{spread} {plain}");
}

#[test]
fn flow_stops_at_its_limit() {
    let blocks = vec![Block::Paragraph(paragraph("line", |_| {})); 1000];
    let interrupt = Interrupt::default();
    let slabs = Typesetter::new(&interrupt).flow(&blocks, 100.0, 100.0, true, Scale::default()).unwrap();
    assert!(slabs.len() < 15);
}

fn body(text: &str) -> Body {
    Body { blocks: vec![Block::Paragraph(paragraph(text, |_| {}))], wrap: true, ..Body::default() }
}

fn placed(body: &Body, area: Rect) -> Vec<Item> {
    let interrupt = Interrupt::default();
    Typesetter::new(&interrupt).body(body, area).unwrap()
}

fn baseline(items: &[Item]) -> f32 {
    glyphs(items)[0].glyphs[0].1.y
}

#[test]
fn text_is_anchored_within_its_insets() {
    let at = |anchor| {
        let insets = Insets { top: 10.0, ..Insets::default() };
        baseline(&placed(&Body { anchor, insets, ..body("x") }, Rect::new(0.0, 100.0, 100.0, 200.0)))
    };
    let (top, middle, bottom) = (at(Anchor::Top), at(Anchor::Middle), at(Anchor::Bottom));
    assert!(top > 110.0 && top < 125.0 && bottom > 285.0 && bottom < 300.0);
    assert!(((top + bottom) / 2.0 - middle).abs() < 0.1);
}

#[test]
fn scaled_text_has_less_height() {
    let text = "many words ".repeat(30);
    let area = Rect::new(0.0, 0.0, 100.0, 60.0);
    let lowest = |fit| {
        let items = placed(&Body { fit, ..body(&text) }, area);
        glyphs(&items).iter().flat_map(|run| run.glyphs.iter().map(|g| g.1.y)).fold(0.0, f32::max)
    };
    let (whole, half) = (lowest(TextFit::Overflow), lowest(TextFit::Scaled { scale: 0.5, less: 0.0 }));
    assert!(whole > 100.0 && half < whole * 0.4, "{whole} {half}");
}

#[test]
fn columns_are_filled_one_after_the_other() {
    let text = "word ".repeat(60);
    let items = placed(&Body { columns: 2, column_gap: 10.0, ..body(&text) }, Rect::new(0.0, 0.0, 210.0, 80.0));
    let runs = glyphs(&items);
    let right = runs.iter().filter(|run| run.glyphs[0].1.x >= 110.0).count();
    assert!(right > 1 && runs.iter().all(|run| run.glyphs[0].1.y < 250.0));
}

#[test]
fn columns_can_start_at_the_right() {
    let two = Body { columns: 2, columns_leftward: true, ..body("word") };
    let items = placed(&two, Rect::new(0.0, 0.0, 200.0, 80.0));
    assert!(glyphs(&items)[0].glyphs[0].1.x >= 100.0);
}

#[test]
fn stacked_letters_start_a_column_per_line() {
    let xs = |direction| {
        let items = placed(&Body { direction, ..body("ab\ncd") }, Rect::new(0.0, 0.0, 100.0, 200.0));
        glyphs(&items).iter().map(|run| run.glyphs[0].1.x).collect::<Vec<_>>()
    };
    let (right, left) = (xs(TextDirection::Stacked), xs(TextDirection::StackedLeftward));
    assert!(right.len() == 4 && right[0] < 20.0 && right[2] > right[1] + 5.0, "{right:?}");
    assert!(left[0] > 80.0 && left[2] < left[1] - 5.0, "{left:?}");
}

#[test]
fn text_that_fills_its_box_is_stretched() {
    let items = placed(&Body { fit: TextFit::Fill, ..body("word") }, Rect::new(10.0, 10.0, 400.0, 300.0));
    let Some(Item::Turned(stretch, _)) = items.first() else { panic!("not stretched") };
    assert!(stretch.sx > 10.0 && stretch.sy > 20.0 && stretch.tx == 10.0 && stretch.ty == 10.0, "{stretch:?}");
}

#[test]
fn rotated_text_is_laid_out_along_the_height() {
    let items = placed(
        &Body { direction: TextDirection::Clockwise, ..body("one line of words") },
        Rect::new(0.0, 0.0, 20.0, 200.0),
    );
    let Item::Turned(transform, inner) = &items[0] else { panic!("not turned") };
    assert_eq!(glyphs(inner).len(), 1);
    assert_eq!((transform.kx, transform.ky), (-1.0, 1.0));
}

fn cell(column: usize, text: &str) -> Cell {
    Cell { column, body: body(text), ..Cell::default() }
}

fn rows(table: &Table) -> Vec<Slab> {
    let interrupt = Interrupt::default();
    Typesetter::new(&interrupt).table(table, 500.0, 1000.0, Scale::default()).unwrap()
}

#[test]
fn row_height_is_that_of_the_highest_cell_unless_exact() {
    let cells = || vec![cell(0, "a"), cell(1, "several words that need several lines")];
    let row = |height| Row { height, cells: cells() };
    let table = Table {
        columns: vec![50.0, 50.0],
        rows: vec![row(RowHeight::AtLeast(5.0)), row(RowHeight::Exact(11.0))],
        ..Table::default()
    };
    let slabs = rows(&table);
    assert!(slabs[0].height > 30.0);
    assert_eq!((slabs[1].height, slabs[1].top), (11.0, slabs[0].height));
}

#[test]
fn a_row_span_extends_its_last_row() {
    let tall = Cell { row_span: 2, ..cell(0, "one two three four five six seven eight") };
    let table = Table {
        columns: vec![40.0, 40.0],
        rows: vec![
            Row { cells: vec![tall, cell(1, "x")], ..Row::default() },
            Row { cells: vec![cell(1, "y")], ..Row::default() },
        ],
        ..Table::default()
    };
    let slabs = rows(&table);
    assert!(slabs[1].height > 2.0 * slabs[0].height);
}

#[test]
fn cells_never_overlap() {
    use crate::style::Stroke;
    let greedy = |column| Cell {
        column,
        column_span: usize::MAX,
        row_span: usize::MAX,
        fill: Color::BLACK.into(),
        borders: crate::table::Borders::all(&Stroke::new(Color::BLACK, 1.0)),
        ..Cell::default()
    };
    // Each cell extends as far as the cells above and to its right allow.
    let row = |column| Row { height: RowHeight::Exact(1.0), cells: vec![greedy(column), greedy(column + 1)] };
    let table = Table { columns: vec![1.0; 100], rows: (0..100).rev().map(row).collect(), ..Table::default() };
    let fill = |item: &Item| if let Item::Fill(rect, _) = item { Some(rect.width * rect.height) } else { None };
    let covered: f32 = rows(&table).iter().flat_map(|slab| &slab.items).filter_map(fill).sum();
    assert_eq!(covered, 100.0 * 101.0 / 2.0);
}

#[test]
fn a_paragraph_of_only_tabs_is_fast() {
    let tabs = "\t".repeat(20_000);
    let started = std::time::Instant::now();
    assert!(!slabs(paragraph(&tabs, |_| {}), 1e6).is_empty());
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn text_of_sheets_spills_into_empty_cells_only() {
    let long = |column| {
        let mut cell = cell(column, "text that is far wider than its cell");
        (cell.spills, cell.body.clipped, cell.body.wrap) = (true, true, false);
        cell
    };
    let clip = |cells: Vec<Cell>| {
        let table = Table {
            columns: vec![30.0; 5],
            rows: vec![Row { height: RowHeight::Exact(12.0), cells }],
            ..Table::default()
        };
        let found =
            rows(&table)[0].items.iter().find_map(|i| if let Item::Clip(rect, _) = i { Some(*rect) } else { None });
        found.unwrap().width
    };
    assert_eq!(clip(vec![long(0)]), 150.0);
    assert_eq!(clip(vec![long(0), cell(2, "x")]), 60.0);
}

#[test]
fn the_wider_line_wins_between_two_cells() {
    use crate::style::Stroke;
    let with = |column, width| Cell {
        borders: crate::table::Borders::all(&Stroke::new(Color::BLACK, width)),
        ..cell(column, "")
    };
    let row = Row { height: RowHeight::Exact(10.0), cells: vec![with(0, 1.0), with(1, 3.0)] };
    let slabs = rows(&Table { columns: vec![20.0, 20.0], rows: vec![row], ..Table::default() });
    let middle: Vec<f32> = slabs[0]
        .items
        .iter()
        .filter_map(|i| match i {
            Item::Line(from, to, stroke) if from.x == 20.0 && to.x == 20.0 => Some(stroke.width),
            _ => None,
        })
        .collect();
    assert_eq!(middle, [3.0]);
}

#[test]
fn monospaced_text_keeps_its_columns() {
    let mono = RunStyle { fonts: FontSet::one(MONO), ..style() };
    let slabs = slabs(Paragraph::plain("iiii\nMMMM", mono), 300.0);
    assert!((slabs[0].right - slabs[1].right).abs() < 0.01);
}
