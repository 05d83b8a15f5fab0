//! DrawingML, shared by text documents, sheets and presentations: colours, fills, lines, shapes, text in shapes,
//! tables.
//!
//! Reads elements into nodes of a page. What the surrounding document contributes comes through [`shape_tree::Host`].

mod embedded;
pub mod geometry;
pub mod paint;
pub mod scene;
mod shape;
pub mod shape_tree;
mod table;
pub mod table_style;
pub mod text;
pub mod theme;
pub mod transform;
