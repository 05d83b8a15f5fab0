//! Renders all shapes into one picture: `THUMBLING_SHAPE_SHEET=sheet.png cargo test -p thumbling-office -- --ignored
//! a_sheet_of_all_shapes`.

use crate::testing;
use thumbling_core::geometry::Size;
use thumbling_page::fonts::SANS;
use thumbling_page::style::{Color, Fill, Stroke};
use thumbling_page::text::{FontSet, RunStyle};
use thumbling_page::tree::{Block, Body, Node, Outline, Page, Paragraph, Rect, Shape};

use super::*;

const COLUMNS: usize = 14;
const CELL: (f32, f32) = (110.0, 100.0);

fn cell(name: &'static str, (x, y): (f32, f32)) -> Vec<Node> {
    let bounds = Rect::new(x + 20.0, y + 16.0, 70.0, 50.0);
    let geometry = preset(name, &[], (bounds.width, bounds.height)).unwrap();
    let style = RunStyle { fonts: FontSet::one(SANS), size: 8.0, ..RunStyle::default() };
    let label = Body { blocks: vec![Block::Paragraph(Paragraph::plain(name, style))], ..Body::default() };
    let text = geometry.text.unwrap_or_default();
    vec![
        Node::Shape(Box::new(Shape {
            bounds,
            outline: Outline::Paths(geometry.paths),
            fill: Fill::Solid(Color::hex(0x5B_9B_D5)),
            stroke: Some(Stroke::new(Color::hex(0x1F_3A_5F), 1.0)),
            ..Shape::default()
        })),
        Node::Shape(Box::new(Shape {
            bounds: Rect { x: text.x + bounds.x, y: text.y + bounds.y, ..text },
            stroke: Some(Stroke::new(Color::hex(0xE0_40_20), 0.5)),
            ..Shape::default()
        })),
        Node::Text(Box::new(label), Rect::new(x + 2.0, y + 84.0, CELL.0 - 4.0, 12.0)),
    ]
}

#[test]
#[ignore = "writes a picture to be looked at"]
fn a_sheet_of_all_shapes() {
    let Some(path) = std::env::var_os("THUMBLING_SHAPE_SHEET") else { return };
    let at = |i: usize| ((i % COLUMNS) as f32 * CELL.0, (i / COLUMNS) as f32 * CELL.1);
    let mut names: Vec<_> = names().collect();
    names.sort_unstable();
    let nodes: Vec<Node> = names.iter().enumerate().flat_map(|(i, name)| cell(name, at(i))).collect();
    let (width, height) = (COLUMNS as f32 * CELL.0, names.len().div_ceil(COLUMNS) as f32 * CELL.1);
    let page = Page { width, height, background: Fill::None, nodes };
    let size = Size::new(width as u32 * 2, height as u32 * 2);
    let frame = testing::with_context(|cx| thumbling_page::paint::page(&page, size, cx)).0.unwrap();
    let mut encoder = png::Encoder::new(std::fs::File::create(path).unwrap(), size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(frame.as_u8().unwrap()).unwrap();
}
