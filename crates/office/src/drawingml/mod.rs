//! DrawingML: what Word documents, sheets and presentations have in common: colours, fills, lines, shapes, text in
//! shapes, tables.

pub mod color;
mod effect;
mod embedded;
pub mod fill;
pub mod geometry;
pub mod line;
mod recolor;
pub mod scene;
mod shape;
mod table;
pub mod table_style;
pub mod text;
pub mod theme;
pub mod transform;
pub mod tree;
