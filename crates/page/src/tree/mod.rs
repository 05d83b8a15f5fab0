//! A page as data: positioned nodes in painting order.

pub mod effects;
mod geometry;
mod node;
mod outline;
pub mod style;
pub mod table;
pub mod text;

pub use geometry::{Insets, Point, Rect, turned};
pub use node::{Block, Body, Cell, Group, Inline, Node, Page, Paragraph, Row, Shape, Table};
pub use outline::{Outline, OutlinePath, PathFill};
pub use tiny_skia::{Path, PathBuilder, Transform};
