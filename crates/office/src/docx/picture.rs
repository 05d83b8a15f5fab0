//! Pictures as drawings in a line.

use thumbling_page::flow::{Drawing, Part};
use thumbling_page::style::{Fill, Picture, PictureFill, PictureMode};
use thumbling_page::tree::{Node, Rect, Shape};

/// A picture of this size.
pub(super) fn drawing(picture: Picture, width: f32, height: f32) -> Drawing {
    let fill = Fill::Picture(PictureFill { picture, mode: PictureMode::WHOLE, opacity: 1.0 });
    let shape = Shape { bounds: Rect::new(0.0, 0.0, width, height), fill, ..Shape::default() };
    Drawing { width, height, parts: vec![Part::Node(Node::Shape(Box::new(shape)))] }
}
