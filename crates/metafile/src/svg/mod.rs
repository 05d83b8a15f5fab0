//! Writes what the players draw as SVG elements: shapes, text, pictures, and the gradients, patterns and
//! clip paths they refer to. Knows nothing of metafile records.

pub(super) mod canvas;
pub(super) mod clip;
pub(super) mod image;
mod number;
pub(super) mod paint;
pub(super) mod server;
pub(super) mod text;
