//! DrawingML: what Word documents, sheets and presentations have in common: colours, fills, lines, shapes, text in
//! shapes, tables.

pub(crate) mod color;
mod effect;
mod embedded;
pub(crate) mod fill;
pub(crate) mod geometry;
pub(crate) mod line;
mod recolor;
pub(crate) mod scene;
mod shape;
mod table;
pub(crate) mod table_style;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod transform;
pub(crate) mod tree;
