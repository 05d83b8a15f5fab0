use std::collections::VecDeque;

use super::*;
use crate::fonts::SANS;
use crate::layout::{Item, Typesetter};
use crate::style::{Color, Fill};
use crate::table::RowHeight;
use crate::text::{Align, Anchor, FontSet, LineSpacing, RunStyle, TabAlign, TabStop};
use crate::tree::{Insets, Node, Rect, Shape};
use std::sync::Arc;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::Result;

struct Blocks(VecDeque<Block>, usize);

impl Source for Blocks {
    fn next_block(&mut self) -> Result<Option<Block>> {
        self.1 += 1;
        Ok(self.0.pop_front())
    }
}

fn run() -> Arc<RunStyle> {
    Arc::new(RunStyle { fonts: FontSet::one(SANS), size: 10.0, ..RunStyle::default() })
}

/// A paragraph of lines of exactly 20 pt, so that positions do not depend on fonts.
fn paragraph(text: &str) -> Paragraph {
    let content = if text.is_empty() { Vec::new() } else { vec![Inline::Text(text.to_owned(), run())] };
    let style = ParagraphStyle { spacing: LineSpacing::Exact(20.0), ..ParagraphStyle::default() };
    Paragraph { content, style, mark: run() }
}

fn block(paragraph: Paragraph) -> Block {
    Block::Paragraph(Box::new(paragraph))
}

/// A page of 200 × 140 pt with margins of 20 pt: five lines of 160 pt.
fn section() -> Section {
    Section {
        width: 200.0,
        height: 140.0,
        margins: Insets::all(20.0),
        header_distance: 5.0,
        footer_distance: 5.0,
        columns: vec![Column { width: 160.0, gap: 0.0 }],
        right_to_left: false,
        separator: None,
        grid: None,
        anchor: Anchor::Top,
        start: SectionStart::Page,
        header: Vec::new(),
        footer: Vec::new(),
        borders: None,
        line_numbers: None,
        background: Fill::None,
        is_vertical: false,
    }
}

fn laid(section: Section, blocks: Vec<Block>) -> (Vec<Item>, usize) {
    let interrupt = Interrupt::default();
    let mut all = VecDeque::from(blocks);
    all.push_front(Block::Section(Box::new(section)));
    let mut source = Blocks(all, 0);
    let page = {
        let mut typesetter = Typesetter::new(&interrupt);
        first_page(&mut source, &mut typesetter).unwrap()
    };
    (page.items, source.1)
}

/// Left end and baseline of the glyph runs on the page, rounded.
fn places(items: &[Item]) -> Vec<(i32, i32)> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Glyphs(run) => {
                found.extend(run.glyphs.first().map(|(_, at)| (at.x.round() as i32, at.y.round() as i32)));
            }
            Item::Clip(_, inner) => found.extend(places(inner)),
            _ => {}
        }
    }
    found
}

fn on_page(blocks: Vec<Block>) -> Vec<(i32, i32)> {
    places(&laid(section(), blocks).0)
}

#[test]
fn the_page_ends_the_document() {
    let (items, pulled) = laid(section(), (0..1000).map(|_| block(paragraph("x"))).collect());
    // Baselines are four fifths down in lines of exact height.
    assert_eq!(places(&items), [(20, 36), (20, 56), (20, 76), (20, 96), (20, 116)]);
    assert!(pulled < 10, "{pulled}");
}

#[test]
fn paragraphs_that_stay_with_the_next_leave_the_page_with_it() {
    let mut heading = paragraph("x");
    heading.style.keep_next = true;
    let blocks = (0..4).map(|_| block(paragraph("x"))).chain([block(heading), block(paragraph("y"))]).collect();
    assert_eq!(on_page(blocks).len(), 4);
}

#[test]
fn widows_take_a_line_with_them() {
    let long = |lines: usize| {
        let mut long = paragraph("");
        for n in 0..lines {
            if n > 0 {
                long.content.push(Inline::Break(Break::Line, run()));
            }
            long.content.push(Inline::Text("x".to_owned(), run()));
        }
        block(long)
    };
    // Of four lines three would fit, of three lines two; one is never alone.
    let after = |above: usize, lines: usize| {
        let mut blocks: Vec<Block> = (0..above).map(|_| block(paragraph("x"))).collect();
        blocks.push(long(lines));
        on_page(blocks).len() - above
    };
    assert_eq!((after(2, 4), after(2, 5), after(4, 4), after(3, 3)), (2, 3, 0, 0));
}

#[test]
fn a_page_break_ends_the_page() {
    let mut broken = paragraph("x");
    broken.content.push(Inline::Break(Break::Page, run()));
    broken.content.push(Inline::Text("y".to_owned(), run()));
    assert_eq!(on_page(vec![block(broken), block(paragraph("z"))]).len(), 1);
}

#[test]
fn tabs_align_text_at_their_stops() {
    let at = |align: TabAlign| {
        let mut tabbed = paragraph("");
        tabbed.style.tabs = vec![TabStop { position: 100.0, align, leader: None }];
        tabbed.content = vec![Inline::Tab(run()), Inline::Text("xxxx".to_owned(), run())];
        on_page(vec![block(tabbed)])[0].0
    };
    let (start, center, end) = (at(TabAlign::Start), at(TabAlign::Center), at(TabAlign::End));
    assert_eq!(start, 120);
    assert!(((start - center) * 2 - (start - end)).abs() <= 1 && end < center, "{center} {end}");
    // Without stops of its own, text goes to the next default stop.
    let mut plain = paragraph("");
    plain.content = vec![Inline::Tab(run()), Inline::Text("x".to_owned(), run())];
    assert_eq!(on_page(vec![block(plain)]), [(56, 36)]);
}

#[test]
fn lines_are_aligned_and_justified() {
    let aligned = |align: Align, right_to_left: bool| {
        let mut p = paragraph("x");
        (p.style.align, p.style.right_to_left) = (align, right_to_left);
        on_page(vec![block(p)])[0].0
    };
    assert!((95..=100).contains(&aligned(Align::Center, false)));
    assert!(aligned(Align::End, false) > 170);
    assert!(aligned(Align::Start, true) > 170);
    assert_eq!(aligned(Align::End, true), 20);
    let mut justified = paragraph("mmmm mmmm mmmm mmmm mmmm mmmm mmmm");
    justified.style.align = Align::Justify;
    let (items, _) = laid(section(), vec![block(justified)]);
    let ends: Vec<f32> = items
        .iter()
        .filter_map(|i| if let Item::Glyphs(run) = i { run.glyphs.last().map(|(_, at)| at.x) } else { None })
        .collect();
    // The last m of the first line ends at the margin.
    assert!(ends[0] > 169.0 && ends[0] < 175.0 && ends[1] < 169.0, "{ends:?}");
}

#[test]
fn text_flows_around_drawings() {
    let mut anchored = paragraph("mm mm mm mm mm mm mm mm mm mm");
    let float = Float {
        drawing: Drawing { width: 60.0, height: 30.0, parts: Vec::new() },
        x: (Origin::Column, Place::Start),
        y: (Origin::Paragraph, Place::At(0.0)),
        wrap: Wrap::Square(Side::Both),
        ..Float::default()
    };
    anchored.content.insert(0, Inline::Float(Box::new(float.clone())));
    let lefts: Vec<i32> = on_page(vec![block(anchored.clone())]).iter().map(|p| p.0).collect();
    assert_eq!(lefts[..2], [80, 80]);
    if let Inline::Float(own) = &mut anchored.content[0] {
        own.wrap = Wrap::TopAndBottom;
    }
    assert_eq!(on_page(vec![block(anchored)])[0], (20, 66));
}

#[test]
fn sections_flow_in_columns_and_balance_before_the_next_one() {
    let columns = vec![Column { width: 70.0, gap: 20.0 }, Column { width: 70.0, gap: 0.0 }];
    let two = Section { columns, ..section() };
    let lines: Vec<Block> = (0..7).map(|_| block(paragraph("x"))).collect();
    let tall = places(&laid(two.clone(), lines).0);
    assert_eq!(tall[4..6], [(20, 116), (110, 36)]);
    let next = Section { start: SectionStart::Continuous, ..section() };
    let mut blocks: Vec<Block> = (0..4).map(|_| block(paragraph("x"))).collect();
    blocks.extend([Block::Section(Box::new(next)), block(paragraph("y"))]);
    assert_eq!(places(&laid(two, blocks).0), [(20, 36), (20, 56), (110, 36), (110, 56), (20, 76)]);
}

#[test]
fn footnotes_stand_at_the_bottom_and_take_its_room() {
    let mut noted = paragraph("x");
    noted.content.push(Inline::Note(vec![block(paragraph("n"))]));
    let mut blocks = vec![block(noted)];
    blocks.extend((0..9).map(|_| block(paragraph("x"))));
    // Three lines, the separator, and the note in the last line of the page.
    assert_eq!(on_page(blocks), [(20, 36), (20, 56), (20, 76), (20, 116)]);
}

#[test]
fn headers_push_the_text_down() {
    let header = (0..3).map(|_| block(paragraph("h"))).collect();
    let (items, _) = laid(Section { header, ..section() }, vec![block(paragraph("x"))]);
    assert_eq!(places(&items).last(), Some(&(20, 81)));
}

fn cell(column: usize, text: &str) -> Cell {
    Cell { column, column_span: 1, row_span: 1, blocks: vec![block(paragraph(text))], ..Cell::default() }
}

#[test]
fn rows_are_as_high_as_their_cells_and_break_over_pages() {
    let row = |cells: Vec<Cell>| Row { height: RowHeight::AtLeast(30.0), cells, is_whole: true };
    let rows = (0..5).map(|_| row(vec![cell(0, "a"), cell(1, "b")])).collect();
    let table = Table { columns: vec![50.0, 60.0], rows, ..Table::default() };
    let placed = on_page(vec![Block::Table(Box::new(table))]);
    assert_eq!(placed, [(20, 36), (70, 36), (20, 66), (70, 66), (20, 96), (70, 96)]);
}

#[test]
fn column_widths_follow_the_content_where_they_are_not_given() {
    let row = Row { cells: vec![cell(0, "mmmmmmmm"), cell(1, "i")], ..Row::default() };
    let table = Table { columns: vec![10.0, 10.0], rows: vec![row], fits_content: true, ..Table::default() };
    let placed = on_page(vec![Block::Table(Box::new(table))]);
    assert!(placed[1].0 > 80 && placed[1].1 == 36, "{placed:?}");
}

#[test]
fn shading_and_borders_join_between_equal_paragraphs() {
    let shaded = || {
        let mut p = paragraph("x");
        p.style.shading = Some(Color::hex(0xFF_0000));
        p.style.after = 10.0;
        block(p)
    };
    let (items, _) = laid(section(), vec![shaded(), shaded()]);
    let fills: Vec<Rect> =
        items.iter().filter_map(|i| if let Item::Fill(r, _) = i { Some(*r) } else { None }).collect();
    assert_eq!((fills[0].y, fills[0].height, fills[1].y, fills[1].height), (20.0, 20.0, 40.0, 30.0));
}

#[test]
fn inline_drawings_stand_on_the_baseline() {
    let mut p = paragraph("");
    p.style.spacing = LineSpacing::Multiple(1.0);
    let node = Node::Shape(Box::new(Shape { bounds: Rect::new(0.0, 0.0, 30.0, 40.0), ..Shape::default() }));
    let drawing = Drawing { width: 30.0, height: 40.0, parts: vec![Part::Node(node)] };
    p.content = vec![Inline::Object(Box::new(drawing), run()), Inline::Text("x".to_owned(), run())];
    let (items, _) = laid(section(), vec![block(p)]);
    assert_eq!(places(&items), [(50, 60)]);
}

#[test]
fn nested_tables_end_at_a_depth() {
    let mut inner = vec![block(paragraph("x"))];
    for _ in 0..60 {
        let cell = Cell { column_span: 1, row_span: 1, blocks: inner, ..Cell::default() };
        let row = Row { cells: vec![cell], ..Row::default() };
        inner = vec![Block::Table(Box::new(Table { columns: vec![100.0], rows: vec![row], ..Table::default() }))];
    }
    assert!(on_page(inner).is_empty());
}

#[test]
fn vertical_sections_turn_the_page_and_not_its_ideographs() {
    let (items, _) = laid(Section { is_vertical: true, ..section() }, vec![block(paragraph("語a"))]);
    let [Item::Turned(turn, inner)] = &items[..] else { panic!("not turned") };
    // The top right of the text area is where lines start.
    let mut start = [tiny_skia::Point::from_xy(20.0, 20.0)];
    turn.map_points(&mut start);
    assert_eq!((start[0].x, start[0].y), (180.0, 20.0));
    let upright = inner.iter().filter(|item| matches!(item, Item::Turned(..))).count();
    assert_eq!((upright, inner.len()), (1, 2));
}

#[test]
fn text_boxes_take_the_height_of_their_text() {
    let shape = Shape { bounds: Rect::new(0.0, 0.0, 60.0, 100.0), ..Shape::default() };
    let frame = TextFrame {
        bounds: shape.bounds,
        insets: Insets::all(5.0),
        fits: true,
        blocks: vec![block(paragraph("x"))],
        ..TextFrame::default()
    };
    let parts = vec![Part::Node(Node::Shape(Box::new(shape))), Part::Text(frame)];
    let drawing = Drawing { width: 60.0, height: 100.0, parts };
    let float = Float { drawing, wrap: Wrap::TopAndBottom, ..Float::default() };
    let mut anchored = paragraph("y");
    anchored.content.insert(0, Inline::Float(Box::new(float)));
    // One line and the insets, then the paragraph.
    assert_eq!(on_page(vec![block(anchored)]), [(20, 66), (25, 41)]);
}
